"""Compiles the mutants of the named files into one program and counts how many of them the suite kills."""

import argparse
import collections
import concurrent.futures
import pathlib
import random
import re
import subprocess
import sys

import building
import mutants
from building import say
from equivalents import Equivalents
from ways import OTHERWISE, ways

DEFAULT = ["Sources/DriverAPI/Client", "Sources/Drivers"]
# So many clauses are tried one by one, the most promising first; then the others of the engine beside each other.
FIRST = 4


def swift_files(paths):
    for path in map(pathlib.Path, paths):
        if not path.exists():
            sys.exit(f"mutate: {path} does not exist")
        yield from sorted(map(str, path.rglob("*.swift"))) if path.is_dir() else [str(path)]


class Hunt:
    def __init__(self, plain, others):
        self.plain, self.others = plain, others
        self.kills = collections.Counter()

    def kill(self, mutant):
        """What fails with the mutant on; None if nothing does, "unreached" if nothing runs it."""
        isReached = False
        for way in self.plain:
            clauses = [clause for clause, reached in way.reached.items() if mutant.number in reached]
            if not way.serves(mutant) or not clauses:
                continue
            isReached = True
            clauses.sort(key=lambda clause: self.promise(mutant, way, clause))
            killer = next((clause for clause in clauses[:FIRST] if way.alone(mutant, clause)), None)
            for quick in (True, False):
                rest = [clause for clause in clauses[FIRST:] if (way.seconds[clause] < 1.5) == quick]
                if killer is None and rest:
                    killer = way.together(mutant, rest)
            if killer:
                self.kills[mutant.path, killer] += 1
                return f"{killer} on {way.name}"
        for way in self.others:
            if way.serves(mutant) and way.reaches(mutant):
                isReached = True
                killer = way.together(mutant, list(way.seconds))
                if killer:
                    return f"{killer} on {way.name}"
        return None if isReached else "unreached"

    def promise(self, mutant, way, clause):
        """The less the better: quick clauses, those that killed in this file, those that reach little else."""
        return way.seconds[clause] * len(way.reached[clause]) / (1 + 3 * self.kills[mutant.path, clause])


class Tally:
    """How many were killed, survived, or cannot be told, by folder."""

    def __init__(self):
        self.counts = collections.defaultdict(collections.Counter)

    def note(self, mutant, end):
        self.counts[mutant.path.split("Sources/")[1].split("/")[1]][end] += 1

    def total(self):
        return sum(self.counts.values(), collections.Counter())

    @staticmethod
    def score(counts):
        tried = counts["killed"] + counts["survived"] + counts["unreached"]
        return 100 * counts["killed"] / max(1, tried), tried

    def tell(self, seed):
        for name, counts in sorted(self.counts.items()) + [(f"seed {seed}", self.total())]:
            score, tried = self.score(counts)
            print(f"mutate: {name}: {counts['killed']} of {tried} killed ({score:.0f} %), {counts['unreached']} of the "
                  f"survivors never reached, {counts['equivalent']} equivalent", flush=True)


def choose(found, options, seed):
    """The mutants to try: all, a sample, or those that an earlier run's output names as survivors."""
    if options.again:
        named = set(re.findall(r"^survives(?: \(never reached\))?: (.*)$", pathlib.Path(options.again).read_text(), re.M))
        return [mutant for mutant in found if str(mutant) in named]
    if options.sample and options.sample < len(found):
        return random.Random(seed).sample(found, options.sample)
    return found


def main():
    options = argparse.ArgumentParser(prog="Scripts/mutate")
    options.add_argument("paths", nargs="*", default=DEFAULT)
    options.add_argument("--sample", type=int, default=0, help="try only so many, chosen by the seed")
    options.add_argument("--seed", type=int, action="append", help="may be given several times: a sample for each")
    options.add_argument("--again", help="try only those that this output of an earlier run names as survivors")
    options.add_argument("--jobs", type=int, default=4)
    options.add_argument("--goal", type=float, default=85)
    options.add_argument("--list", action="store_true", help="print the mutants and try none")
    options.add_argument("--reach", action="store_true", help="print the mutants that no clause reaches and try none")
    options = options.parse_args()

    found = []
    for path in swift_files(options.paths):
        found += mutants.find(path, len(found))
    if options.list:
        print("\n".join(map(str, found)))
        return
    equivalents = Equivalents(found)
    say(f"mutate: {len(found)} mutants; building")
    found = building.compile_all(found)
    say(f"mutate: {len(found)} compile")

    # Where none of them can be met, nothing has to be looked at.
    plain, others = ([way for way in some if any(map(way.serves, found))] for some in ways())
    listed = subprocess.run([building.PROGRAM, "--list"], capture_output=True, text=True, check=True)
    clauses = sorted({line.split()[0] for line in listed.stdout.splitlines() if re.match(r"[A-Z]+-\d+ ", line)})
    for way in plain:
        way.survey(clauses, options.jobs)
    for way in others:
        way.survey_together([clause for clause in clauses if {clause, clause.split("-")[0]} & set(OTHERWISE)])
        say(f"mutate: {way.name}: {way.whole:.0f} s")
    if options.reach:
        for mutant in found:
            if mutant not in equivalents and not any(way.serves(mutant) and way.reaches(mutant) for way in plain + others):
                print(f"never reached: {mutant}")
        return

    hunt, isEnough = Hunt(plain, others), True
    for seed in options.seed or [1]:
        chosen, tally = choose(found, options, seed), Tally()
        for mutant in filter(equivalents.__contains__, chosen):
            tally.note(mutant, "equivalent")
            print(f"equivalent: {mutant}: {equivalents.reason(mutant)}")
        tried = [mutant for mutant in chosen if mutant not in equivalents]
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for mutant, end in zip(tried, pool.map(hunt.kill, tried)):
                if end in (None, "unreached"):
                    print(f"survives{' (never reached)' if end else ''}: {mutant}", flush=True)
                else:
                    say(f"killed by {end}: {mutant}")
                tally.note(mutant, {None: "survived", "unreached": "unreached"}.get(end, "killed"))
        tally.tell(seed)
        isEnough = isEnough and tally.score(tally.total())[0] >= options.goal
    sys.exit(not isEnough)


main()
