"""The tables of a run, the same as ServerFixture.swift and Store.swift make, and what they hold."""

import os
import sqlite3
import tempfile
from urllib.parse import parse_qs, unquote, urlsplit

from work import PRAGMAS, READ, WRITE, fixture_rows

COLUMNS = "id bigint PRIMARY KEY, name varchar(40) NOT NULL, score double precision NOT NULL, note varchar(40)"
# What add_rows makes of the rows, by the database; `code` and `last` are its words for a character's number, and
# for the last character.
WRITTEN = """SELECT count(*), coalesce(sum(id), 0) + coalesce(sum(length(name) + {code}({last}(name, {at}))), 0)
    + coalesce(sum(length(note) + {code}({last}(note, {at}))), 0), coalesce(sum(score), 0) FROM {table}"""


class Refusal(Exception):
    """What keeps the benchmark from being run, with what to do about it."""


def without_tls(variable):
    """The server that the environment names, in the one form that every driver understands; None without one."""
    given = os.environ.get(variable)
    if not given:
        return None
    url = urlsplit(given)
    options = {name.replace("-", ""): values[-1].lower() for name, values in parse_qs(url.query).items()}
    if not url.hostname or url.hostname.startswith(("/", "%2")):
        raise Refusal(f"{variable} must name a host: the drivers are compared over TCP.")
    if options.get("sslmode", "disable") not in ("disable", "disabled", "allow", "prefer", "preferred"):
        raise Refusal(f"{variable} asks for TLS, and the drivers are compared without it.")
    plain = f"{url.scheme}://{url.netloc}{url.path}"
    return plain + ("?sslmode=disable" if url.scheme.startswith("postgres") else "")


class Server:
    """The two tables on a server."""

    def __init__(self, url):
        self.url = url
        self.environment = {self.variable: url}

    def create(self, rows):
        self.remove()
        for table in (READ, WRITE):
            self.execute(f"CREATE TABLE {table}({COLUMNS})")
        self.fill(rows)

    def path(self, writes):
        """Where a driver works; a server is where its URL says."""
        return None

    def before_write(self):
        self.execute(f"TRUNCATE TABLE {WRITE}")

    def written(self, path):
        count, integers, doubles = self.execute(WRITTEN.format(code="ascii", last="right", at=1, table=WRITE))
        return int(count), int(integers), float(doubles)

    def remove(self):
        for table in (READ, WRITE):
            self.execute(f"DROP TABLE IF EXISTS {table}")

    def series(self, number, rows):
        """The fixture's rows as an expression of the server's own, over the number `i`."""
        return (f"SELECT i, concat('name-', lpad(CAST(i AS {number}), 15, '0')), i * 0.5, CASE WHEN i % 2 = 0 "
                f"THEN concat('name-', lpad(CAST({rows} - i AS {number}), 15, '0')) END")


class Postgres(Server):
    variable = "DOVETAIL_POSTGRES_URL"

    def __init__(self, url):
        import psycopg
        super().__init__(url)
        self.connection = psycopg.connect(url, autocommit=True)
        self.title = "PostgreSQL " + self.execute("SHOW server_version")[0]

    def execute(self, sql):
        cursor = self.connection.execute(sql)
        return cursor.fetchone() if cursor.description else None

    def fill(self, rows):
        self.execute(f"INSERT INTO {READ} {self.series('text', rows)} FROM generate_series(1, {rows}) AS s(i)")
        # Without it the first reads would write hint bits, and autovacuum would come in between.
        self.execute(f"VACUUM ANALYZE {READ}")


class MariaDB(Server):
    variable = "DOVETAIL_MYSQL_URL"

    def __init__(self, text):
        import pymysql
        super().__init__(text)
        url = urlsplit(text)
        self.connection = pymysql.connect(
            host=url.hostname, port=url.port or 3306, user=unquote(url.username or ""),
            password=unquote(url.password or ""), database=url.path[1:], autocommit=True)
        version = self.execute("SELECT version()")[0]
        self.is_mariadb = "MariaDB" in version
        self.title = version if self.is_mariadb else f"MySQL {version}"

    def execute(self, sql):
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()

    def fill(self, rows):
        limit = "max_recursive_iterations" if self.is_mariadb else "cte_max_recursion_depth"
        self.execute(f"SET SESSION {limit} = {rows + 1}")
        self.execute(f"INSERT INTO {READ} WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series "
                     f"WHERE i < {rows}) {self.series('char', rows)} FROM series")


class SQLite:
    """A file to be read, and a new one for each time that one is filled."""

    title, environment = "by each driver's own library", {}

    def __init__(self, parent):
        self.directory = tempfile.TemporaryDirectory(prefix="bench-peers-", dir=parent)
        self.shared = os.path.join(self.directory.name, "read.db")
        self.new = os.path.join(self.directory.name, "write-0.db")
        self.count = 0

    def create(self, rows):
        self.make(self.shared, rows)

    def make(self, path, rows):
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript(PRAGMAS + """
            CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT NOT NULL, score REAL NOT NULL, note TEXT);
            CREATE TABLE w(id INTEGER PRIMARY KEY, name TEXT NOT NULL, score REAL NOT NULL, note TEXT); BEGIN""")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", fixture_rows(range(1, rows + 1), rows))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def path(self, writes):
        return self.new if writes else self.shared

    def before_write(self):
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(self.new + suffix):
                os.unlink(self.new + suffix)
        self.count += 1
        self.new = os.path.join(self.directory.name, f"write-{self.count}.db")
        self.make(self.new, 0)

    def written(self, path):
        connection = sqlite3.connect(path)
        found = connection.execute(WRITTEN.format(code="unicode", last="substr", at=-1, table="w")).fetchone()
        connection.close()
        return found

    def remove(self):
        self.directory.cleanup()


def open_fixture(engine, directory):
    """The fixture of an engine, or None where there is no server for it."""
    if engine == "sqlite":
        return SQLite(directory)
    kind = {"postgres": Postgres, "mariadb": MariaDB}[engine]
    url = without_tls(kind.variable)
    return kind(url) if url else None
