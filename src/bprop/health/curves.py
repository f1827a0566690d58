"""Advice on the curves of a run: a loss that grows, a network that overfits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

from bprop.metrics import direction
from bprop.record import Record

SMALLER = "a smaller learning rate"
GROWN = 2.0
"""A loss has grown if it is so many times that of the first epoch."""
RISEN = 0.1
"""The validation loss has risen if it is above its least value by more than this share of it."""
FEWEST = 3
"""At least so many epochs after the best one must all be worse."""


def growth(history: Sequence[Record]) -> Iterable[str]:
    """A warning if the last training loss is more than twice the first."""
    if len(history) < 2:
        return
    first, last = history[0], history[-1]
    if 0 < first.loss < float("inf") and last.loss > GROWN * first.loss:
        yield (
            f"training diverges: the loss has grown from {first.loss:.3g} in epoch {first.epoch} to {last.loss:.3g} "
            f"in epoch {last.epoch}: try {SMALLER}, or clip_norm=1.0"
        )


def overfitting(history: Sequence[Record]) -> Iterable[str]:
    """A warning if the validation loss has risen since its least value, while the training loss fell further."""
    rise = risen(history)
    if rise is None:
        return
    facts, better = rise
    if better:
        yield (
            f"{facts}; yet on the validation set the network improved its {better}: it is often right, and too sure "
            "where it is wrong: try dropout or an l2 penalty before you trust its probabilities"
        )
    else:
        yield f"the network overfits: {facts}: try early stopping (patience), dropout, an l2 penalty, or more data"


def risen(history: Sequence[Record]) -> tuple[str, str] | None:
    """(how the validation loss has risen since its least value, while the training loss fell further; the metrics that
    improved since then), both in words; None if it has not.

    It has not if it rose by less than a tenth, or if one of the last epochs (3, or a tenth of all) was as good.
    """
    watched = [(record, record.validation) for record in history if record.validation is not None]
    losses = [validation["loss"] for _, validation in watched]
    if len(watched) <= FEWEST or not all(map(isfinite, losses)):
        return None
    least = min(losses)
    place = losses.index(least)
    late = losses[-max(FEWEST, len(losses) // 10) :]
    scale = least if least > 0 else losses[0] - least
    (best, then), (last, now) = watched[place], watched[-1]
    if min(late) <= least + RISEN * scale or last.loss >= best.loss:
        return None
    facts = (
        f"the validation loss was least after epoch {best.epoch} ({least:.3g}) and has risen to {losses[-1]:.3g}, "
        f"while the training loss fell from {best.loss:.3g} to {last.loss:.3g}"
    )
    better = [name for name in now if name != "loss" and _better(name, now[name], then[name])]
    return facts, ", ".join(f"{name} from {then[name]:.4g} to {now[name]:.4g}" for name in better)


def _better(name: str, now: float, then: float) -> bool:
    larger = direction(name)
    return larger is not None and (now > then if larger else now < then)
