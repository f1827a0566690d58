"""The choice between kinds of networks, by their losses on rows that they were not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bprop.data import DataSet
from bprop.ensembles import ensemble
from bprop.training.fit import Fit

GAIN = 0.04
"""What two networks gain over one, of whichever kinds. Kinds are kept together only where they gain more."""


@dataclass(frozen=True)
class Kinds:
    """The kinds of the members of an ensemble, of which some are kept.

    losses : the mean loss of each kind on rows that its networks were not trained on. together : that of the mean of a
    network of each kind. chosen : the numbers of the kinds whose networks make up the model, from 0.
    """

    losses: list[float]
    together: float
    chosen: list[int]

    def __str__(self) -> str:
        losses = ", ".join(f"{loss:.4g}" for loss in self.losses)
        every = len(self.chosen) == len(self.losses)
        choice = "all are kept" if every else f"kind {self.chosen[0] + 1} is kept"
        return f"loss on rows not trained on: {losses}; together {self.together:.4g}; {choice}"


def kinds_of(fits: Mapping[int, Fit], held: Sequence[DataSet | None], count: int) -> Kinds | None:
    """The choice between members of several kinds.

    fits : {number of a member: its fit}, kind after kind; some may be missing. held : of all members, their validation
    rows, which are the same for the first of each kind, and so on. count : of kinds.

    The loss of a kind is that of its networks, each on its own validation rows; the loss of all kinds together is that
    of the mean of networks that watch the same rows. None where there is one kind, or no rows to compare them on.
    """
    each = len(held) // count
    teams = []
    for turn, rows in enumerate(held[:each]):
        numbers = [kind * each + turn for kind in range(count)]
        if rows is not None and fits.keys() >= set(numbers):
            teams.append((rows, [fits[number] for number in numbers]))
    if count == 1 or not teams:
        return None
    sizes = [len(rows) for rows, _ in teams]
    losses = [[fit.evaluate(rows)["loss"] for fit in team] for rows, team in teams]
    joint = [ensemble(team, spread=False).evaluate(rows)["loss"] for rows, team in teams]
    means, together = np.average(losses, axis=0, weights=sizes), float(np.average(joint, weights=sizes))
    best = int(means.argmin())
    all_of_them = together < means[best] - GAIN * abs(means[best])
    return Kinds(means.tolist(), together, list(range(count)) if all_of_them else [best])
