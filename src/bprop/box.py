"""The box: a node of the flow graph, with fprop and bprop side by side.

A box knows its children and its hyper-parameters and nothing else. It holds no values: a pass computes
them, on whichever array namespace it runs.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from math import prod
from typing import Any, ClassVar, Self

import numpy as np

from bprop import errors
from bprop.hyper import REQUIRED, complete, declared
from bprop.namespace import Array
from bprop.operators import Operators
from bprop.outside import comes_again
from bprop.registry import register, registered
from bprop.shapes import Dim, Spec, infer, show_shape


class Box(Operators["Box"], ABC):
    """A node of the flow graph. Subclass it with `fprop`, `bprop` and annotated hyper-parameters.

    Children are given by position, hyper-parameters and the optional `name` by keyword. A box is immutable.
    Its shape is found, and checked, as it is made.

    Raises `BoxError` (children or hyper-parameters) and `ShapeError` (shapes that do not fit).
    """

    needs: ClassVar[tuple[str, ...]] = ()
    """What the pass hands to fprop and bprop after the children: "noise" (made by `noise`), "weights" (N,)."""
    runtime: ClassVar[tuple[str, ...]] = ()
    """Hyper-parameters that a compiled program takes as arguments: a new value compiles nothing."""
    symbol: ClassVar[str] = ""
    """The infix sign under which the box is printed, if it has one."""
    bounds: ClassVar[tuple[float, float] | None] = None
    """Between which an activation's values lie, if both are finite: near them it is saturated (see `bprop.health`)."""
    rectifies: ClassVar[bool] = False
    """Whether it is 0 over a whole range of inputs, so that a unit can die there."""
    keeps_rows: ClassVar[Any] = None
    """Whether row i of the value, and of the gradients, comes from row i of the children alone, where they have one row
    an example; of a box that needs weights: whether rows of weight 0 change nothing for the others. None: it is tried
    out (see `bprop.graph.mixing`). In a class of yours, True counts where trying out says nothing."""
    is_product: ClassVar[bool] = False
    """Whether it is a product of its first two children, which an engine may compute in a narrow dtype (bfloat16)."""
    onnx: ClassVar[Any] = None
    """Rarely needed: a method onnx(self, op, *children) that writes the box in ONNX operators, outside training:
    `return op.Elu(a, alpha=self.alpha)` (see `bprop.onnx.tensor`). Without it, fprop is translated."""

    @abstractmethod
    def fprop(self, *children: Array) -> Array:
        """The value of the box given its children's values. Pure."""

    @abstractmethod
    def bprop(self, grad: Array, value: Array, *children: Array) -> Any:
        """The gradient of the loss with respect to each child, given that with respect to the value.

        One array where there is one child, else a tuple; None stands for "no gradient". A box may take a
        keyword `wanted` (one bool a child) and return None for gradients that nobody asked for.
        """

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterable[tuple]:
        """Legal, kink-free inputs for the automatic checks.

        Each example is a tuple of arrays, one a child, that may end with a dict of hyper-parameters.
        """
        return ()

    def check(self) -> None:
        """Raise if hyper-parameters or the children's `dims` are illegal. Called as the box is made.

        A ValueError or TypeError becomes an error that names the box and the children with their shapes.
        """

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        """How many numbers the value holds at most, for children of these shapes: as many as the largest of them.

        A file that is not trusted is refused by it before a box is made; `hyper` is as the file has it.
        """
        return max(map(prod, shapes), default=0)

    def limits(self) -> dict[int, tuple[float, float]]:
        """{child's position: (lowest, highest legal value)}, checked on data before it enters the graph."""
        return {}

    def noise(self, draw: Callable[[tuple[int, ...]], Array], *children: Array) -> Array:
        """The noise of one pass, where `needs` asks for it; `draw(shape)` gives numbers uniform on [0, 1)."""
        raise NotImplementedError(f"{type(self).__name__} needs noise but does not define `noise`")

    def updates(self, value: Array, *children: Array) -> dict[int, Array]:
        """{child's position: new value} for children that are non-trainable parameters (running averages)."""
        return {}

    def evaluation(self) -> Box:
        """The box that stands for this one outside training (`training=False`): itself, unless overridden."""
        return self

    # --- what follows is the same for every box -------------------------------------------------

    hyper_defaults: ClassVar[dict[str, Any]] = {}
    hyper_types: ClassVar[dict[str, str]] = {}
    type_key: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        cls.hyper_defaults = {key: cls.__dict__.get(key, default) for key, default in cls.hyper_defaults.items()}
        own = declared(cls)
        cls.hyper_types = {**cls.hyper_types, **own}
        cls.hyper_defaults.update({key: cls.__dict__.get(key, REQUIRED) for key in own})
        ours = cls.__module__.partition(".")[0] == __name__.partition(".")[0]
        cls.type_key = cls.__name__ if ours else f"{cls.__module__}:{cls.__qualname__}"
        register(cls)

    def __init__(self, *children: Any, name: str | None = None, **hyper: Any):
        set_ = object.__setattr__
        if name is not None and (not isinstance(name, str) or not name):
            raise errors.BoxError(f"the name of a {type(self).__name__} must be a non-empty string, not {name!r}")
        set_(self, "name", name)
        set_(self, "children", tuple(as_box(child) for child in children))
        self._check_children()
        for key, value in complete(type(self).__name__, self.hyper_defaults, self.hyper_types, hyper).items():
            set_(self, key, value)
        set_(self, "spec", self._legal())

    name: ClassVar[str | None]
    children: ClassVar[tuple[Box, ...]]
    spec: ClassVar[Spec]

    def __setattr__(self, key: str, value: Any = None):
        raise errors.BoxError(f"{self!r} is immutable: make a new box instead of changing {key!r}")

    __delattr__ = __setattr__  # type: ignore[assignment]

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The shape of the value, "N" standing for the number of examples: ("N", 500)."""
        return self.spec.dims

    @property
    def hyper(self) -> dict[str, Any]:
        """The hyper-parameters, by name."""
        return {key: getattr(self, key) for key in self.hyper_defaults}

    def bind(self, **hyper: Any) -> Self:
        """A copy with other hyper-parameter values, unchecked: how an engine passes run-time arguments."""
        copy = object.__new__(type(self))
        vars(copy).update(vars(self), **hyper)
        return copy

    @classmethod
    def child_names(cls) -> tuple[str, ...]:
        """The names of the children in fprop's signature; one that takes any number begins with "*"."""
        parameters = list(inspect.signature(cls.fprop).parameters.values())[1:]
        names = [("*" if p.kind is p.VAR_POSITIONAL else "") + p.name for p in parameters]
        return tuple(n for n in names if n.lstrip("*") not in cls.needs)

    def _check_children(self) -> None:
        expected = self.child_names()
        open_ended = any(n.startswith("*") for n in expected)
        if not self.children if open_ended else len(self.children) != len(expected):
            raise errors.BoxError(
                f"{type(self).__name__} takes {len(expected)} child{'ren' if len(expected) != 1 else ''} "
                f"({', '.join(expected)}), got {len(self.children)}"
                + (f"; its hyper-parameters ({', '.join(self.hyper_defaults)}) are given by keyword"
                   if self.hyper_defaults else "")
            )  # fmt: skip

    def _legal(self) -> Spec:
        try:
            return self._checked()
        except (errors.BpropError, MemoryError):
            raise
        except Exception as error:
            if not comes_again(self._checked):
                raise
            kind = errors.DTypeError if isinstance(error, TypeError) else errors.ShapeError
            raise kind(f"{self._label()} does not fit its children {self._show_children()}: {error}") from error

    def _checked(self) -> Spec:
        self.check()
        return self._infer()

    def _infer(self) -> Spec:
        return infer(self.fprop, [c.spec for c in self.children], self._dummy_extras)

    def _dummy_extras(self, arrays: list[np.ndarray]) -> tuple:
        # one weight an example: the first child that has a batch axis says how many there are
        batch = next((a for a, c in zip(arrays, self.children, strict=True) if c.dims[:1] == ("N",)), arrays[0])
        made = {
            "weights": lambda: np.ones(len(batch)),
            "noise": lambda: self.noise(lambda s: np.full(s, 0.5), *arrays),
        }
        return tuple(made[need]() for need in self.needs)

    def _label(self) -> str:
        return type(self).__name__ + (f" {self.name!r}" if self.name else "")

    def _show_children(self) -> str:
        names = self.child_names()
        shown = []
        for i, child in enumerate(self.children):
            role = names[i] if i < len(names) and not names[-1].startswith("*") else f"child {i}"
            kind = "" if child.spec.kind == "float" else f" {child.spec.kind}"
            shown.append(f"{role}={child._label()} {show_shape(child.dims)}{kind}")
        return "(" + ", ".join(shown) + ")"

    def __repr__(self) -> str:
        spec = getattr(self, "spec", "")
        return f"<{self._label()} {spec}>"


def as_box(value: Any) -> Box:
    """The box itself, or a Constant of a number or an array."""
    if isinstance(value, Box):
        return value
    return registered("Constant")(value=value)
