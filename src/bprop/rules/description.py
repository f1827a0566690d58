"""A rule as lines of text, {path: line}, so that the rule of a run can be compared with the rule in a checkpoint.

An optax transformation is two functions that hold other functions and numbers. The description follows these, and the
functions and objects that a user wrote, down to numbers, texts and arrays:

    rule.update.update_fns[1].tx.update.step_size: -0.1
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import partial
from hashlib import sha256
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from bprop.rules.code import code_line, fractions_in, globals_in, is_library, python_version
from bprop.rules.rule import Rule
from bprop.rules.schedules import Schedule

MOST = 20_000
"""The largest number of lines in a description."""
UNKNOWN = "cannot be compared: "
"""The beginning of the line of an object of which only the type is known."""
PYTHON, CODE = "Python", " (code)"
"""The path of the version of Python that compiled functions, and the end of the paths of their code."""
PLAIN = (type(None), bool, int, float, complex, str, bytes)
NAMED = (type, np.ufunc, BuiltinFunctionType, ModuleType, Enum, np.dtype)
Parts = list[tuple[str, Any]]


class Description:
    """Follows a rule. An object that occurs twice is described once; `places` holds the path of each object."""

    def __init__(self, rule: Any):
        self.lines: dict[str, str] = {}
        self.places: dict[int, str] = {}
        self.alive: list[Any] = []  # keeps the objects, so that no new object gets the id of one in `places`
        front: Parts = [("rule", rule)]
        while front and len(self.lines) < MOST:  # no recursion: a chain may be deep
            path, value = front.pop()
            front += [(path + step, part) for step, part in reversed(self.follow(path, value))]
        if front:
            self.lines["rest"] = f"{UNKNOWN}more than {MOST:,} parts"
        if any(path.endswith(CODE) for path in self.lines):
            self.lines[PYTHON] = python_version()

    def follow(self, path: str, value: Any) -> Parts:
        """Add the line of a value. Returns its parts, which are to be followed next."""
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, PLAIN):
            self.lines[path] = plain_line(value)
        elif isinstance(value, NAMED):
            self.lines[path] = name_of(value)
        elif is_array(value):
            self.lines[path] = array_line(value)
        elif id(value) in self.places:
            self.lines[path] = f"as {self.places[id(value)]}"
        else:
            parts = self.parts(path, value)
            self.lines[path] = name_of(value) if parts is not None else f"{UNKNOWN}{name_of(value)}"
            if not isinstance(
                value, tuple | list | Mapping | set | frozenset
            ):  # equal ones may be one object by chance
                self.places[id(value)] = path
                self.alive.append(value)
            return parts or []
        return []

    def parts(self, path: str, value: Any) -> Parts | None:
        """(step of the path, part) for each part of a value; None if its parts are not known."""
        if isinstance(value, Mapping):
            return [(f"[{key!r}]", part) for key, part in sorted(value.items(), key=lambda item: repr(item[0]))]
        if isinstance(value, set | frozenset):
            return [(f"{{{i}}}", part) for i, part in enumerate(sorted(value, key=repr))]
        if isinstance(value, tuple | list):
            names = getattr(value, "_fields", None)
            return [(f".{names[i]}" if names else f"[{i}]", part) for i, part in enumerate(value)]
        if isinstance(value, partial):
            return [(".func", value.func), (".args", value.args), (".keywords", value.keywords)]
        if isinstance(value, MethodType):
            return [(".self", value.__self__), (".function", value.__func__)]
        if isinstance(value, FunctionType):
            return list(self.function(path, value))
        if hasattr(value, "__wrapped__"):  # an object around a function, as jax.jit makes
            return [(".wrapped", value.__wrapped__)]
        return attributes(value)

    def function(self, path: str, function: FunctionType) -> Iterator[tuple[str, Any]]:
        """The parts of a function: its closure and its defaults. For a user's function also its floats and globals; a
        line of its own describes the code."""
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                yield f".{name}", cell.cell_contents
            except ValueError:
                yield f".{name}", "not yet set"
        if function.__defaults__:
            yield ".defaults", function.__defaults__
        if function.__kwdefaults__:
            yield ".keyword defaults", function.__kwdefaults__
        if not is_library(function):
            self.lines[path + CODE] = code_line(function.__code__)
            yield " (fractions)", fractions_in(function.__code__)
            known = function.__globals__
            for name in sorted(globals_in(function.__code__)):
                if name in known and not isinstance(known[name], ModuleType):
                    yield f" ({name})", known[name]


def attributes(value: Any) -> Parts | None:
    """The attributes of an object, and the methods of a class that a user wrote; None for an object without attributes.

    The methods of a Rule or Schedule are left out: as for boxes, the name of the class stands for them.
    """
    kinds = type(value).__mro__
    slots = [name for kind in kinds for name in _slots(kind) if hasattr(value, name)]
    held = getattr(value, "__dict__", None)
    if held is None and not slots:
        return None
    pairs = sorted(({name: getattr(value, name) for name in slots} | (held or {})).items())
    written = () if isinstance(value, Rule | Schedule) else [kind for kind in kinds if not is_library(kind)]
    methods = [m for kind in reversed(written) for m in vars(kind).values() if isinstance(m, FunctionType)]
    own = {m.__name__: m for m in methods if m.__code__.co_filename != "<string>"}  # not those that dataclass generates
    return [*((f".{name}", part) for name, part in pairs), *((f".{name}()", m) for name, m in own.items())]


def name_of(value: Any) -> str:
    """The name of a function, a class or a module; for another object, the name of its class.

    The user's own names go without their module: a script is `__main__` when it runs, and has a name when imported.
    """
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, Enum | np.dtype):
        return f"{type(value).__name__} {value}"
    named = value if hasattr(value, "__qualname__") else type(value)
    module = f"{named.__module__}." if is_library(named) else ""
    return f"{module}{named.__qualname__}"


def plain_line(value: Any) -> str:
    """A plain value as text. 2 and 2.0 give the same text, because some schedules of optax turn an int into a float at
    their first call."""
    return repr(int(value) if isinstance(value, float) and value.is_integer() else value)


def is_array(value: Any) -> bool:
    return hasattr(value, "__array__") and hasattr(value, "dtype") and hasattr(value, "shape")


def array_line(value: Any) -> str:
    """An array as text: its number if it has no axes, else its dtype, shape and checksum."""
    try:
        array = np.asarray(getattr(value, "_base_array", value))  # JAX's random keys hold their numbers in _base_array
    except Exception:
        return f"{UNKNOWN}{type(value).__name__} of {value.dtype}"
    if array.dtype.hasobject:
        return f"{UNKNOWN}array of {array.dtype}"
    if not array.shape:
        return plain_line(array.item())
    return f"{array.dtype.name} {array.shape} {sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]}"


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)
