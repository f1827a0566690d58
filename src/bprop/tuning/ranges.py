"""The range of a setting in a search: one value, one of several, or a number in a range; and the words that say so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from bprop.errors import SettingError
from bprop.notebook import Described

FACTOR = 10
"""A range above 0 whose ends are this factor apart is searched by factors: as many trials from 0.001 to 0.01 as from
0.01 to 0.1."""
WORDS: dict[str, bool | None] = {"none": None, "true": True, "false": False}
_RANGE = re.compile(r"\s*([^\s.]\S*?|\.\d\S*?)\s*\.\.\s*(\S+?)\s*")


@dataclass(frozen=True)
class Fixed(Described):
    """One value, which is not searched."""

    value: Any

    def __str__(self) -> str:
        return shown(self.value)

    def plain(self) -> Any:
        """The value as plain data."""
        return shown(self.value)

    def grid(self) -> list[Any]:
        return [self.value]

    def holds(self, value: Any) -> bool:
        return shown(value) == shown(self.value)


@dataclass(frozen=True)
class Choice(Described):
    """One of several values."""

    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise SettingError("a choice needs values")
        names = [shown(value) for value in self.values]
        if twice := [name for name in names if names.count(name) > 1]:
            raise SettingError(f"a choice has {twice[0]} twice")

    def __str__(self) -> str:
        return "|".join(map(shown, self.values))

    def plain(self) -> Any:
        return [shown(value) for value in self.values]

    def grid(self) -> list[Any]:
        return list(self.values)

    def holds(self, value: Any) -> bool:
        return shown(value) in map(shown, self.values)


@dataclass(frozen=True)
class Between(Described):
    """A number from low to high, both included; whole numbers where both ends are whole.

    log : search by factors; default: where low is above 0 and high is 10 low or more. step : low + k step alone.
    """

    low: float
    high: float
    log: bool | None = None
    step: float | None = None

    def __post_init__(self) -> None:
        ends = (self.low, self.high)
        if not all(_is_number(end) for end in ends) or self.low >= self.high:
            raise SettingError(f"the range {self.low!r} to {self.high!r}: give two numbers, the smaller one first")
        if self.step is not None and not (_is_number(self.step) and 0 < self.step <= self.high - self.low):
            raise SettingError(f"the range {self.low!r} to {self.high!r}: the step {self.step!r} does not fit in it")
        if self.step is not None and self.whole and not isinstance(self.step, int):
            raise SettingError(f"the range {self.low!r} to {self.high!r}: the step {self.step!r} is no whole number")
        if self.log is None:
            object.__setattr__(self, "log", self.step is None and self.low > 0 and self.high >= FACTOR * self.low)
        if self.log and (self.low <= 0 or self.step is not None):
            why = "0 or less has no logarithm" if self.low <= 0 else "a step is for ranges that are searched evenly"
            raise SettingError(f"the range {self.low!r} to {self.high!r} cannot be searched by factors: {why}")

    @property
    def whole(self) -> bool:
        """Whether its numbers are whole."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def __str__(self) -> str:
        how = "" if self.step is None else f":{shown(self.step)}"
        return f"{shown(self.low)}..{shown(self.high)}{how}{' by factors' if self.log else ''}"

    def plain(self) -> Any:
        return {"low": self.low, "high": self.high, "log": bool(self.log), "step": self.step}

    def grid(self) -> list[Any]:
        """The numbers of a step; else the ends and the middle."""
        if self.step is not None:
            count = int((self.high - self.low) / self.step + 1e-9) + 1
            places = [self.low + k * self.step for k in range(count)]
            return places if self.whole else [float(f"{place:.12g}") for place in places]
        middle: float = (self.low * self.high) ** 0.5 if self.log else (self.low + self.high) / 2
        if self.whole:
            return sorted({self.low, round(middle), self.high})
        return [self.low, float(f"{middle:.6g}"), self.high]

    def holds(self, value: Any) -> bool:
        return _is_number(value) and self.low <= value <= self.high and not (self.whole and value != int(value))


Range = Fixed | Choice | Between


def between(low: float, high: float, *, log: bool | None = None, step: float | None = None) -> Between:
    """A number from low to high, for the space of `bp.tune`; whole where both ends are whole.

    log : search by factors rather than evenly; default: where high is at least 10 times low, and low above 0.
    step : only low, low + step, low + 2 step, ...

    >>> bp.between(1e-4, 1e-1).log, bp.between(0.0, 0.5).log
    (True, False)
    """
    return Between(low, high, log, step)


def read(name: str, value: Any) -> Range:
    """The range that the user names for a setting: a Between, a list of choices, words (see `parse`), or one value.

    Raises SettingError, which names the setting.
    """
    try:
        if isinstance(value, Fixed | Choice | Between):
            return value
        if isinstance(value, list):
            return Choice(tuple(map(_own, value))) if len(value) != 1 else Fixed(_own(value[0]))
        return parse(value) if isinstance(value, str) else Fixed(_own(value))
    except SettingError as error:
        raise SettingError(f"the setting {name}: {error}") from error


def parse(words: str) -> Range:
    """The range of words: "1e-4..1e-1", "32..512:32", "1e-4..1e-1:even", "relu|tanh", "128|256,128", "0.1", "none"."""
    if "|" in words:
        return Choice(tuple(map(value_of, words.split("|"))))
    body, _, how = words.partition(":")
    match = _RANGE.fullmatch(body)
    if match is None:
        return Fixed(value_of(words))
    ends = [value_of(end) for end in match.groups()]
    if not all(map(_is_number, ends)):
        raise SettingError(f"{words}: the ends of a range are numbers, such as 0.001..0.1")
    how = how.strip()
    if how in ("", "even", "log"):
        return Between(ends[0], ends[1], {"even": False, "log": True}.get(how))
    step = value_of(how)
    if not _is_number(step):
        raise SettingError(f"{words}: after the colon stands a step, log, or even")
    return Between(ends[0], ends[1], False, step)


def value_of(word: str) -> Any:
    """A whole number, a number, whole numbers with commas between as a tuple, None of "none", or the text itself."""
    text = word.strip()
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if "," in text and all(part.isdigit() for part in parts):
        return tuple(map(int, parts))
    return text


def shown(value: Any) -> str:
    """A value in words; `value_of` reads numbers, sizes and names again."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(map(shown, value)) if len(value) != 1 else f"{shown(value[0])},"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(getattr(value, "__name__", value))


def plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as plain data: numbers stay numbers, all else is in words."""
    return {name: value if _is_number(value) or value is None else shown(value) for name, value in settings.items()}


def listed(space: Mapping[str, Range], searched: bool) -> str:
    """The ranges that are searched, or those that are fixed, in a line."""
    chosen: Iterable[tuple[str, Range]] = (
        (name, one) for name, one in space.items() if isinstance(one, Fixed) is not searched
    )
    return ", ".join(f"{name} {one}" for name, one in chosen)


def _own(value: Any) -> Any:
    """Numbers of NumPy as Python's own, lists as tuples."""
    if isinstance(value, list):
        return tuple(map(_own, value))
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
