"""The options of a command that trains on what its data is and how its rows are divided."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bprop.cli import options as opt
from bprop.cli.command import options_for
from bprop.cli.prepared import DataOptions


def about_data(
    data: opt.Source,
    target: opt.Target = None,
    labels: opt.Labels = None,
    task: opt.Task = None,
    scale: opt.Scale = "auto",
    kind: opt.Kinds = None,
    weights: opt.Weights = None,
    class_weight: opt.ClassWeight = None,
    test: opt.Test = "0.2",
    validation: opt.Validation = "0.1",
    split_by: opt.SplitBy = None,
    group: opt.Group = None,
) -> DataOptions:
    """The options of the data, read. The seed, the precision and how files are read are those of other options."""
    return DataOptions(
        data, target, labels, task, tuple(kind or ()), weights, test, validation, scale=scale, split_by=split_by,
        group=group, class_weight=tuple(class_weight or ()),
    )  # fmt: skip


def data_options(validation: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A command with a parameter `about` has these options in its place. It is called with the DataOptions.

    validation : the default of --validation.
    """
    return options_for("about", partial(about_data, validation=validation))
