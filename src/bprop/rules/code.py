"""What can be said of the code of a function, to tell whether it is still the same."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import sha256
from types import CodeType
from typing import Any

GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")


def is_library(value: Any) -> bool:
    """Whether a function or class comes from Python itself or an installed package, whose version says what it does."""
    name = getattr(value, "__module__", None)
    if not isinstance(name, str):
        return True  # a class of Python's own
    top = name.partition(".")[0]
    if top == __name__.partition(".")[0] or (top in sys.stdlib_module_names and top != "__main__"):
        return True
    return "-packages" in (getattr(sys.modules.get(name), "__file__", None) or "")


def package_of(rule: Any) -> str | None:
    """The name of the installed package whose functions an optax transformation is made of, such as "optax"."""
    from importlib.metadata import PackageNotFoundError, version  # 30 ms that only checkpoints need

    function = getattr(rule, "update", None)
    if not is_library(function):
        return None
    top = str(getattr(function, "__module__", "")).partition(".")[0]
    try:
        version(top)
    except (PackageNotFoundError, ValueError):
        return None
    return top


def python_version() -> str:
    """Which Python compiles functions: their code is another in another."""
    return "{}.{}".format(*sys.version_info)


def code_line(code: CodeType) -> str:
    """A word for what a function does: its instructions, names and constants, but for its docstring."""
    digest = sha256()
    for part in parts_of(code):
        constants = [_constant(c) for i, c in enumerate(part.co_consts) if i or not isinstance(c, str)]
        digest.update(repr((part.co_code, part.co_names, constants)).encode())
    return digest.hexdigest()[:16]


def fractions_in(code: CodeType) -> list[float]:
    """The fractions that stand in the code of a function, in order. They do so in every Python."""
    return [constant for part in parts_of(code) for constant in part.co_consts if isinstance(constant, float)]


def globals_in(code: CodeType) -> set[str]:
    """The names that a function asks its module for."""
    import dis  # some milliseconds that only such functions need

    return {str(i.argval) for part in parts_of(code) for i in dis.get_instructions(part) if i.opname in GLOBAL}


def parts_of(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of the functions in it."""
    front = [code]
    while front:
        part = front.pop()
        yield part
        front += [constant for constant in part.co_consts if isinstance(constant, CodeType)]


def _constant(constant: Any) -> str:
    if isinstance(constant, CodeType):
        return constant.co_name
    return repr(sorted(map(repr, constant))) if isinstance(constant, frozenset) else repr(constant)
