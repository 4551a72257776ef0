"""The ways by which a third party runs the suite: each engine, and each way to reach it."""

import concurrent.futures
import os
import re
import subprocess
import tempfile
import time

from building import PROGRAM, say

# What may differ by the way a server is reached: all else is asked of one way of each engine.
OTHERWISE = ["URL", "CONN", "EXEC-1", "EXEC-2", "QUERY-1", "QUERY-2", "TYPE-1", "TX-1", "TX-2", "CANCEL-1", "CANCEL-7",
             "POOL-2", "POOL-5", "PIPE-1", "ERR-5"]


class Way:
    """A URL, and what the suite's clauses reach by it."""

    def __init__(self, engine, name, url):
        self.engine, self.name, self.url = engine, name, url
        self.seconds, self.reached, self.whole = {}, {}, 0

    def run(self, clauses, environment, limit):
        """The exit code, nil if it did not end, and the clauses that failed."""
        command = [PROGRAM, "--url", self.url] + [word for clause in clauses for word in ("--only", clause)]
        try:
            done = subprocess.run(command, env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **environment},
                                  capture_output=True, text=True, errors="replace", timeout=limit)
        except subprocess.TimeoutExpired:
            return None, []
        return done.returncode, re.findall(r"^\[\d+/\d+\] FAILED (\S+)", done.stderr, re.MULTILINE)

    def look(self, clauses):
        with tempfile.NamedTemporaryFile("r") as file:
            start = time.monotonic()
            status, failed = self.run(clauses, {"DOVETAIL_MUTANT_REACH": file.name}, 300)
            return status, failed, time.monotonic() - start, set(map(int, file.read().split()))

    def survey(self, clauses, jobs):
        """How long each clause takes, and which mutants it reaches."""
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for clause, answer in zip(clauses, pool.map(lambda clause: self.look([clause]), clauses)):
                status, _, seconds, reached = answer
                if status != 0:
                    say(f"mutate: {clause} fails on {self.name} without any mutant; left out")
                    continue
                self.seconds[clause], self.reached[clause] = seconds, reached
        say(f"mutate: {self.name}: {len(self.seconds)} of {len(clauses)} clauses, {sum(self.seconds.values()):.0f} s")

    def survey_together(self, clauses):
        """Which mutants the clauses reach by this way, in one process."""
        for _ in range(3):
            status, failed, seconds, reached = self.look(clauses)
            if status == 0:
                self.seconds, self.reached = dict.fromkeys(clauses, seconds / len(clauses)), {None: reached}
                self.whole = seconds
                return
            say(f"mutate: {', '.join(failed) or status} fails on {self.name} without any mutant; left out")
            clauses = [clause for clause in clauses if clause not in failed]

    def reaches(self, mutant):
        return any(mutant.number in reached for reached in self.reached.values())

    def serves(self, mutant):
        """Whether a mutant of a driver can be met on the engine at all."""
        folder = mutant.path.split("Sources/Drivers/")[-1].split("/")[0]
        return {"SQLite": "SQLite", "Postgres": "PostgreSQL", "MySQL": "MariaDB"}.get(folder, self.engine) == self.engine

    def alone(self, mutant, clause):
        """Whether the clause fails with the mutant on and nothing beside it."""
        limit = 3 * self.seconds.get(clause, 10) + 20
        return self.run([clause], {"DOVETAIL_MUTANT": str(mutant.number)}, limit)[0] != 0

    def together(self, mutant, clauses):
        """The clause that fails with the mutant on, of many in one process; it has to fail alone, too."""
        seconds = sum(self.seconds.get(clause, 1) for clause in clauses)
        status, failed = self.run(clauses, {"DOVETAIL_MUTANT": str(mutant.number)}, 3 * seconds + 90)
        if status is None:
            return "a run that hangs"
        if status < 0:
            return f"a run that ends by signal {-status}"
        return next((clause for clause in failed if self.alone(mutant, clause)), None)


def ways():
    """The plain way of each engine, and the others."""
    file = tempfile.mkdtemp() + "/mutate.db"
    plain = [("SQLite", "SQLite", f"sqlite:{file}"), ("PostgreSQL", "PostgreSQL", os.environ.get("DOVETAIL_POSTGRES_URL")),
             ("MariaDB", "MariaDB", os.environ.get("DOVETAIL_MYSQL_URL"))]
    other = [("SQLite", "SQLite in memory", "sqlite::memory:")]
    for engine, word in (("PostgreSQL", "POSTGRES"), ("MariaDB", "MYSQL")):
        for name, kind in (("over TLS", "TLS"), ("over its socket", "SOCKET")):
            other.append((engine, f"{engine} {name}", os.environ.get(f"DOVETAIL_{word}_{kind}_URL")))
    return [[Way(*way) for way in some if way[2]] for some in (plain, other)]
