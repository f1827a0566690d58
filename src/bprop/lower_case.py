"""The lower-case functions that make boxes: `bp.leaky_relu(a)` is `LeakyRelu(a)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, Protocol, overload

from bprop.box import Box, BoxLike
from bprop.errors import BoxError
from bprop.typing import Array

P = ParamSpec("P")


def snake(name: str) -> str:
    """A class name in lower case with underscores: LeakyRelu -> leaky_relu."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Computes(Protocol[P]):
    """A class of box as `function` sees it: P are the arguments of its fprop, by name."""

    def fprop(self, *children: P.args, **more: P.kwargs) -> Array:
        """The value of the box."""
        ...


class Maker(Protocol[P]):
    """A function that makes a box. Its children have the names of fprop's arguments."""

    @overload
    def __call__(self, *children: P.args, **more: P.kwargs) -> Box: ...
    @overload
    def __call__(self, *children: BoxLike, name: str | None = None, **hyper: Any) -> Box: ...


def function(cls: type[Computes[P]]) -> Maker[P]:
    """The lower-case function that makes a box: `tanh: Final = function(Tanh)`. It has the signature of the class.

    >>> import inspect
    >>> list(inspect.signature(bp.leaky_relu).parameters)
    ['a', 'slope', 'name']
    """
    box: Any = cls

    def make(*children: Any, name: str | None = None, **hyper: Any) -> Box:
        return box(*children, name=name, **hyper)

    make.__name__ = make.__qualname__ = snake(cls.__name__)
    make.__module__, make.__doc__ = cls.__module__, cls.__doc__
    shown: Any = make
    shown.__wrapped__ = cls  # inspect.signature follows it
    return shown


def function_of_several(cls: type[Box]) -> Callable[..., Box]:
    """The same of a box of any number of children, one by one or in a list: `l2(W1, W2)`, `l2([W1, W2])`."""

    def make(boxes: Any, *more: Any, name: str | None = None) -> Box:
        return cls(*several(boxes, more, make.__name__), name=name)

    make.__name__ = make.__qualname__ = snake(cls.__name__)
    make.__module__, make.__doc__ = cls.__module__, cls.__doc__
    return make


def several(boxes: Any, more: tuple[Any, ...], who: str) -> list[Any]:
    """The boxes of a call who(a, b, c) or who([a, b, c]). Raises BoxError for a list and further arguments."""
    if isinstance(boxes, Box) or not isinstance(boxes, Iterable) or hasattr(boxes, "dtype"):
        return [boxes, *more]
    if more:
        raise BoxError(f"{who} takes boxes one by one, {who}(a, b), or a list of them, {who}([a, b]), not both")
    return list(boxes)
