"""Finds the places of a Swift file where one line can be wrong, and writes the file with every mistake behind a switch."""

import dataclasses
import re

import tree_sitter
import tree_sitter_swift

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_swift.language()))

# Turned round, not moved by one: at the border of a buffer, a pause or a cache both sides are right mostly, and a
# mutant that nobody could tell from the program says nothing of the checks. For the same reason numbers stay.
COMPARISONS = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "===": "!==", "!==": "==="}
# What gives memory back: not done it is a leak, which the address sanitizer looks for and no answer shows.
RELEASES = re.compile(r"^[\w.?]*\b(deallocate|deinitialize|free|PQclear|PQfreemem|PQfreeCancel|mysql_free_result)\(")
CALLS = {"call_expression", "try_expression", "await_expression"}
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
        if kind in ("comparison_expression", "equality_expression") and len(node.children) == 3:
            sign = self.text(node.children[1])
            if sign in COMPARISONS and "nil" != self.text(node.children[2]):
                left, right = self.text(node.children[0]), self.text(node.children[2])
                self.add(node, f"{sign} is {COMPARISONS[sign]}", f"({left} {COMPARISONS[sign]} {right})")
        elif kind in ("conjunction_expression", "disjunction_expression") and len(node.children) == 3:
            other = "||" if kind.startswith("con") else "&&"
            left, right = self.text(node.children[0]), self.text(node.children[2])
            self.add(node, f"{self.text(node.children[1])} is {other}", f"(({left}) {other} ({right}))")
        elif kind == "boolean_literal":
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

    def ends_with_value(self, node):
        """Whether the statement is the only one of its body, and so may be its value."""
        named = [child for child in node.parent.children if child.is_named and child.type != "comment"]
        return len(named) == 1 and node.type != "assignment" and node.parent.parent.type in (
            "function_body", "computed_property", "computed_getter", "lambda_literal", "switch_entry")


def find(path, first_number):
    source = open(path, "rb").read()
    finder = Finder(path, source)
    finder.visit(PARSER.parse(source).root_node)
    return [
        Mutant(first_number + index, path, line, start, end, what, before, after)
        for index, (start, end, line, what, before, after) in enumerate(finder.found)
    ]


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
