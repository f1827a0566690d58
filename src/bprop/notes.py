"""The notes of a model, read for display.

Notes are plain data that anybody may have written. Here, entries that `bprop train` would not write are skipped without
an error. Code that computes with notes reads them strictly instead (see `bprop.sources.noted`).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

TABLE = "table"
"""The key of the notes about a table and its columns."""
ENSEMBLE = "ensemble"
"""The key of the notes about the members of an ensemble."""
ESTIMATOR = "estimator"
"""The key of the name of the estimator that a model was made of."""
SAMPLE = 4096
"""Rows of which `statistics` are computed, at most."""
NUMBERS = 2**20
"""Numbers of which they are computed, at most: fewer rows of wide arrays."""
Plain = str | int | float


def word(notes: Mapping[str, Any], key: str) -> str | None:
    """The name or number under a key as text; None if there is none."""
    value = notes.get(key)
    return str(value) if isinstance(value, Plain) else None


def words(notes: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The list of names or numbers under a key, as texts; () if there is none."""
    values = notes.get(key)
    if not isinstance(values, list | tuple) or not all(isinstance(value, Plain) for value in values):
        return ()
    return tuple(map(str, values))


def table(notes: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The notes about a table; None for a model that was not trained on a table."""
    entry = notes.get(TABLE)
    return entry if isinstance(entry, Mapping) else None


def columns(notes: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The notes about each column of a table. Each has a "name" and a "kind"."""
    kinds = (table(notes) or {}).get("kinds")
    return [
        kind
        for kind in (kinds if isinstance(kinds, list | tuple) else ())
        if isinstance(kind, Mapping) and word(kind, "name") is not None and isinstance(kind.get("kind"), str)
    ]


def members(notes: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The notes about each network of an ensemble; [] for a single network."""
    entries = notes.get(ENSEMBLE)
    return [one for one in (entries if isinstance(entries, list | tuple) else ()) if isinstance(one, Mapping)]


def best_epochs(notes: Mapping[str, Any]) -> list[int]:
    """The epoch that each network of an ensemble was kept of, if each kept the best of its validation rows; else []."""
    epochs = [one.get("best_epoch") for one in members(notes)]
    return [epoch for epoch in epochs if isinstance(epoch, int)] if all(isinstance(e, int) for e in epochs) else []


def threshold(notes: Mapping[str, Any]) -> tuple[int, float] | None:
    """(the number of the positive class of two, the probability from which on it is predicted); None for the more
    probable class."""
    decision = notes.get("decision")
    if not isinstance(decision, Mapping):
        return None
    positive, least = decision.get("positive"), decision.get("threshold")
    if positive not in (0, 1) or isinstance(positive, bool) or not isinstance(least, float) or not 0 < least < 1:
        return None
    return int(positive), least


def statistics(values: np.ndarray) -> dict[str, float]:
    """{"mean", "deviation"} of all numbers in examples (N, ...), in float64: those of evenly spaced rows."""
    step = max(1, -(-len(values) // SAMPLE), -(-values.size // NUMBERS))
    some = np.asarray(values[::step], np.float64)
    with np.errstate(all="ignore"):
        return {"mean": float(some.mean()), "deviation": float(some.std())}


def moments_in(entry: Any) -> tuple[float, float] | None:
    """(mean, deviation) in an entry of `statistics`; None where it is none."""
    values = [entry.get(key) for key in ("mean", "deviation")] if isinstance(entry, Mapping) else []
    mean, deviation = values if len(values) == 2 else (None, None)
    if not isinstance(mean, float) or not isinstance(deviation, float) or not isfinite(mean) or not deviation >= 0:
        return None
    return mean, deviation
