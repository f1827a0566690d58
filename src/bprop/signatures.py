"""Methods that a class of one's own defines: called as bprop calls them, or refused with the line to write."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from types import FunctionType
from typing import Any

from bprop.errors import BoxError


def fault(
    cls: type, method: str, arguments: Collection[str], result: str, keywords: Collection[str] = ()
) -> str | None:  # fmt: skip
    """The error about a method of the class itself that cannot be called with these arguments; None if it can.

    arguments : their names, self included. result : the name of what it returns. keywords : arguments that it may have
    besides, which are passed by name.
    """
    function = vars(cls).get(method)
    if not isinstance(function, FunctionType) or accepts(function, len(arguments), keywords):
        return None
    return (
        f"{cls.__name__}.{method}{inspect.signature(function)}: bprop calls it otherwise; write "
        f"def {method}({', '.join(arguments)}) -> {result}"
    )


def accepts(function: Any, count: int, keywords: Collection[str] = ()) -> bool:
    """True if a function can be called with so many positional arguments, and with those of the keywords that it has;
    also where its signature is not known."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(*[None] * count, **{name: None for name in keywords if name in signature.parameters})
    except TypeError:
        return False
    return True


def need_box(cls: Any) -> None:
    """Raise BoxError for an fprop or bprop of a class of box that cannot be called as a pass calls them."""
    fprop = vars(cls).get("fprop", cls.fprop)
    if not inspect.isfunction(fprop) or hasattr(fprop, "__isabstractmethod__"):
        return
    first, *names = list(inspect.signature(fprop).parameters) or [""]
    if first != "self" and not names:
        raise BoxError(f"{cls.__name__}.fprop takes ({first}): write def fprop(self, a)")
    if any("*" in name for name in cls.child_names()):
        return
    wrong = fault(cls, "bprop", ("self", "grad", "value", *names), "a gradient for each child", ("wanted",))
    if wrong:
        raise BoxError(wrong)


def need_made(box: Any, key: str) -> None:
    """Raise BoxError where a class of box sets an attribute before the box is made, in an __init__ of its own."""
    if "spec" not in vars(box):
        raise BoxError(
            f"{type(box).__name__} sets {key!r} itself: hyper-parameters of a box are annotated attributes of its "
            f"class, such as `{key}: float = 1.0`, and keyword arguments when a box is made. It needs no __init__"
        )


def call(cls: Any, children: Collection[str]) -> str:
    """How a box of this class is made: "bp.Linear(h, W, b)"."""
    return f"{'' if ':' in cls.type_key else 'bp.'}{cls.__name__}({', '.join(children)})"
