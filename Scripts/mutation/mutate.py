"""Compiles the mutants of the named files into one program and counts how many of them the suite kills."""

import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import mutants

FOLDER = pathlib.Path(".build/mutate")
TREE = FOLDER / "tree"
PROGRAM = "debug/dovetail-conformance"
DEFAULT = ["Sources/DriverAPI/Client", "Sources/Drivers"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def swift_files(paths):
    for path in map(pathlib.Path, paths):
        if not path.exists():
            sys.exit(f"mutate: {path} does not exist")
        yield from sorted(map(str, path.rglob("*.swift"))) if path.is_dir() else [str(path)]


def copy_tree():
    """The sources beside their builds of last time; what did not change keeps its time, so that it is not built anew."""
    TREE.mkdir(parents=True, exist_ok=True)
    for name in ("Package.swift", "Sources", "Tests"):
        source, target = pathlib.Path(name), TREE / name
        for file in [source] if source.is_file() else source.rglob("*"):
            copy = TREE / file
            if file.is_dir() or (copy.exists() and copy.read_bytes() == file.read_bytes()):
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        if target.is_dir():
            for copy in list(target.rglob("*.swift")):
                if not copy.relative_to(TREE).exists() and copy.name != "Mutants.swift":
                    copy.unlink()
    manifest = TREE / "Package.swift"
    manifest.write_text(manifest.read_text().replace("  .treatAllWarnings(as: .error),\n", ""))
    runtime = TREE / "Sources/DriverAPI/Support/Mutants.swift"
    runtime.write_text(pathlib.Path("Scripts/mutation/Mutants.swift").read_text())


def write_mutated(by_file):
    for path, found in by_file.items():
        source = pathlib.Path(path).read_bytes()
        text = mutants.switched(source, found)
        if not path.startswith("Sources/DriverAPI/") and b"import DriverAPI" not in source:
            text = b"import DriverAPI;" + text
        (TREE / path).write_bytes(text)


def build():
    command = ["swift", "build", "--package-path", TREE, "--scratch-path", FOLDER / "build", "--enable-all-traits",
               "--product", "dovetail-conformance"]
    done = subprocess.run(command, capture_output=True, text=True)
    errors = set(re.findall(r"tree/(\S+?\.swift):(\d+):\d+: error", done.stdout + done.stderr))
    (FOLDER / "build.log").write_text(done.stdout + done.stderr)
    if done.returncode != 0 and not errors:
        sys.exit("mutate: the build failed\n" + (done.stdout + done.stderr)[-4000:])
    return {(path, int(line)) for path, line in errors}


def compile_all(found):
    """Leaves out the mutants that do not compile; answers with the others."""
    copy_tree()
    paths = {mutant.path for mutant in found}
    while True:
        by_file = {path: [] for path in paths}
        for mutant in found:
            by_file[mutant.path].append(mutant)
        write_mutated(by_file)
        errors = build()
        if not errors:
            return found
        spans = lambda m: range(m.line, m.line + m.before.count("\n") + 1)
        left = [m for m in found if not any((m.path, line) in errors for line in spans(m))]
        if len(left) == len(found):
            # Reported where a value is used that a mutant may leave unset: what is not done nearby is not tried.
            near = lambda m: any(m.path == path and abs(m.line - line) < 25 for path, line in errors)
            left = [m for m in found if m.after is not None or not near(m)]
        if len(left) == len(found):
            # A closure whose type cannot be inferred any more is reported where it begins.
            left = [m for m in found if not any(m.path == path and -5 < m.line - line < 40 for path, line in errors)]
        if len(left) == len(found):
            broken = {path for path, _ in errors}
            left = [m for m in found if m.path not in broken]
            if len(left) == len(found):
                sys.exit(f"mutate: these errors are of no mutant: {sorted(errors)[:5]}")
            say(f"mutate: left out whole: {', '.join(sorted(broken))}")
        say(f"mutate: {len(found) - len(left)} do not compile; building without them")
        found = left


class Engine:
    def __init__(self, name, url):
        self.name, self.url = name, url
        self.seconds, self.reached = {}, {}

    def run(self, clause, environment, limit):
        command = [FOLDER / "build" / PROGRAM, "--url", self.url, "--only", clause]
        try:
            return subprocess.run(command, env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **environment},
                                  capture_output=True, timeout=limit).returncode
        except subprocess.TimeoutExpired:
            return None

    def survey(self, clauses, jobs):
        """How long each clause takes, and which mutants it reaches."""
        def look(clause):
            with tempfile.NamedTemporaryFile("r") as file:
                start = time.monotonic()
                status = self.run(clause, {"DOVETAIL_MUTANT_REACH": file.name}, 300)
                return clause, status, time.monotonic() - start, set(map(int, file.read().split()))
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for clause, status, seconds, reached in pool.map(look, clauses):
                if status != 0:
                    say(f"mutate: {clause} fails on {self.name} without any mutant; left out")
                    continue
                self.seconds[clause], self.reached[clause] = seconds, reached


def engines(tree_urls):
    return [Engine(name, url) for name, url in tree_urls if url]


def serves(engine, mutant):
    """Whether a mutant of a driver can be met on an engine at all."""
    folder = mutant.path.split("Sources/Drivers/")[-1].split("/")[0]
    return {"SQLite": ["SQLite"], "Postgres": ["PostgreSQL"], "MySQL": ["MariaDB"]}.get(folder, [engine.name]) == [
        engine.name]


def hunt(mutant, all_engines, kills):
    """The first check that fails with the mutant on; the quickest, and those that killed before, come first."""
    chances = []
    for engine in all_engines:
        if serves(engine, mutant):
            for clause, reached in engine.reached.items():
                if mutant.number in reached:
                    chances.append((engine.seconds[clause] / (1 + 3 * kills.get((mutant.path, clause), 0)), engine,
                                    clause))
    for _, engine, clause in sorted(chances, key=lambda chance: chance[0]):
        limit = 3 * engine.seconds[clause] + 20
        if engine.run(clause, {"DOVETAIL_MUTANT": str(mutant.number)}, limit) != 0:
            kills[(mutant.path, clause)] = kills.get((mutant.path, clause), 0) + 1
            return f"{clause} on {engine.name}"
    return None if chances else "unreached"


def main():
    options = argparse.ArgumentParser(prog="Scripts/mutate")
    options.add_argument("paths", nargs="*", default=DEFAULT)
    options.add_argument("--sample", type=int, default=0, help="try only so many, chosen by the seed")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=4)
    options.add_argument("--goal", type=float, default=85)
    options.add_argument("--list", action="store_true", help="print the mutants and try none")
    options = options.parse_args()

    found = []
    for path in swift_files(options.paths):
        found += mutants.find(path, len(found))
    if options.list:
        print("\n".join(map(str, found)))
        return
    say(f"mutate: {len(found)} mutants; building")
    found = compile_all(found)
    chosen = found
    if options.sample and options.sample < len(found):
        chosen = random.Random(options.seed).sample(found, options.sample)

    file = tempfile.mkdtemp() + "/mutate.db"
    all_engines = engines([("SQLite", f"sqlite:{file}"), ("PostgreSQL", os.environ.get("DOVETAIL_POSTGRES_URL")),
                           ("MariaDB", os.environ.get("DOVETAIL_MYSQL_URL"))])
    listed = subprocess.run([FOLDER / "build" / PROGRAM, "--list"], capture_output=True, text=True, check=True)
    clauses = sorted({line.split()[0] for line in listed.stdout.splitlines() if re.match(r"[A-Z]+-\d+ ", line)})
    for engine in all_engines:
        engine.survey(clauses, options.jobs)
        say(f"mutate: {engine.name}: {len(engine.seconds)} of {len(clauses)} clauses, {sum(engine.seconds.values()):.0f} s")

    kills, survivors, killed, unreached = {}, [], 0, 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for mutant, end in zip(chosen, pool.map(lambda m: hunt(m, all_engines, kills), chosen)):
            if end in (None, "unreached"):
                survivors.append((mutant, end))
                unreached += end is not None
                print(f"survives{' (never reached)' if end else ''}: {mutant}", flush=True)
            else:
                killed += 1
                say(f"killed by {end}: {mutant}")
    score = 100 * killed / max(1, len(chosen))
    print(f"mutate: {killed} of {len(chosen)} killed ({score:.0f} %), {unreached} of the survivors never reached; "
          f"seed {options.seed}")
    sys.exit(score < options.goal)


main()
