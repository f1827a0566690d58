"""The box: a node of the flow graph, with fprop and bprop side by side.

A box knows its children and its hyper-parameters and nothing else. It holds no values: a pass computes
them, on whichever array namespace it runs.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from math import prod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from bprop import errors, signatures
from bprop.hyper import REQUIRED, complete, declared
from bprop.namespace import Array
from bprop.operators import Operators
from bprop.outside import fails_again
from bprop.registry import register, registered
from bprop.shapes import Dim, Spec, infer, show_shape
from bprop.typing import Example

CARDS = "portrait"
"""The room that shows boxes in notebooks. It stands above, and is imported when a notebook asks."""


class Box(Operators["Box"], ABC):
    """A node of the flow graph. Subclass it with `fprop`, `bprop` and annotated hyper-parameters.

    Children are positional arguments; hyper-parameters and the optional `name` are keyword arguments. A box is
    immutable. Its shape is computed and checked when it is made.

    Raises `BoxError` (wrong children or hyper-parameters) and `ShapeError` (shapes that do not fit).

    >>> class Double(bp.Box):
    ...     def fprop(self, a): return 2 * a
    ...     def bprop(self, grad, value, a): return 2 * grad
    >>> Double(bp.Input("a", (3,)))
    <Double (N, 3)>
    """

    needs: ClassVar[tuple[str, ...]] = ()
    """Extra arguments of fprop and bprop, after the children: "noise" (made by `noise`), "weights" (N,)."""
    runtime: ClassVar[tuple[str, ...]] = ()
    """Hyper-parameters that a compiled program takes as arguments: a new value compiles nothing."""
    symbol: ClassVar[str] = ""
    """The infix operator with which the box is printed, if it has one."""
    bounds: ClassVar[tuple[float, float] | None] = None
    """(lowest, highest) of an activation's values, if finite. Near them a unit is saturated (see `bprop.health`)."""
    rectifies: ClassVar[bool] = False
    """True if the value is 0 over a whole range of inputs. There a unit can die."""
    keeps_rows: ClassVar[Any] = None
    """True if row i of the value and gradients depends on row i of the children alone (of those with a row an example).
    With weights: if rows of weight 0 change nothing for other rows. None: a trial decides (see `bprop.graph.mixing`);
    for a class of yours it always decides, and True counts only where it cannot."""
    as_floats: ClassVar[bool] = False
    """True if the box makes floats of a child's whole numbers before it computes, where another child holds floats.
    Engines then may hold those numbers in 32 bits."""
    is_product: ClassVar[bool] = False
    """True for a product of the first two children, which an engine may compute in a narrow dtype (bfloat16)."""
    stops_gradient: ClassVar[bool] = False
    """True if the box sends no gradient to any child, whatever its slope is (see `bprop.stop_gradient`)."""
    in_catalogue: ClassVar[bool] = True
    """False for boxes of bprop's own that people do not type."""
    onnx: ClassVar[Any] = None
    """Rarely needed: a method onnx(self, op, *children) that writes the box in ONNX operators, outside training:
    `return op.Elu(a, alpha=self.alpha)` (see `bprop.onnx.tensor`). Without it, fprop is translated."""

    formula: Any = None
    """Rarely needed: a method formula(self, m, *children) that says what fprop computes in plain mathematics, where its
    code is written for stability: `return 1 / (1 + m.exp(-a))`. Else fprop itself is written (see `bprop.formulas`)."""
    bprop_formula: Any = None
    """The same of bprop: a method bprop_formula(self, m, grad, value, *children)."""

    # `*children: Any, **more: Any` is how the types say "any signature from here on": a box names its own children
    @abstractmethod
    def fprop(self, *children: Any, **more: Any) -> Array:
        """The value of the box, computed from its children's values. Pure."""

    @abstractmethod
    def bprop(self, grad: Array, value: Array, /, *children: Any, **more: Any) -> Any:
        """The gradient of the loss with respect to each child. `grad` is the gradient with respect to the value.

        Returns one array for one child, else a tuple; None stands for "no gradient". A box may take a
        keyword `wanted` (one bool a child) and return None for gradients that nobody needs.
        """

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterable[Example]:
        """Legal inputs away from kinks, for the automatic checks.

        Each example is a tuple of arrays, one a child. It may end with a dict of hyper-parameters.
        """
        return ()

    def check(self) -> None:
        """Raise if hyper-parameters or the children's `dims` are illegal. Called when the box is made.

        A ValueError or TypeError becomes an error that names the box and the children with their shapes.
        """

    @classmethod
    def size_limit(cls, hyper: Mapping[str, Any], shapes: list[tuple[int, ...]]) -> int:
        """An upper bound on the count of numbers in the value, for children of these shapes: by default the largest.

        It limits boxes of untrusted files before they are made. `hyper` is as in the file.
        """
        return max(map(prod, shapes), default=0)

    def limits(self) -> dict[int, tuple[float, float]]:
        """{child's position: (lowest, highest legal value)}. Data is checked against it before it enters the graph."""
        return {}

    def noise(self, draw: Callable[[tuple[int, ...]], Array], *children: Array) -> Array:
        """The noise of one pass, for a box that `needs` it. `draw(shape)` returns numbers uniform on [0, 1)."""
        raise NotImplementedError(f"{type(self).__name__} needs noise but does not define `noise`")

    def updates(self, value: Array, *children: Array) -> dict[int, Array]:
        """{child's position: new value} for children that are non-trainable parameters (running averages)."""
        return {}

    def evaluation(self) -> Box:
        """The box that replaces this one outside training (`training=False`): itself, unless overridden."""
        return self

    # --- subclasses do not override the rest ----------------------------------------------------
    hyper_defaults: ClassVar[dict[str, Any]] = {}
    hyper_types: ClassVar[dict[str, str]] = {}
    type_key: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.hyper_defaults = {key: cls.__dict__.get(key, default) for key, default in cls.hyper_defaults.items()}
        own = declared(cls)
        cls.hyper_types = {**cls.hyper_types, **own}
        cls.hyper_defaults.update({key: cls.__dict__.get(key, REQUIRED) for key in own})
        ours = cls.__module__.partition(".")[0] == __name__.partition(".")[0]
        cls.type_key = cls.__name__ if ours else f"{cls.__module__}:{cls.__qualname__}"
        register(cls)
        if not ours:  # the tests check those of bprop, so that importing stays quick
            signatures.need_box(cls)

    __signature__: ClassVar[Any] = signatures.Shown()

    def __init__(self, *children: Any, name: str | None = None, **hyper: Any) -> None:
        set_ = object.__setattr__
        if name is not None and (not isinstance(name, str) or not name):
            raise errors.BoxError(f"the name of a {type(self).__name__} must be a non-empty string, not {name!r}")
        if hyper:
            children, hyper = signatures.placed(type(self), children, hyper)
        set_(self, "name", name)
        set_(self, "children", tuple(as_box(child) for child in children))
        self._check_children()
        for key, value in complete(type(self).__name__, self.hyper_defaults, self.hyper_types, hyper).items():
            set_(self, key, value)
        set_(self, "spec", self._legal())

    name: ClassVar[str | None]
    children: ClassVar[tuple[Box, ...]]
    spec: ClassVar[Spec]

    def __setattr__(self, key: str, value: Any = None) -> None:
        signatures.need_made(self, key)
        raise errors.BoxError(f"{self!r} is immutable: make a new box instead of changing {key!r}")

    def __delattr__(self, key: str) -> None:
        self.__setattr__(key)

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The shape of the value, with "N" for the number of examples: ("N", 500)."""
        return self.spec.dims

    @property
    def hyper(self) -> dict[str, Any]:
        """The hyper-parameters, by name."""
        return {key: getattr(self, key) for key in self.hyper_defaults}

    def bind(self, **hyper: Any) -> Self:
        """A copy with other hyper-parameter values, unchecked. An engine passes run-time arguments in this way."""
        copy = object.__new__(type(self))
        vars(copy).update(vars(self), **hyper)
        return copy

    @classmethod
    def child_names(cls) -> tuple[str, ...]:
        """The names of the children in fprop's signature. A name that takes any number of children begins with "*"."""
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
                + (f"; its hyper-parameters ({', '.join(self.hyper_defaults)}) are keyword arguments"
                   if self.hyper_defaults else "") + f"; type {signatures.call(type(self), expected)}"
            )  # fmt: skip

    def _legal(self) -> Spec:
        try:
            return self._checked()
        except (errors.BpropError, MemoryError):
            raise
        except Exception as error:
            if not fails_again(self._checked):
                raise
            kind = errors.DTypeError if isinstance(error, TypeError) else errors.ShapeError
            raise kind(f"{self._label()} does not fit its children {self._show_children()}: {_plain(error)}") from error

    def _checked(self) -> Spec:
        self.check()
        return self._infer()

    def _infer(self) -> Spec:
        return infer(self.fprop, [c.spec for c in self.children], self._dummy_extras)

    def _dummy_extras(self, arrays: list[np.ndarray]) -> tuple[Any, ...]:
        # one weight an example: the first child with a batch axis has the number of examples
        batch = next((a for a, c in zip(arrays, self.children, strict=True) if c.dims[:1] == ("N",)), arrays[0])
        makers = {
            "weights": lambda: np.ones(len(batch)),
            "noise": lambda: self.noise(lambda s: np.full(s, 0.5), *arrays),
        }
        return tuple(makers[need]() for need in self.needs)

    def _label(self) -> str:
        return type(self).__name__ + (f" {self.name!r}" if self.name else "")

    def _roles(self) -> list[tuple[str, Box]]:
        """(the name that fprop gives it, the child) of each child."""
        names = self.child_names()
        named = bool(names) and not names[-1].startswith("*")
        return [
            (names[i] if named and i < len(names) else f"child {i}", child) for i, child in enumerate(self.children)
        ]

    def _show_children(self) -> str:
        shown = []
        for role, child in self._roles():
            kind = "" if child.spec.kind == "float" else f" {child.spec.kind}"
            shown.append(f"{role}={child._label()} {show_shape(child.dims)}{kind}")
        return "(" + ", ".join(shown) + ")"

    def _repr_html_(self) -> str:
        return import_module(f"bprop.{CARDS}").box_card(self)

    def __repr__(self) -> str:
        spec = getattr(self, "spec", "")
        return f"<{self._label()} {spec}>"


def _plain(error: Exception) -> str:
    """NumPy's words, save where they tell shapes of the trial batch of 2 examples, which nobody has typed."""
    if str(error).startswith("operands could not be broadcast"):
        return "shapes are compared from the last axis on, and two axes must be equal, or one of them 1"
    return str(error)


BoxLike = Box | ArrayLike  # what can be a child: a number or an array becomes a Constant


def as_box(value: BoxLike) -> Box:
    """The box itself, or a Constant of a number or an array."""
    if isinstance(value, Box):
        return value
    return registered("Constant")(value=value)
