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
# So many checks are tried one by one, the most promising first; then the others of the engine beside each other.
FIRST = 4
# Of those the ones that take no longer than this, in seconds, come before the others.
QUICK = 2


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
        for way in filter(lambda way: way.serves(mutant), self.plain):
            checks = sorted(way.reaching(mutant), key=lambda check: self.promise(mutant, way, check))
            isReached = isReached or bool(checks)
            killer = next((check for check in checks[:FIRST] if way.alone(mutant, check)), None)
            for isQuick in (True, False):
                rest = [check for check in checks[FIRST:] if (way.seconds[check] < QUICK) == isQuick]
                if killer is None and rest:
                    killer = way.together(mutant, rest)
            if killer:
                self.kills[mutant.path, killer] += 1
                return f"{killer} on {way.name}"
        for way in filter(lambda way: way.serves(mutant), self.others):
            checks = way.reaching(mutant)
            isReached = isReached or bool(checks)
            killer = way.together(mutant, checks) if checks else None
            if killer:
                return f"{killer} on {way.name}"
        return None if isReached else "unreached"

    def promise(self, mutant, way, check):
        """The less the better: quick checks, those that killed in this file, those that reach little else."""
        return way.seconds[check] * len(way.reached[check]) / (1 + 3 * self.kills[mutant.path, check])


class Tally:
    """How many were killed, survived, or are left out as no check can tell them from the program, by place."""

    def __init__(self):
        self.counts = collections.defaultdict(collections.Counter)

    def note(self, mutant, end):
        self.counts[mutant.place.removeprefix("Sources/")][end] += 1

    def total(self):
        return sum(self.counts.values(), collections.Counter())

    @staticmethod
    def score(counts):
        tried = counts["killed"] + counts["survived"] + counts["unreached"]
        return 100 * counts["killed"] / max(1, tried), tried

    def tell(self, sample):
        for name, counts in sorted(self.counts.items()) + [(sample, self.total())]:
            score, tried = self.score(counts)
            print(f"mutate: {name}: {counts['killed']} of {tried} killed ({score:.0f} %), {counts['unreached']} of the "
                  f"survivors never reached; left out: {counts['left out']}", flush=True)


def survivors(found, output):
    """Those that an earlier run's output names as survivors."""
    named = set(re.findall(r"^survives(?: \(never reached\))?: (.*)$", pathlib.Path(output).read_text(), re.M))
    return [mutant for mutant in found if str(mutant) in named]


def choose(found, options, seed):
    """The mutants to try: all, or a sample of each place."""
    if not options.sample:
        return found
    chosen = []
    for place in options.paths:
        there = [mutant for mutant in found if mutant.place == place]
        chosen += random.Random(seed).sample(there, min(options.sample, len(there)))
    return chosen


def main():
    options = argparse.ArgumentParser(prog="Scripts/mutate")
    options.add_argument("paths", nargs="*", default=DEFAULT)
    options.add_argument("--sample", type=int, default=0, help="try only so many of each place, chosen by the seed")
    options.add_argument("--seed", type=int, action="append", help="may be given several times: a sample for each")
    options.add_argument("--again", help="try those, besides, that this output of an earlier run names as survivors")
    options.add_argument("--jobs", type=int, default=4)
    options.add_argument("--goal", type=float, default=85)
    options.add_argument("--list", action="store_true", help="print the mutants and try none")
    options.add_argument("--build", action="store_true", help="compile the mutants and try none")
    options.add_argument("--reach", action="store_true", help="print the mutants that no check reaches and try none")
    options = options.parse_args()

    places = {file: place for place in options.paths for file in swift_files([place])}
    found = mutants.find_all(sorted(places))
    for mutant in found:
        mutant.place = places[mutant.path]
    if options.list:
        print("\n".join(map(str, found)))
        return
    equivalents = Equivalents(found)
    # None of the others has to be compiled.
    seeds = options.seed or ([] if options.again else [1])
    samples = {f"seed {seed}": choose(found, options, seed) for seed in seeds}
    if options.again:
        samples["again"] = survivors(found, options.again)
    wanted = set(map(id, (mutant for sample in samples.values() for mutant in sample)))
    found = [mutant for mutant in found if id(mutant) in wanted]
    say(f"mutate: {len(found)} mutants; building")
    found = building.compile_all(found)
    if options.build:
        return
    compiled = set(map(id, found))

    # Where none of them can be met, nothing has to be looked at.
    plain, others = ([way for way in some if any(map(way.serves, found))] for some in ways())
    listed = subprocess.run([building.PROGRAM, "--list"], capture_output=True, text=True, check=True)
    checks = [line for line in listed.stdout.splitlines() if re.match(r"[A-Z]+-\d+ ", line)]
    for way in plain:
        way.survey(checks)
    for way in others:
        way.survey([check for check in checks if set(re.match(r"(([A-Z]+)-\d+)", check).groups()) & set(OTHERWISE)])
    if options.reach:
        for mutant in found:
            if mutant not in equivalents and not any(way.serves(mutant) and way.reaching(mutant) for way in plain + others):
                print(f"never reached: {mutant}")
        return

    hunt, isEnough = Hunt(plain, others), True
    for name, sample in samples.items():
        chosen, tally = [mutant for mutant in sample if id(mutant) in compiled], Tally()
        for mutant in filter(equivalents.__contains__, chosen):
            tally.note(mutant, "left out")
            print(f"left out: {mutant}: {equivalents.reason(mutant)}")
        tried = [mutant for mutant in chosen if mutant not in equivalents]
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for mutant, end in zip(tried, pool.map(hunt.kill, tried)):
                if end in (None, "unreached"):
                    print(f"survives{' (never reached)' if end else ''}: {mutant}", flush=True)
                else:
                    say(f"killed by {end}: {mutant}")
                tally.note(mutant, {None: "survived", "unreached": "unreached"}.get(end, "killed"))
        tally.tell(name)
        isEnough = isEnough and tally.score(tally.total())[0] >= options.goal
    sys.exit(not isEnough)


main()
