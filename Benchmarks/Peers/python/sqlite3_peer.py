"""The sqlite3 of Python itself: its cache of prepared statements, executemany within one transaction."""

import sqlite3

from peer import Clock, serve
from work import PRAGMAS, add_rows, drawn_ids, new_texts

connections = {}


def opened(path):
    """A connection that stays open and warm as long as the same file is worked on."""
    if path not in connections:
        for other in connections.values():
            other.close()
        connections.clear()
        connections[path] = sqlite3.connect(path, isolation_level=None)
        connections[path].executescript(PRAGMAS)
    return connections[path]


def level(connection):
    return connection.execute("PRAGMA synchronous").fetchone()[0]


def point_select(count, rows, path):
    ids = drawn_ids(count, rows)
    connection = opened(path)
    select = "SELECT id, name, score, note FROM t WHERE id = ?"
    clock = Clock()
    sums = add_rows(connection.execute(select, (identifier,)).fetchone() for identifier in ids)
    return *clock.outcome(*sums), level(connection)


def stream(_, rows, path):
    connection = opened(path)
    clock = Clock()
    sums = add_rows(connection.execute("SELECT id, name, score, note FROM t"))
    return *clock.outcome(*sums), level(connection)


def insert(count, _, path):
    rows = new_texts(count)
    connection = opened(path)
    clock = Clock()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO w(name, score, note) VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")
    return *clock.outcome(count), level(connection)


serve(f"with-SQLite-{sqlite3.sqlite_version}",
      {"point-select": point_select, "stream-owned": stream, "insert-transaction": insert})
