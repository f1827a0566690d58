"""Advice on a run, from its health and its curves: warnings in plain words, each with a remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bprop.health.constant import no_better
from bprop.health.curves import SMALLER, growth, overfitting
from bprop.notes import best_epochs

FACTOR = 100.0
SHARE = 0.5
LARGEST, SMALLEST = 0.1, 1e-6


def advice(run: Any, data: Any = None, *, weights: Any = None) -> list[str]:
    """Warnings about a run, in plain words, each with a remedy; empty if nothing is wrong.

    The curves show training that diverges and a network that overfits. The last recorded health shows vanishing or
    exploding gradients (the norms of the first and the last layer differ by a factor of more than 100), more than half
    of the values saturated or of the units dead, updates of more than 0.1 or less than 1e-6 of the weights, and the
    first box that is not finite.

    run : a fit or a model, or the records of a history (they do not tell how training ended).
    data, weights : examples with targets {input: array (N, ...)}, or (X, y), for a fit or a model. A network that is no
        better on them than a constant answer gets a warning too.

    >>> graph, data = bp.mlp([2, 2]), {"x": np.eye(2), "y": [0, 1]}
    >>> fit = bp.train(graph, data, epochs=2, engine="numpy", progress=False)
    >>> bp.advice(fit)
    []
    """
    history = list(getattr(run, "history", run))
    warnings = [*_failure(run), *growth(history)]
    if not _holds_best(run):
        warnings += overfitting(history)
    looks = [(record.epoch, record.health) for record in history if record.health is not None]
    if looks:
        epoch, last = looks[-1]
        latest = [*_finite(last), *_flow(last), *_units(last)]
        latest += _updates(last, smaller=any(SMALLER in text for text in (*warnings, *latest)))
        warnings += [f"after epoch {epoch}, {text}" for text in latest]
    if data is not None:
        examples = run.examples(data, weights)
        targets = run.units.judged(examples.arrays)
        constant = no_better(run.graph, targets, run.evaluate(examples), examples.weights)
        warnings += [] if constant is None else [constant]
    return warnings


def _failure(run: Any) -> list[str]:
    """The failure of a run that diverged."""
    failure = getattr(run, "failure", None)
    return [failure] if failure and getattr(run, "stopped", None) == "diverged" else []


def _holds_best(run: Any) -> bool:
    """Whether early stopping has restored the weights of the best epoch, so that later epochs do not matter."""
    return getattr(run, "kept_epoch", None) is not None or bool(best_epochs(getattr(run, "notes", {})))


def _finite(health: Mapping[str, Any]) -> Iterable[str]:
    name = health["first_not_finite"]
    if name is not None:
        yield (
            f"the box {name!r} was the first to hold NaN or infinity: try {SMALLER}, clip_norm=1.0, or inputs of "
            "mean 0 and deviation 1"
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
    for name, row in health["boxes"].items():
        if (row.get("saturated") or 0) > SHARE:
            yield (
                f"{row['saturated']:.0%} of the values of {name!r} are saturated, where hardly any gradient passes: "
                f"try {SMALLER}, scaled inputs, smaller initial weights, or relu"
            )
        if (row.get("dead") or 0) > SHARE:
            yield (
                f"{row['dead']:.0%} of the units of {name!r} are dead (0 for every row measured) and learn no more: "
                f"try {SMALLER}, or leaky_relu"
            )


def _updates(health: Mapping[str, Any], smaller: bool) -> Iterable[str]:
    """Updates that are too large or too small.

    smaller : other advice is a smaller learning rate. Then there is no advice here for a larger one.
    """
    ratios = {name: row.get("update_ratio") for name, row in health["parameters"].items()}
    large = {name: ratio for name, ratio in ratios.items() if ratio is not None and ratio > LARGEST}
    small = {name: ratio for name, ratio in ratios.items() if ratio is not None and 0 < ratio < SMALLEST}
    if large and small:
        yield (
            f"an update changes {_listed(large)} of its size, more than {LARGEST:g}, and {_listed(small)}, less than "
            f"{SMALLEST:g}: one learning rate does not suit both: try Adam, or normalisation (normalise='layer')"
        )
    elif large:
        yield f"an update changes {_listed(large)} of its size, more than {LARGEST:g}: try {SMALLER}"
    elif small:
        less = f"an update changes {_listed(small)} of its size, less than {SMALLEST:g}"
        if smaller:
            yield f"{less}, so it hardly learns: try the other advice first"
        else:
            yield f"{less}: if the loss is not yet good, try a larger learning rate"


def _listed(ratios: Mapping[str, float], most: int = 3) -> str:
    shown = ", ".join(f"{name} by {ratio:.1g}" for name, ratio in list(ratios.items())[:most])
    return shown + (f" and {len(ratios) - most} more" if len(ratios) > most else "")
