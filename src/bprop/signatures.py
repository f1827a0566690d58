"""Methods that a class of one's own defines: called as bprop calls them, or refused with the line to write."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from inspect import Parameter, Signature
from types import FunctionType
from typing import Any, get_type_hints

from bprop.errors import BoxError
from bprop.hyper import REQUIRED


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


class Shown:
    """The `__signature__` of a class of box, made when it is read: `inspect.signature(bp.Linear)` is (h, W, b, ...).

    A leaf has an __init__ of its own, which says it all.
    """

    def __get__(self, box: Any, cls: Any) -> Signature:
        own = inspect.signature(cls.__init__)
        listed = list(own.parameters.values())[1:]
        if [p.name for p in listed] != ["children", "name", "hyper"] or inspect.isabstract(cls):
            return own.replace(parameters=listed, return_annotation=cls)
        fprop = {p.name: p for p in inspect.signature(cls.fprop).parameters.values()}
        children = [fprop[name.lstrip("*")].replace(annotation=Parameter.empty) for name in cls.child_names()]
        name = Parameter("name", Parameter.KEYWORD_ONLY, default=None, annotation=str | None)
        return Signature([*children, *_by_keyword(cls), name], return_annotation=cls)


def _by_keyword(cls: Any) -> list[Parameter]:
    """The hyper-parameters of a class of box, with their types and defaults."""
    try:
        types = get_type_hints(cls)
    except NameError:  # an annotation of a name that is defined in a function
        types = cls.hyper_types
    return [
        Parameter(
            key, Parameter.KEYWORD_ONLY, annotation=types.get(key, Parameter.empty),
            default=Parameter.empty if value is REQUIRED else value,
        )
        for key, value in cls.hyper_defaults.items()
    ]  # fmt: skip


def placed(cls: Any, children: tuple[Any, ...], more: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The children in order, and the keyword arguments that are not children: of a call linear(x, W=W, b=b)."""
    names = cls.child_names()
    more = dict(more)
    for name in names[len(children) :]:
        if name not in more or name in cls.hyper_defaults:
            break
        children += (more.pop(name),)
    return children, more
