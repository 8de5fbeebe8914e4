"""Single faults that mutmut's operators put into a source file: `+` -> `-`, `True` -> `False`, a keyword left out."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_arg_removal, operator_assignment, operator_string

GENERICS = ("dict", "list", "set", "tuple", "type", "Callable", "Mapping", "Sequence")
DOCSTRING = m.SimpleStatementLine([m.Expr(m.SimpleString() | m.ConcatenatedString())])
TYPE_ALIAS = m.Assign(value=m.Subscript(m.OneOf(*(m.Name(name) for name in GENERICS))))
MESSAGE = m.Call(m.Name("print") | m.Attribute(m.Name("warnings")))
WORDS = m.MatchIfTrue(lambda value: " " in value)  # for people, wherever they stand
TEXT = m.FormattedString([m.ZeroOrMore(), m.FormattedStringText(WORDS), m.ZeroOrMore()])
# Types and docstrings are for readers; no test looks at every word of a message; decorators run at the import.
LEFT_OUT = m.OneOf(
    DOCSTRING, TYPE_ALIAS, MESSAGE, TEXT, m.SimpleString(WORDS), m.Raise(), m.Annotation(), m.Decorator()
)


@dataclass(frozen=True)
class Mutant:
    """A source file with one fault."""

    path: str  # from the repository root
    lines: range  # from the start of the changed statement to the end of what is changed in it
    change: str  # the words that change in the first line that does, "`before` → `after`"
    code: str  # the whole file with the fault


def sample(path: str, source: str, share: float, seed: int) -> list[Mutant]:
    """A share of the mutants of the text `source` of the file `path`, in their order; the same ones for the same seed.

    Docstrings, messages, annotations, type aliases and decorators stay as they are. Changes that any test would find
    are left out, since they would only raise the share of those that are found.
    """
    wrapper = MetadataWrapper(cst.parse_module(source))
    positions = wrapper.resolve(PositionProvider)
    changes = list(_changes(wrapper.module))
    mutants = []
    for k in sorted(random.Random(f"{seed} {path}").sample(range(len(changes)), round(share * len(changes)))):
        statement, node, changed = changes[k]
        lines = range(positions[statement].start.line, positions[node].end.line + 1)
        code = wrapper.module.deep_replace(node, changed).code
        mutants.append(Mutant(path, lines, _first_difference(source, code), code))
    return mutants


def _changes(module: cst.Module) -> Iterator[tuple[cst.CSTNode, cst.CSTNode, cst.CSTNode]]:
    """(statement, a node in it, what the node becomes)."""
    for statement, node in _nodes(module, module):
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                changed = (one for one in operator(node) if not _too_easy(operator, node, one))
                yield from ((statement, node, one) for one in changed)


def _too_easy(operator: Callable, node: cst.CSTNode, changed: cst.CSTNode) -> bool:
    """Whether tests find a change that only run the code: None for a value, a lost positional argument, a second name.

    A string is changed in one way only, to "XX...XX".
    """
    if operator is operator_string:
        return "XX" not in changed.value
    if operator is not operator_arg_removal:
        return operator is operator_assignment
    kept = [id(argument) for argument in changed.args]
    return len(kept) == len(node.args) or any(a.keyword is None and id(a) not in kept for a in node.args)


def _nodes(node: cst.CSTNode, statement: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    """(statement, node) of all nodes that may be changed."""
    if m.matches(node, LEFT_OUT):
        return
    if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
        statement = node
    yield statement, node
    for child in node.children:
        yield from _nodes(child, statement)


def _first_difference(source: str, code: str) -> str:
    pairs = zip(source.splitlines(), code.splitlines(), strict=False)
    before, after = next((one.split(" "), other.split(" ")) for one, other in pairs if one != other)
    start = len(os.path.commonprefix([before, after]))
    end = len(os.path.commonprefix([before[start:][::-1], after[start:][::-1]]))
    words = (" ".join(line[max(0, start - 2) : len(line) - end + min(end, 2)]).strip() for line in (before, after))
    return " → ".join(f"`{some}`" for some in words)
