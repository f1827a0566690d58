"""A table in memory: its columns and their kinds, its target, its parts, and the networks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from bprop.architecture import Architecture
from bprop.data import DataSet
from bprop.elsewhere import answering
from bprop.elsewhere.training import TABLES, TRAINING
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.notebook import shortened
from bprop.scaling import Units
from bprop.sources.answer import Answer
from bprop.sources.division import Division
from bprop.sources.frame import Frame
from bprop.sources.pool import Pool
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import need_digits, numbers_in, settings_of, units_of, x_of
from bprop.sources.splits import Split
from bprop.sources.weights import class_weights
from bprop.tables import show
from bprop.tables.certainty import certain, need_calibration
from bprop.tables.cross_validation import CrossValidation, cross_validate
from bprop.tables.dividing import Parts, divided, is_size, parts_of
from bprop.tables.kinds import Kinds, chosen_kinds, column_named, kinds_of_types
from bprop.tables.members import Rows
from bprop.tables.model import TableFit
from bprop.tables.network import build
from bprop.tables.out_of_fold import OutOfFold
from bprop.tables.parts import Origin, data_set, precision_of
from bprop.tables.python_words import in_python
from bprop.tables.recipe import DEFAULT, Recipe, recipe_for
from bprop.tables.timing import Budget
from bprop.tables.training import Settings, fit_table, network_choices, words_of
from bprop.tables.typed import answer_of
from bprop.training.settings import TrainSettings


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Rows with a target, and how they become the arrays of a network. `bp.table` makes one; nothing changes it.

    frame : the rows as they were read. answer : the targets, and their task.
    chosen : {column: kind} of the kinds that were not left to inference. declared : those that the columns' types name.
    weights : the column of example weights. scale : of the inputs. remarks : lines for people.
    part : how errors and `print` call a part of a table, such as "test"; trained : the part that is trained on, from
    which kinds and scaling are learned; watched : the part for validation, of the part that is trained on.
    pool : the rows of which several networks watch their own. apart : columns that are no inputs. origin : of a file;
    division : how it was divided, for notes.

    Examples
    --------
    >>> table = bp.table({"zip": [8001, 3004, 8005] * 20, "size": [70, 90.5, 55] * 20, "rent": [2.0, 1.5, 1.8] * 20})
    >>> table.kinds
    {'zip': 'numeric', 'size': 'numeric'}
    >>> table = table.with_kinds(zip="categorical")
    >>> train, validation, test = table.split(test=0.25)
    >>> len(train), len(validation), len(test)
    (41, 4, 15)
    >>> fit = train.fit(hidden=8, epochs=2, engine="numpy")  # validation is watched
    >>> {"rmse", "mae", "r2"} <= fit.scores(test).keys()
    True
    """

    frame: Frame
    answer: Answer
    chosen: Mapping[str, str]
    declared: Mapping[str, str]
    weights: str | None = None
    scale: str = "auto"
    remarks: tuple[str, ...] = ()
    part: str = ""
    trained: Table | None = None
    watched: Table | None = None
    apart: tuple[str, ...] = ()
    origin: Origin | None = None
    division: Division | None = None
    pool: Pool | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return show.text(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(shortened(show.text(self), "print(table)"))

    def _repr_html_(self) -> str:
        return show.html(self)

    @property
    def name(self) -> str:
        return self.frame.name

    @property
    def target(self) -> str:
        """The column to predict; several with commas between."""
        return ", ".join(self.answer.columns)

    @property
    def task(self) -> str:
        """classification, regression, counts or multilabel."""
        return self.answer.task

    @property
    def classes(self) -> tuple[Any, ...] | None:
        """The classes of the target, in order; None where it is numbers."""
        return self.answer.classes

    @property
    def kinds(self) -> Kinds:
        """{column: kind} of the input columns, as inferred or chosen: see `with_kinds`."""
        return Kinds({kind.name: kind.kind for kind in self.preparation.kinds})

    @in_python
    def with_kinds(self, kinds: Mapping[str, str] | None = None, /, **more: str) -> Table:
        """The table with other kinds: `table.with_kinds(zip="categorical")`, or of a dict. "inferred" takes one back.

        A target can be numeric, categorical or boolean. Raises SettingError for a column that does not exist,
        UnknownNameError for a kind that does not exist, DataError for cells that are not of that kind.
        """
        self._need_whole("with_kinds")
        changes = {**chosen_kinds(kinds), **chosen_kinds(more)}
        chosen = {name: kind for name, kind in {**self.chosen, **changes}.items() if kind != "inferred"}
        changed = replace(self, chosen=chosen)
        if not changes.keys().isdisjoint(self.answer.columns):  # the kind of a target is that of the answer
            answer = answer_of(self.frame, self.answer.columns, None, chosen, self.declared)
            changed = replace(changed, answer=answer)
        _ = changed.preparation  # raises for kinds that do not fit
        return changed

    @in_python
    def with_task(self, task: str) -> Table:
        """The table with another task: "classification", "regression", "counts"; "multilabel" for several targets."""
        self._need_whole("with_task")
        return replace(self, answer=answer_of(self.frame, self.answer.columns, task, self.chosen, self.declared))

    def _need_whole(self, method: str) -> None:
        if self.trained is not None or self.part:
            raise SettingError(f"{method} is for the whole table: call it before `split`, so that all parts agree")

    @cached_property
    def preparation(self) -> Preparation:
        """How rows become arrays: learned from the part that is trained on, or else from all rows."""
        if self.trained is not None:
            return self.trained.preparation
        of_types = kinds_of_types(self.frame, self.declared, {*self.answer.columns, *self.apart, *self.chosen})
        learned = Preparation.fit(self.frame, self.answer, {**of_types, **self.chosen}, self.apart)
        return learned.deciding(self.counts)

    @property
    def counts(self) -> np.ndarray | None:
        """(C,) the rows of each class; None for values."""
        if self.classes is None:
            return None
        block = None if self.frame.block is None else Preparation.fit(self.frame, self.answer)
        frame = self.frame if block is None else block.adapted(self.frame)
        return np.bincount(self.answer.y(frame), minlength=len(self.classes))

    @cached_property
    def _encoded(self) -> dict[str, np.ndarray]:
        return self.preparation.arrays(self.preparation.adapted(self.frame))

    @cached_property
    def units(self) -> Units:
        """How inputs and targets are scaled, learned from the same rows."""
        if self.trained is not None:
            return self.trained.units
        return units_of(self._encoded, self.preparation, self.scale)

    def arrays(self) -> dict[str, np.ndarray]:
        """{"x": (N, D) numbers, "c_COLUMN": (N,) codes of each embedding, "y": targets}, before they are scaled.

        With `notes`, `bp.train` scales them: bp.train(table.graph(), table.arrays(), notes=table.notes).
        """
        return dict(self._encoded)

    def data(self, dtype: str = "float32", class_weight: str | Mapping[Any, float] | None = None) -> DataSet:
        """The rows as the network sees them, encoded and scaled, with their weights: for `bp.train`.

        class_weight : weights of classes of the rows to train on, as for `fit`.
        """
        own = self.trained is None
        if own:
            need_digits(self.name, self._encoded, self.preparation, self.units, precision_of(dtype))
        of_class = class_weights(words_of(class_weight), self.answer, (self.trained or self).counts)
        return data_set(
            self.frame, self.preparation, self.units, precision_of(dtype), self.weights,
            self._encoded if own else None, of_class,
        )  # fmt: skip

    @property
    def notes(self) -> dict[str, Any]:
        """For bp.train(..., notes=...): the model then takes tables like this one, in its units."""
        division = {} if self.division is None else self.division.to_notes()
        return {**self.preparation.to_notes(), **self.units.to_notes(), **division}

    @property
    def settings(self) -> dict[str, Any]:
        """For bp.mlp(sizes, **settings), or bp.tabular where there are embeddings: the task."""
        return settings_of(x_of(self.frame.rows(np.arange(1)), self.preparation), self.preparation, self.scale)

    @property
    def inputs(self) -> int:
        """Numbers in an example, without the columns that are embedded."""
        return numbers_in(self._encoded, len(self)).shape[1]

    @property
    def outputs(self) -> int:
        """Outputs of a network for it."""
        return self.preparation.outputs

    def recipe(self, name: str = DEFAULT, **choices: Any) -> Recipe:
        """The recipe of `fit`: see `bprop.tables.recipe`. choices : override its parts.

        >>> table = bp.table({"size": [70, 90.5, 55] * 20, "rent": [2.0, 1.5, 1.8] * 20})
        >>> print(table.recipe("fast", epochs=50))
        fast: 1 network of 256, 256 relu units, dropout 0.1; adam 0.002, at most 50 epochs in batches of 32, patience \
20; the best epoch is kept
        """
        recipe = recipe_for(name, self.task, len(self)).overridden(**choices).fitting(self.preparation)
        return (
            recipe
            if choices.get("batch_size") is not None
            else replace(recipe, batch_size=min(recipe.batch_size, len(self)))
        )

    def graph(
        self, hidden: Any = None, activation: Any = None, *, loss: Any = None, l1: float | None = None,
        l2: float | None = None, dropout: Any = None, normalise: str | None = None, recipe: str = DEFAULT,
    ) -> Graph:  # fmt: skip
        """The network that `bprop train` makes for this table. hidden : units of the hidden layers, (200, 100).

        The other settings are those of `bp.mlp`; None: as the recipe has it.
        """
        own = self.recipe(recipe, **network_choices(hidden, activation, dropout))
        network = own.architecture(loss=loss, l1=l1, l2=l2, normalise=normalise)
        return build(self.frame, self.preparation, network, self.scale, own.inputs[0], self.units)

    def graphs(self, layers: Architecture, recipe: Recipe) -> list[Graph]:
        """A network of each kind of a recipe."""
        return [build(self.frame, self.preparation, layers, self.scale, inputs, self.units) for inputs in recipe.inputs]

    @in_python
    def split(
        self, test: float = 0.2, validation: float = 0.1, seed: int = 0, *, by: str | None = None,
        group: str | None = None,
    ) -> Parts:  # fmt: skip
        """(train, validation, test): three tables, the rows of which `bprop train` would choose with these settings.

        test, validation : shares of the rows (of those that are left), or numbers of rows; 0: no such part, None. Rows
        are held out at random; of classes, every class alike. Kinds and scaling are learned from the rows to train on.
        by : a column in whose order the last rows are held out. group : a column whose equal cells are never in two
        parts; it is no input, unless a kind was chosen for it.
        """
        self._need_whole("split")
        return divided(self, Split(test, validation, seed, column_named(by, "by"), column_named(group, "group")), {})

    @answering({**TRAINING, **TABLES}, "table.fit", more=lambda: TrainSettings.__dataclass_fields__)
    @in_python
    def fit(
        self, *, recipe: str = DEFAULT, members: int | None = None, hidden: Any = None, activation: Any = None,
        loss: Any = None, l1: float | None = None, l2: float | None = None, dropout: Any = None,
        normalise: str | None = None, graph: Graph | None = None, rule: Any = None, lr: Any = None,
        schedule: str | None = None, epochs: int | None = None, batch_size: int | None = None,
        patience: int | None = None, class_weight: str | Mapping[Any, float] | None = None, calibrate: bool = False,
        out_of_fold: OutOfFold | None = None, validation: Any = None, test: Any = None, by: str | None = None,
        group: str | None = None, time: str | float | None = None, seed: int = 0, dtype: str = "float32",
        engine: Any = "auto", **more: Any,
    ) -> TableFit:  # fmt: skip
        """Train, as `bprop train` does: the same settings and seed give the same numbers.

        Parameters
        ----------
        recipe : "best", "fast" or "lecture": all that is not chosen otherwise (see `recipe`). members : networks to
            train, whose answers are averaged.
        hidden, activation, loss, l1, l2, dropout, normalise : the network, as in `graph`; or graph : one of your own,
            which is trained once unless `members` says otherwise.
        rule : the update rule, by name or as a rule such as bp.Adam(1e-3). lr, schedule : learning rate of a rule by
            name, and its schedule, such as "cosine".
        epochs, batch_size, patience, seed, dtype, engine, and more (monitor, shuffle, callbacks, checkpoint, every,
            resume, progress, health) : as in `bp.train`.
        class_weight : "balanced", or {class: weight}, of the rows to train on and to watch.
        calibrate : whether probabilities get a temperature, chosen on the rows for validation, or on `out_of_fold`.
        out_of_fold : predictions of `cross_validate`: its conformal scores are then of these, and of more rows.
        validation, test : shares, or numbers of rows, to hold out, by default 0.1 and 0.2; or rows of their own, as
            `bp.table` takes them. Of a part that `split` made, the default is its part for validation, and no test.
        by, group : columns by which rows are held out, as in `split`.
        time : how long to train at most, such as "60s" or "10min": it decides the number of networks and epochs, unless
            the caller does. Results then depend on the speed of the machine.

        Returns
        -------
        TableFit : takes tables, `fit.predict(df)`; `fit.test` holds the rows held out, `fit.scores()` measures on them.
        """
        budget = Budget.of(time)
        train, watched, tested = parts_of(self, validation, test, seed, by, group)
        alone = 1 if graph is not None and members is None else members
        own = train.recipe(
            recipe, members=alone, rule=rule, learning_rate=lr, schedule=schedule, epochs=epochs,
            batch_size=batch_size, patience=patience, **network_choices(hidden, activation, dropout),
        )  # fmt: skip
        own = own if watched is not None else own.unwatched
        layers = own.architecture(loss=loss, l1=l1, l2=l2, normalise=normalise)
        network, *rivals = [graph] if graph is not None else train.graphs(layers, own)
        fixed = frozenset(name for name, value in (("epochs", epochs), ("members", members)) if value is not None)
        settings = Settings(own, seed, dtype, engine, more, budget, fixed)
        held = None if watched is None else watched.data(dtype, class_weight)
        pool = None if self.part or not (validation is None or is_size(validation)) else train.pool
        if calibrate:
            apart = own.members if pool is not None and out_of_fold is None else 1
            need_calibration(network, self.task, watched is not None or out_of_fold is not None, apart)
        notes = {**train.notes, **train.units.with_quantiles(network).to_notes()}
        fit = fit_table(network, Rows(train.data(dtype, class_weight), held, pool), notes, settings, rivals)
        of_class = class_weights(words_of(class_weight), self.answer, train.counts)
        certain(fit, held, of_class, calibrate, None if out_of_fold is None else out_of_fold.watched)
        fit.test = tested
        return fit

    def cross_validate(
        self, folds: int = 5, *, validation: float = 0.1, by: str | None = None, group: str | None = None,
        seed: int = 0, bootstrap: int = 500, **settings: Any,
    ) -> CrossValidation:  # fmt: skip
        """Train on all folds but one and measure on that one, for each, as `bprop train --folds` does.

        Parameters
        ----------
        folds : how many. by, group : columns by which rows are divided, as in `split`; by : each fold trains on all
            rows before those that it is tested on.
        validation : the share of the rows to train on that is watched. bootstrap : resamples for the intervals.
        settings : of `fit`, such as rule="adam", epochs=20.

        >>> table = bp.table({"size": [70, 90.5, 55, 30] * 15, "rent": [2.0, 1.5, 1.8, 1.0] * 15})
        >>> result = table.cross_validate(3, epochs=2, engine="numpy")
        >>> len(result.folds), len(result.predictions["f"]), sorted(result.intervals)
        (3, 60, ['mae', 'r2', 'rmse'])
        """
        return cross_validate(
            self, folds, validation, column_named(by, "by"), column_named(group, "group"), seed, bootstrap, settings
        )
