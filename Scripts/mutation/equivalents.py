"""The mutants that no answer, no error and no bound can tell from the program, each with its reason."""

import pathlib
import sys

FILE = pathlib.Path("Scripts/mutation/equivalent.txt")


class Equivalents:
    """Blocks of lines `path: what: the line of the source`, below the reason, which begins with #.

    Told by its text, a place keeps its entry when lines move, and loses it when it is written anew.
    """

    def __init__(self, found):
        self.reasons = self.read()
        lines, self.names = {}, {}
        for mutant in found:
            if mutant.path not in lines:
                lines[mutant.path] = pathlib.Path(mutant.path).read_text().splitlines()
            text = lines[mutant.path][mutant.line - 1].strip()
            self.names[mutant.number] = f"{mutant.path}: {mutant.what}: {text}"
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
        return self.names[mutant.number] in self.reasons

    def reason(self, mutant):
        return self.reasons[self.names[mutant.number]]
