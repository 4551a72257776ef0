"""Compiles the mutants into one program, in a copy of the sources, and leaves out those that the compiler refuses."""

import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

import mutants

FOLDER = pathlib.Path(".build/mutate")
TREE = FOLDER / "tree"
PROGRAM = FOLDER / "build/debug/dovetail-conformance"
# What the compiler refused before, so that the next run need not find it out again build by build.
REFUSED = FOLDER / "refused"


def say(text):
    print(text, file=sys.stderr, flush=True)


def copy_tree():
    """The sources beside their builds of last time; what did not change keeps its time, so that it is not built anew."""
    TREE.mkdir(parents=True, exist_ok=True)
    for name in ("Package.swift", "Sources", "Tests"):
        source, target = pathlib.Path(name), TREE / name
        for file in [source] if source.is_file() else source.rglob("*"):
            if not file.is_dir():
                write(TREE / file, file.read_bytes())
        if target.is_dir():
            for copy in list(target.rglob("*.swift")):
                if not copy.relative_to(TREE).exists() and copy.name != "Mutants.swift":
                    copy.unlink()
    manifest = TREE / "Package.swift"
    write(manifest, manifest.read_bytes().replace(b"  .treatAllWarnings(as: .error),\n", b""))
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
               "--product", PROGRAM.name]
    done = subprocess.run(command, capture_output=True, text=True)
    errors = set(re.findall(r"tree/(\S+?\.swift):(\d+):\d+: error", done.stdout + done.stderr))
    (FOLDER / "build.log").write_text(done.stdout + done.stderr)
    if done.returncode != 0 and not errors:
        sys.exit("mutate: the build failed\n" + (done.stdout + done.stderr)[-4000:])
    return {(path, int(line)) for path, line in errors}


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
    paths = {mutant.path for mutant in found}
    found = refusals.without(found)
    pristine = True
    while True:
        if pristine:
            copy_tree()
        by_file = {path: [] for path in paths}
        for mutant in found:
            by_file[mutant.path].append(mutant)
        for path, these in by_file.items():
            write(TREE / path, mutated(path, these))
        pristine = False
        errors = build()
        if not errors:
            return found
        left = outside(found, errors)
        say(f"mutate: {len(found) - len(left)} do not compile; building without them")
        kept = set(map(id, left))
        refusals.note([mutant for mutant in found if id(mutant) not in kept])
        found = left


def outside(found, errors):
    """The mutants that are not to blame for the errors, as far as their places tell."""
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
    return left
