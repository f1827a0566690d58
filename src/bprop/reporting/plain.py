"""Numbers and records for a page: short, with null for numbers that are not finite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, isfinite, log, log10
from typing import Any

import numpy as np

from bprop.record import Record

BOX_VALUES = ("value_mean", "value_std", "gradient_norm", "gradient_std", "saturated", "dead")
PARAMETER_VALUES = ("norm", "gradient_norm", "update_ratio")
DIGITS, MOST_DIGITS = 5, 15
MOST_RECORDS = 500  # of a page; more are thinned out
MOST_HEALTH = 40_000  # numbers of health in a page: about 300 kB


def number(value: Any) -> float | None:
    """A number with five digits; None for NaN, infinity and None."""
    if value is None or not isfinite(value):
        return None
    short = float(f"{value:.5g}")
    return short if isfinite(short) else float(value)  # rounding up the largest numbers gives infinity


def numbers(values: Any, digits: int = DIGITS) -> list[float | None]:
    """`number` of each value, with so many digits."""
    if digits <= DIGITS:
        return [number(value) for value in values]
    return [float(f"{value:.{digits}g}") if isfinite(value) else None for value in values]


def digits_for(values: Any, spread: float | None = None) -> int:
    """The digits that tell values apart: five of their spread (default: their range), also where they lie far
    from 0, as years and times do.

    >>> digits_for([1.5e9, 1.5e9 + 20]), digits_for([0.1, 0.3])
    (13, 6)
    """
    finite = np.asarray(values, np.float64).ravel()
    finite = finite[np.isfinite(finite)]
    size = float(np.abs(finite).max(initial=0.0))
    room = float(np.ptp(finite)) if spread is None and len(finite) else spread or 0.0
    if not 0 < room <= size or not isfinite(room):
        return DIGITS
    return min(MOST_DIGITS, DIGITS + max(0, ceil(log10(size) - log10(room))))


def text(value: Any, most: int = 80) -> str:
    """A value as text on one line of at most `most` letters."""
    line = " ".join(str(value).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def shortened(value: Any, most: int = 40) -> str:
    """A name as text on one line of at most `most` letters: the middle is left out, as long names differ at their ends.

    >>> shortened("temperature_of_the_engine_oil_in_front", 15)
    'tempera…n_front'
    """
    line = text(value, 10**6)
    end = (most - 1) // 2
    return line if len(line) <= most else f"{line[: most - 1 - end]}…{line[len(line) - end :]}"


def plain(record: Record, health: bool = True) -> dict[str, Any]:
    """A record for the page."""
    validation = record.validation
    return {
        "epoch": record.epoch, "updates": record.updates, "loss": number(record.loss),
        "penalty": number(record.penalty), "objective": number(record.objective),
        "metrics": {name: number(value) for name, value in record.metrics.items()},
        "validation": None if validation is None else {name: number(value) for name, value in validation.items()},
        "learning_rate": number(record.learning_rate), "seconds": number(record.seconds),
        "examples_per_second": number(record.examples_per_second),
        "health": _health(record.health) if health and record.health is not None else None,
    }  # fmt: skip


def _health(health: Mapping[str, Any]) -> dict[str, Any]:
    def rows(of: str, keys: Sequence[str]) -> dict[str, list[float | None]]:
        return {name: numbers(row.get(key) for key in keys) for name, row in health[of].items()}

    return {
        "keys": {"boxes": BOX_VALUES, "parameters": PARAMETER_VALUES},
        "boxes": rows("boxes", BOX_VALUES),
        "parameters": rows("parameters", PARAMETER_VALUES),
        "first_not_finite": health["first_not_finite"],
    }


def plain_history(history: Sequence[Record], best: int | None = None, most: int = MOST_RECORDS) -> list[dict[str, Any]]:
    """About `most` records for a page: more of the early ones, and the first, the best and the last."""
    places = set(early(len(history), most))
    places |= {place for place, record in enumerate(history) if record.epoch == best}
    with_health = [place for place, record in enumerate(history) if record.health is not None]
    if with_health:
        health = history[with_health[-1]].health or {}
        cells = 6 * len(health["boxes"]) + 3 * len(health["parameters"])
        with_health = [with_health[k] for k in early(len(with_health), min(most, max(2, MOST_HEALTH // max(cells, 1))))]
    return [plain(history[place], place in with_health) for place in sorted(places.union(with_health))]


def spread(count: int, most: int) -> list[int]:
    """0 .. count - 1, or `most` of these spread evenly, with the first and the last."""
    return sorted({round(k) for k in np.linspace(0, count - 1, min(count, most))}) if count else []


def early(count: int, most: int) -> list[int]:
    """0 .. count - 1, or `most` of these with the first and the last. Their distances grow from 1 by a factor.

    Networks learn most in the first epochs: of 2,000 epochs, 60 spread evenly would show 3 of the first 100.
    """
    if count <= most or most < 3:
        return spread(count, most)
    low, high = 1.0, float(count)  # the factor
    for _ in range(60):
        factor = (low + high) / 2
        low, high = (low, factor) if _reach(factor, most - 1, count) >= count - 1 else (factor, high)
    places: list[int] = []
    for k in range(most):
        rest = most - 1 - k  # places still to come
        wanted = round(_reach(high, k, count))
        places.append(min(max(wanted, places[-1] + 1 if places else 0), count - 1 - rest))
    return places


def _reach(factor: float, steps: int, most: float) -> float:
    """1 + factor + ... + factor^(steps - 1), at most `most`."""
    if factor - 1 < 1e-9:
        return float(steps)
    if steps * log(factor) > log(most * factor):
        return float(most)
    return min(float(most), (factor**steps - 1) / (factor - 1))
