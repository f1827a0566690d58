"""The public names of bprop with their parameters and defaults, a line each.

    python tools/public_api.py > tests/public_api.txt

`tests/test_public_api.py` compares the file with the code. So a changed default is seen, and is meant.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

MODULES = (
    "bprop", "bprop.init", "bprop.layers", "bprop.rules", "bprop.rules.schedules", "bprop.toys", "bprop.errors",
    "bprop.graph", "bprop.check", "bprop.training", "bprop.engines", "bprop.batches", "bprop.stepper", "bprop.health",
    "bprop.files",
)  # fmt: skip
PLAIN = (bool, int, float, str, tuple, type(None))
"""Types of attributes whose values are told."""


def lines(missing: Callable[[str], None] = lambda name: None) -> Iterator[str]:
    """The lines. `missing` is called with the names that need a package that is not installed."""
    described_before = set()
    for module in MODULES:
        room = import_module(module)
        for name in sorted(dir(room) if "__dir__" in vars(room) else getattr(room, "__all__", vars(room))):
            try:
                value = getattr(room, name)
            except ImportError:
                missing(f"{module}.{name}")
                continue
            hidden = isinstance(value, types.ModuleType) or name.startswith("_") or foreign(value)
            if not hidden and id(value) not in described_before:
                described_before.add(id(value))
                yield from described(f"{module}.{name}", value)


def foreign(value: Any) -> bool:
    """Whether a module only imports it."""
    return getattr(value, "__module__", "bprop").partition(".")[0] != "bprop"


def described(name: str, value: Any) -> Iterator[str]:
    """Of a function or class, its parameters; of a class, also its public methods and plain attributes."""
    if not callable(value):
        if isinstance(value, PLAIN):
            yield f"{name} = {plain(value)}"
        return
    yield f"{name}{parameters(value)}"
    if isinstance(value, type):
        for attribute, of in members(value):
            if isinstance(of, types.FunctionType | classmethod | staticmethod):
                yield f"{name}.{attribute}{parameters(getattr(of, '__func__', of))}"
            elif isinstance(of, PLAIN):
                yield f"{name}.{attribute} = {plain(of)}"
            elif isinstance(of, property):
                yield f"{name}.{attribute}: property"


def members(cls: type) -> Iterator[tuple[str, Any]]:
    """The public attributes that a class has of its own, sorted by name."""
    return iter(sorted((name, of) for name, of in vars(cls).items() if not name.startswith("_")))


def parameters(value: Any) -> str:
    """(a, *, b=1), without types."""
    try:
        signature = inspect.signature(value)
    except ValueError:  # of a class of Python's own, an error
        return "(...)"
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
    return plain(signature.replace(parameters=bare, return_annotation=inspect.Signature.empty), str)


def plain(value: Any, words: Callable[[Any], str] = repr) -> str:
    """A value in words that are the same in each process."""
    return re.sub(r" at 0x[0-9a-f]+", "", words(value))


if __name__ == "__main__":
    print("\n".join(lines()))
