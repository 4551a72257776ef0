"""asyncpg: prepared statements, its pool, cursors that prefetch, binary COPY, executemany in pipelines."""

import asyncio
import os

import asyncpg
from peer import Clock, new_loop, on_loop, serve
from work import BATCH, POOL, SELECT_ALL, SELECT_ONE, TASKS, WRITE, INSERT, add_rows, drawn_ids, new_rows, scattered_ids

URL = os.environ["DOVETAIL_POSTGRES_URL"]
ONE = SELECT_ONE + "$1"
loop = new_loop()
asyncio.set_event_loop(loop)
connection = loop.run_until_complete(asyncpg.connect(URL))
pool = None


async def leased(count, rows):
    ids = drawn_ids(count, rows)
    select = await connection.prepare(ONE)
    clock = Clock()
    integers, doubles = 0, 0.0
    for identifier in ids:
        _, more, score = add_rows((await select.fetchrow(identifier),))
        integers += more
        doubles += score
    return clock.outcome(count, integers, doubles)


async def take_turns(turns):
    integers, doubles = 0, 0.0
    for identifier in turns:
        _, more, score = add_rows((await pool.fetchrow(ONE, identifier),))
        integers += more
        doubles += score
    return integers, doubles


async def by_tasks(count, rows):
    global pool
    if pool is None:
        pool = await asyncpg.create_pool(URL, min_size=POOL, max_size=POOL)
    turns = iter(scattered_ids(count, rows))
    clock = Clock()
    sums = await asyncio.gather(*(take_turns(turns) for _ in range(TASKS)))
    return clock.outcome(count, sum(one[0] for one in sums), sum(one[1] for one in sums))


async def stream(_, rows):
    clock = Clock()
    operations, integers, doubles = 0, 0, 0.0
    async with connection.transaction(readonly=True):
        cursor = await connection.cursor(SELECT_ALL)
        while chunk := await cursor.fetch(BATCH):
            more, sum_, scores = add_rows(chunk)
            operations += more
            integers += sum_
            doubles += scores
    return clock.outcome(operations, integers, doubles)


async def bulk(count, _):
    rows = new_rows(count)
    clock = Clock()
    await connection.copy_records_to_table(WRITE, records=rows, columns=("id", "name", "score", "note"))
    return clock.outcome(count)


async def connect(count, rows):
    wanted = drawn_ids(1, rows)[0]
    clock = Clock()
    integers, doubles = 0, 0.0
    for _ in range(count):
        opened = await asyncpg.connect(URL)
        _, more, score = add_rows((await opened.fetchrow(ONE, wanted),))
        integers += more
        doubles += score
        await opened.close()
    return clock.outcome(count, integers, doubles)


async def batch(count, _):
    rows = new_rows(count)
    clock = Clock()
    # One call is one transaction.
    for first in range(0, count, BATCH):
        await connection.executemany(INSERT + "($1, $2, $3, $4)", rows[first:first + BATCH])
    return clock.outcome(count)


cases = {"point-select-leased": leased, "point-select-64": by_tasks, "stream-owned": stream, "bulk": bulk,
         "connect": connect, "batch": batch}
serve(asyncpg.__version__, {case: on_loop(loop, function) for case, function in cases.items()})
