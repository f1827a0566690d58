"""The boxes of a graph as lines of Python."""

from __future__ import annotations

import importlib
from typing import Any

from bprop import boxes, init
from bprop.box import Box
from bprop.graph import Graph
from bprop.leaves import Constant, Input, Parameter
from bprop.lower_case import snake
from bprop.playing.code.literals import NotWrittenError, literal, quoted
from bprop.playing.code.names import variables
from bprop.structure.formula import is_bare_number

LOWER = ("l1", "l2", "concat", "linear")
"""Lower-case functions of their own that take boxes one by one, and hyper-parameters, as their classes do."""


class Lines:
    """The lines that make a graph, and the imports that they need. Raises NotWrittenError."""

    graph: Graph
    imports: set[str]
    variables: dict[str, str]
    lines: list[str]

    def __init__(self, graph: Graph):
        self.graph, self.imports = graph, set[str]()
        self.variables = variables(graph.boxes)
        self.lines = [line for box in graph.order if (line := self._box(box))]
        self.lines.append(self._graph())

    def _of(self, box: Box) -> str:
        """A box as an argument: its variable, or a bare number itself."""
        return literal(box.hyper["value"].item()) if is_bare_number(box) else self.variables[self.graph.names[box]]

    def _box(self, box: Box) -> str:
        if is_bare_number(box):
            return ""
        return f"{self.variables[self.graph.names[box]]} = {self._made(box)}"

    def _made(self, box: Box) -> str:
        if isinstance(box, Input):
            kind = "" if box.dtype == "float" else f", dtype={quoted(box.dtype)}"
            return f"bp.Input({quoted(str(box.name))}{self._shape(box.shape, bool(kind))}{kind})"
        if isinstance(box, Parameter):
            more = "" if box.init is None else f", init={initialiser(box.init)}"
            more += "" if box.trainable else ", trainable=False"
            return f"bp.Parameter({quoted(str(box.name))}, {literal(box.shape)}{more})"
        if isinstance(box, Constant):
            return f"bp.Constant({literal(box.value)}{'' if box.name is None else f', name={quoted(box.name)}'})"
        symbol = type(box).symbol
        if symbol and box.name is None and len(box.children) == 2 and not all(map(is_bare_number, box.children)):
            return f" {symbol} ".join(map(self._of, box.children))
        return f"{self._maker(type(box))}({', '.join([*map(self._of, box.children), *_keywords(box)])})"

    @staticmethod
    def _shape(shape: tuple[int, ...], needed: bool) -> str:
        return f", {literal(shape)}" if shape or needed else ""

    def _maker(self, kind: type[Box]) -> str:
        """The name to call for a box of a class."""
        lower = snake(kind.__name__)
        if getattr(boxes, kind.__name__, None) is kind:
            function = getattr(boxes, lower, None)
            return f"bp.{lower if getattr(function, '__wrapped__', None) is kind or lower in LOWER else kind.__name__}"
        module = importlib.import_module(kind.__module__)
        if kind.__module__ == "__main__" or getattr(module, kind.__name__, None) is not kind:
            raise NotWrittenError(kind.__name__)
        self.imports.add(f"from {kind.__module__} import {kind.__name__}")
        return kind.__name__

    def _graph(self) -> str:
        graph = self.graph
        roots: dict[str, Any] = {"loss": graph.loss, "penalty": graph.penalty}
        arguments = [f"{key}={self._of(box)}" for key, box in roots.items() if box is not None]
        outputs = ", ".join(f"{quoted(name)}: {self._of(box)}" for name, box in graph.outputs.items())
        arguments += [f"outputs={{{outputs}}}"] if outputs else []
        arguments += [] if graph.stable else ["stable=False"]
        return f"graph = bp.Graph({', '.join(arguments)})"


def _keywords(box: Box) -> list[str]:
    """name= and the hyper-parameters that are not the defaults."""
    defaults = type(box).hyper_defaults
    changed = {key: value for key, value in box.hyper.items() if not _same(value, defaults[key])}
    name = [] if box.name is None else [f"name={quoted(box.name)}"]
    return [*(f"{key}={literal(value)}" for key, value in changed.items()), *name]


def _same(value: Any, default: Any) -> bool:
    try:
        return type(value) is type(default) and bool(value == default)
    except ValueError:  # arrays
        return False


def initialiser(of: Any) -> str:
    """An initialiser by its name, or as it is made. Raises NotWrittenError."""
    for name, known in init.NAMED.items():
        if known == of and type(known) is type(of):
            return quoted(name)
    if type(of) in init.INITIALISERS.values():
        return f"bp.init.{of!r}"
    if isinstance(of, init.Values):
        return literal(of.values)
    raise NotWrittenError(type(of).__name__)
