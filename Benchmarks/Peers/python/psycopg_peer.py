"""psycopg 3: prepared and binary, its asynchronous pool, rows in chunks, binary COPY, executemany in pipelines."""

import asyncio
import os

import psycopg
from peer import Clock, new_loop, on_loop, serve
from psycopg_pool import AsyncConnectionPool
from work import BATCH, POOL, SELECT_ALL, SELECT_ONE, TASKS, WRITE, INSERT, add_rows, drawn_ids, new_rows, scattered_ids

URL = os.environ["DOVETAIL_POSTGRES_URL"]
ONE = SELECT_ONE + "%s"
# Chunks came with libpq 17; before, a stream is row by row.
CHUNK = {"size": BATCH} if psycopg.pq.version() >= 170000 else {}
loop = new_loop()
connection = psycopg.connect(URL, autocommit=True)
pool = None


def one(cursor, identifier):
    return cursor.execute(ONE, (identifier,), prepare=True).fetchone()


def leased(count, rows):
    ids = drawn_ids(count, rows)
    cursor = connection.cursor(binary=True)
    clock = Clock()
    return clock.outcome(*add_rows(one(cursor, identifier) for identifier in ids))


async def take_turns(turns):
    integers, doubles = 0, 0.0
    for identifier in turns:
        async with pool.connection() as leased:
            cursor = await leased.execute(ONE, (identifier,), prepare=True, binary=True)
            row = await cursor.fetchone()
        _, more, score = add_rows((row,))
        integers += more
        doubles += score
    return integers, doubles


async def by_tasks(count, rows):
    global pool
    if pool is None:
        pool = AsyncConnectionPool(URL, min_size=POOL, max_size=POOL, kwargs={"autocommit": True}, open=False)
        await pool.open(wait=True)
    turns = iter(scattered_ids(count, rows))
    clock = Clock()
    sums = await asyncio.gather(*(take_turns(turns) for _ in range(TASKS)))
    return clock.outcome(count, sum(one[0] for one in sums), sum(one[1] for one in sums))


def stream(_, rows):
    clock = Clock()
    return clock.outcome(*add_rows(connection.cursor().stream(SELECT_ALL, binary=True, **CHUNK)))


def bulk(count, _):
    rows = new_rows(count)
    clock = Clock()
    with connection.cursor() as cursor, cursor.copy(f"COPY {WRITE} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(("int8", "varchar", "float8", "varchar"))
        for row in rows:
            copy.write_row(row)
    return clock.outcome(count)


def connect(count, rows):
    wanted = drawn_ids(1, rows)[0]

    def opened():
        for _ in range(count):
            with psycopg.connect(URL, autocommit=True) as opened:
                yield one(opened.cursor(binary=True), wanted)

    clock = Clock()
    return clock.outcome(*add_rows(opened()))


def batch(count, _):
    rows = new_rows(count)
    cursor = connection.cursor()
    clock = Clock()
    for first in range(0, count, BATCH):
        with connection.transaction():
            cursor.executemany(INSERT + "(%s, %s, %s, %s)", rows[first:first + BATCH])
    return clock.outcome(count)


serve(psycopg.__version__, {
    "point-select-leased": leased, "point-select-64": on_loop(loop, by_tasks), "stream-owned": stream, "bulk": bulk,
    "connect": connect, "batch": batch})
