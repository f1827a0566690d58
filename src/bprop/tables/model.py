"""Models that take tables: the columns as they are, and answers in the table's own terms."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from bprop.boxes import Softmax
from bprop.data import DataSet
from bprop.errors import SettingError, UnsupportedError
from bprop.graph import Graph
from bprop.measures.scores import predictions
from bprop.measures.shown import Scores
from bprop.model import Model
from bprop.reading import read_array
from bprop.reporting.about import Facts
from bprop.scaling import with_older
from bprop.sources.frame import Frame
from bprop.sources.preparation import KEY, Preparation
from bprop.sources.scaling import places
from bprop.sources.weights import example_weights
from bprop.tables.certainty import CLASSES, Conformal, coverage_on
from bprop.tables.facts import with_rows
from bprop.tables.importance import importance_on
from bprop.tables.judge import judge
from bprop.tables.outputs import f_of, quantiles_of, spread_of
from bprop.tables.python_words import in_python
from bprop.tables.rows import rows_for
from bprop.training import Fit


class TableModel(Model):
    """A model that `bprop train`, `table.fit` or a TableClassifier made: its notes describe the columns of a table.

    It takes rows as they are: a DataFrame of pandas or polars, an Arrow table, a relation of DuckDB, a dict of columns
    (or of values: one row), a list of dicts, the path of a file, a table of `bprop.table`. The columns may stand in any
    order; others than the model's are left out with a warning. A category that training did not see is encoded as such.
    Errors name row and column.

    `predict(x=...)` takes the arrays of the network, as that of any model.

    Examples
    --------
    >>> table = bp.table({"pet": ["cat", "dog"] * 20, "weight": [4.0, 20.0] * 20, "good": ["no", "yes"] * 20})
    >>> table.fit(epochs=10, engine="numpy").save("pets.bprop")
    >>> model = bp.load("pets.bprop")
    >>> type(model).__name__, model.classes
    ('TableModel', array(['no', 'yes'], dtype='<U3'))
    >>> model.predict({"weight": [19.5, 4.1], "pet": ["dog", "cat"]})
    array(['yes', 'no'], dtype='<U3')
    """

    _read: tuple[Any, Preparation] | None = None

    notes: dict[str, Any]

    @classmethod
    def of(cls, model: Model) -> Self:
        """The same model, for tables."""
        same = cls.__new__(cls)
        same.__dict__.update(model.__dict__)
        return same

    def with_network(self, graph: Graph, params: Mapping[str, Any], notes: Mapping[str, Any]) -> TableModel:
        return TableModel.of(super().with_network(graph, params, notes))

    @property
    def preparation(self) -> Preparation:
        """How rows become arrays. Raises DataError where the notes are damaged."""
        notes = self.notes.get(KEY)
        if self._read is None or self._read[0] is not notes:
            preparation = Preparation.from_notes(self.notes)
            preparation.need_fit(self.graph)
            self.notes = with_older(self.notes)
            self._read = notes, preparation
        return self._read[1]

    @property
    def classes(self) -> np.ndarray | None:
        """(C,) the classes, in the order of `predict_proba`; None where numbers are predicted."""
        classes = self.preparation.classes
        return None if classes is None else np.array(classes)

    @property
    def classes_(self) -> np.ndarray:
        """The same, by scikit-learn's name. A model of numbers has no such attribute."""
        classes = self.classes
        if classes is None:
            raise AttributeError(f"this model predicts {self.preparation.target!r}, which has no classes")
        return classes

    @in_python
    def predict(self, data: Any = None, /, **inputs: Any) -> Any:
        """The answer for each row of a table (N,): its class, or its value; (N, K) of several columns, of which those
        of yes and no are 1 and 0. For the arrays of the network, `predict(x=X)`, its outputs, as those of any model.
        """
        if inputs or data is None or self._is_arrays(data):
            return super().predict(data, **inputs)
        f = self._outputs(rows_for(self.preparation, data))
        classes = self.classes
        if classes is not None:
            return classes[predictions(f, self.preparation.decision)]
        return (f > 0.5).astype(np.int64) if self.preparation.task == "multilabel" else f

    @in_python
    def read_batch(self, data: Any, y: Any = None) -> dict[str, Any]:
        """Rows with targets as the arrays of the network; or (rows, y), where y has the targets."""
        if y is None and isinstance(data, tuple):
            data, y = data
        if y is not None:
            columns = {str(name): data[name] for name in getattr(data, "columns", data)}
            data = {**columns, **self._targets(y)}
        if self._is_arrays(data):
            return super().read_batch(data)
        rows = rows_for(self.preparation, data, targets=True)
        with places(rows, self.preparation):
            return dict(self.examples(self.preparation.arrays(rows)).arrays)

    def facts_of(self, data: Any) -> Facts:
        """The facts about rows of a table for a page (see `bprop.report`)."""
        if self._is_arrays(data) or isinstance(data, tuple):
            return Facts()
        return with_rows(Facts(), self.preparation, rows_for(self.preparation, data, targets=True))

    def _targets(self, y: Any) -> dict[str, Any]:
        """The targets y (N,) or (N, K) as columns of the table."""
        columns, values = self.preparation.answer.columns, np.asarray(y)
        return dict(zip(columns, values.reshape(len(values), -1).T, strict=True))

    @in_python
    def predict_proba(self, data: Any) -> np.ndarray:
        """(N, C) the probability of each class, as in `classes_`; (N, K) of each of several columns of yes and no.

        Raises UnsupportedError where the network gives none: for numbers, and for the hinge loss.
        """
        task = self.preparation.task
        if task != "multilabel" and not isinstance(self.graph.outputs["f"], Softmax):
            what = "values" if self.preparation.classes is None else "scores"
            raise UnsupportedError(f"this model gives {what} of {self.preparation.target!r}, and no probabilities")
        return self._outputs(rows_for(self.preparation, data))

    def spread(self, data: Any) -> np.ndarray:
        """The members' standard deviation of what the ensemble predicts: (N,) of values, in their unit; (N, C) of the
        probabilities of each class. Raises UnsupportedError for a model that is no ensemble (see `bprop.ensemble`).
        """
        rows = rows_for(self.preparation, data)
        with places(rows, self.preparation):
            return spread_of(self, self.preparation.inputs(rows))

    def with_threshold(self, threshold: float) -> Self:
        """The model that predicts the positive one of two classes (the rarer) where its probability is `threshold` or
        more. Raises SettingError where there are no probabilities of two classes, or it is not between 0 and 1.
        """
        preparation = self.preparation
        if (
            preparation.classes is None
            or len(preparation.classes) != 2
            or not isinstance(self.graph.outputs["f"], Softmax)
        ):
            raise SettingError(f"threshold {threshold}: this model gives no probabilities of two classes")
        if not 0 < threshold < 1:
            raise SettingError(f"threshold {threshold}: give a probability between 0 and 1, such as 0.3")
        same = self.of(self)
        same.notes = {**self.notes, **preparation.with_threshold(float(threshold)).to_notes()}
        same._read = None
        return same

    @in_python
    def scores(
        self, data: Any = None, /, *, weights: Any = None, metrics: Any = None, bootstrap: int = 0, seed: int = 0,
        interval: float | None = None, **inputs: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """{measure: number} on rows with targets, as `bprop evaluate` prints them: "loss", "accuracy", "log_loss",
        "roc_auc", ...; of values "rmse", "mae" and "r2"; "baseline": those of the best constant answer; "examples",
        their number; "left_out", the rows without a target.

        weights : the name of a column, or (N,) numbers. metrics : more measures, such as "f1", or functions of
        (outputs, targets, weights), as in `bprop.train`. bootstrap : resamples for "intervals", the 95% intervals of
        the measures, from `seed`. interval : a level, for "interval": {"coverage", ...} of the conformal intervals or
        sets at this level.
        """
        if inputs or data is None or self._is_arrays(data):
            return super().scores(data, weights=weights, metrics=metrics, bootstrap=bootstrap, seed=seed, **inputs)
        column = (weights,) if isinstance(weights, str) else ()
        rows, preparation = rows_for(self.preparation, data, targets=True, beside=column), self.preparation
        w = _weights(rows, weights)
        with places(rows, preparation):
            result = judge(self, rows, preparation, w, bootstrap, seed, self.metrics if metrics is None else metrics)
            if interval is not None:
                noted = Conformal.from_notes(self.notes, len(preparation.answer.columns))
                result["more"]["interval"] = coverage_on(self, rows, preparation, w, noted, interval)
        more = result["more"] if bootstrap else {k: v for k, v in result["more"].items() if k != "intervals"}
        return Scores({"examples": len(rows), "left_out": rows.left_out, **result["scores"], **more})

    def intervals(self, data: Any, level: float = 0.9) -> np.ndarray:
        """(N, 2) low and high for each row of a table, which hold the true value with a probability of `level`; of
        several columns (N, K, 2). Split-conformal, from the rows that were held out in training.

        Raises SettingError for a model of classes, without such rows, and where these are too few for the level.
        """
        noted, inputs = self._noted(data)
        if noted.kind == CLASSES:
            raise SettingError("this model predicts classes: sets(data, level) gives the classes of each row")
        ends = noted.intervals(f_of(self, inputs), quantiles_of(self, inputs), level)
        return ends[:, 0] if ends.shape[1] == 1 else ends

    def sets(self, data: Any, level: float = 0.9) -> np.ndarray:
        """(N, C) of bool: the classes of each row, as in `classes`, that hold the true one with a probability of
        `level`; none of them for a row that looks like none. Raises SettingError as `intervals` does.
        """
        noted, inputs = self._noted(data)
        if noted.kind != CLASSES:
            raise SettingError("this model predicts values: intervals(data, level) gives low and high of each row")
        return noted.sets(f_of(self, inputs), level)

    def _noted(self, data: Any) -> tuple[Conformal, dict[str, np.ndarray]]:
        noted = Conformal.from_notes(self.notes, len(self.preparation.answer.columns))
        rows = rows_for(self.preparation, data)
        with places(rows, self.preparation):
            return noted, self.preparation.inputs(rows)

    def quantiles(self, data: Any) -> np.ndarray:
        """(N, Q) the quantiles of a network with the loss "quantile", in increasing order; (N, K, Q) of K columns.

        Raises UnsupportedError for another network.
        """
        rows = rows_for(self.preparation, data)
        with places(rows, self.preparation):
            q = quantiles_of(self, self.preparation.inputs(rows))
        if q is None:
            raise UnsupportedError("this model gives no quantiles: train it with loss='quantile'")
        return q

    def importance(self, data: Any, *, weights: Any = None, repeats: int = 5, seed: int = 0) -> list[dict[str, Any]]:
        """How much each column matters, on rows with targets; the most important first: [{"column", "increase" of the
        loss when its cells are permuted, "deviation" over the repeats, "gradient_times_input"}].
        """
        column = (weights,) if isinstance(weights, str) else ()
        rows = rows_for(self.preparation, data, targets=True, beside=column)
        with places(rows, self.preparation):
            return importance_on(self, rows, self.preparation, _weights(rows, weights), repeats, seed)["columns"]

    def to_onnx(self, path: str | os.PathLike[str] | None = None, *, encoders: bool = True) -> Any:
        """The model for other runtimes: see `bprop.to_onnx`."""
        from bprop.onnx import to_onnx  # few models are exported

        return to_onnx(self, path, encoders=encoders)

    def _outputs(self, rows: Frame) -> np.ndarray:
        with places(rows, self.preparation):
            return f_of(self, self.preparation.inputs(rows))

    def _is_arrays(self, data: Any) -> bool:
        """Whether data is what the network takes, rather than the columns of a table."""
        if isinstance(data, DataSet):
            return True
        if not isinstance(data, Mapping) or not {*self.graph.predictor.inputs} <= {*data}:
            return False
        if not {*self.preparation.columns} <= {*map(str, data)}:
            return True
        return any(np.ndim(data[name]) > 1 for name in self.graph.predictor.inputs)  # of a table with a column "x"


class TableFit(TableModel, Fit):
    """A training on a table, and its model.

    test : the rows that were held out, a table; None where there are none.

    Examples
    --------
    >>> table = bp.table({"pet": ["cat", "dog"] * 20, "weight": [4.0, 20.0] * 20, "good": ["no", "yes"] * 20})
    >>> fit = table.fit(hidden=4, epochs=20, engine="numpy")
    >>> fit.scores()["accuracy"]  # on the rows held out
    1.0
    """

    test: Any = None

    def scores(
        self, data: Any = None, /, *, weights: Any = None, metrics: Any = None, bootstrap: int = 0, seed: int = 0,
        interval: float | None = None, **inputs: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """The measures on rows with targets, by default those held out for the test. See `TableModel.scores`."""
        if inputs:
            return super().scores(data, weights=weights, metrics=metrics, bootstrap=bootstrap, seed=seed, **inputs)
        if data is None and self.test is None:
            raise SettingError("no rows were held out for a test: name some, as in fit.scores(df)")
        rows = self.test if data is None else data
        weights = getattr(rows, "weights", None) if weights is None else weights
        more: dict[str, Any] = {"metrics": metrics, "bootstrap": bootstrap, "seed": seed, "interval": interval}
        return super().scores(rows, weights=weights, **more)

    def __getstate__(self) -> dict[str, Any]:
        """For pickle: without the rows held out."""
        return {name: value for name, value in super().__getstate__().items() if name != "test"}


def _weights(rows: Frame, weights: Any) -> np.ndarray:
    if weights is None:
        return np.ones(len(rows))
    return example_weights(rows, weights) if isinstance(weights, str) else read_array(weights, "weights")
