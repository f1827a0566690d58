"""Names of classes: how a cell is recognised as one, and which of them differ by their spelling alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bprop.sources.cells import EXACT
from bprop.sources.column import Column, objects

NOCASE, BOOLEAN = "nocase", "boolean"
JOINS = (NOCASE, BOOLEAN)
"""How spellings are joined into one class: without regard to case, blanks and Unicode forms; or by what says yes."""

_NO_WIDTH = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad\u200e\u200f")


def plain(value: Any) -> Any:
    """A label as JSON keeps it: 3.0 and np.int64(3) are 3."""
    value = value.item() if isinstance(value, np.generic) else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def folded(text: str) -> str:
    """A name without regard to case, to blanks, those of no width too, and to the Unicode form of its letters."""
    text = text if text.isascii() else text.translate(_NO_WIDTH)
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def keys_of(texts: Sequence[str], join: str) -> list[str]:
    """For each name the name of its class: one key for all spellings that `join` joins. "" where it has none."""
    if join == NOCASE:
        return [folded(text) for text in texts]
    if join == BOOLEAN:
        values, bad = _booleans(texts)
        return ["" if wrong else str(int(value)) for value, wrong in zip(values.tolist(), bad.tolist(), strict=True)]
    return list(texts)


def _booleans(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    values, bad = Column(objects(texts)).booleans
    return values, bad | np.isnan(values)


class Recognised:
    """The number of the class that a cell names; -1 where it names none.

    A class 29 is also 29.0, and "29"; True is also "true". Names that are joined are recognised by their key.
    """

    def __init__(self, classes: Sequence[Any], join: str = ""):
        self.join = join
        self.exact: dict[str, int] = dict(
            zip(keys_of([str(name) for name in classes], join), range(len(classes)), strict=True)
        )
        self.close: dict[str, int] = {}
        for name, number in self.exact.items():
            close = _number_text(name)
            self.close[close] = -1 if close in self.close else number  # of 1 and 01 neither is meant by 1.0

    def numbers(self, values: Sequence[Any]) -> np.ndarray:
        """(N,) for values as they were read."""
        names = keys_of([str(plain(value)) for value in values], self.join)
        return np.array([self._number(name) for name in names], np.int64)

    def _number(self, name: str) -> int:
        return self.exact[name] if name in self.exact else self.close.get(_number_text(name), -1)


def _number_text(name: str) -> str:
    """29 for a name such as 29.0 or 2.9e1; true for True; any other as it is."""
    if name.lower() in ("true", "false"):
        return name.lower()
    try:
        value = float(name) if "_" not in name else np.nan
    except ValueError:
        return name
    return str(int(value)) if abs(value) < EXACT and value.is_integer() else name


def joined(values: Sequence[Any], counts: np.ndarray, join: str) -> tuple[Any, ...]:
    """A name for each class of values that are joined: its most frequent spelling. No comes before yes."""
    texts = [str(plain(value)) for value in values]
    best: dict[str, int] = {}
    for k, key in enumerate(keys_of(texts, join)):
        if key not in best or counts[k] > counts[best[key]]:
            best[key] = k
    names = [texts[best[key]] for key in sorted(best)]
    return tuple(names if join == BOOLEAN else sorted(names))


def alike(classes: Sequence[Any]) -> list[tuple[str, list[int]]]:
    """(what joins them, numbers of the classes) for classes that differ by spelling alone.

    First the spellings of yes and no where all classes are such, else names that differ by case, blanks or form.
    """
    texts = [str(name) for name in classes]
    if any(isinstance(name, bool) for name in classes) or not any(isinstance(name, str) for name in classes):
        return []
    if not _booleans(texts)[1].any():
        return [(BOOLEAN, group) for group in _groups(texts, lambda names: keys_of(names, BOOLEAN))]
    return [(NOCASE, group) for group in _groups(texts, lambda names: keys_of(names, NOCASE))]


def _groups(texts: list[str], keys: Callable[[list[str]], list[str]]) -> list[list[int]]:
    """The numbers of names with one key, where there are several."""
    groups: dict[str, list[int]] = {}
    for number, key in enumerate(keys(texts)):
        groups.setdefault(key, []).append(number)
    return [group for group in groups.values() if len(group) > 1]
