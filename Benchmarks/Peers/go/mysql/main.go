// go-sql-driver/mysql by database/sql: prepared statements, LOAD DATA from a reader, INSERT of many rows.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"

	"peers/peer"
)

const selectOne = peer.SelectAll + " WHERE id = ?"

var (
	background = context.Background()
	dsn        string
	connection *sql.Conn
	single     *sql.Stmt
	pool       *sql.DB
	shared     *sql.Stmt
	// An INSERT of a whole batch, prepared once.
	many *sql.Stmt
)

func main() {
	if err := open(); err != nil {
		peer.Fail(err)
	}
	peer.Serve("github.com/go-sql-driver/mysql", map[string]peer.Case{
		"point-select-leased": leased, "point-select-64": byTasks, "stream-owned": stream, "bulk": bulk,
		"connect": connect, "batch": batch,
	})
}

func open() error {
	address, err := url.Parse(os.Getenv("DOVETAIL_MYSQL_URL"))
	if err != nil {
		return err
	}
	config := mysql.NewConfig()
	config.User = address.User.Username()
	config.Passwd, _ = address.User.Password()
	config.Net, config.Addr, config.DBName = "tcp", address.Host, strings.TrimPrefix(address.Path, "/")
	dsn = config.FormatDSN()
	if pool, err = sql.Open("mysql", dsn); err != nil {
		return err
	}
	// One more for the connection that is leased throughout.
	pool.SetMaxOpenConns(peer.Pool + 1)
	pool.SetMaxIdleConns(peer.Pool + 1)
	if connection, err = pool.Conn(background); err != nil {
		return err
	}
	if single, err = connection.PrepareContext(background, selectOne); err != nil {
		return err
	}
	if many, err = connection.PrepareContext(background, insertOf(peer.Batch)); err != nil {
		return err
	}
	shared, err = pool.Prepare(selectOne)
	return err
}

func insertOf(rows int) string {
	return peer.Insert + strings.Repeat("(?, ?, ?, ?), ", rows-1) + "(?, ?, ?, ?)"
}

func leased(count, rows int64, _ string) (peer.Outcome, error) {
	clock := peer.NewClock()
	var sums peer.Sums
	ids := peer.NewIDs(rows)
	for ; count > 0; count-- {
		var row peer.Row
		if err := single.QueryRow(ids.Next()).Scan(&row.ID, &row.Name, &row.Score, &row.Note); err != nil {
			return peer.Outcome{}, err
		}
		sums.Add(&row)
	}
	return clock.Outcome(sums), nil
}

func byTasks(count, rows int64, _ string) (peer.Outcome, error) {
	clock := peer.NewClock()
	sums, err := peer.ByTasks(count, rows, func(id int64, row *peer.Row) error {
		return shared.QueryRow(id).Scan(&row.ID, &row.Name, &row.Score, &row.Note)
	})
	return clock.Outcome(sums), err
}

func stream(_, _ int64, _ string) (peer.Outcome, error) {
	clock := peer.NewClock()
	var sums peer.Sums
	// Prepared, and so binary.
	statement, err := connection.PrepareContext(background, peer.SelectAll)
	if err != nil {
		return peer.Outcome{}, err
	}
	defer statement.Close()
	rows, err := statement.Query()
	if err != nil {
		return peer.Outcome{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var row peer.Row
		if err := rows.Scan(&row.ID, &row.Name, &row.Score, &row.Note); err != nil {
			return peer.Outcome{}, err
		}
		sums.Add(&row)
	}
	return clock.Outcome(sums), rows.Err()
}

// bulk loads from a reader where the server lets it, as MariaDB does unless told otherwise.
func bulk(count, rows int64, path string) (peer.Outcome, error) {
	var allowed bool
	err := connection.QueryRowContext(background, "SELECT @@local_infile").Scan(&allowed)
	if err != nil || !allowed {
		return batch(count, rows, path)
	}
	newRows := peer.NewRows(count)
	clock := peer.NewClock()
	mysql.RegisterReaderHandler("rows", func() io.Reader { return bytes.NewReader(lines(newRows)) })
	defer mysql.DeregisterReaderHandler("rows")
	_, err = connection.ExecContext(background,
		"LOAD DATA LOCAL INFILE 'Reader::rows' INTO TABLE "+peer.Table+"(id, name, score, note)")
	return clock.Outcome(peer.Sums{Operations: count}), err
}

// lines is the rows in the form that LOAD DATA reads by default; none of the texts needs to be escaped.
func lines(rows []peer.Row) []byte {
	var text []byte
	for index := range rows {
		row := &rows[index]
		text = append(strconv.AppendInt(text, row.ID, 10), '\t')
		text = append(append(text, row.Name...), '\t')
		text = append(strconv.AppendFloat(text, row.Score, 'g', -1, 64), '\t')
		if row.Note == nil {
			text = append(text, `\N`...)
		} else {
			text = append(text, *row.Note...)
		}
		text = append(text, '\n')
	}
	return text
}

func connect(count, rows int64, _ string) (peer.Outcome, error) {
	clock := peer.NewClock()
	var sums peer.Sums
	wanted := peer.NewIDs(rows).Next()
	for ; count > 0; count-- {
		opened, err := sql.Open("mysql", dsn)
		if err != nil {
			return peer.Outcome{}, err
		}
		var row peer.Row
		err = opened.QueryRow(selectOne, wanted).Scan(&row.ID, &row.Name, &row.Score, &row.Note)
		opened.Close()
		if err != nil {
			return peer.Outcome{}, err
		}
		sums.Add(&row)
	}
	return clock.Outcome(sums), nil
}

func batch(count, _ int64, _ string) (peer.Outcome, error) {
	rows := peer.NewRows(count)
	clock := peer.NewClock()
	for first := 0; first < len(rows); first += peer.Batch {
		some := rows[first:min(first+peer.Batch, len(rows))]
		values := make([]any, 0, 4*len(some))
		for index := range some {
			row := &some[index]
			values = append(values, row.ID, row.Name, row.Score, row.Note)
		}
		var err error
		if len(some) == peer.Batch {
			_, err = many.Exec(values...)
		} else {
			_, err = connection.ExecContext(background, insertOf(len(some)), values...)
		}
		if err != nil {
			return peer.Outcome{}, err
		}
	}
	return clock.Outcome(peer.Sums{Operations: count}), nil
}
