"""The array namespace of terms: NumPy's functions, as far as box code uses them, and functions of formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bprop import namespace as arrays
from bprop.formulas.term import Term, UnwritableError, constant, is_number

ELEMENTWISE = (
    "add", "subtract", "multiply", "divide", "negative", "power", "exp", "expm1", "log", "log1p", "log2", "log10",
    "sqrt", "abs", "sign", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan", "maximum", "minimum", "logaddexp",
    "greater", "less", "greater_equal", "less_equal", "equal", "not_equal", "logical_and", "logical_or", "logical_not",
    "where", "floor", "ceil", "exp2", "isnan", "isinf", "isfinite", "arctan2", "mod", "reciprocal",
)  # fmt: skip
"""Operations that work element by element, named as in NumPy."""
REDUCTIONS = ("sum", "mean", "max", "min", "prod", "any", "all")
CONSTANTS = {"pi": np.pi, "e": np.e, "inf": np.inf, "nan": np.nan, "newaxis": None}
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
    """What `namespace(a)` gives for a term."""

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
        made = record(name, terms, getattr(np, name))
        if made.op == "number":
            return made
        same = unchanged(name, terms)
        if same is not None and same.shape == made.shape:
            return Term(same.op, same.args, same.attr, made.value)
        other = rewritten(name, terms)
        return as_power(name, terms, made) if other is None else Term(*other, None, made.value)

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

    # --- moving: `attr` does to an array of places what was done to the values ---

    def move(self, kind: str, a: Any, how: Callable[[Any], Any], note: Any = None) -> Term:
        a = constant(a)
        return record(kind, [a], how, (how, note))

    def reshape(self, a: Any, shape: Any) -> Term:
        a = constant(a)
        made = self.move("reshape", a, lambda x: np.reshape(x, shape))
        return a if made.shape == a.shape else made

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
        return self.move("windows", a, lambda x: np.array(arrays.windows(x, size, step, apart)))

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
            return arrays.scatter_add(x, numbers, whole.shape)

        named = [index] if isinstance(index, Term) else []
        return record("place", [part, *named], compute, (numbers, whole.shape))

    def fold(self, grad: Any, sizes: Any, step: Any, apart: Any) -> Term:
        return record("fold", [grad], lambda x: arrays.fold(x, sizes, step, apart), (sizes, step, apart))

    # --- products ---

    def matmul(self, a: Any, b: Any) -> Term:
        return record("matmul", [a, b], np.matmul)

    dot = matmul

    def tensordot(self, a: Any, b: Any, axes: Any = 2) -> Term:
        return record("tensordot", [a, b], lambda x, y: np.tensordot(x, y, axes), axes)

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
        """e(y): 1 at the label, else 0."""
        count = constant(scores).shape[-1]
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

    def let(self, name: str, term: Any) -> Term:
        """A term with a name of its own: the formula shows the name, and says below what it stands for."""
        term = constant(term)
        return Term("let", (term,), name, term.value)

    def written(self, name: str, *args: Any, value: Any) -> Term:
        """A function that is shown as name(args), of the value of another term, which its numbers come from."""
        term = constant(value)
        return Term("written", (term, *map(constant, args)), name, term.value)


FUNCTIONS = Term.functions = Functions()


def rewritten(name: str, terms: Sequence[Term]) -> tuple[str, tuple[Term, ...]] | None:
    """The same in a form that people write: sqrt(v) / v as 1 / sqrt(v), a (1 / b) as a / b, (-a) b as -(a b)."""
    if name == "divide" and terms[0].op == "sqrt" and terms[0].args[0] is terms[1]:
        return "divide", (constant(1), terms[0])
    if name == "multiply" and terms[1].op == "divide" and is_number(terms[1].args[0], 1):
        return "divide", (terms[0], terms[1].args[1])
    if name in ("multiply", "divide") and terms[0].op == "negative":
        inner = FUNCTIONS.elementwise(name, (terms[0].args[0], terms[1]), {})
        return "negative", (inner,)
    if name == "add" and terms[1].op == "negative":
        return "subtract", (terms[0], terms[1].args[0])
    return None


def unchanged(name: str, terms: Sequence[Term]) -> Term | None:
    """The term that the operation leaves as it is: a of a + 0, 1 a and a / 1."""
    if name in ("add", "multiply"):
        neutral = 0 if name == "add" else 1
        for one, other in (terms, terms[::-1]):
            if is_number(one, neutral):
                return other
    if name in ("subtract", "divide", "power") and is_number(terms[1], 0 if name == "subtract" else 1):
        return terms[0]
    if name == "negative" and terms[0].op == "negative":
        return terms[0].args[0]
    return None


def as_power(name: str, terms: Sequence[Term], made: Term) -> Term:
    """a a as a^2, a^2 a as a^3."""
    if name != "multiply":
        return made
    (first, one), (second, other) = map(base_of, terms)
    if first is second and terms[0].op != "number":
        return Term("power", (first, constant(one + other)), None, made.value)
    return made


def base_of(term: Term) -> tuple[Term, Any]:
    """(a, p) of a^p; (a, 1) of any other term."""
    if term.op == "power" and is_number(term.args[1]):
        exponent = term.args[1].value.item()
        return term.args[0], int(exponent) if float(exponent).is_integer() else exponent
    return term, 1
