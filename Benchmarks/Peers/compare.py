"""The cases of database-benchmarks by drivers of other languages, in interleaved rounds; Scripts/bench-peers runs it."""

import argparse
import os
import statistics
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "python"))

from drivers import DRIVERS, Failure, Peer, commands, skip  # noqa: E402
from fixtures import MariaDB, Postgres, Refusal, open_fixture  # noqa: E402
from work import CASES, WRITES, expected  # noqa: E402


def arguments():
    cases = sorted({case for some in CASES.values() for case in some})
    parser = argparse.ArgumentParser(prog="Scripts/bench-peers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each driver does each case")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table that is read")
    parser.add_argument("--only", action="append", choices=cases, help="only this case; may be repeated")
    parser.add_argument("--engine", action="append", choices=list(CASES), help="only this engine; may be repeated")
    parser.add_argument("--contender", action="append", choices=[driver.name for driver in DRIVERS],
                        help="only this driver; may be repeated")
    parser.add_argument("--quick", action="store_true",
                        help="a tenth of the work in three rounds: a check, not a measurement")
    parser.add_argument("--directory", default=tempfile.gettempdir(),
                        help="where SQLite's files are made; use a disk, not a file system in memory")
    given = parser.parse_args()
    if given.rounds < 1 or given.rows < 1000:
        parser.error("--rounds must be at least 1 and --rows at least 1000")
    if given.quick:
        given.rounds, given.rows = min(given.rounds, 3), max(1000, given.rows // 10)
    return given


class Comparison:
    """All cases on one engine."""

    def __init__(self, engine, fixture, peers, given):
        self.engine, self.fixture, self.peers, self.given = engine, fixture, peers, given

    def run(self):
        for case, full in CASES[self.engine].items():
            if self.given.only and case not in self.given.only:
                continue
            takers = [peer for peer in self.peers if case in peer.cases]
            if takers:
                self.run_case(case, full // 10 if self.given.quick else full, takers)

    def run_case(self, case, count, peers):
        for peer in peers:
            if self.engine == "sqlite" and case not in WRITES:
                # Fills the page cache of the connection, so that all are measured from memory.
                self.measure(peer, "stream-owned", 0)
            self.measure(peer, case, count // 10)
        rounds = [[self.measure(peer, case, count) for peer in peers] for _ in range(self.given.rounds)]
        names = [peer.driver.name for peer in peers]
        words = [self.engine, case]
        for name, outcomes in zip(names, zip(*rounds)):
            words.append(f"{name}={statistics.median(one[0] / one[1] for one in outcomes):.0f}/s")
        for name, outcomes in zip(names, zip(*rounds)):
            words.append(f"{name}-cpu={statistics.median(one[2] * 1e6 / one[0] for one in outcomes):.2f}us")
        print(*words, f"rounds={self.given.rounds}", flush=True)

    def measure(self, peer, case, count):
        """Operations, seconds and processor time, after they were held to what had to be read or written."""
        writes = case in WRITES
        if writes:
            self.fixture.before_write()
        path = self.fixture.path(writes)
        operations, seconds, cpu, integers, doubles, level = peer.measure(case, count, self.given.rows, path)
        seen = self.fixture.written(path) if writes else (operations, integers, doubles)
        due = expectation(case, self.engine, count, self.given.rows)
        if seen != due or operations != due[0]:
            raise Failure(f"{self.engine} {case}: {peer.driver.name} did {operations} rows with the sums {seen}, and "
                          f"{due} are due; the figures would mean nothing.")
        if self.engine == "sqlite" and level != [1]:
            raise Failure(f"{case}: {peer.driver.name} works with synchronous={level}, not [1].")
        return operations, max(seconds, 1e-9), cpu


known = {}


def expectation(*question):
    if question not in known:
        known[question] = expected(*question)
    return known[question]


def run_engine(engine, given, programs):
    mine = {driver: command for driver, command in programs.items() if driver.engine == engine}
    if not mine or given.only and not set(given.only) & set(CASES[engine]):
        return
    fixture = open_fixture(engine, given.directory)
    if fixture is None:
        print(f"# {engine} is not measured: there is no server for it, see Benchmarks/README.md.")
        return
    peers = []
    try:
        # First, because a driver prepares its statements when it starts.
        fixture.create(given.rows)
        for driver, command in mine.items():
            try:
                peers.append(Peer(driver, command, fixture.environment))
            except Failure as failure:
                skip(f"{driver.language}: {failure}", [driver])
        print(f"# {engine}: {fixture.title};", ", ".join(f"{peer.driver.name} {peer.version}" for peer in peers),
              flush=True)
        Comparison(engine, fixture, peers, given).run()
    finally:
        for peer in peers:
            peer.close()
        fixture.remove()


def main():
    given = arguments()
    engines = [engine for engine in CASES if not given.engine or engine in given.engine]
    # The fixture itself needs a driver.
    for module, kind in (("psycopg", Postgres), ("pymysql", MariaDB)):
        try:
            __import__(module)
        except ImportError:
            engine = "postgres" if kind is Postgres else "mariadb"
            if engine in engines:
                engines.remove(engine)
                skip(f"python: no package {module} to make the tables with",
                     [driver for driver in DRIVERS if driver.engine == engine])
    chosen = [driver for driver in DRIVERS
              if driver.engine in engines and (not given.contender or driver.name in given.contender)]
    programs = commands(chosen)
    for engine in engines:
        run_engine(engine, given, programs)


if __name__ == "__main__":
    try:
        main()
    except (Failure, Refusal) as error:
        sys.exit(f"bench-peers: {error}")
