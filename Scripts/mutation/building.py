"""Compiles the mutants into one program, in a copy of the sources, and leaves out those that the compiler refuses."""

import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys

import mutants

FOLDER = pathlib.Path(".build/mutate")
TREE = FOLDER / "tree"
PROGRAM = FOLDER / "build/debug/dovetail-conformance"
MANIFEST = FOLDER / "build/debug.yaml"
# What the compiler refused before, so that the next run need not find it out again.
REFUSED = FOLDER / "left-out"
# How many compilers run beside each other.
JOBS = 2


def say(text):
    print(text, file=sys.stderr, flush=True)


def copy_tree(but=()):
    """The sources beside their builds of last time, but for some; what did not change keeps its time, so that it is not
    built anew."""
    TREE.mkdir(parents=True, exist_ok=True)
    for name in ("Package.swift", "Sources", "Tests"):
        source, target = pathlib.Path(name), TREE / name
        for file in [source] if source.is_file() else source.rglob("*"):
            if not file.is_dir() and str(file) not in but and file.name != "ConformanceCase.swift":
                write(TREE / file, file.read_bytes())
        if target.is_dir():
            for copy in list(target.rglob("*.swift")):
                if not copy.relative_to(TREE).exists() and copy.name != "Mutants.swift":
                    copy.unlink()
    manifest = TREE / "Package.swift"
    write(manifest, manifest.read_bytes().replace(b"  .treatAllWarnings(as: .error),\n", b""))
    # Each check tells what it has reached.
    case = pathlib.Path("Tests/Conformance/Suite/Running/ConformanceCase.swift")
    began = b"      started()\n"
    if began not in case.read_bytes():
        sys.exit(f"mutate: {case} is not what it was: where does a check begin?")
    write(TREE / case, case.read_bytes().replace(
        began, began + b'      let reach = Mutants.begin()\n      defer { Mutants.end(reach, "\\(clause)") }\n'))
    write(TREE / "Sources/DriverAPI/Support/Mutants.swift", pathlib.Path("Scripts/mutation/Mutants.swift").read_bytes())


def write(path, content):
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def mutated(path, found):
    source = pathlib.Path(path).read_bytes()
    text = mutants.switched(source, found)
    if not path.startswith("Sources/DriverAPI/") and b"import DriverAPI" not in source:
        text = b"import DriverAPI;" + text
    return text


def build():
    command = ["swift", "build", "--package-path", TREE, "--scratch-path", FOLDER / "build", "--enable-all-traits",
               "--jobs", str(JOBS), "--product", PROGRAM.name]
    done = subprocess.run(command, capture_output=True, text=True)
    (FOLDER / "build.log").write_text(done.stdout + done.stderr)
    errors = errors_in(done.stdout + done.stderr)
    if done.returncode != 0 and not errors:
        sys.exit("mutate: the build failed\n" + (done.stdout + done.stderr)[-4000:])
    return errors


def errors_in(log):
    """The places that the compiler names, as paths and lines of the sources."""
    return {(path, int(line)) for path, line in re.findall(r"tree/(\S+?\.swift):(\d+):\d+: error", log)}


class Refusals:
    """The mutants that did not compile, by the content of their files."""

    def __init__(self):
        self.known = set(REFUSED.read_text().splitlines()) if REFUSED.exists() else set()
        self.hashes = {}

    def name(self, mutant):
        if mutant.path not in self.hashes:
            self.hashes[mutant.path] = hashlib.sha256(pathlib.Path(mutant.path).read_bytes()).hexdigest()[:16]
        return f"{self.hashes[mutant.path]} {mutant.path} {mutant.start} {mutant.what}"

    def without(self, found):
        return [mutant for mutant in found if self.name(mutant) not in self.known]

    def note(self, refused):
        self.known.update(map(self.name, refused))
        REFUSED.write_text("".join(f"{line}\n" for line in sorted(self.known)))


def compile_all(found):
    """Leaves out the mutants that do not compile; answers with the others."""
    refusals = Refusals()
    by_file = {}
    for mutant in found:
        by_file.setdefault(mutant.path, []).append(mutant)
    count = len(found)
    by_file = {path: refusals.without(these) for path, these in by_file.items()}
    if not MANIFEST.exists():
        # How each module is compiled is known once it was.
        copy_tree()
        build()
    copy_tree(but=by_file)
    while True:
        for path, these in by_file.items():
            write(TREE / path, mutated(path, these))
        broken = {}
        for path, line in build_errors(by_file):
            broken.setdefault(path, set()).add(line)
        if not broken:
            left = [mutant for these in by_file.values() for mutant in these]
            say(f"mutate: {count - len(left)} of {count} do not compile, and are left out")
            return left
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            kept_of = dict(zip(broken, pool.map(lambda path: Compiling(path).most(by_file[path], broken[path]), broken)))
        for path, kept in kept_of.items():
            known = set(map(id, kept))
            refused = [mutant for mutant in by_file[path] if id(mutant) not in known]
            say(f"mutate: {path}: {len(refused)} of {len(by_file[path])} mutants do not compile")
            if not refused:
                sys.exit(f"mutate: {path} compiles alone and not with the others; see {FOLDER / 'build.log'}")
            refusals.note(refused)
            by_file[path] = kept


def build_errors(by_file):
    errors = build()
    strangers = {path for path, _ in errors} - set(by_file)
    if strangers:
        sys.exit(f"mutate: errors in files without mutants: {', '.join(sorted(strangers))}")
    return errors


class Compiling:
    """One file with some of its mutants, compiled alone, up to the diagnoses that need its control flow."""

    # What of the arguments of a build means the same to the compiler of one file, and whether a value follows.
    ARGUMENTS = {
        "-module-name": True, "-I": True, "-target": True, "-Xcc": True, "-module-cache-path": True,
        "-swift-version": True, "-enable-experimental-feature": True, "-enable-upcoming-feature": True,
        "-package-name": True, "-parse-as-library": False, "-enable-testing": False, "-Onone": False,
    }

    def __init__(self, path):
        self.path = path
        self.file = str((TREE / path).resolve())
        module = next(each for each in modules() if self.file in each["inputs"])
        sources = [each for each in module["inputs"] if each.endswith(".swift")]
        arguments, rest = [], iter(module["args"][1:])
        for argument in rest:
            if argument in self.ARGUMENTS:
                arguments += [argument, next(rest)] if self.ARGUMENTS[argument] else [argument]
            elif re.match(r"-[ID].", argument):
                arguments.append(argument)
        others = [each for each in sources if each != self.file]
        self.command = [module["args"][0], "-frontend", "-emit-sil", "-o", "/dev/null", *arguments, *others,
                        "-primary-file", self.file]

    def errors(self, these):
        """The lines that the compiler names; none if it takes the file."""
        write(TREE / self.path, mutated(self.path, these))
        done = subprocess.run(self.command, capture_output=True, text=True)
        if done.returncode == 0:
            return set()
        lines = {line for path, line in errors_in(done.stdout + done.stderr) if path == self.path}
        # It can also end without a word about a place.
        return lines or {0}

    def most(self, these, lines):
        """As many of the mutants as compile together; all of them have errors in these lines."""
        while True:
            if not lines:
                return these
            blamed = self.blamed(these, lines)
            if blamed:
                these = [mutant for mutant in these if id(mutant) not in blamed]
                lines = self.errors(these)
                continue
            # Reported where a value is used, or where a closure begins whose type is not found any more.
            near = [mutant for mutant in these if any(-40 < mutant.line - line < 60 for line in lines)]
            known = set(map(id, near))
            rest = [mutant for mutant in these if id(mutant) not in known]
            if near and not self.errors(rest):
                return self.with_halves(rest, near)
            if self.errors([]):
                sys.exit(f"mutate: {self.path} does not compile without a mutant")
            return self.with_halves([], these)

    @staticmethod
    def blamed(these, lines):
        """For each line the smallest mutants there."""
        blamed = set()
        for line in lines:
            there = [m for m in these if m.line <= line <= m.line + m.before.count("\n")]
            least = min((m.before.count("\n") for m in there), default=0)
            blamed.update(id(m) for m in there if m.before.count("\n") == least)
        return blamed

    def with_halves(self, base, these):
        """`base`, which compiles, and as many of the others as compile with it."""
        if not these or not self.errors(base + these):
            return base + these
        if len(these) == 1:
            return base
        half = len(these) // 2
        return self.with_halves(self.with_halves(base, these[:half]), these[half:])


def modules():
    """What the build says of each of its modules: the sources, and how they are compiled."""
    inputs = None
    for line in MANIFEST.read_text().splitlines():
        name, _, value = line.strip().partition(": ")
        if name == "inputs":
            inputs = json.loads(value)
        elif name == "args" and "-module-name" in value:
            yield {"inputs": inputs, "args": json.loads(value)}
