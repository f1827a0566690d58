"""The little language in which a box says what it is in ONNX: `onnx = "a * Sigmoid(a)"`.

It is Python's expressions. An operator is called by its ONNX name: tensors by position, attributes by keyword; + - *
/ @ and comparisons stand for theirs. Names are the box's children, else its hyper-parameters and attributes, or a part
named before: `c = a - b; c * c`. Numbers are floats, lists are tensors, int(y) is a child as the whole numbers it
holds. What is done to a child that stands for several (*W) is done to each, and `*` hands them all over.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cache
from math import inf
from typing import Any, Protocol

import numpy as np

from bprop.box import Box

SIGNS: dict[type, str] = {
    ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul", ast.Div: "Div", ast.MatMult: "MatMul",
    ast.Gt: "Greater", ast.Lt: "Less", ast.GtE: "GreaterOrEqual", ast.LtE: "LessOrEqual",
}  # fmt: skip


class Tensor(str):
    """The name of a tensor in the ONNX graph."""

    __slots__ = ()


class Writer(Protocol):
    """Where nodes and constants are written; `float` is the type of numbers."""

    float: Any

    def node(self, operator: str, inputs: Sequence[str], attributes: dict[str, Any]) -> Tensor: ...

    def constant(self, value: np.ndarray) -> Tensor: ...

    def cast(self, tensor: Tensor, kind: str) -> Tensor: ...


@cache
def parsed(text: str) -> list[ast.stmt]:
    """The parts of a formula. A formula is code of ours or of the user's: no file holds one."""
    return ast.parse(text).body


class Formula:
    """Writes the nodes of one box: `Formula(writer, box, children).write(text)` gives the tensor of its value.

    children : (tensor, kind of number) of every child.
    """

    def __init__(self, writer: Writer, box: Box, children: Sequence[tuple[Tensor, str]]):
        self.writer, self.box = writer, box
        names = type(box).child_names()
        if names[0].startswith("*"):
            self.raw: dict[str, Any] = {names[0][1:]: list(children)}
        else:
            self.raw = dict(zip(names, children, strict=True))
        self.parts: dict[str, Any] = {}

    def write(self, text: str) -> Tensor:
        """The tensor of the value."""
        *named, last = parsed(text)
        for part in named:
            if not isinstance(part, ast.Assign) or not isinstance(part.targets[0], ast.Name):
                raise TypeError(f"{text!r}: parts before the last are named, as in c = a - b; c * c")
            self.parts[part.targets[0].id] = self.tensor(part.value)
        if not isinstance(last, ast.Expr):
            raise TypeError(f"{text!r}: the last part is the value")
        return self.tensor(last.value)

    def tensor(self, node: ast.expr) -> Any:
        """The tensor, or list of tensors, of an expression; numbers and lists become constants."""
        found = self.value(node)
        if found is None:
            return Tensor("")  # an input that is left out
        if isinstance(found, Tensor) or (isinstance(found, list) and found and isinstance(found[0], Tensor)):
            return found
        array = np.asarray(found)
        whole = array.ndim and array.dtype.kind in "iu"
        return self.writer.constant(array.astype(np.int64 if whole else self.writer.float))

    def value(self, node: ast.expr) -> Any:
        """The same, but numbers and lists as they are."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.named(node.id)
        if isinstance(node, ast.List):
            return [self.value(element) for element in node.elts]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            found = self.value(node.operand)
            return self.each("Neg", [found], {}) if isinstance(found, Tensor | list) else -found
        if isinstance(node, ast.BinOp):
            return self.each(SIGNS[type(node.op)], [self.tensor(node.left), self.tensor(node.right)], {})
        if isinstance(node, ast.Compare):
            return self.each(SIGNS[type(node.ops[0])], [self.tensor(node.left), self.tensor(node.comparators[0])], {})
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.call(node.func.id, node)
        raise TypeError(f"{ast.unparse(node)!r} is not part of the language of ONNX formulas")

    def named(self, name: str) -> Any:
        if name in self.parts:
            return self.parts[name]
        if name in self.raw:
            children = self.raw[name]
            kind = self.box.spec.kind
            if isinstance(children, list):
                return [self.writer.cast(tensor, kind) if of != kind else tensor for tensor, of in children]
            return self.writer.cast(children[0], kind) if children[1] != kind else children[0]
        return inf if name == "inf" else getattr(self.box, name)

    def call(self, operator: str, node: ast.Call) -> Any:
        if operator == "int":
            assert isinstance(node.args[0], ast.Name)
            tensor, kind = self.raw[node.args[0].id]
            return tensor if kind == "int" else self.writer.cast(tensor, "int")
        attributes = {word.arg: self.value(word.value) for word in node.keywords if word.arg}
        kept = {name: value for name, value in attributes.items() if value is not None}
        inputs: list[Any] = []
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                inputs += self.tensor(arg.value)
            else:
                inputs.append(self.tensor(arg))
        return self.each(operator, inputs, kept)

    def each(self, operator: str, inputs: list[Any], attributes: dict[str, Any]) -> Any:
        """A node; one for each tensor where an input is several of them."""
        counts = [len(tensors) for tensors in inputs if isinstance(tensors, list)]
        if not counts:
            return self.writer.node(operator, inputs, attributes)
        rows = [[t[i] if isinstance(t, list) else t for t in inputs] for i in range(counts[0])]
        return [self.writer.node(operator, row, attributes) for row in rows]
