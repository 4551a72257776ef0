// mattn/go-sqlite3 by database/sql: prepared statements, one connection.
package main

import (
	"database/sql"
	"net/url"

	_ "github.com/mattn/go-sqlite3"

	"peers/peer"
)

// The file that is open, which stays warm as long as it is worked on.
var (
	opened   string
	database *sql.DB
	selected *sql.Stmt
)

func main() {
	peer.Serve("github.com/mattn/go-sqlite3", map[string]peer.Case{
		"point-select": pointSelect, "stream-owned": stream, "insert-transaction": insert,
	})
}

func open(path string) (err error) {
	if path == opened {
		return nil
	}
	if database != nil {
		database.Close()
	}
	opened = ""
	settings := "?_journal_mode=WAL&_synchronous=NORMAL&_cache_size=-262144&_foreign_keys=on&_busy_timeout=5000" +
		"&_txlock=immediate"
	if database, err = sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+settings); err != nil {
		return err
	}
	database.SetMaxOpenConns(1)
	if _, err = database.Exec("PRAGMA mmap_size=0"); err != nil {
		return err
	}
	if selected, err = database.Prepare("SELECT id, name, score, note FROM t WHERE id = ?"); err == nil {
		opened = path
	}
	return err
}

func withLevel(outcome peer.Outcome, err error) (peer.Outcome, error) {
	if err == nil {
		err = database.QueryRow("PRAGMA synchronous").Scan(&outcome.Level)
	}
	return outcome, err
}

func pointSelect(count, rows int64, path string) (peer.Outcome, error) {
	if err := open(path); err != nil {
		return peer.Outcome{}, err
	}
	clock := peer.NewClock()
	var sums peer.Sums
	ids := peer.NewIDs(rows)
	for ; count > 0; count-- {
		var row peer.Row
		if err := selected.QueryRow(ids.Next()).Scan(&row.ID, &row.Name, &row.Score, &row.Note); err != nil {
			return peer.Outcome{}, err
		}
		sums.Add(&row)
	}
	return withLevel(clock.Outcome(sums), nil)
}

func stream(_, _ int64, path string) (peer.Outcome, error) {
	if err := open(path); err != nil {
		return peer.Outcome{}, err
	}
	clock := peer.NewClock()
	sums, err := readAll()
	return withLevel(clock.Outcome(sums), err)
}

func readAll() (sums peer.Sums, err error) {
	rows, err := database.Query("SELECT id, name, score, note FROM t")
	if err != nil {
		return sums, err
	}
	defer rows.Close()
	for rows.Next() {
		var row peer.Row
		if err := rows.Scan(&row.ID, &row.Name, &row.Score, &row.Note); err != nil {
			return sums, err
		}
		sums.Add(&row)
	}
	return sums, rows.Err()
}

func insert(count, _ int64, path string) (peer.Outcome, error) {
	if err := open(path); err != nil {
		return peer.Outcome{}, err
	}
	name := peer.Text(count)
	clock := peer.NewClock()
	err := insertAll(count, name)
	return withLevel(clock.Outcome(peer.Sums{Operations: count}), err)
}

func insertAll(count int64, name string) error {
	transaction, err := database.Begin()
	if err != nil {
		return err
	}
	defer transaction.Rollback()
	statement, err := transaction.Prepare("INSERT INTO w(name, score, note) VALUES (?, ?, ?)")
	if err != nil {
		return err
	}
	defer statement.Close()
	for index := int64(0); index < count; index++ {
		var note any
		if index%2 == 0 {
			note = name
		}
		if _, err := statement.Exec(name, float64(index)*0.5, note); err != nil {
			return err
		}
	}
	return transaction.Commit()
}
