"""The mutants that no answer, no error and no bound can tell from the program, each with its reason."""

import pathlib
import re
import sys

FILE = pathlib.Path("Scripts/mutation/equivalent.txt")
# Kinds that are known by their text in whatever file: `what: the line up to the mutant|what it changes`.
RULES = [
    (re.compile(r"not done: .*\|[\w.]+\.reserveCapacity\("), "room that is taken when it is needed otherwise"),
    (re.compile(r"the opposite: .*keepingCapacity: \|"), "memory that is kept for the next time or not"),
    (re.compile(r"not done: .*\|(precondition|preconditionFailure|assert|assertionFailure|fatalError)\("),
     "a trap that ends the process of a program that is wrong: no check outlives it"),
]


class Equivalents:
    """Blocks of lines `path: what: the line of the source`, below the reason, which begins with #.

    Told by its text, a place keeps its entry when lines move, and loses it when it is written anew.
    """

    def __init__(self, found):
        self.reasons = self.read()
        lines, sources, self.names, self.kinds = {}, {}, {}, {}
        for mutant in found:
            if mutant.path not in lines:
                sources[mutant.path] = pathlib.Path(mutant.path).read_bytes()
                lines[mutant.path] = sources[mutant.path].decode().splitlines()
            text = lines[mutant.path][mutant.line - 1].strip()
            self.names[mutant.number] = f"{mutant.path}: {mutant.what}: {text}"
            start = sources[mutant.path][:mutant.start].rpartition(b"\n")[2].decode()
            rule = next((why for rule, why in RULES if rule.match(f"{mutant.what}: {start}|{mutant.before}")), None)
            if rule:
                self.kinds[mutant.number] = rule
        seen = set(self.names.values())
        stale = [name for name in self.reasons if name.split(":")[0] in lines and name not in seen]
        if stale:
            sys.exit(f"mutate: {FILE} names what is no mutant:\n" + "\n".join(stale))

    @staticmethod
    def read():
        reasons, reason, is_told = {}, [], False
        for line in map(str.strip, FILE.read_text().splitlines()):
            if line.startswith("#"):
                reason = [] if is_told else reason
                reason.append(line.lstrip("# "))
                is_told = False
            elif line:
                if not reason:
                    sys.exit(f"mutate: {FILE}: no reason is given for {line}")
                reasons[line] = " ".join(reason)
                is_told = True
        return reasons

    def __contains__(self, mutant):
        return mutant.number in self.kinds or self.names[mutant.number] in self.reasons

    def reason(self, mutant):
        return self.kinds.get(mutant.number) or self.reasons[self.names[mutant.number]]
