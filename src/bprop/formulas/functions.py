"""The array namespace of terms: NumPy's functions, as far as box code uses them, and functions of formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bprop.formulas.names import Symbol
from bprop.formulas.simplify import simplified
from bprop.formulas.term import Term, UnwritableError, constant, leaf
from bprop.namespace import fold, scatter_add, windows

ELEMENTWISE = (
    "add", "subtract", "multiply", "divide", "negative", "power", "exp", "expm1", "log", "log1p", "log2", "log10",
    "sqrt", "abs", "sign", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan", "maximum", "minimum", "logaddexp",
    "greater", "less", "greater_equal", "less_equal", "equal", "not_equal", "logical_and", "logical_or", "logical_not",
    "where", "floor", "ceil", "exp2", "isnan", "isinf", "isfinite", "arctan2", "mod", "reciprocal",
)  # fmt: skip
"""Operations that work element by element, named as in NumPy."""
REDUCTIONS = ("sum", "mean", "max", "min", "prod", "any", "all")
CONSTANTS: dict[str, Any] = {"pi": np.pi, "e": np.e, "inf": np.inf, "nan": np.nan, "newaxis": None}
TYPES = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint32", "bool_", "bool")


def record(op: str, args: Sequence[Any], compute: Callable[..., Any], attr: Any = None) -> Term:
    """The term of an operation, with its value."""
    terms = tuple(constant(arg) for arg in args)
    with np.errstate(all="ignore"):
        value = compute(*(term.value for term in terms))
    if all(term.op == "number" for term in terms):
        return Term("number", (), None, value)
    return Term(op, terms, attr, value)


class Functions:
    """The result of `namespace(a)` for a term."""

    def __getattr__(self, name: str) -> Any:
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in TYPES:
            return getattr(np, name)
        if name in ELEMENTWISE:
            return lambda *args, **more: self.elementwise(name, args, more)
        if name in REDUCTIONS:
            return lambda a, axis=None, keepdims=False, **more: self.reduce(name, a, axis, keepdims, more)
        raise AttributeError(name)

    def elementwise(self, name: str, args: Sequence[Any], more: dict[str, Any]) -> Term:
        """An operation element by element. What changes nothing is left out: 1 a, a + 0, a / 1."""
        if more.keys() - {"dtype"}:
            raise UnwritableError(f"{name} with {', '.join(more)}")
        terms = tuple(constant(arg) for arg in args)
        result = record(name, terms, getattr(np, name))
        return result if result.op == "number" else simplified(name, terms, result.value)

    def clip(self, a: Any, low: Any = None, high: Any = None, **more: Any) -> Term:
        """min(max(a, low), high)."""
        low, high = more.get("min", low), more.get("max", high)
        a = a if low is None else self.maximum(a, low)
        return a if high is None else self.minimum(a, high)

    def square(self, a: Any) -> Term:
        return self.power(a, 2)

    # --- made of nothing ---

    def zeros(self, shape: Any, dtype: Any = None) -> Term:
        return constant(np.zeros(shape, dtype or float))

    def ones(self, shape: Any, dtype: Any = None) -> Term:
        return constant(np.ones(shape, dtype or float))

    def full(self, shape: Any, value: Any, dtype: Any = None) -> Term:
        return constant(np.full(shape, value, dtype))

    def zeros_like(self, a: Any, dtype: Any = None) -> Term:
        return constant(np.zeros_like(constant(a).value, dtype))

    def ones_like(self, a: Any, dtype: Any = None) -> Term:
        return constant(np.ones_like(constant(a).value, dtype))

    def arange(self, *args: Any, **more: Any) -> Term:
        return Term("places", (), None, np.arange(*args, **more))

    def asarray(self, a: Any, dtype: Any = None) -> Term:
        return constant(a) if dtype is None else constant(a).astype(dtype)

    array = asarray

    def astype(self, a: Any, dtype: Any) -> Term:
        return constant(a).astype(dtype)

    # --- reducing ---

    def reduce(self, name: str, a: Any, axis: Any, keepdims: bool, more: dict[str, Any]) -> Term:
        """A reduction over axes; over axes of one element it is a move."""
        if more:
            raise UnwritableError(f"{name} with {', '.join(more)}")
        a = constant(a)
        axes = tuple(range(a.ndim)) if axis is None else tuple(sorted(int(i) % a.ndim for i in np.atleast_1d(axis)))
        if all(a.shape[i] == 1 for i in axes) and name not in ("any", "all"):
            shape = tuple(1 if i in axes else n for i, n in enumerate(a.shape) if keepdims or i not in axes)
            return self.reshape(a, shape)
        return record(name, [a], lambda x: getattr(np, name)(x, axis=axes, keepdims=keepdims), (axes, bool(keepdims)))

    def argmax(self, a: Any, axis: Any = None) -> Term:
        return record("argmax", [a], lambda x: np.argmax(x, axis=axis), axis)

    # --- moving: `attr` moves an array of places as it moved the values ---

    def move(self, kind: str, a: Any, how: Callable[[Any], Any], note: Any = None) -> Term:
        a = constant(a)
        return record(kind, [a], how, (how, note))

    def reshape(self, a: Any, shape: Any) -> Term:
        a = constant(a)
        moved = self.move("reshape", a, lambda x: np.reshape(x, shape))
        return a if moved.shape == a.shape else moved

    def squeeze(self, a: Any, axis: Any = None) -> Term:
        return self.move("reshape", a, lambda x: np.squeeze(x, axis))

    def expand_dims(self, a: Any, axis: Any) -> Term:
        return self.move("reshape", a, lambda x: np.expand_dims(x, axis))

    def transpose(self, a: Any, axes: Any = None) -> Term:
        a = constant(a)
        order = tuple(range(a.ndim))[::-1] if axes is None else tuple(int(i) % a.ndim for i in axes)
        if order == tuple(range(a.ndim)):
            return a
        return self.move("transpose", a, lambda x: np.transpose(x, order), order)

    def swapaxes(self, a: Any, first: int, second: int) -> Term:
        a = constant(a)
        order = list(range(a.ndim))
        order[first], order[second] = order[second], order[first]
        return self.transpose(a, order)

    def broadcast_to(self, a: Any, shape: Any) -> Term:
        return self.move("broadcast", a, lambda x: np.broadcast_to(x, shape))

    def getitem(self, a: Term, index: Any) -> Term:
        if isinstance(index, Term):
            return self.take(a, index)
        parts = index if isinstance(index, tuple) else (index,)
        if any(isinstance(part, Term) for part in parts):
            raise UnwritableError("an index of several arrays")
        return self.move("getitem", a, lambda x: x[index], index)

    def windows(self, a: Any, size: Any, step: Any, apart: Any) -> Term:
        return self.move("windows", a, lambda x: np.array(windows(x, size, step, apart)))

    def concatenate(self, parts: Sequence[Any], axis: int = 0) -> Term:
        return record("concatenate", parts, lambda *xs: np.concatenate(xs, axis=axis), axis)

    def stack(self, parts: Sequence[Any], axis: int = 0) -> Term:
        return self.concatenate([self.expand_dims(part, axis) for part in parts], axis)

    def split(self, a: Any, ends: Any, axis: int = 0) -> list[Term]:
        a = constant(a)
        bounds = [0, *ends, a.shape[axis]]
        cut = [slice(None)] * a.ndim
        at = axis % a.ndim
        return [a[(*cut[:at], slice(int(start), int(end)), *cut[at + 1 :])] for start, end in pairwise(bounds)]

    def take(self, a: Any, numbers: Any, axis: int = 0) -> Term:
        if axis != 0:
            raise UnwritableError("take along another axis than the first")
        return record("take", [a, numbers], lambda x, n: np.take(x, n, axis=0))

    def take_along_axis(self, a: Any, numbers: Any, axis: int = -1) -> Term:
        return record("take_along", [a, numbers], lambda x, n: np.take_along_axis(x, n, axis), axis)

    def place(self, part: Any, index: Any, whole: Term) -> Term:
        """`part` added at an index of zeros: the transpose of an index."""
        if whole.op != "number" or np.any(whole.value):
            raise UnwritableError("an addition to a part of an array that is not zero")
        numbers = index.value if isinstance(index, Term) else index

        def compute(x: Any, *_: Any) -> np.ndarray:
            return scatter_add(x, numbers, whole.shape)

        named = [index] if isinstance(index, Term) else []
        return record("place", [part, *named], compute, (numbers, whole.shape))

    def fold(self, grad: Any, sizes: Any, step: Any, apart: Any) -> Term:
        return record("fold", [grad], lambda x: fold(x, sizes, step, apart), (sizes, step, apart))

    # --- products ---

    def matmul(self, a: Any, b: Any) -> Term:
        return record("matmul", [a, b], np.matmul)

    dot = matmul

    def tensordot(self, a: Any, b: Any, axes: Any = 2) -> Term:
        a, b = constant(a), constant(b)
        if isinstance(axes, int):
            axes = (range(a.ndim - axes, a.ndim), range(axes))
        one, other = (tuple(int(i) % x.ndim for i in np.atleast_1d(part)) for x, part in zip((a, b), axes, strict=True))
        summed = one, other
        return record("tensordot", [a, b], lambda x, y: np.tensordot(x, y, summed), summed)

    # --- functions of formulas, which arrays do not have ---

    def softmax(self, a: Any) -> Term:
        """exp(a_c) / sum_c' exp(a_c') over the last axis."""

        def compute(x: np.ndarray) -> np.ndarray:
            e = np.exp(x - x.max(axis=-1, keepdims=True))
            return e / e.sum(axis=-1, keepdims=True)

        return record("softmax", [a], compute)

    def sigmoid(self, a: Any) -> Term:
        """1 / (1 + exp(-a))."""
        return record("sigmoid", [a], lambda x: np.where(x >= 0, 1, np.exp(-np.abs(x))) / (1 + np.exp(-np.abs(x))))

    def one_hot(self, y: Any, scores: Any) -> Term:
        """e(y): 1 at the label, else 0. `scores` has as many as there are classes; or their number."""
        count = scores if isinstance(scores, int) else constant(scores).shape[-1]
        return record("one_hot", [y], lambda x: (x[..., None] == np.arange(count)).astype(float))

    def at_label(self, scores: Any, y: Any) -> Term:
        """scores_y."""
        return record("at_label", [scores, y], lambda a, n: np.take_along_axis(a, n[..., None], axis=-1)[..., 0])

    def per_example(self, losses: Any) -> Term:
        """The sum over all axes but the first."""
        losses = constant(losses)
        return self.sum(losses, axis=tuple(range(1, losses.ndim))) if losses.ndim > 1 else losses

    def per_output(self, grad: Any, like: Any) -> Term:
        """The gradient of each example's loss, shaped to broadcast over its outputs."""
        return self.reshape(grad, (-1, *[1] * (constant(like).ndim - 1)))

    def named(self, name: str, value: Any) -> Term:
        """Numbers of the box with a name, such as the levels of quantiles."""
        return leaf(value, Symbol(name))

    def let(self, name: str, term: Any) -> Term:
        """A term with a name of its own: the formula shows the name, and says below what it stands for."""
        term = constant(term)
        return Term("let", (term,), name, term.value)

    def written(self, name: str, *args: Any, value: Any, sign: str = "") -> Term:
        """A term that is shown as name(args), or as a and b with a sign between; its numbers are those of `value`."""
        term = constant(value)
        return Term("written", (term, *map(constant, args)), (name, sign), term.value)

    def known(self, name: str, *args: Any, value: Any) -> Term:
        """A term that is shown as name(args), and with numbers as the number itself: a mean over the batch."""
        term = constant(value)
        return Term("known", (term, *map(constant, args)), (name, ""), term.value)


FUNCTIONS = Term.functions = Functions()
