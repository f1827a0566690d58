"""What the health of a run means, in plain words, and what to try."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bprop.record import Record

FACTOR = 100.0
SHARE = 0.5
LARGEST, SMALLEST = 0.1, 1e-6


def advice(records: Iterable[Record]) -> list[str]:
    """Warnings on the last look at the run's health; empty where all is well, or where there was no look.

    Vanishing or exploding gradients (the norms of the first and the last layer differ by a factor of more than 100),
    more than half of the values saturated or of the units dead, updates of more than 0.1 or less than 1e-6 of the
    weights, and the first box that is not finite.
    """
    looks = [(record.epoch, record.health) for record in records if record.health is not None]
    if not looks:
        return []
    epoch, last = looks[-1]
    return [f"after epoch {epoch}, {text}" for text in (*_finite(last), *_flow(last), *_units(last), *_updates(last))]


def _finite(health: Mapping[str, Any]) -> Iterable[str]:
    name = health["first_not_finite"]
    if name is not None:
        yield (
            f"the box {name!r} was the first to hold NaN or infinity: try a smaller learning rate, clip_norm=1.0, or "
            "inputs of mean 0 and deviation 1"
        )


def _flow(health: Mapping[str, Any]) -> Iterable[str]:
    norms = [(name, health["boxes"].get(name, {}).get("gradient_norm")) for name in health["layers"]]
    known = [(name, norm) for name, norm in norms if norm]
    if len(known) < 2:
        return
    (first, low), (last, high) = known[0], known[-1]
    if high > FACTOR * low:
        yield (
            f"gradients vanish: their norm falls from {high:.2g} at {last!r} to {low:.2g} at {first!r}: try relu, "
            "normalisation (normalise='layer'), Glorot's initialisation, or fewer layers"
        )
    if low > FACTOR * high:
        yield (
            f"gradients explode: their norm grows from {high:.2g} at {last!r} to {low:.2g} at {first!r}: try "
            "clip_norm=1.0, Glorot's initialisation, or normalisation (normalise='layer')"
        )


def _units(health: Mapping[str, Any]) -> Iterable[str]:
    for name, found in health["boxes"].items():
        if (found.get("saturated") or 0) > SHARE:
            yield (
                f"{found['saturated']:.0%} of the values of {name!r} are saturated, where hardly any gradient passes: "
                "try a smaller learning rate, scaled inputs, smaller initial weights, or relu"
            )
        if (found.get("dead") or 0) > SHARE:
            yield (
                f"{found['dead']:.0%} of the units of {name!r} are dead (0 for every row looked at) and learn no more: "
                "try a smaller learning rate, or leaky_relu"
            )


def _updates(health: Mapping[str, Any]) -> Iterable[str]:
    ratios = {name: found.get("update_ratio") for name, found in health["parameters"].items()}
    large = {name: ratio for name, ratio in ratios.items() if ratio is not None and ratio > LARGEST}
    small = {name: ratio for name, ratio in ratios.items() if ratio is not None and 0 < ratio < SMALLEST}
    if large:
        yield f"an update changes {_listed(large)} of its size, more than {LARGEST:g}: try a smaller learning rate"
    if small:
        yield (
            f"an update changes {_listed(small)} of its size, less than {SMALLEST:g}: if the loss is not yet good, try "
            "a larger learning rate"
        )


def _listed(ratios: Mapping[str, float], most: int = 3) -> str:
    shown = ", ".join(f"{name} by {ratio:.1g}" for name, ratio in list(ratios.items())[:most])
    return shown + (f" and {len(ratios) - most} more" if len(ratios) > most else "")
