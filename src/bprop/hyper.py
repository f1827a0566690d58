"""Hyper-parameters of a box: the annotated attributes of its class. They are keyword arguments when a box is made."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from bprop.elsewhere.boxes import meant
from bprop.errors import BoxError

REQUIRED: Any = object()  # stands in the place of a default, for a hyper-parameter without one
_KINDS = {"float": Real, "int": Integral, "str": str}


def declared(cls: type) -> dict[str, str]:
    """{hyper-parameter: its annotation as text} for the annotated attributes of the class itself, without ClassVars."""
    texts = {
        key: annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
        for key, annotation in inspect.get_annotations(cls).items()
        if "ClassVar" not in str(annotation)
    }
    return {key: text for key, text in texts.items() if "ClassVar" not in text}


def complete(
    kind: str, defaults: Mapping[str, Any], types: Mapping[str, str], chosen: dict[str, Any]
) -> dict[str, Any]:
    """All hyper-parameters of a `kind` of box: the chosen values, and the defaults of the others.

    Raises BoxError for an unknown hyper-parameter, a missing one, and a value that has not the declared type.
    """
    for key in chosen:
        if key not in defaults:
            raise BoxError(
                f"{kind} has no hyper-parameter {key!r}; it has: {', '.join(defaults) or 'none'}{meant(key, defaults)}"
            )
    values = {**defaults, **chosen}
    for key, value in values.items():
        if value is REQUIRED:
            raise BoxError(f"{kind} needs the hyper-parameter {key!r}: pass it by keyword")
        values[key] = value = plain(value)
        wanted = _KINDS.get(types[key])
        if wanted and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise BoxError(f"{kind}: {key} must be {types[key]}, not {value!r}")
    return values


def plain(value: Any) -> Any:
    """A hyper-parameter in plain Python types: NumPy scalars become Python numbers, lists become tuples."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple):
        return tuple(plain(v) for v in value)
    if isinstance(value, slice):
        return slice(plain(value.start), plain(value.stop), plain(value.step))
    return value
