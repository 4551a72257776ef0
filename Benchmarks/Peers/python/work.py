"""The work itself, as Benchmarks/Sources/DatabaseBenchmarks describes it: rows, ids and what a reader must see."""

SEED = 12345
BATCH = 1000
TASKS = 64
POOL = 10

READ = "dovetail_benchmark_read"
WRITE = "dovetail_benchmark_write"
SELECT_ALL = f"SELECT id, name, score, note FROM {READ}"
SELECT_ONE = SELECT_ALL + " WHERE id = "
INSERT = f"INSERT INTO {WRITE}(id, name, score, note) VALUES "

PRAGMAS = """PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-262144; PRAGMA mmap_size=0;
PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000;"""

# Cases by engine with their number of operations at full size; a stream reads what the table holds.
SERVER_CASES = {"point-select-leased": 20_000, "point-select-64": 100_000, "stream-owned": 0, "bulk": 100_000,
                "connect": 200, "batch": 100_000}
CASES = {
    "sqlite": {"point-select": 100_000, "stream-owned": 0, "insert-transaction": 200_000},
    "postgres": SERVER_CASES,
    "mariadb": {**SERVER_CASES, "point-select-64": 40_000},
}
WRITES = {"bulk", "batch", "insert-transaction"}


def id_after(state, rows):
    """The next state of the sequence, and the id that it stands for."""
    state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
    return state, 1 + (state >> 33) % rows


def drawn_ids(count, rows):
    """The ids of selects that follow one another."""
    state, ids = SEED, []
    for _ in range(count):
        state, identifier = id_after(state, rows)
        ids.append(identifier)
    return ids


def scattered_ids(count, rows):
    """The ids of selects that run side by side, in whatever order."""
    return [id_after(SEED + index, rows)[1] for index in range(count)]


def text(index):
    """The `index`th text of the fixture."""
    return f"name-{index:015}"


def new_rows(count):
    """The rows that a server's table is filled with."""
    return [(index + 1, text(index), index * 0.5, text(index) if index % 2 == 0 else None) for index in range(count)]


def new_texts(count):
    """The rows that SQLite's table is filled with, without their ids; all have one text."""
    name = text(count)
    return [(name, index * 0.5, name if index % 2 == 0 else None) for index in range(count)]


def add_rows(rows):
    """What a reader saw: sums of the integers, of length and last byte of every text, and of the doubles."""
    count, integers, doubles = 0, 0, 0.0
    for identifier, name, score, note in rows:
        count += 1
        integers += identifier + len(name) + ord(name[-1])
        doubles += score
        if note is not None:
            integers += len(note) + ord(note[-1])
    return count, integers, doubles


def fixture_rows(ids, rows):
    """The rows of the table that is read, out of thin air."""
    return ((i, text(i), i * 0.5, text(rows - i) if i % 2 == 0 else None) for i in ids)


def expected(case, engine, count, rows):
    """What a driver must have seen, or what must be found in the table that it filled."""
    if case in WRITES and engine == "sqlite":
        return add_rows((number, *row) for number, row in enumerate(new_texts(count), 1))
    if case in WRITES:
        return add_rows(new_rows(count))
    if case == "stream-owned":
        return add_rows(fixture_rows(range(1, rows + 1), rows))
    if case == "connect":
        return add_rows(fixture_rows(drawn_ids(1, rows) * count, rows))
    ids = scattered_ids(count, rows) if case == "point-select-64" else drawn_ids(count, rows)
    return add_rows(fixture_rows(ids, rows))
