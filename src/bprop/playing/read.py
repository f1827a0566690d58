"""Reads the values of a command, which may come from anyone: each has a kind and a range, or the command is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any

from bprop.names import known
from bprop.playing.refused import RefusedError

Reader = Callable[[Any, str], Any]
"""A function (value, key) that gives the value as it is used, or raises RefusedError, which names the key."""
LONGEST = 200
"""Letters of a name in a command."""


def anything(value: Any, key: str) -> Any:
    return value


def keys(value: Any, what: str, needed: Mapping[str, Reader], optional: Mapping[str, Reader]) -> dict[str, Any]:
    """The values of a JSON object, each read by its reader. Raises RefusedError for keys too few and too many."""
    if not isinstance(value, dict):
        raise RefusedError(f"{what} is an object with the keys {', '.join([*needed, *optional])}, not {shown(value)}")
    every = {**needed, **optional}
    for key in value:
        if key not in every:
            names = ", ".join(every) or "none"
            raise RefusedError(f"{what} has no key {shown(key)}", f"its keys: {names}")
    for key in needed:
        if key not in value:
            raise RefusedError(f"{what} lacks the key {key!r}")
    return {key: every[key](one, key) for key, one in value.items()}


def whole(value: Any, key: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise RefusedError(f"{key} is a whole number from {least} to {most}, not {shown(value)}")
    return value


def number(value: Any, key: str, least: float = -1e300, most: float = 1e300) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or (isinstance(value, float) and not isfinite(value)) or not least <= value <= most:
        raise RefusedError(f"{key} is a number from {least:g} to {most:g}, not {shown(value)}")
    return float(value)


def truth(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise RefusedError(f"{key} is true or false, not {shown(value)}")
    return value


def text(value: Any, key: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise RefusedError(f"{key} is a text of at most {LONGEST} letters, not {shown(value)}")
    return value


def choice(value: Any, key: str, names: Iterable[str]) -> str:
    names = list(names)
    if not isinstance(value, str) or value not in names:
        raise RefusedError(f"{key} is not {shown(value)}", f"there is: {known(shown(value), names)}")
    return value


def listed(value: Any, key: str, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise RefusedError(f"{key} is a list of at most {most} entries, not {shown(value)}")
    return value


def index(value: Any, key: str) -> tuple[int, ...]:
    """The place of a number in an array: [0, 2]."""
    return tuple(whole(one, key, 0, 2**31 - 1) for one in listed(value, key, 8))


def shown(value: Any) -> str:
    """A value for an error: short, and harmless."""
    words = repr(value)
    return words if len(words) <= 60 else words[:57] + "..."
