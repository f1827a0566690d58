"""The lines of `bprop train` on how the rows were divided."""

from __future__ import annotations

import shlex

from bprop.cli.prepared import DataOptions, Prepared
from bprop.errors import SettingError
from bprop.sources.databases import order_remark
from bprop.sources.division import Division
from bprop.sources.leaks import MOST, ordered_dates, repeated_rows


def need_effect(options: DataOptions, folds: int | None) -> None:
    """Raise SettingError for a column by which nothing is held out."""
    split, _ = options.division()
    if split.column is not None and folds is None and not split.test and not split.validation:
        raise SettingError(
            f"{split.option} {split.column} has no effect, for no row is held out: give --test or --validation a "
            "share, or add --folds"
        )


def division_lines(prepared: Prepared) -> list[str]:
    """How the rows were divided, and signs that the test is easier than rows of tomorrow."""
    division = prepared.division
    if division is None:
        return []
    hints = [*_of_column(prepared, division), *_of_time(prepared, division), *order_remark(division.source)]
    return [f"split: {division}", *hints, *_repeats(prepared)]


def _of_column(prepared: Prepared, division: Division) -> list[str]:
    """Whether the column of the split is an input."""
    name = division.split.column
    if name is None:
        return []
    used = name in prepared.preparation.columns
    if division.split.group is not None:
        return (
            [] if used else [f"{name!r} is no input, for new rows are of new groups (--kind {name}=... makes it one)"]
        )
    if not used:
        return []
    return [
        f"{name!r} is an input, too; its values in the test are beyond those of training: --kind {name}=ignored leaves "
        "it out"
    ]


def _of_time(prepared: Prepared, division: Division) -> list[str]:
    """A hint where rows of a time series are held out at random."""
    shared = set(division.counts) - set(division.files) != {"train"}
    if division.split.column is not None or not shared or prepared.sample.block is not None:
        return []
    name = ordered_dates(prepared.sample, prepared.preparation.kinds)
    return (
        []
        if name is None
        else [f"the rows look ordered by {name!r}: --split-by {shlex.quote(name)} tests on the last rows"]
    )


def _repeats(prepared: Prepared) -> list[str]:
    """A hint where rows of the test are rows of training as well."""
    test = prepared.test
    if test is None:
        return []
    count = repeated_rows(prepared.train, test)
    if count is None:
        return [f"test rows with the inputs of a row to train on are not counted in more than {MOST:,} rows"]
    if not count:
        return []
    return [
        f"{count:,} of {len(test):,} test rows have the same inputs as a row to train on: on new rows, scores are worse"
    ]
