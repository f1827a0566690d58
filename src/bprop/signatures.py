"""Methods that a class of one's own defines: called as bprop calls them, or refused with the line to write."""

from __future__ import annotations

import inspect
from collections.abc import Collection
from types import FunctionType
from typing import Any


def fault(cls: type, method: str, arguments: Collection[str], result: str) -> str | None:
    """The error about a method of the class itself that cannot be called with these arguments; None if it can.

    arguments : their names, self included. result : the name of what it returns.
    """
    function = vars(cls).get(method)
    if not isinstance(function, FunctionType) or accepts(function, len(arguments)):
        return None
    return (
        f"{cls.__name__}.{method}{inspect.signature(function)}: bprop calls it otherwise; write "
        f"def {method}({', '.join(arguments)}) -> {result}"
    )


def accepts(function: Any, count: int) -> bool:
    """True if a function can be called with so many positional arguments; also where its signature is not known."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(*[None] * count)
    except TypeError:
        return False
    return True
