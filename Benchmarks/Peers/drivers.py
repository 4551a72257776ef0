"""Who takes part, and how their programs come to be; what cannot be had is named and left out."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "..", ".build", "peers")


@dataclass(frozen=True)
class Driver:
    name: str
    engine: str
    language: str
    # Python: the arguments of the program. Go: its folder. Rust: its file in src/bin, and the feature of that name.
    program: str
    # Python: the module that must be there.
    module: str = ""


DRIVERS = [
    Driver("asyncpg", "postgres", "python", "asyncpg_peer.py", "asyncpg"),
    Driver("psycopg", "postgres", "python", "psycopg_peer.py", "psycopg_pool"),
    Driver("pgx", "postgres", "go", "pgx"),
    Driver("tokio-postgres", "postgres", "rust", "tokio-postgres"),
    Driver("pymysql", "mariadb", "python", "mysql_peer.py pymysql", "pymysql"),
    Driver("mysqlclient", "mariadb", "python", "mysql_peer.py MySQLdb", "MySQLdb"),
    Driver("go-sql-driver", "mariadb", "go", "mysql"),
    Driver("mysql_async", "mariadb", "rust", "mysql_async"),
    Driver("python-sqlite3", "sqlite", "python", "sqlite3_peer.py", "sqlite3"),
    Driver("go-sqlite3", "sqlite", "go", "sqlite3"),
    Driver("rusqlite", "sqlite", "rust", "rusqlite"),
]
TOOLS = {"python": None, "go": "go", "rust": "cargo"}


def skip(reason, drivers):
    print(f"# {reason}, skipped: {', '.join(driver.name for driver in drivers)}", flush=True)


def commands(drivers):
    """The command of each driver whose program could be had."""
    found = {}
    for language, tool in TOOLS.items():
        mine = [driver for driver in drivers if driver.language == language]
        if not mine:
            continue
        if language == "python":
            missing = [driver for driver in mine if importlib.util.find_spec(driver.module) is None]
            if missing:
                skip("python: package not installed", missing)
            for driver in mine:
                if driver not in missing:
                    script, *arguments = driver.program.split()
                    found[driver] = [sys.executable, "-B", os.path.join(HERE, "python", script), *arguments]
        elif shutil.which(tool) is None:
            skip(f"{language}: not installed", mine)
        else:
            found.update(built(language, mine))
    return {driver: found[driver] for driver in drivers if driver in found}


def built(language, drivers):
    """Builds each program for itself: one that fails must not take the others along."""
    # From a copy, because both tools write the versions that they found beside the sources.
    copy = os.path.join(BUILD, language)
    shutil.copytree(os.path.join(HERE, language), copy, dirs_exist_ok=True)
    found, failures = {}, {}
    for driver in drivers:
        environment = dict(os.environ)
        if language == "go":
            program = os.path.join(BUILD, "bin", driver.program)
            build = ["go", "build", "-mod=mod", "-o", program, "./" + driver.program]
        else:
            environment["CARGO_TARGET_DIR"] = os.path.join(BUILD, "target")
            program = os.path.join(BUILD, "target", "release", driver.program)
            build = ["cargo", "build", "--quiet", "--release", "--bin", driver.program, "--features", driver.program]
        result = subprocess.run(build, cwd=copy, env=environment, capture_output=True, text=True)
        if result.returncode == 0:
            found[driver] = [program]
        else:
            lines = [line.strip() for line in result.stderr.splitlines() if line.strip()] or ["no word about it"]
            # What went wrong comes first, and why at last.
            said = [line for line in lines if line.startswith("error")][:1]
            reason = " … ".join(dict.fromkeys(said + lines[-1:]))[:300]
            failures.setdefault(reason, []).append(driver)
    for reason, those in failures.items():
        skip(f"{language}: could not be built ({reason})", those)
    return found


def rust_version(driver):
    """What cargo chose: a Rust program cannot say which version of a library it was built with."""
    with open(os.path.join(BUILD, "rust", "Cargo.lock"), encoding="utf-8") as lock:
        found = re.search(rf'name = "{re.escape(driver.name)}"\nversion = "([^"]+)"', lock.read())
    return found[1] if found else "unknown"


class Failure(Exception):
    """A driver's program did not do what was asked."""


class Peer:
    """A driver's program at work: it gets a line for each thing to be measured, and answers with one."""

    def __init__(self, driver, command, environment):
        self.driver = driver
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env={**os.environ, **environment})
        word, self.version, *self.cases = self.answer() + [""]
        if word != "ready":
            raise Failure(f"{driver.name} did not start: {word} {self.version}")
        if driver.language == "rust":
            self.version = rust_version(driver) + self.version.lstrip("-")

    def answer(self):
        line = self.process.stdout.readline()
        if line:
            return line.split()
        self.process.wait()
        self.errors.seek(0)
        said = self.errors.read().strip().splitlines() or ["without a word"]
        raise Failure(f"{self.driver.name} ended: {said[-1]}")

    def measure(self, case, count, rows, path):
        """Operations, seconds, seconds of the processor, sums of integers and of doubles, and SQLite's level."""
        words = [case, str(count), str(rows)] + ([path] if path else [])
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        word, *figures = self.answer()
        if word != "done":
            raise Failure(f"{self.driver.name}, {case}: {' '.join(figures)}")
        operations, seconds, cpu, integers, doubles, *level = figures
        return int(operations), float(seconds), float(cpu), int(integers), float(doubles), [int(one) for one in level]

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.errors.close()
