"""An update rule from the words of a command."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from bprop.errors import BpropError
from bprop.playing import read
from bprop.playing.refused import RefusedError
from bprop.rules import Rule


def made(kind: type[Rule], rate: Any, settings: Any, before: Rule | None) -> Rule:
    """A rule of a class. Its rate stays that of the rule before if that is of the same class. Raises RefusedError."""
    chosen = read.keys({} if settings is None else settings, "settings", {}, _readers(kind))
    if rate is not None:
        chosen["learning_rate"] = read.number(rate, "rate", 0.0, 1e6)
    elif before is not None and type(before) is kind:
        chosen["learning_rate"] = before.learning_rate
    try:
        return kind(**chosen)
    except BpropError as error:
        raise RefusedError(str(error)) from None


def _readers(kind: type[Rule]) -> dict[str, Any]:
    names = [one.name for one in fields(kind) if one.name not in ("learning_rate", "rate_factors")]
    return dict.fromkeys(names, _setting)


def _setting(value: Any, key: str) -> Any:
    return value if value is None or isinstance(value, bool) else read.number(value, key, 0.0, 1e6)
