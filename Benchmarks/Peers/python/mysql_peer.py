"""PyMySQL or mysqlclient, which share the DB-API and send texts: mysql_peer.py pymysql|MySQLdb.

Neither prepares statements on the server. Both make one INSERT of the rows that executemany is given, and read
row by row with SSCursor.
"""

import importlib
import importlib.metadata
import os
import queue
import sys
import threading
from urllib.parse import unquote, urlsplit

from peer import Clock, serve
from work import BATCH, POOL, SELECT_ALL, SELECT_ONE, TASKS, INSERT, add_rows, drawn_ids, new_rows, scattered_ids

driver = importlib.import_module(sys.argv[1])
SSCursor = importlib.import_module(sys.argv[1] + ".cursors").SSCursor
ONE = SELECT_ONE + "%s"
url = urlsplit(os.environ["DOVETAIL_MYSQL_URL"])
# The name of the package, and how it is told not to speak TLS: no other driver does here.
PACKAGE, PLAIN = {
    "pymysql": ("PyMySQL", {"ssl_disabled": True}), "MySQLdb": ("mysqlclient", {"ssl_mode": "DISABLED"})}[sys.argv[1]]


def open_connection():
    return driver.connect(
        host=url.hostname, port=url.port or 3306, user=unquote(url.username or ""),
        password=unquote(url.password or ""), database=url.path[1:], charset="utf8mb4", autocommit=True,
        **PLAIN)


connection = open_connection()
free = queue.SimpleQueue()


def one(cursor, identifier):
    cursor.execute(ONE, (identifier,))
    return cursor.fetchone()


def leased(count, rows):
    ids = drawn_ids(count, rows)
    cursor = connection.cursor()
    clock = Clock()
    return clock.outcome(*add_rows(one(cursor, identifier) for identifier in ids))


def take_turns(turns, sums):
    def rows():
        while True:
            try:
                identifier = turns.get_nowait()
            except queue.Empty:
                return
            leased = free.get()
            try:
                with leased.cursor() as cursor:
                    row = one(cursor, identifier)
            finally:
                free.put(leased)
            yield row

    sums.append(add_rows(rows()))


def by_threads(count, rows):
    while free.qsize() < POOL:
        free.put(open_connection())
    turns, sums = queue.SimpleQueue(), []
    for identifier in scattered_ids(count, rows):
        turns.put(identifier)
    threads = [threading.Thread(target=take_turns, args=(turns, sums)) for _ in range(TASKS)]
    clock = Clock()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A thread that failed has added nothing, and then the sums are wrong.
    return clock.outcome(*(sum(one[index] for one in sums) for index in range(3)))


def stream(_, rows):
    clock = Clock()
    with connection.cursor(SSCursor) as cursor:
        cursor.execute(SELECT_ALL)
        return clock.outcome(*add_rows(cursor))


def insert(rows):
    connection.begin()
    with connection.cursor() as cursor:
        cursor.executemany(INSERT + "(%s, %s, %s, %s)", rows)
    connection.commit()


def bulk(count, _):
    rows = new_rows(count)
    clock = Clock()
    insert(rows)
    return clock.outcome(count)


def connect(count, rows):
    wanted = drawn_ids(1, rows)[0]

    def opened():
        for _ in range(count):
            opened = open_connection()
            with opened.cursor() as cursor:
                yield one(cursor, wanted)
            opened.close()

    clock = Clock()
    return clock.outcome(*add_rows(opened()))


def batch(count, _):
    rows = new_rows(count)
    clock = Clock()
    for first in range(0, count, BATCH):
        insert(rows[first:first + BATCH])
    return clock.outcome(count)


serve(importlib.metadata.version(PACKAGE), {
    "point-select-leased": leased, "point-select-64": by_threads, "stream-owned": stream, "bulk": bulk,
    "connect": connect, "batch": batch})
