"""The mutants of a file: the same text with one node of the syntax tree changed."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from mutation import operators

GRADIENTS = ("fprop", "bprop")
SKIPPED = ("__repr__", "__str__", "_repr_mimebundle_", "examples", "_repr_html_", "formula", "bprop_formula")
"""Functions that are left as they are: texts for people, and what the tests start from."""


@dataclass(frozen=True)
class Mutant:
    """One defect. `scope` is the function, with its class, in which it lies; `before` and `after` its source."""

    path: Path
    module: str
    scope: str
    line: int
    kind: str
    before: str
    after: str
    start: int  # in the file's text
    stop: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays the same as other lines of the file change: module, scope, and its lines before and after."""
        end = self.text.find("\n", self.stop)
        lines = self.text[self.line_start : end if end >= 0 else len(self.text)]
        start, stop = self.start - self.line_start, self.stop - self.line_start
        changed = lines[:start] + self.after + lines[stop:]
        return self.module, self.scope, " ".join(lines.split()), " ".join(changed.split())

    def place(self, seed: int) -> bytes:
        """Where it comes in the random order of a seed."""
        return sha256(repr((seed, self.kind, self.start - self.line_start, *self.key)).encode()).digest()

    @cached_property
    def text(self) -> str:
        """The file without the defect."""
        return self.path.read_text(encoding="utf-8")

    @property
    def line_start(self) -> int:
        return self.text.rfind("\n", 0, self.start) + 1

    @property
    def changed(self) -> str:
        """The file with the defect."""
        return self.text[: self.start] + self.after + self.text[self.stop :]

    def diff(self) -> str:
        """The lines that differ."""
        lines = difflib.unified_diff(self.text.splitlines(), self.changed.splitlines(), lineterm="", n=0)
        return "\n".join(f"    {line}" for line in list(lines)[3:])

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.scope}: {self.kind}"


def mutants_of(path: Path, module: str) -> list[Mutant]:
    """All mutants of a file, in the order of its lines; no two have the same text."""
    text = path.read_text(encoding="utf-8")
    seen, found = set(), []
    for mutant in _Walk(path, module, text).of(ast.parse(text), ()):
        change = (mutant.start, mutant.stop, mutant.after)
        if change not in seen and mutant.after != mutant.before:
            seen.add(change)
            found.append(mutant)
    return found


class _Walk:
    """Goes through a syntax tree and keeps where it is."""

    def __init__(self, path: Path, module: str, text: str):
        self.path, self.module, self.text = path, module, text
        self.lines = [0]
        for line in text.encode().split(b"\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.bytes = text.encode()

    def of(self, node: ast.AST, scope: tuple[str, ...]) -> Iterator[Mutant]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            scope = (*scope, node.name)
            if node.name in SKIPPED:
                return
        for kind, other in self.changes(node, scope):
            yield self.mutant(node, kind, other, scope)
        for child in self.children(node):
            yield from self.of(child, scope)

    def changes(self, node: ast.AST, scope: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
        for operator in operators.EXPRESSIONS + operators.STATEMENTS:
            yield from operator(node)
        if scope and scope[-1] in GRADIENTS:
            yield from operators.gradient(node)
        if isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.UnaryOp):
            yield "flip a condition", ast.UnaryOp(ast.Not(), node.test)

    def children(self, node: ast.AST) -> Iterator[ast.AST]:
        """What may be changed below a node: no message, no docstring, no annotation, no decorator."""
        if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Assert):
            return
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        if isinstance(node, ast.AnnAssign):
            yield from [] if node.value is None else [node.value]
        elif isinstance(node, ast.FunctionDef):
            yield from [default for default in (*node.args.defaults, *node.args.kw_defaults) if default is not None]
            yield from node.body
        elif isinstance(node, ast.ClassDef):
            yield from node.body
        elif isinstance(node, ast.keyword) and node.arg in operators.ASSURANCES:
            return
        else:
            yield from ast.iter_child_nodes(node)

    def mutant(self, node: ast.AST, kind: str, other: ast.AST, scope: tuple[str, ...]) -> Mutant:
        place = node.test if isinstance(node, ast.If | ast.While) else node
        start, stop = self.at(place.lineno, place.col_offset), self.at(place.end_lineno, place.end_col_offset)
        source = ast.unparse(ast.fix_missing_locations(other))
        bare = isinstance(other, ast.stmt | ast.keyword | ast.Constant | ast.Name | ast.Call)
        after = source if bare else f"({source})"
        return Mutant(
            self.path, self.module, ".".join(scope), place.lineno, kind, self.text[start:stop], after, start, stop
        )

    def at(self, line: int, column: int) -> int:
        """The place in the text of a line (from 1) and a column in bytes."""
        return len(self.bytes[: self.lines[line - 1] + column].decode())
