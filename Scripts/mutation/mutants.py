"""Finds the places of a Swift file where one line can be wrong, and writes the file with every mistake behind a switch."""

import dataclasses
import re

import tree_sitter
import tree_sitter_swift

# So many numbers a file has, or a multiple.
ROOM = 16
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_swift.language()))

# Turned round, not moved by one: at the border of a buffer, a pause or a cache both sides are right mostly, and a
# mutant that nobody could tell from the program says nothing of the checks. For the same reason numbers stay.
COMPARISONS = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "===": "!==", "!==": "==="}
# What gives memory back: not done it is a leak, which the address sanitizer looks for and no answer shows.
RELEASES = re.compile(r"^[\w.?]*\b(deallocate|deinitialize|free|PQclear|PQfreemem|PQfreeCancel|mysql_free_result)\(")
CALLS = {"call_expression", "try_expression", "await_expression"}
BINARY = {"comparison_expression", "equality_expression", "conjunction_expression", "disjunction_expression"}
# Where an expression is no value of the running program, or must be a literal.
FIXED = {
    "attribute", "macro_invocation", "enum_entry", "switch_pattern", "pattern", "type_parameters", "parameter",
    "availability_condition", "line_string_literal", "multi_line_string_literal", "directive",
}


@dataclasses.dataclass
class Mutant:
    number: int
    path: str
    line: int
    start: int
    end: int
    what: str
    before: str
    after: str
    # What of the command line it was found in.
    place: str = ""

    def __str__(self):
        text = " ".join(self.before.split())
        return f"{self.path}:{self.line}: {self.what}: {text[:70]}"


class Finder:
    def __init__(self, path, source):
        self.path, self.source, self.found = path, source, []

    def text(self, node):
        return self.source[node.start_byte:node.end_byte].decode()

    def add(self, node, what, after):
        self.found.append((node.start_byte, node.end_byte, node.start_point[0] + 1, what, self.text(node), after))

    def visit(self, node, in_init=False):
        kind = node.type
        if kind in FIXED:
            return
        if kind == "init_declaration":
            in_init = True
        # A default argument may be compiled into another module, and an inlinable body must not see the switch.
        if kind in BINARY and len(node.children) == 3:
            parts = list(self.flat(node))
            self.disjunction(node, parts)
            for operand in parts[::2]:
                self.visit(operand, in_init)
            return
        if kind == "boolean_literal":
            self.add(node, "the opposite", "false" if self.text(node) == "true" else "true")
        elif kind in ("prefix_expression",) and self.text(node).startswith("!"):
            self.add(node, "no negation", self.text(node)[1:])
        elif node.parent is not None and node.parent.type in ("statements",):
            if kind in CALLS or (kind == "assignment" and not in_init):
                # A deferred block would end with the switch's own scope.
                text = self.text(node)
                if not (self.ends_with_value(node) or text.startswith("defer") or RELEASES.match(text)):
                    self.add(node, "not done", None)
        for child in node.children:
            self.visit(child, in_init)

    def flat(self, node):
        """Operands and signs in their order: the grammar has `==` bind less than `||`, which is not Swift's way."""
        if node.type in BINARY and len(node.children) == 3:
            yield from self.flat(node.children[0])
            yield node.children[1]
            yield from self.flat(node.children[2])
        else:
            yield node

    def span(self, parts):
        return self.source[parts[0].start_byte:parts[-1].end_byte].decode()

    def disjunction(self, node, parts, sign="||"):
        """The mutants of operands that are joined by || of what is joined by && of comparisons."""
        places = [index for index in range(1, len(parts), 2) if self.text(parts[index]) == sign]
        other = "&&" if sign == "||" else "||"
        for place, end in zip(places, places[1:] + [len(parts)]):
            left, right = self.span(parts[:place]), self.span(parts[place + 1:end])
            self.add_parts(parts[:end], f"{sign} is {other}", f"(({left}) {other} ({right}))")
        for start, end in zip([0] + [place + 1 for place in places], places + [len(parts)]):
            some = parts[start:end]
            if sign == "||":
                self.disjunction(node, some, "&&")
            elif len(some) == 3 and self.compares(some[1]) and self.text(some[2]) != "nil":
                opposite = COMPARISONS[self.text(some[1])]
                self.add_parts(some, f"{self.text(some[1])} is {opposite}",
                               f"({self.text(some[0])} {opposite} {self.text(some[2])})")

    def compares(self, sign):
        """Whether it is a comparison and no bracket of a generic type."""
        return self.text(sign) in COMPARISONS and self.source[sign.start_byte - 1:sign.start_byte].isspace()

    def add_parts(self, parts, what, after):
        first, last = parts[0], parts[-1]
        self.found.append(
            (first.start_byte, last.end_byte, first.start_point[0] + 1, what, self.span(parts), after))

    def ends_with_value(self, node):
        """Whether the statement is the only one of its body, and so may be its value."""
        named = [child for child in node.parent.children if child.is_named and child.type != "comment"]
        return len(named) == 1 and node.type != "assignment" and node.parent.parent.type in (
            "function_body", "computed_property", "computed_getter", "lambda_literal", "switch_entry")


def find_all(paths):
    """The mutants of the files, numbered so that a file keeps its numbers when another has a few more: it is not built
    anew then."""
    found, first = [], 0
    for path in paths:
        source = open(path, "rb").read()
        finder = Finder(path, source)
        finder.visit(PARSER.parse(source).root_node)
        found += [
            Mutant(first + index, path, line, start, end, what, before, after)
            for index, (start, end, line, what, before, after) in enumerate(finder.found)
        ]
        first += (len(finder.found) + 8) // ROOM * ROOM + ROOM
    return found


def switched(source, mutants):
    """The source with each mutant behind its switch; of nested ones the inner come first."""
    edits = []
    for mutant in mutants:
        if mutant.after is None:
            edits.append((mutant.start, 1, -mutant.end, f"if !Mutants.isOn({mutant.number}) {{ "))
            edits.append((mutant.end, 0, -mutant.start, " }"))
        else:
            flat = " ".join(line.split("//")[0] for line in mutant.after.splitlines())
            edits.append((mutant.start, 1, -mutant.end, f"(Mutants.isOn({mutant.number}) ? {flat} : "))
            edits.append((mutant.end, 0, -mutant.start, ")"))
    # At one place: what ends there goes before what begins there; outer begins first, inner ends first.
    out, last = [], 0
    for place, _, _, text in sorted(edits, key=lambda edit: edit[:3]):
        out.append(source[last:place])
        out.append(text.encode())
        last = place
    out.append(source[last:])
    return b"".join(out)
