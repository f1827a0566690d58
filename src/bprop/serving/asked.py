"""The options of a request, after the ? of its address: those of `bprop predict`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bprop.names import known
from bprop.serving.refused import RefusedError

YES, NO = ("true", "1", "yes"), ("false", "0", "no")
EXAMPLES = {"interval": 0.9, "threshold": 0.3}
UNKNOWN = ("refuse", "allow")
"""What becomes of columns and categories that the model does not know."""


@dataclass(frozen=True)
class Options:
    """The options of a request.

    interval : the level of intervals or sets, such as 0.9. spread : whether the deviations of an ensemble's networks
    are wanted. threshold : of two classes. id : a column that is carried along. unknown : "refuse" or "allow".
    """

    interval: float | None = None
    spread: bool = False
    threshold: str | None = None
    id: str | None = None
    unknown: str = UNKNOWN[0]

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]], interval: float | None = None) -> Options:
        """Of the pairs of a query. interval : the level where the query names none. Raises RefusedError (400)."""
        values: dict[str, Any] = {}
        for name, word in pairs:
            if name not in READERS:
                raise RefusedError(400, f"?{name[:40]}: there is no such option; there are: {known(name, READERS)}")
            if name in values:
                raise RefusedError(400, f"?{name}: it stands twice: send it once")
            values[name] = READERS[name](name, word)
        return cls(**{"interval": interval, **values})


def _level(name: str, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise RefusedError(400, f"?{name}={word[:40]}: send a probability between 0 and 1, such as {EXAMPLES[name]}")
    return value


def _threshold(name: str, word: str) -> str:
    _level(name, word)
    return word


def _switch(name: str, word: str) -> bool:
    if word.lower() not in (*YES, *NO):
        raise RefusedError(400, f"?{name}={word[:40]}: send true or false")
    return word.lower() in YES


def _unknown(name: str, word: str) -> str:
    if word not in UNKNOWN:
        raise RefusedError(400, f"?{name}={word[:40]}: send {' or '.join(UNKNOWN)}")
    return word


READERS: dict[str, Callable[[str, str], Any]] = {
    "interval": _level, "spread": _switch, "threshold": _threshold, "id": lambda name, word: word,
    "unknown": _unknown,
}  # fmt: skip
