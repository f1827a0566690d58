"""A rule as plain text, path by path, so that a rule of today can be compared with the one of a checkpoint.

An optax transformation is two functions that hold other functions and numbers. The description follows them, and the
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
"""Lines of a description."""
UNKNOWN = "cannot be compared: "
"""What the line of an object begins with of which nothing is known but its type."""
PYTHON, CODE = "Python", " (code)"
"""The entry that tells which Python compiled functions, and what the paths of their code end with."""
PLAIN = (type(None), bool, int, float, complex, str, bytes)
NAMED = (type, np.ufunc, BuiltinFunctionType, ModuleType, Enum, np.dtype)
Parts = list[tuple[str, Any]]


class Description:
    """Follows a rule. An object that is met again is told once: `places` says where."""

    def __init__(self, rule: Any):
        self.lines: dict[str, str] = {}
        self.places: dict[int, str] = {}
        self.kept: list[Any] = []  # so that no other object is given the number of one that was followed
        front: Parts = [("rule", rule)]
        while front and len(self.lines) < MOST:  # no recursion: a chain may be deep
            path, value = front.pop()
            front += [(path + step, part) for step, part in reversed(self.follow(path, value))]
        if front:
            self.lines["rest"] = f"{UNKNOWN}more than {MOST:,} parts"
        if any(path.endswith(CODE) for path in self.lines):
            self.lines[PYTHON] = python_version()

    def follow(self, path: str, value: Any) -> Parts:
        """Take down the line of a value; the parts of it that are to be followed."""
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
            if not isinstance(value, tuple | list | Mapping | set | frozenset):  # which two of may be one by chance
                self.places[id(value)] = path
                self.kept.append(value)
            return parts or []
        return []

    def parts(self, path: str, value: Any) -> Parts | None:
        """(step of the path, part) of what a value holds; None where that is not known."""
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
        if hasattr(value, "__wrapped__"):  # a function made into an object, as jax.jit does
            return [(".wrapped", value.__wrapped__)]
        return attributes(value)

    def function(self, path: str, function: FunctionType) -> Iterator[tuple[str, Any]]:
        """What a function holds on to: what stands around it, and its defaults; and its code, if a user wrote it."""
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
    """What an object of a class written in Python holds, and the methods of a class that a user wrote. The name of a
    Rule's class stands for its methods, as that of a box does."""
    kinds = type(value).__mro__
    slots = [name for kind in kinds for name in _slots(kind) if hasattr(value, name)]
    held = getattr(value, "__dict__", None)
    if held is None and not slots:
        return None
    found = sorted(({name: getattr(value, name) for name in slots} | (held or {})).items())
    written = () if isinstance(value, Rule | Schedule) else [kind for kind in kinds if not is_library(kind)]
    methods = [m for kind in reversed(written) for m in vars(kind).values() if isinstance(m, FunctionType)]
    own = {m.__name__: m for m in methods if m.__code__.co_filename != "<string>"}  # but for those of dataclasses
    return [*((f".{name}", part) for name, part in found), *((f".{name}()", m) for name, m in own.items())]


def name_of(value: Any) -> str:
    """The name of a function, a class or a module, or of the class of another object. In code of the user's without
    that of the module: a script is `__main__` where it is run, and has a name where it is imported."""
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, Enum | np.dtype):
        return f"{type(value).__name__} {value}"
    named = value if hasattr(value, "__qualname__") else type(value)
    module = f"{named.__module__}." if is_library(named) else ""
    return f"{module}{named.__qualname__}"


def plain_line(value: Any) -> str:
    """A plain value as text: a whole number alike as int and as float, for some of optax's schedules turn one into the
    other when they are first called."""
    return repr(int(value) if isinstance(value, float) and value.is_integer() else value)


def is_array(value: Any) -> bool:
    return hasattr(value, "__array__") and hasattr(value, "dtype") and hasattr(value, "shape")


def array_line(value: Any) -> str:
    """An array in a line: its number, or its dtype, shape and checksum."""
    try:
        array = np.asarray(getattr(value, "_base_array", value))  # JAX's keys, which are no arrays of numbers, hold one
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
