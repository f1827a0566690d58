"""The lines of `bprop train` on the target: its task, its classes or values, and warnings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bprop.cli.prepared import Prepared
from bprop.sources.answer import Answer
from bprop.sources.classes import BOOLEAN, alike
from bprop.sources.decision import Decision
from bprop.sources.ids import is_called_id
from bprop.sources.limits import some
from bprop.sources.tally import Tally
from bprop.sources.target_kinds import SPELLING
from bprop.visible import visible

MOST_SHOWN = 10  # classes that are listed
FEWEST = 5  # rows of a class from which it can be learned


def target_lines(prepared: Prepared, chosen: bool) -> list[str]:
    """The target, its task with the reason, its classes or values, their weights, rows without it, and warnings.

    chosen : whether the user named the target.
    """
    preparation, tally = prepared.preparation, prepared.tally
    answer = preparation.answer
    default = preparation.is_table and not chosen
    lines = [f"target: {preparation.target}" + ", the last column (choose another with --target COLUMN)" * default]
    lines.append(f"  task: {answer.task}" + (f", {answer.reason}" if answer.reason else ""))
    lines += [f"  {line}" for line in (classes(answer, tally) if answer.classes is not None else values(answer, tally))]
    for source, rows in {preparation.source: tally.left_out, **prepared.left_out}.items():
        if rows:
            lines.append(f"  left out: {counted(rows)} of {source} without a target")
    if prepared.of_class is not None and answer.classes is not None:
        shares = [f"{name} {weight:.3g}" for name, weight in zip(answer.classes, prepared.of_class, strict=True)]
        lines.append(f"  weights of the classes, to train and to watch on: {some(shares, MOST_SHOWN)}")
    if default and is_called_id(preparation.target):
        lines.append(
            f"warning: the last column, {preparation.target}, is called as an id is, which says nothing that can be "
            "learned: choose the column to predict with --target COLUMN"
        )
    lines += [f"warning: {text}" for text in warnings(answer, tally)]
    return list(map(visible, lines))


def counted(rows: int) -> str:
    """1 row, 2 rows, ..."""
    return "1 row" if rows == 1 else f"{rows:,} rows"


def classes(answer: Answer, tally: Tally) -> Iterator[str]:
    """2 classes: <=50K 75.9% (24,720), >50K 24.1% (7,841)."""
    assert answer.classes is not None and tally.counts is not None
    order = np.argsort(-tally.counts, kind="stable")
    shares = [f"{answer.classes[k]} {tally.counts[k] / max(1, tally.rows):.1%} ({tally.counts[k]:,})" for k in order]
    yield f"{len(shares):,} classes: {some(shares, MOST_SHOWN)}"
    if len(shares) == 2 and tally.trained is not None:
        positive = Decision.of(tally.trained).positive
        rarer = ", the rarer one" * bool(tally.counts[positive] < tally.counts[1 - positive])
        yield f"positive class: {answer.classes[positive]}{rarer}"


def values(answer: Answer, tally: Tally) -> Iterator[str]:
    """values from 14,999 to 500,001, mean 206,856; of several columns a line each."""
    assert tally.low is not None and tally.mean is not None and tally.high is not None
    rows = f"{tally.rows:,} rows" if tally.sample is None else f"a sample of {tally.sample:,} rows"
    for k, name in enumerate(answer.columns):
        if answer.task == "multilabel":
            text = f"yes in {tally.mean[k]:.1%} of {rows}"
        else:
            low, high, mean = _apart(tally.low[k], tally.high[k], tally.mean[k])
            text = f"values from {low} to {high}, mean {mean}"
            text += f" (of {rows})" * (tally.sample is not None)
        yield f"{name}: {text}" if len(answer.columns) > 1 else text


def _apart(*numbers: float) -> list[str]:
    """Numbers with as many digits as tell them apart: 999,999,990.5 and 1,000,000,010.5."""
    shown: list[str] = []
    for digits in (6, 12, 15):
        shown = [f"{number:,.{digits}g}" for number in numbers]
        if len(set(shown)) == len(set(numbers)):
            break
    return shown


def warnings(answer: Answer, tally: Tally) -> Iterator[str]:
    """Classes that may be one, classes of few rows, and targets that are all the same."""
    if answer.classes is not None and tally.counts is not None:
        yield from _spellings(answer, tally)
        yield from _rare(answer, tally)
    elif tally.low is not None and tally.high is not None:
        for name, low, high in zip(answer.columns, tally.low, tally.high, strict=True):
            if low == high:
                yield f"every target {name} is {low:.6g}: there is nothing to learn: choose another --target"


def _spellings(answer: Answer, tally: Tally) -> Iterator[str]:
    assert answer.classes is not None and tally.counts is not None
    groups = [] if answer.join else alike(answer.classes)
    if not groups:
        return
    names, counts = answer.classes, tally.counts
    listed = "; ".join(
        ", ".join(f"{names[k]} ({counts[k]:,})" for k in sorted(group, key=lambda k: -counts[k])) for _, group in groups
    )
    join = groups[0][0]
    kind = "boolean" if join == BOOLEAN else SPELLING
    how = "are spellings of yes and no" if join == BOOLEAN else "differ by case or blanks alone"
    yield (
        f"classes of {answer.columns[0]} that {how}: {listed}: each is learned as a class of its own; join them with "
        f"--kind {answer.columns[0]}={kind}"
    )


def _rare(answer: Answer, tally: Tally) -> Iterator[str]:
    assert answer.classes is not None and tally.counts is not None
    rare = [k for k in np.argsort(tally.counts, kind="stable") if tally.counts[k] < FEWEST]
    if rare:
        listed = some([f"{answer.classes[k]} ({tally.counts[k]:,})" for k in rare], MOST_SHOWN)
        which = "1 class has" if len(rare) == 1 else f"{len(rare):,} classes have"
        yield (
            f"{which} fewer than {FEWEST} rows: {listed}: too few to learn from, and to test on; collect more, or "
            "leave them out"
        )
