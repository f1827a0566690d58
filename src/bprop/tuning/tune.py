"""`bp.tune`: search for the settings of a network."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any

from bprop.data import DataSet, split
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.metrics import higher_is_better
from bprop.sources.splits import Split
from bprop.tables.dividing import is_size, parts_of
from bprop.tables.kinds import column_named
from bprop.tables.model import TableFit
from bprop.tables.opening import table as open_table
from bprop.tables.table import Table
from bprop.training.interrupt import Terminated
from bprop.training.settings import whole
from bprop.tuning import of_table
from bprop.tuning import settings as of
from bprop.tuning.finish import Options, result_of
from bprop.tuning.problem import Problem, Stage, rows_of
from bprop.tuning.ranges import Range, read
from bprop.tuning.result import Tuned

VALIDATION, TEST = 0.2, 0.2  # shares: many trials are compared on the validation rows, so there are more than usual


def tune(
    data: Any, target: Any = None, *, graph: Callable[..., Graph] | None = None,
    space: Mapping[str, Any] | None = None, trials: int | None = None, time: float | str | None = None,
    folds: int | None = None, monitor: str = "loss", sampler: Any = "tpe", pruner: Any = "median",
    study: str | os.PathLike[str] | None = None, validation: Any = None, test: Any = None, by: str | None = None,
    group: str | None = None, weights: Any = None, class_weight: Any = None, seed: int = 0, dtype: str = "float32",
    engine: Any = "auto", progress: bool | str = "auto",
) -> Tuned:  # fmt: skip
    """Train networks with different settings, keep the one that does best on rows held out for that, and measure it
    once on rows that chose nothing.

    Parameters
    ----------
    data, target : a table of `bp.table`, or whatever `bp.table` takes: a path, a DataFrame, an array with its targets.
        With `graph` also {input: array (N, ...)}, as for `bp.train`.
    graph : a function of yours, from settings (its keywords) to a graph; default: the network that `bprop train` makes.
    space : {setting: its range}: one value; a list of choices; bp.between(1e-4, 1e-1); or words, "1e-4..1e-1",
        "relu|tanh". For a table it changes the default space, for a function of yours it is the whole space. Beside the
        function's own settings there are those of training (lr, rule and its settings, schedule, batch_size, epochs,
        patience), and for a table those of its network (layers and units, or hidden; activation, dropout, ...).
    trials : of the study in all, those of earlier runs included; default 50, where no time is named.
    time : for searching, in seconds or as "10min": when it is over, the trial in training ends after its epoch.
    folds : train each trial on so many folds of the rows that are not in the test; its measure is the mean of all.
    monitor : the measure of validation rows by which trials are compared: "loss", "accuracy", "rmse", ...
    sampler : "tpe" (settings near those that did well), "random", "grid" (of a range the ends and the middle); or a
        sampler of Optuna. pruner : "median" or "hyperband" end bad trials early, "none"; or a pruner of Optuna.
    study : a file in which trials are kept. Where it holds the trials of this search already, the search goes on.
    validation, test : shares or numbers of rows to hold out, by default 0.2 (of the rows beside the test) and 0.2; of a
        table also rows of their own; of arrays also {input: array}. Of a part that `split` made, the default is its own
        part for validation, and no test.
    by, group, class_weight : of a table, as for `table.fit`. weights : (N,) of arrays.
    seed, dtype, engine : as for `bp.train`. The same seed and number of trials give the same trials, also where the
        search was interrupted between and went on; not so where time ends it.
    progress : a line for each trial: True, False, or "auto", on a terminal. In a notebook one card changes in place.

    Returns
    -------
    Tuned : `fit` is the best model, `trials` are all of them, `settings` those of the best; `print` shows a table,
        `report` writes a page, `save` the model. Ctrl-C ends the search early and returns the result so far.

    A trial that diverges is reported, and the search goes on. The network of the best trial is kept as it was measured;
    it is trained once more with the same settings and seed where trials have folds, or where an earlier run trained it.

    Raises
    ------
    SettingError : where no trial is complete; for a space that is none; for a study of other data or another space.
    MissingPackageError : without Optuna.

    An error that ends the search after a trial was complete holds the result so far as `tuned`.

    Examples
    --------
    >>> table = bp.table({"size": [1.0, 2.0, 3.0, 4.0] * 15, "good": ["no", "no", "yes", "yes"] * 15})
    >>> space = {"units": "4..16", "layers": 1, "epochs": 3}
    >>> tuned = bp.tune(table, space=space, trials=3, engine="numpy", progress=False)
    >>> len(tuned.trials), tuned.best.state, type(tuned.fit).__name__
    (3, 'complete', 'TableFit')
    """
    options = Options.of(trials, time, sampler, pruner, study, progress, whole("seed", seed, least=0))
    if folds is not None and (isinstance(folds, bool) or not isinstance(folds, int) or folds < 2):
        raise SettingError(f"folds={folds!r}: give a whole number, 2 or more")
    common = {"seed": options.seed, "dtype": dtype, "engine": engine}
    chosen = {str(name): read(str(name), value) for name, value in (space or {}).items()}
    held = Held(validation, test, folds or 0, by, group, weights, class_weight)
    own = None if graph is None else OwnGraph(graph, chosen)
    if own is not None and isinstance(data, Mapping | DataSet) and target is None:
        return _arrays(data, own, held, options, monitor, common)
    rows = data if isinstance(data, Table) else open_table(data, target)
    if isinstance(data, Table) and target is not None:
        raise SettingError("target: the table has its target already: leave it out, or name it in bp.table")
    return _table(rows, chosen, own, held, options, monitor, common)


@dataclass(frozen=True)
class Held:
    """How rows are held out: the keywords of `tune`."""

    validation: Any
    test: Any
    folds: int
    by: str | None
    group: str | None
    weights: Any
    class_weight: Any


class OwnGraph:
    """A function of the caller, from its keywords to a graph. Raises SettingError for settings that nobody takes."""

    space: dict[str, Range]

    function: Callable[..., Graph]

    def __init__(self, function: Callable[..., Graph], space: Mapping[str, Range]):
        if not callable(function):
            raise SettingError(f"graph is a function from settings to a graph, not {function!r}")
        taken = signature(function).parameters.values()
        self.function, self.space = function, of.checked(space)
        self.takes_all: bool = any(one.kind is Parameter.VAR_KEYWORD for one in taken)
        self.names: list[str] = [
            one.name for one in taken if one.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
        ]
        if not self.takes_all:
            of.need_known(space, self.names)
        missing = [one.name for one in taken if one.name in self.names and one.default is Parameter.empty]
        if alone := [name for name in missing if name not in self.space]:
            raise SettingError(f"the function for the graph needs a setting {alone[0]}: add it to the space")
        of.need_effect({name: one for name, one in space.items() if name not in self.names and not self.takes_all})

    def __call__(self, settings: Mapping[str, Any]) -> Graph:
        reserved = (*of.TRAINING, *of.RULE, *of.of_rules())
        mine = {
            name: value for name, value in settings.items()
            if name in self.names or (self.takes_all and name not in reserved)
        }  # fmt: skip
        graph = self.function(**mine)
        if not isinstance(graph, Graph):
            raise SettingError(f"the function for the graph gave {type(graph).__name__}, and no bprop Graph")
        return graph


def _table(
    table: Table, chosen: Mapping[str, Range], own: OwnGraph | None, held: Held, options: Options, monitor: str,
    common: Mapping[str, Any],
) -> Tuned:  # fmt: skip
    """The search for a table."""
    if held.weights is not None:
        raise SettingError("weights of a table are a column of it: bp.table(data, weights='column')")
    validation = VALIDATION if held.validation is None and not table.part else held.validation
    train, watched, tested = parts_of(table, validation, held.test, options.seed, held.by, held.group)
    final = of_table.stage(train, watched, None, common["dtype"], held.class_weight, own)
    folds = []
    if held.folds:
        parts = of_table.folds(table, _split_of(table, held, options.seed), held.folds)
        folds = [of_table.stage(*one, common["dtype"], held.class_weight, own) for one in parts]
    if own is None:
        of.need_known(chosen, of.NETWORK)
        default, first = of.default_space(len(train), table.task, table.preparation.is_table)
        space = of.checked(of.widened(default, chosen))
        of.need_effect(space)
    else:
        space, first = own.space, {}
    problem = Problem(table.name, final, tuple(folds), monitor, higher_is_better(monitor), common)
    result = result_of(problem, space, first, options, TableFit.of)
    if tested is not None:
        result.fit.test = tested  # type: ignore[attr-defined]
        result.test = result.fit.scores()  # type: ignore[attr-defined]
    return _ended(result)


def _split_of(table: Table, held: Held, seed: int) -> Split:
    """How folds are made: of all rows but those of the test, as `table.fit` holds them out."""
    if table.part or not all(rows is None or is_size(rows) for rows in (held.validation, held.test)):
        raise SettingError("folds are made of a whole table: give it before `split`, and shares as validation and test")
    sizes = {"validation": VALIDATION, "test": TEST} | {
        name: float(rows) for name in ("validation", "test") if (rows := getattr(held, name)) is not None
    }
    return Split(
        sizes["test"], sizes["validation"], seed, column_named(held.by, "by"), column_named(held.group, "group")
    )  # fmt: skip


def _arrays(
    data: Any, own: OwnGraph, held: Held, options: Options, monitor: str, common: Mapping[str, Any]
) -> Tuned:  # fmt: skip
    """The search for arrays, with a graph of the caller."""
    for name in ("by", "group", "class_weight"):
        if getattr(held, name) is not None:
            raise SettingError(f"{name} is for tables, and this data is arrays: leave it out")
    rows = data if isinstance(data, DataSet) else rows_of(data, held.weights)
    if held.folds:
        raise SettingError("folds are for tables: name validation rows, or make a table of the arrays (bp.table)")
    rest, tested = _held_out(rows, TEST if held.test is None else held.test, options.seed, "test")
    train, watched = _held_out(
        rest, VALIDATION if held.validation is None else held.validation, options.seed + 1, "validation"
    )
    if watched is None:
        raise SettingError("settings are chosen by validation rows: hold some out, as with validation=0.2")
    problem = Problem(
        "arrays", Stage(train, watched, own), (), monitor, higher_is_better(monitor), common
    )  # fmt: skip
    result = result_of(problem, own.space, {}, options, None)
    if tested is not None:
        result.test = dict(result.fit.evaluate(tested))
    return _ended(result)


def _held_out(rows: DataSet, held: Any, seed: int, what: str) -> tuple[DataSet, DataSet | None]:
    """(the rows that are left, those held out): a share or a number of them, or rows of their own."""
    if isinstance(held, DataSet):
        return rows, held
    if isinstance(held, Mapping):
        return rows, rows_of(held, None)
    if not is_size(held) or held < 0:
        raise SettingError(f"{what}={held!r}: give a share such as 0.2, a number of rows, or {{input: array}}")
    if held == 0:
        return rows, None
    rest, out = split(len(rows), held if held < 1 else held / len(rows), seed)
    return rows.rows(rest), rows.rows(out)


def _ended(result: Tuned) -> Tuned:
    """The result. An error that ended the search has it as `tuned`; SIGTERM asks the whole program to end."""
    if result.error is not None:
        result.error.tuned = result  # type: ignore[attr-defined] (nothing is lost)
        raise result.error
    if result.terminated:
        raise Terminated(result.fit)
    return result
