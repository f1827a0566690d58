"""The options of `bprop tune` on the search, and the data of its trials."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bprop.cli import options as opt
from bprop.cli import training_options as training
from bprop.cli.command import options_for
from bprop.cli.prepared import Prepared
from bprop.cli.running import need_measure, need_name_of_model
from bprop.disk.foreseen import cannot_write
from bprop.engines import choose
from bprop.errors import SettingError
from bprop.metrics import higher_is_better
from bprop.training.settings import precision_of
from bprop.tuning import of_table
from bprop.tuning import settings as of
from bprop.tuning.finish import TRIALS, Options
from bprop.tuning.library import PRUNERS, SAMPLERS
from bprop.tuning.problem import Problem, Stage
from bprop.tuning.ranges import Range, read


def _search(text: str) -> Any:
    return typer.Option(help=text, rich_help_panel="Search")


Time = Annotated[
    str | None, _search("How long to search: 90s, 10min, 2h. The trial in training then ends after its epoch.")
]
Trials = Annotated[
    int | None,
    _search(f"Trials of the study in all, those of earlier runs included (default {TRIALS} without --time)."),
]
StudyFile = Annotated[
    Path | None,
    _search("A file that keeps the trials. With the same file, data and space, the search goes on where it ended."),
]
Space = Annotated[
    list[str] | None,
    _search(
        "SETTING=VALUE fixes a setting, SETTING=LOW..HIGH searches a range (LOW..HIGH:STEP; :log or :even), "
        f"SETTING=A|B|C some choices; may be repeated. There are: {', '.join((*of.NETWORK, *of.TRAINING, *of.RULE))}, "
        "and the settings of rules.",
    ),
]
Sampler = Annotated[str, _search(f"How settings are drawn: {', '.join(SAMPLERS)}.")]
Pruner = Annotated[str, _search(f"Which trials end early, because others did better by then: {', '.join(PRUNERS)}.")]
Folds = Annotated[
    int | None,
    _search(
        "Train each trial on so many folds of the rows that are not in the test; the mean of all counts. The best "
        "settings then train the model that is saved."
    ),
]
Measure = Annotated[
    str, _search("The measure of validation rows by which trials are compared: loss, accuracy, rmse, ...")
]


@dataclass(frozen=True)
class SearchOptions:
    """How to search."""

    time: Time = None
    trials: Trials = None
    study: StudyFile = None
    space: Space = None
    folds: Folds = None
    sampler: Sampler = "tpe"
    pruner: Pruner = "median"
    monitor: Measure = "loss"
    seed: training.Seed = 0
    dtype: training.Precision = "float32"
    engine: training.EngineName = "auto"
    out: opt.Out = None
    report: opt.Report = None
    progress: opt.ShowProgress = True

    def __post_init__(self) -> None:
        """Raise, before the data is read, the errors that need no data."""
        choose(self.engine)
        precision_of(self.dtype)
        need_measure(self.monitor)
        if self.folds is not None and self.folds < 2:
            raise SettingError(f"--folds {self.folds}: give a whole number, 2 or more")
        for path in (self.out, self.report, self.study):
            if path is not None and (reason := cannot_write(path)) is not None:
                raise SettingError(f"{path} cannot be written: {reason}")
        if self.out is not None:
            need_name_of_model(self.out)
        _ = self.options, self.chosen

    @property
    def options(self) -> Options:
        """The same for `bprop.tuning`."""
        return Options.of(self.trials, self.time, self.sampler, self.pruner, self.study, self.progress, self.seed)

    @property
    def chosen(self) -> dict[str, Range]:
        """The ranges that --space names. Raises SettingError, UnknownNameError."""
        chosen: dict[str, Range] = {}
        for word in self.space or ():
            name, equals, text = word.partition("=")
            if not equals or not text.strip():
                raise SettingError(f"--space {word}: write SETTING=VALUE, SETTING=LOW..HIGH or SETTING=A|B")
            if name in chosen:
                raise SettingError(f"--space {word}: {name} stands there twice")
            chosen[name] = read(name, text)
        of.need_known(chosen, of.NETWORK)
        return chosen

    def problem(self, prepared: Prepared, scale: str) -> tuple[Problem, dict[str, Range], dict[str, Any]]:
        """(the data of the trials, the space, the settings of the first trial)."""
        default, first = of.default_space(len(prepared.train), prepared.preparation.task, prepared.preparation.is_table)
        space = of.checked(of.widened(default, self.chosen))
        of.need_effect(space)
        common = {"seed": self.seed, "dtype": self.dtype, "engine": self.engine}
        problem = Problem(
            prepared.preparation.source, stage(prepared, scale), tuple(self._folds(prepared, scale)), self.monitor,
            higher_is_better(self.monitor), common,
        )  # fmt: skip
        return problem, space, first

    def _folds(self, prepared: Prepared, scale: str) -> list[Stage]:
        """The rows of each fold of a trial."""
        whole = prepared.whole
        if self.folds is None or whole is None:
            return []
        among = whole.split.parts(whole.rows, whole.labels).but_for_test
        without = whole.without_test_file()
        parts = whole.split.folds(whole.rows, among, self.folds, whole.labels)
        return [stage(without.prepared(one), scale, is_fold=True) for one in parts]


def stage(prepared: Prepared, scale: str, is_fold: bool = False) -> Stage:
    """The rows of a trial. Raises SettingError where none are watched."""
    if prepared.validation is None:
        raise SettingError("settings are chosen by validation rows, and --validation 0 holds out none: leave it out")
    make = of_table.network(prepared.sample, prepared.preparation, scale, prepared.units)
    measured = prepared.test if is_fold else None
    return Stage(prepared.train, prepared.validation, make, measured, prepared.notes)


search_options: Final = options_for("searching", SearchOptions)
"""A command with a parameter `searching` has these options in its place. It is called with the SearchOptions."""
