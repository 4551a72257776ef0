"""The ways by which a third party runs the suite: each engine, and each way to reach it."""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading

from building import FOLDER, PROGRAM, TREE, say

# What may differ by the way a server is reached: all else is asked of one way of each engine.
OTHERWISE = ["URL", "CONN", "EXEC-1", "EXEC-2", "QUERY-1", "QUERY-2", "TYPE-1", "TX-1", "TX-2", "CANCEL-1", "CANCEL-7",
             "POOL-2", "POOL-5", "PIPE-1", "ERR-5"]


class Way:
    """A URL, and what the suite's checks reach by it."""

    def __init__(self, engine, name, url):
        self.engine, self.name, self.url = engine, name, url
        self.seconds, self.reached = {}, {}

    def run(self, checks, environment, limit, endsAtFailure=False):
        """The exit code, nil if it did not end, and the checks that failed, or the first of them."""
        command = [PROGRAM, "--url", self.url] + [word for check in checks for word in ("--only", check)]
        process = subprocess.Popen(command, env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **environment},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        isLate, failed = threading.Event(), []
        timer = threading.Timer(limit, lambda: (isLate.set(), process.kill()))
        timer.start()
        for line in process.stderr:
            match = re.match(r"\[\d+/\d+\] FAILED (.+)", line)
            if match:
                failed.append(match[1])
            if match and endsAtFailure:
                process.terminate()
                break
        process.stderr.read()
        status = process.wait()
        timer.cancel()
        return None if isLate.is_set() else status, failed

    def survey(self, checks):
        """How long each check takes, and which mutants it reaches, or a neighbour of it in the same run."""
        remembered = Remembered(self.name)
        unknown = [check for check in checks if not remembered.knows(check)]
        while unknown:
            with tempfile.NamedTemporaryFile("r") as file:
                status, failed = self.run(unknown, {"DOVETAIL_MUTANT_REACH": file.name}, 1800)
                lines = [line.rstrip("\n").split("\t") for line in file]
            for seconds, check, numbers in lines:
                if check not in failed:
                    remembered.note(check, float(seconds), map(int, numbers.split()))
            remembered.keep()
            for check in failed:
                say(f"mutate: fails on {self.name} without any mutant, and is left out: {check}")
            rest = [check for check in unknown if not remembered.knows(check) and check not in failed]
            if rest == unknown:
                say(f"mutate: on {self.name} the run ended with {status}, and these were not met: {rest}")
                break
            unknown = rest
        for check in filter(remembered.knows, checks):
            self.seconds[check], self.reached[check] = remembered.answer(check)
        say(f"mutate: {self.name}: {len(self.seconds)} of {len(checks)} checks, {sum(self.seconds.values()):.0f} s")

    def reaching(self, mutant):
        return [check for check, reached in self.reached.items() if mutant.number in reached]

    def serves(self, mutant):
        """Whether a mutant of a driver can be met on the engine at all."""
        folder = mutant.path.split("Sources/Drivers/")[-1].split("/")[0]
        return {"SQLite": "SQLite", "Postgres": "PostgreSQL", "MySQL": "MariaDB"}.get(folder, self.engine) == self.engine

    def alone(self, mutant, check):
        """Whether the check fails with the mutant on and nothing beside it."""
        limit = 3 * self.seconds.get(check, 10) + 20
        return self.run([check], {"DOVETAIL_MUTANT": str(mutant.number)}, limit)[0] != 0

    def together(self, mutant, checks):
        """The check that fails with the mutant on, of many in one process; it has to fail alone, too."""
        environment = {"DOVETAIL_MUTANT": str(mutant.number)}
        limit = 3 * sum(self.seconds.get(check, 1) for check in checks) + 90
        status, failed = self.run(checks, environment, limit, endsAtFailure=True)
        while failed and not self.alone(mutant, failed[0]):
            # Disturbed by its neighbours.
            checks = [check for check in checks if check != failed[0]]
            status, failed = self.run(checks, environment, limit, endsAtFailure=True) if checks else (0, [])
        if failed:
            return failed[0]
        if status is None:
            return "a run that hangs"
        return f"a run that ends by signal {-status}" if status < 0 else None


class Remembered:
    """What a check was seen to reach, for as long as the sources and the file in which it stands stay the same.

    What it calls in other files of the suite may change without being noticed; then a mutant may be held to fewer checks
    than reach it, and survive.
    """

    sources, places = "", {}

    def __init__(self, way):
        FOLDER.joinpath("reach").mkdir(exist_ok=True)
        self.file = FOLDER / "reach" / (way.replace(" ", "-") + ".json")
        self.known = json.loads(self.file.read_text()) if self.file.exists() else {}
        if not Remembered.places:
            Remembered.sources = digest(*(path.read_bytes() for path in sorted((TREE / "Sources").rglob("*.swift"))))
            for path in TREE.glob("Tests/Conformance/Suite/Clauses/*.swift"):
                text = path.read_text()
                for title in re.findall(r'Clause\(\s*"[A-Z]+-\d+",\s*"([^"]+)"', text):
                    Remembered.places[title] = digest(text.encode())

    def key(self, check):
        return Remembered.sources + Remembered.places.get(check.split(" ", 1)[1], "")

    def knows(self, check):
        return self.known.get(check, [""])[0] == self.key(check)

    def note(self, check, seconds, reached):
        self.known[check] = [self.key(check), seconds, sorted(reached)]

    def keep(self):
        self.file.write_text(json.dumps(self.known))

    def answer(self, check):
        return self.known[check][1], set(self.known[check][2])


def digest(*texts):
    sum = hashlib.sha256()
    for text in texts:
        sum.update(text)
    return sum.hexdigest()[:16]


def ways():
    """The plain way of each engine, and the others."""
    # A disk that others write to as well would only hold SQLite up.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    file = tempfile.mkdtemp(dir=memory) + "/mutate.db"
    plain = [("SQLite", "SQLite", f"sqlite:{file}"), ("PostgreSQL", "PostgreSQL", os.environ.get("DOVETAIL_POSTGRES_URL")),
             ("MariaDB", "MariaDB", os.environ.get("DOVETAIL_MYSQL_URL"))]
    other = [("SQLite", "SQLite in memory", "sqlite::memory:")]
    for engine, word in (("PostgreSQL", "POSTGRES"), ("MariaDB", "MYSQL")):
        for name, kind in (("over TLS", "TLS"), ("over its socket", "SOCKET")):
            other.append((engine, f"{engine} {name}", os.environ.get(f"DOVETAIL_{word}_{kind}_URL")))
    return [[Way(*way) for way in some if way[2]] for some in (plain, other)]
