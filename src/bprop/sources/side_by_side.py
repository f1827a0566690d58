"""The rows of a table for a model that takes numbers side by side, x (N, D), and knows no names of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bprop.errors import DataError
from bprop.notes import moments_in, statistics
from bprop.sources import builtin
from bprop.sources.column import Column
from bprop.sources.formats.arrays import numbered
from bprop.sources.frame import Frame
from bprop.sources.limits import some
from bprop.sources.preparation import BLOCK, Preparation
from bprop.sources.standard import SOURCE, defaults

LIKELY = ("y", "target", "label", "labels", "class")
"""Names of a column that is the target, where the model does not know its name."""
FAR, WIDE = 2.0, 3.0
"""Data is scaled otherwise than in training where its mean is so many deviations off, or its deviation so many times as
large, or as small."""


def side_by_side(frame: Frame, preparation: Preparation, targets: bool) -> Frame:
    """A table as the array x and the target, for a model that was made in Python; other frames as they are.

    The target has the name that the model knows, or one of `LIKELY`; else the last columns are it, as many as there are
    more than numbers that the model takes. The others are x, by the names that the model knows, or in their order.
    A sentence in the remarks says so. targets : whether they are needed.

    Raises DataError for a table of another width, with both shapes.
    """
    if frame.block is not None or preparation.is_table or preparation.source != SOURCE:
        return frame
    names, wanted = list(frame.columns), preparation.columns
    by_name = wanted != numbered(len(wanted)) and all(name in frame.columns for name in wanted)
    others = [name for name in names if name not in wanted] if by_name else names
    answers = _answers(others, preparation, 0 if by_name else len(wanted))
    inputs = list(wanted) if by_name else [name for name in names if name not in answers]
    if len(inputs) != len(wanted):
        raise DataError(_misfit(frame, inputs, answers, preparation, targets))
    if targets and not answers:
        raise DataError(
            f"{frame.label}: it has no targets, and they are needed: its {len(names)} columns are the {len(wanted)} "
            f"numbers that the model takes; add a column with the name {preparation.target!r}"
        )
    cells = np.stack([frame.finite(name, "input") for name in inputs], axis=1)
    renamed = dict(zip(preparation.answer.columns, answers, strict=True)) if answers else {}
    columns = {name: frame.columns[own] for name, own in renamed.items()}
    return replace(
        frame, columns={BLOCK: Column(cells, wanted), **columns}, target=preparation.answer.columns,
        remarks=frame.remarks if by_name else (*frame.remarks, _said(frame, inputs, answers)),
    )  # fmt: skip


def _answers(names: Sequence[str], preparation: Preparation, inputs: int) -> list[str]:
    """The columns of the targets; [] where there are none."""
    known = preparation.answer.columns
    if all(name in names for name in known):
        return list(known)
    likely = [name for name in names if name.strip().lower() in LIKELY]
    if len(known) == 1 and len(likely) == 1:
        return likely
    return list(names[-len(known) :]) if len(names) == inputs + len(known) else []


def _misfit(
    frame: Frame, inputs: Sequence[str], answers: Sequence[str], preparation: Preparation, targets: bool
) -> str:  # fmt: skip
    """The error for a table of another width."""
    width = len(preparation.columns)
    apart = f" beside the target {', '.join(map(repr, answers))}" if answers else ""
    behind = len(preparation.answer.columns)
    more = f", and behind them the target{'s'[: behind != 1]} ({width + behind} columns)" if targets else ""
    named = f" ({some(preparation.columns)})" if preparation.columns != numbered(width) else ""
    return (
        f"{frame.label}: its rows are of shape ({len(frame)}, {len(inputs)}){apart}, but the model takes (N, {width})"
        f"{named}: give a table of the {width} numbers, in the order of training{more}; its columns are {some(inputs)}"
    )


def _said(frame: Frame, inputs: Sequence[str], answers: Sequence[str]) -> str:
    """The sentence that says which columns are what."""
    which = f"{inputs[0]} .. {inputs[-1]}" if len(inputs) > 1 else inputs[0]
    target = f"; the target is {', '.join(answers)}" if answers else ""
    return f"{frame.label}: the model knows no names of columns, so x is {which}, in their order{target}"


def with_numbers(frame: Frame, preparation: Preparation) -> Frame:
    """Built-in data with the numbers of its classes in place of their names, for a model whose classes are 0, 1, ..."""
    if frame.name not in builtin.NAMES or preparation.source != SOURCE or not defaults(preparation.classes):
        return frame
    numbers = builtin.numbers(frame.name)
    if frame.block is None or len(frame) != len(numbers):
        return frame
    return replace(frame, columns={**frame.columns, frame.target[0]: Column(numbers)})


def other_scale(trained_on: Mapping[str, Any], frame: Frame) -> str:
    """A warning where the numbers of rows are scaled otherwise than those of training; "" where they are not."""
    noted, block = moments_in(trained_on.get(BLOCK)), frame.block
    if noted is None or block is None or not len(frame):
        return ""
    (mean, deviation), here = noted, statistics(block.cells)
    wide = max(deviation, 1e-12)
    far = abs(here["mean"] - mean) > FAR * wide
    if not far and (len(frame) == 1 or wide / WIDE <= here["deviation"] <= wide * WIDE):
        return ""
    return (
        f"warning: {frame.label}: the numbers have mean {here['mean']:.4g} and deviation {here['deviation']:.4g}, but "
        f"those of training had {mean:.4g} and {deviation:.4g}: scale these as those were; or make the scaling a part "
        "of the network, bp.mlp(..., input_scaling=(mean, deviation)), and train on the numbers as they are"
    )
