"""Python's operators on boxes: `a + b`, `2 * a`, `h @ W`, `-a`, `abs(a)`, `a ** 2`, `x[:, 0]`, `W.T`.

Each operator makes the box that computes it. This file may not import the classes of these boxes, because they derive
from `Operators`. So it takes them from the registry. Functions of array libraries, comparisons and methods of arrays
raise an error that says what to type: a box has no numbers before a pass computes them.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from bprop.elsewhere import alike
from bprop.errors import BoxError
from bprop.registry import registered, registry

B = TypeVar("B")


def _box(kind: str, *children: Any, **hyper: Any) -> Any:
    return registered(kind)(*children, **hyper)


class Operators(Generic[B]):
    """A mixin: the operators of the class of nodes B."""

    __iter__: None = None  # x[0] works, but a box is not a sequence

    if TYPE_CHECKING:

        def __hash__(self) -> int: ...

    else:
        __hash__ = object.__hash__  # in C: boxes are keys of many dicts

    __pandas_priority__ = 5000  # series * box calls box.__rmul__(series); pandas would make a series of boxes

    def __add__(self, other: Any) -> B:
        return _box("Add", self, other)

    def __radd__(self, other: Any) -> B:
        return _box("Add", other, self)

    def __sub__(self, other: Any) -> B:
        return _box("Subtract", self, other)

    def __rsub__(self, other: Any) -> B:
        return _box("Subtract", other, self)

    def __mul__(self, other: Any) -> B:
        return _box("Multiply", self, other)

    def __rmul__(self, other: Any) -> B:
        return _box("Multiply", other, self)

    def __truediv__(self, other: Any) -> B:
        return _box("Divide", self, other)

    def __rtruediv__(self, other: Any) -> B:
        return _box("Divide", other, self)

    def __matmul__(self, other: Any) -> B:
        return _box("MatMul", self, other)

    def __rmatmul__(self, other: Any) -> B:
        return _box("MatMul", other, self)

    def __neg__(self) -> B:
        return _box("Negative", self)

    def __pos__(self) -> B:
        return self  # type: ignore[return-value]

    def __abs__(self) -> B:
        return _box("Abs", self)

    def __pow__(self, exponent: Any) -> B:
        """a ** p. For a number p it is one box. For a box p it is exp(p log a), with a > 0."""
        if isinstance(exponent, Real):
            return _box("Power", self, exponent=float(exponent))
        return _box("Exp", _box("Multiply", exponent, _box("Log", self)))

    def __rpow__(self, base: Any) -> B:
        return _box("Constant", value=base) ** self

    def __getitem__(self, index: Any) -> B:
        return _box("Slice", self, index=index)

    # --- what other libraries do with their arrays ---

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **more: Any) -> B:
        """array * box, and np.multiply(array, box). Raises BoxError for functions that are no operators."""
        if method != "__call__" or more or ufunc.__name__ not in ARITHMETIC:
            raise BoxError(instead_of(ufunc.__name__))
        return ARITHMETIC[ufunc.__name__](*inputs)

    def __array_function__(self, function: Any, types: Any, inputs: Any, more: Any) -> Any:
        raise BoxError(instead_of(function.__name__))

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, inputs: Any = (), more: Any = None) -> Any:
        name = TORCH.get(getattr(function, "__name__", "").strip("_"), "")
        if name not in ARITHMETIC or more:
            raise BoxError(instead_of(getattr(function, "__name__", str(function))))
        return ARITHMETIC[name](*inputs)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise BoxError(NO_NUMBERS)

    def __float__(self) -> float:
        raise BoxError(f"{NO_NUMBERS}; math.exp(a) is bp.exp(a)")

    def __int__(self) -> int:
        raise BoxError(NO_NUMBERS)

    def __len__(self) -> int:
        raise BoxError("a box has no length: box.dims is the shape of its value, such as ('N', 784)")

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        """True for the same box. Raises BoxError for a number or an array, which a box cannot be."""
        if isinstance(other, Real | np.ndarray):
            raise BoxError(f"box == {type(other).__name__}: {COMPARE}")
        return True if self is other else NotImplemented

    def __gt__(self, other: Any) -> Any:
        raise BoxError(f"box > ...: {COMPARE}")

    def __ge__(self, other: Any) -> Any:
        raise BoxError(f"box >= ...: {COMPARE}")

    def __lt__(self, other: Any) -> Any:
        raise BoxError(f"box < ...: {COMPARE}")

    def __le__(self, other: Any) -> Any:
        raise BoxError(f"box <= ...: {COMPARE}")

    if TYPE_CHECKING:

        @property
        def T(self) -> B: ...

    else:

        def __getattr__(self, name: str) -> Any:
            # no real attributes: a class of the user's may have hyper-parameters with these names
            if name == "T" and "spec" in vars(self):
                axes = tuple(reversed(range(len(self.dims))))
                return self if len(axes) < 2 else _box("Transpose", self, axes=axes)
            missing = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(missing if name.startswith("_") else missing + _attribute(name))


NO_NUMBERS = (
    "a box has no numbers before a pass computes them: values = graph.fprop(theta, x=X, y=Y), and then values[box]"
)
COMPARE = (
    "boxes are not compared, for they have no numbers yet; max(a, 0) is bp.relu(a), and a part between bounds is "
    "bp.clip(a, low, high). To compare values: values = graph.fprop(theta, x=X, y=Y), and then values[box]"
)


def _power(base: Any, exponent: Any) -> Any:
    return base**exponent if isinstance(base, Operators) else exponent.__rpow__(base)


ARITHMETIC: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: _box("Add", a, b), "subtract": lambda a, b: _box("Subtract", a, b),
    "multiply": lambda a, b: _box("Multiply", a, b), "divide": lambda a, b: _box("Divide", a, b),
    "true_divide": lambda a, b: _box("Divide", a, b), "matmul": lambda a, b: _box("MatMul", a, b), "power": _power,
}  # fmt: skip
"""The functions with which NumPy computes array + box."""
TORCH = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "true_divide": "divide",
    "matmul": "matmul", "pow": "power",
}  # fmt: skip
"""PyTorch's names of the same."""
FUNCTIONS = {
    "absolute": "abs", "fabs": "abs", "concatenate": "concat", "hstack": "concat", "vstack": "concat", "cat": "concat",
    "dot": "matmul", "mm": "matmul", "bmm": "matmul", "expit": "sigmoid", "amax": "max", "permute": "transpose",
    "swapaxes": "transpose", "view": "reshape", "flatten": "reshape", "ravel": "reshape", "pow": "power",
    "mul": "multiply", "sub": "subtract", "div": "divide", "astype": "", "logaddexp": "", "std": "", "var": "",
}  # fmt: skip
"""Functions of boxes by the names that they have elsewhere."""
ATTRIBUTES = alike(
    {
        ("shape", "ndim", "size"): ": box.dims is the shape of its value, such as ('N', 784)",
        ("dtype",): ": box.spec.kind is the kind of its numbers",
        ("value", "values", "data", "numpy", "item", "tolist", "cpu", "eval"): f": {NO_NUMBERS}",
        ("grad", "backward", "gradient", "requires_grad"): (
            ": grads = graph.bprop(graph.fprop(theta, x=X, y=Y)), and then grads[box]"
        ),
    }
)


def _function(name: str) -> str:
    """The function of boxes that other libraries call `name`; "" where there is none."""
    here = FUNCTIONS.get(name, name)
    ours = {key.lower() for key in registry() if ":" not in key}
    return here if here.replace("_", "").lower() in ours else ""


def instead_of(name: str) -> str:
    """The error about a function of an array library that was called with a box."""
    here = _function(name)
    cure = f"type bp.{here}" if here else "see bp.Box for a box of your own that computes it"
    if name in ("maximum", "clip") and here != name:
        cure = "type bp.relu(a) for max(a, 0)"
    return f"{name} computes on arrays, but a box holds no array before a pass: {cure}"


def _attribute(name: str) -> str:
    here = _function(name)
    return ATTRIBUTES.get(name, f": type bp.{here}(a, ...)" if here else "")
