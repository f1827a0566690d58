"""Arrays that record the computing: box code runs on them and leaves a formula behind.

A term has a value, a NumPy array, and knows the operation and the terms that it comes from. So one run of fprop or
bprop gives the formula with names, and the same with the numbers of the pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any, ClassVar

import numpy as np

Shape = tuple[int, ...]


class UnwritableError(Exception):
    """Box code did something that has no formula. The formula is then the name of the box and its children."""


class Term:
    """The result of an operation. A leaf is a term without arguments: a name, or a number.

    op : the operation. args : the terms it was applied to. attr : what else it needs. value : its NumPy array.
    """

    __slots__ = ("args", "attr", "op", "value")
    op: str
    args: tuple[Term, ...]
    attr: Any
    value: np.ndarray
    functions: ClassVar[Any] = None
    """The namespace of terms, which `bprop.formulas.functions` puts here."""
    __array_priority__: float = 10000.0

    def __init__(self, op: str, args: tuple[Term, ...] = (), attr: Any = None, value: Any = None):
        self.op, self.args, self.attr, self.value = op, args, attr, np.asarray(value)

    # --- what box code asks of an array ---

    def __array_namespace__(self, api_version: str | None = None) -> Any:
        return _functions()

    @property
    def shape(self) -> Shape:
        return self.value.shape

    @property
    def ndim(self) -> int:
        return self.value.ndim

    @property
    def size(self) -> int:
        return self.value.size

    @property
    def dtype(self) -> np.dtype:
        return self.value.dtype

    @property
    def T(self) -> Term:
        return _functions().transpose(self)

    @property
    def rank(self) -> int:
        """The number of axes of more than one element: 0 for a number, 1 for a vector."""
        return sum(size != 1 for size in self.shape)

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self) -> Iterator[Term]:
        return (self[i] for i in range(len(self.value)))

    def __getitem__(self, index: Any) -> Term:
        return _functions().getitem(self, index)

    def astype(self, dtype: Any, **more: Any) -> Term:
        same = self.dtype == np.dtype(dtype)
        return self if same else Term(self.op, self.args, self.attr, self.value.astype(dtype))

    def copy(self) -> Term:
        return self

    @property
    def at(self) -> Places:
        """`.at[index].add(a)`: a added to a part of this array."""
        return Places(self)

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise UnwritableError("a decision by the numbers themselves has no formula")

    __bool__: Any = _refuse
    __float__: Any = _refuse
    __int__: Any = _refuse
    __index__: Any = _refuse
    __array__: Any = _refuse
    __setitem__: Any = _refuse

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **more: Any) -> Term:
        if method != "__call__" or more:
            raise UnwritableError(f"{ufunc.__name__}.{method}")
        return function_of(ufunc.__name__)(*inputs)

    def __array_function__(self, function: Any, types: Any, inputs: Any, more: Any) -> Any:
        return function_of(function.__name__)(*inputs, **more)

    def __getattr__(self, name: str) -> Any:
        if name in METHODS:
            return lambda *args, **more: method_of(self, name, args, more)
        raise AttributeError(name)


METHODS = ("sum", "mean", "max", "min", "any", "all", "argmax", "reshape", "transpose", "swapaxes", "clip", "ravel",
           "flatten", "dot", "squeeze", "prod", "var", "std", "cumsum", "take",
           "repeat", "round", "item", "tolist")  # fmt: skip


def method_of(term: Term, name: str, args: tuple[Any, ...], more: dict[str, Any]) -> Any:
    """A method of an array, as the function of the same name."""
    if name in ("reshape", "transpose") and len(args) > 1:
        args = (args,)
    if name in ("ravel", "flatten"):
        name, args = "reshape", (-1,)
    return function_of(name)(term, *args, **more)


def function_of(name: str) -> Callable[..., Any]:
    """The function that records an operation of NumPy. Raises UnwritableError where there is none."""
    function = getattr(_functions(), ALIASES.get(name, name), None)
    if function is None:
        raise UnwritableError(f"{name} has no formula")
    return function


ALIASES = {"absolute": "abs", "true_divide": "divide", "amax": "max", "amin": "min", "concat": "concatenate",
           "permute_dims": "transpose", "fabs": "abs"}  # fmt: skip


class Places:
    """`zeros.at[index].add(a)`."""

    whole: Term
    index: Any

    def __init__(self, whole: Term, index: Any = None):
        self.whole, self.index = whole, index

    def __getitem__(self, index: Any) -> Places:
        return Places(self.whole, index)

    def add(self, part: Any) -> Term:
        """`whole` with `part` added at the index."""
        return _functions().place(part, self.index, self.whole)


def _functions() -> Any:
    return Term.functions


def leaf(value: Any, name: Any) -> Term:
    """A term with a name (any object that the writer of formulas understands)."""
    return Term("leaf", (), name, value)


def constant(value: Any) -> Term:
    """A number or an array that has no name."""
    return value if isinstance(value, Term) else Term("number", (), None, value)


def is_number(term: Term, value: float | None = None) -> bool:
    """Whether a term is a literal number (of this value)."""
    return term.op == "number" and term.size == 1 and (value is None or term.value.item() == value)


def count_of(shape: Any) -> int:
    """The number of elements."""
    return prod(shape)


def terms_of(term: Term) -> Iterator[Term]:
    """All terms that a term is made of, itself included, each once."""
    visited: set[int] = set()
    pending = [term]
    while pending:
        current = pending.pop()
        if id(current) not in visited:
            visited.add(id(current))
            yield current
            pending.extend(current.args)


def _binary(name: str, swapped: bool = False) -> Callable[[Term, Any], Term]:
    def operate(self: Term, other: Any) -> Term:
        function = getattr(_functions(), name)
        return function(other, self) if swapped else function(self, other)

    return operate


for _symbol, _name in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power", "matmul": "matmul",
}.items():  # fmt: skip
    setattr(Term, f"__{_symbol}__", _binary(_name))
    setattr(Term, f"__r{_symbol}__", _binary(_name, True))
for _symbol, _name in {
    "gt": "greater", "lt": "less", "ge": "greater_equal", "le": "less_equal", "eq": "equal", "ne": "not_equal",
    "and": "logical_and", "or": "logical_or",
}.items():  # fmt: skip
    setattr(Term, f"__{_symbol}__", _binary(_name))
Term.__neg__ = lambda self: _functions().negative(self)  # type: ignore[attr-defined]
Term.__pos__ = lambda self: self  # type: ignore[attr-defined]
Term.__abs__ = lambda self: _functions().abs(self)  # type: ignore[attr-defined]
Term.__invert__ = lambda self: _functions().logical_not(self)  # type: ignore[attr-defined]
Term.__hash__ = object.__hash__  # type: ignore[assignment]
