// pgx: its own interface rather than database/sql's, prepared statements, pgxpool, CopyFrom, and pipelines by Batch.
package main

import (
	"context"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"peers/peer"
)

const (
	selectOne = peer.SelectAll + " WHERE id = $1"
	insert    = peer.Insert + "($1, $2, $3, $4)"
)

var (
	background = context.Background()
	url        = os.Getenv("DOVETAIL_POSTGRES_URL")
	connection *pgx.Conn
	pool       *pgxpool.Pool
)

func main() {
	var err error
	if connection, err = pgx.Connect(background, url); err != nil {
		peer.Fail(err)
	}
	if _, err = connection.Prepare(background, "one", selectOne); err != nil {
		peer.Fail(err)
	}
	peer.Serve("github.com/jackc/pgx/v5", map[string]peer.Case{
		"point-select-leased": leased, "point-select-64": byTasks, "stream-owned": stream, "bulk": bulk,
		"connect": connect, "batch": batch,
	})
}

func leased(count, rows int64, _ string) (peer.Outcome, error) {
	clock := peer.NewClock()
	var sums peer.Sums
	ids := peer.NewIDs(rows)
	for ; count > 0; count-- {
		var row peer.Row
		found := connection.QueryRow(background, "one", ids.Next())
		if err := found.Scan(&row.ID, &row.Name, &row.Score, &row.Note); err != nil {
			return peer.Outcome{}, err
		}
		sums.Add(&row)
	}
	return clock.Outcome(sums), nil
}

func byTasks(count, rows int64, _ string) (peer.Outcome, error) {
	if pool == nil {
		config, err := pgxpool.ParseConfig(url)
		if err != nil {
			return peer.Outcome{}, err
		}
		config.MinConns, config.MaxConns = peer.Pool, peer.Pool
		if pool, err = pgxpool.NewWithConfig(background, config); err != nil {
			return peer.Outcome{}, err
		}
	}
	clock := peer.NewClock()
	// Statements are prepared and kept for each connection: pgx's default.
	sums, err := peer.ByTasks(count, rows, func(id int64, row *peer.Row) error {
		return pool.QueryRow(background, selectOne, id).Scan(&row.ID, &row.Name, &row.Score, &row.Note)
	})
	return clock.Outcome(sums), err
}

func stream(_, _ int64, _ string) (peer.Outcome, error) {
	clock := peer.NewClock()
	var sums peer.Sums
	rows, err := connection.Query(background, peer.SelectAll)
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

func bulk(count, _ int64, _ string) (peer.Outcome, error) {
	rows := peer.NewRows(count)
	clock := peer.NewClock()
	source := pgx.CopyFromSlice(len(rows), func(index int) ([]any, error) {
		row := &rows[index]
		return []any{row.ID, row.Name, row.Score, row.Note}, nil
	})
	copied, err := connection.CopyFrom(
		background, pgx.Identifier{peer.Table}, []string{"id", "name", "score", "note"}, source)
	return clock.Outcome(peer.Sums{Operations: copied}), err
}

func connect(count, rows int64, _ string) (peer.Outcome, error) {
	clock := peer.NewClock()
	var sums peer.Sums
	wanted := peer.NewIDs(rows).Next()
	for ; count > 0; count-- {
		opened, err := pgx.Connect(background, url)
		if err != nil {
			return peer.Outcome{}, err
		}
		var row peer.Row
		err = opened.QueryRow(background, selectOne, wanted).Scan(&row.ID, &row.Name, &row.Score, &row.Note)
		opened.Close(background)
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
	// Without a transaction around it, a batch is one of its own.
	for first := 0; first < len(rows); first += peer.Batch {
		var queue pgx.Batch
		for index := first; index < min(first+peer.Batch, len(rows)); index++ {
			row := &rows[index]
			queue.Queue(insert, row.ID, row.Name, row.Score, row.Note)
		}
		if err := connection.SendBatch(background, &queue).Close(); err != nil {
			return peer.Outcome{}, err
		}
	}
	return clock.Outcome(peer.Sums{Operations: count}), nil
}
