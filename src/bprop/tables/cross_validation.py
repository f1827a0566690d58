"""Cross-validation of a table in Python: what `bprop train --folds` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bprop.errors import SettingError
from bprop.notebook import card, folded
from bprop.notebook import table as table_of
from bprop.notebook.text import figure
from bprop.sources.splits import Split, class_numbers
from bprop.tables.certainty import Watched
from bprop.tables.out_of_fold import OutOfFold


@dataclass(frozen=True, eq=False, repr=False)
class CrossValidation:
    """The measures of folds, and their predictions.

    folds : {measure: number} of each fold, on the rows that its network was not trained on. out_of_fold : the
    predictions for all of these rows, for `table.fit(out_of_fold=...)`. scores, intervals : of all of them together,
    {measure: number} and {measure: (low, high)} at 95 %; rows of a group are drawn together.
    """

    folds: tuple[Mapping[str, Any], ...]
    out_of_fold: OutOfFold
    scores: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]

    def __repr__(self) -> str:
        return f"<CrossValidation: {len(self.folds)} folds, {len(self.out_of_fold.rows):,} rows>"

    def _repr_html_(self) -> str:
        rows = [[name, *_interval(value, self.intervals.get(name))] for name, value in self.scores.items()]
        each = [[k, *map(figure, fold.values())] for k, fold in enumerate(self.folds, 1)]
        of_folds = table_of(["fold", *self.folds[0]], each)
        subtitle = f"{len(self.folds)} folds, {len(self.out_of_fold.rows):,} rows"
        all_of_them = table_of(["measure", "all rows", "95% interval"], rows)
        return card("CrossValidation", subtitle, all_of_them, folded("each fold", of_folds))

    @property
    def predictions(self) -> dict[str, np.ndarray]:
        """Arrays of the same length: "row" (from 0 on), "fold" (from 1 on), "f" (the value, or the probability of each
        class), "y" (the target; of classes its number)."""
        apart = self.out_of_fold
        return {"row": apart.rows, "fold": apart.fold, "f": apart.watched.f, "y": apart.watched.y}


def _interval(value: float, ends: tuple[float, float] | None) -> list[str]:
    return [figure(value), "" if ends is None else " to ".join(map(figure, ends))]


def cross_validate(
    table: Any, folds: int, validation: float, by: str | None, group: str | None, seed: int, bootstrap: int,
    settings: Mapping[str, Any],
) -> CrossValidation:  # fmt: skip
    """The folds of a Table, trained one after the other with the settings of `table.fit`."""
    for name in ("validation", "test", "out_of_fold"):
        if name in settings:
            raise SettingError(f"cross_validate has no {name}=: each fold is tested on its own rows")
    split = Split(0.0, validation, seed, by, group)
    labels = class_numbers(table.frame, table.answer)
    rows, parts, each, last = [], [], [], None
    for division in split.folds(table.frame, np.arange(len(table)), folds, labels):
        frames = {name: table.frame.rows(part) for name, part in division.there.items()}
        apart = (*table.apart, *split.apart(table.chosen, table.weights))
        train = replace(table, frame=frames["train"], part="train", trained=None, watched=None, apart=apart)
        held = {
            n: replace(train, frame=frames[n], part=n, trained=train) for n in ("validation", "test") if n in frames
        }
        fit = train.fit(validation=held.get("validation", 0), seed=seed, **settings)
        test = held["test"]
        assert division.test is not None
        rows.append(division.test)
        parts.append(Watched.of(fit, test.data(settings.get("dtype", "float32")), y=test.answer.y(adapted(test))))
        each.append({n: v for n, v in fit.scores(test).items() if isinstance(v, float)})
        last = fit
    assert last is not None
    groups = split.keys(table.frame) if group is not None else None
    joined = OutOfFold.of(rows, parts, groups)
    judged = joined.judged(last.graph, table.preparation, bootstrap, seed)
    return CrossValidation(tuple(each), joined, judged["scores"], judged["intervals"])


def adapted(table: Any) -> Any:
    """The rows of a table with the names of its columns."""
    return table.preparation.adapted(table.frame)
