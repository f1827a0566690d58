"""A text for the code of a function, by which a checkpoint recognises that the code has changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import sha256
from types import CodeType
from typing import Any

GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")


def is_library(value: Any) -> bool:
    """True if a function or class comes from Python or an installed package, whose version then stands for its code."""
    name = getattr(value, "__module__", None)
    if not isinstance(name, str):
        return True  # Python's own classes have none
    top = name.partition(".")[0]
    if top == __name__.partition(".")[0] or (top in sys.stdlib_module_names and top != "__main__"):
        return True
    return "-packages" in (getattr(sys.modules.get(name), "__file__", None) or "")


def package_of(rule: Any) -> str | None:
    """The name of the installed package that defines the functions of an optax transformation, such as "optax"."""
    from importlib.metadata import PackageNotFoundError, version  # takes 30 ms, and only checkpoints need it

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
    """The version of Python. The compiled code of a function differs between versions."""
    return "{}.{}".format(*sys.version_info)


def code_line(code: CodeType) -> str:
    """A hash of the instructions, names and constants of a function, without its docstring."""
    digest = sha256()
    for part in parts_of(code):
        constants = [_constant(c) for i, c in enumerate(part.co_consts) if i or not isinstance(c, str)]
        digest.update(repr((part.co_code, part.co_names, constants)).encode())
    return digest.hexdigest()[:16]


def fractions_in(code: CodeType) -> list[float]:
    """The floats in the code of a function, in order. They are the same in every version of Python."""
    return [constant for part in parts_of(code) for constant in part.co_consts if isinstance(constant, float)]


def globals_in(code: CodeType) -> set[str]:
    """The names of the globals that a function reads."""
    import dis  # takes some milliseconds, and only users' functions need it

    return {str(i.argval) for part in parts_of(code) for i in dis.get_instructions(part) if i.opname in GLOBAL}


def parts_of(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of the functions inside it."""
    front = [code]
    while front:
        part = front.pop()
        yield part
        front += [constant for constant in part.co_consts if isinstance(constant, CodeType)]


def _constant(constant: Any) -> str:
    if isinstance(constant, CodeType):
        return constant.co_name
    return repr(sorted(map(repr, constant))) if isinstance(constant, frozenset) else repr(constant)
