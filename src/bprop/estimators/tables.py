"""TableClassifier and TableRegressor: rows of columns of any kind, behind scikit-learn's contract."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from bprop.architecture import Architecture, head_of
from bprop.check.report import Report
from bprop.elsewhere import answering
from bprop.elsewhere.estimators import ESTIMATOR
from bprop.engines.engine import Engine
from bprop.errors import DataError, SettingError
from bprop.estimators.as_model import history_of
from bprop.estimators.base import NamedParameters
from bprop.estimators.encoder import Encoder, table_network
from bprop.estimators.inputs import read_some_weights
from bprop.estimators.kinds import NetworkClassifier, NetworkRegressor
from bprop.estimators.mlp import keep
from bprop.estimators.network import Network, activation_of, function_of, loss_of
from bprop.estimators.settings import layer_sizes
from bprop.estimators.table_rows import Rows, read_table, read_targets
from bprop.estimators.table_targets import ScaledNumbers, TableLabels
from bprop.estimators.targets import Target
from bprop.graph import Graph
from bprop.model import Model
from bprop.sources.answer import Answer
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import INFERRED, ReadOptions
from bprop.tables.kinds import chosen_kinds, kinds_of_types
from bprop.tables.model import TableModel
from bprop.tables.python_words import in_python

CLASSES, VALUES = "classification", "regression"


def needs_all_rows(estimator: Any) -> bool:
    """Never: the kinds of the columns are decided on all rows."""
    raise AttributeError(
        f"{type(estimator).__name__} has no partial_fit: it decides on the kinds of columns of all rows"
    )


class TableEstimator(NamedParameters):
    """A network on the columns of a table: parameters in `params_`, the kinds of the columns in `kinds_`."""

    hidden_layer_sizes: Any
    activation: Any
    loss: Any
    kinds: Mapping[str, str] | None
    scale: str
    l1: float | None
    l2: float | None
    dropout: Any
    normalise: str | None
    _encoder: Encoder

    kinds_: dict[str, str]

    @available_if(needs_all_rows)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:  # type: ignore[override]
        """Not offered."""

    # --- rows ---

    @in_python
    def _read_pair(self, X: Any, y: Any, fresh: bool, weights: Any = None) -> tuple[np.ndarray, np.ndarray]:
        if y is None:
            raise DataError(f"This {type(self).__name__} estimator requires y to be passed, but the target y is None.")
        rows = read_table(self, X, fresh, INFERRED if fresh else self._reading)
        name = str(getattr(y, "name", None) or "target")
        y = read_targets(y, len(rows.frame), self._numbers)
        if fresh:
            w = None if weights is None else read_some_weights(weights, len(rows.frame))
            self._learn_columns(rows, y, name if name not in rows.frame.columns else "target", w)
        return self._encoded(rows), y

    def _learn_columns(self, rows: Rows, y: np.ndarray, name: str, weights: np.ndarray | None) -> None:
        """Learn the kinds of the columns, and how numbers are scaled."""
        columns = (name,) if y.ndim == 1 else tuple(f"{name}{k}" for k in range(1, y.shape[1] + 1))
        answer = Answer(columns, VALUES if self._numbers else CLASSES, None)
        chosen = chosen_kinds(self.kinds)
        kinds = {**rows.kinds, **kinds_of_types(rows.frame, rows.declared, chosen), **chosen}
        scaled = y if self._scales_targets() else None
        self._encoder = Encoder.of(rows.frame, answer, kinds, self.scale, scaled, weights)
        self.kinds_ = {kind.name: kind.kind for kind in self._encoder.preparation.kinds}

    def _scales_targets(self) -> bool:
        """Whether y is scaled to mean 0 and deviation 1 before the network sees it."""
        return False

    def _encoded(self, rows: Rows) -> np.ndarray:
        return self._encoder.encode(rows.frame, np.dtype("float64" if self.dtype == "auto" else self.dtype))

    @in_python
    def _read_rows(self, X: Any) -> np.ndarray:
        return self._encoded(read_table(self, X, False, self._reading))

    @property
    def _reading(self) -> ReadOptions:
        """How further rows are read: their lists are as those of training."""
        return self._encoder.preparation.reading().of_cells

    def read_batch(self, data: Any, y: Any = None) -> dict[str, Any]:
        """Examples as the arrays of the network. data : rows with their target, or (rows, y)."""
        if y is None and not (isinstance(data, tuple) and len(data) == 2):
            return self.to_model().read_batch(data)
        return super().read_batch(data, y)

    # --- the network ---

    def _make_network(self, features: int, target: Target) -> Network:
        task, name = self._task(target)
        architecture = Architecture(
            layer_sizes(self.hidden_layer_sizes), activation_of(self.activation), task, name, self.l1, self.l2,
            self.dropout, self.normalise,
        )  # fmt: skip
        function = function_of(self.loss)
        preparation = self._encoder.preparation
        key = (architecture, target.outputs, function, self.scale, preparation.columns, preparation.embeddings)
        cached = getattr(self, "_made", None)
        if cached is None or cached[0] != key or cached[2] != self._encoder.numbers:
            network = table_network(architecture, self._encoder, target.outputs, function, self.scale)
            self._made = cached = (key, network, self._encoder.numbers)
        self.graph_: Graph = cached[1].graph
        return cached[1]

    def _task(self, target: Target) -> tuple[str, str | None]:
        """(the task of the network, the name of its loss, None for the task's own)."""
        raise NotImplementedError

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    # --- the fitted network elsewhere ---

    def check_gradients(self, X: Any = None, y: Any = None, **settings: Any) -> Report:
        """Compare the gradients of the fitted network with finite differences, on a few rows X with targets y."""
        if X is None or y is None:
            raise SettingError("check_gradients of a table needs rows: check_gradients(X.head(), y.head())")
        return super().check_gradients(X, y, **settings)

    def to_model(self) -> TableModel:
        """The fitted network as a model of a table, which takes DataFrames with their columns in any order.

        `bprop.save` writes it, and the command line (`bprop predict`, `evaluate`, `export`) uses the file.
        """
        check_is_fitted(self)
        notes = {**self.noted_preparation().to_notes(), **self._encoder.units.to_notes()}
        return TableModel.of(Model(self._network_.graph, self._theta(), history_of(self), notes))

    def noted_preparation(self) -> Preparation:
        """How rows become arrays, as the notes of a model keep it."""
        return replace(self._encoder.preparation, answer=self._answer())

    def _answer(self) -> Answer:
        """The target, as the notes of a model keep it."""
        return self._encoder.preparation.answer

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write `to_model()` to a file: `bp.load` gives the model back."""
        self.to_model().save(path)


class TableClassifier(TableEstimator, NetworkClassifier):
    """A network that classifies the rows of a table, with columns of numbers, names, dates, yes and no.

    X is a DataFrame of pandas or polars, an Arrow table, or an array. The kinds of its columns are inferred from the
    rows of `fit` as `bprop train` infers them, and so are vocabularies and scaling; missing cells need not be filled.

    Parameters
    ----------
    hidden_layer_sizes, activation, l1, l2, dropout, normalise : the network, as in `bprop.mlp`.
    kinds : {column: kind} of columns whose kind is not to be inferred: "numeric", "categorical", "boolean", "date",
        "ignored".
    scale : "auto" or "standard": numbers get mean 0 and deviation 1; "unit" (x / 255) or "none".
    dtype : "float64" ("auto" is the same), or "float32", which is faster.
    solver, batch_size, learning_rate, ..., class_weight, loss : as in bprop.MLPClassifier, whose alpha is left out.

    Attributes
    ----------
    kinds_ : {column: kind}. params_ : {name: array}, theta. graph_ : the graph.
    classes_, loss_curve_, validation_scores_, n_iter_, n_features_in_, feature_names_in_, ... : as in MLPClassifier.

    >>> rows = np.array([["cat", 4.0], ["dog", 20.0], [None, 19.5]] * 20, object)
    >>> settings = {"solver": "lbfgs", "random_state": 0}
    >>> classifier = bp.TableClassifier((8,), **settings).fit(rows, ["no", "yes", "yes"] * 20)
    >>> classifier.kinds_, classifier.predict(rows[:2]).tolist()
    ({'x0': 'categorical', 'x1': 'numeric'}, ['no', 'yes'])
    """

    @answering(ESTIMATOR, "bp.TableClassifier")
    def __init__(
        self, hidden_layer_sizes: int | Sequence[int] = (200,),
        activation: str | Callable[..., Any] | Sequence[Any] = "relu", *, kinds: Mapping[str, str] | None = None,
        scale: str = "auto", solver: Any = "adam", batch_size: int | str = "auto",
        learning_rate: str | Callable[[Any], Any] = "constant", learning_rate_init: float = 0.001, power_t: float = 0.5,
        max_iter: int = 200, shuffle: bool = True, random_state: Any = None, tol: float = 1e-4,
        verbose: bool | int = False, warm_start: bool = False, momentum: float = 0.9, nesterovs_momentum: bool = True,
        early_stopping: bool = False, validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-8, n_iter_no_change: int = 10, max_fun: int = 15000,
        loss: str | Callable[..., Any] = "log_loss", class_weight: Any = None, l1: float | None = None,
        l2: float | None = None, dropout: float | Sequence[float] | None = None, normalise: str | None = None,
        clip_norm: float | None = None, scoring: str | Callable[..., float] | None = None, dtype: DTypeLike = "auto",
        engine: str | Engine = "auto", device: str | None = None, progress: bool | str = False,
    ) -> None:  # fmt: skip
        keep(self, locals())

    def _choose_target(self, y: np.ndarray, fresh: bool, classes: Any) -> Target:
        target = super()._choose_target(y, fresh, classes)
        if not isinstance(target, TableLabels):
            target = TableLabels(target.classes)
        return target

    def _task(self, target: Target) -> tuple[str, str | None]:
        kind = "multiclass" if target.task == "multiclass" else "binary"
        return (CLASSES if kind == "multiclass" else "multilabel"), loss_of(kind, self.loss)

    def _answer(self) -> Answer:
        return replace(super()._answer(), classes=tuple(map(plain, self.classes_.tolist())))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = False
        tags.target_tags.multi_output = False
        return tags


class TableRegressor(TableEstimator, NetworkRegressor):
    """A network that predicts numbers from the rows of a table. y : (N,) or (N, K), scaled to mean 0 and deviation 1.

    Parameters
    ----------
    loss : "squared_error" (of the scaled targets), "absolute_error", "huber", "poisson" (y counts, not scaled), or a
        function (f, y) -> box.

    All others, and the attributes, are those of bprop.TableClassifier, less class_weight and classes_.

    >>> rows = np.array([["cat", 4.0], ["dog", 20.0], [None, 19.5]] * 20, object)
    >>> regressor = bp.TableRegressor((8,), solver="lbfgs", random_state=0).fit(rows, [1e6, 2e6, 1.9e6] * 20)
    >>> regressor.predict(rows[:2]).round(-4).tolist()
    [1000000.0, 2000000.0]
    """

    @answering(ESTIMATOR, "bp.TableRegressor")
    def __init__(
        self, hidden_layer_sizes: int | Sequence[int] = (200,),
        activation: str | Callable[..., Any] | Sequence[Any] = "relu", *, kinds: Mapping[str, str] | None = None,
        scale: str = "auto", solver: Any = "adam", batch_size: int | str = "auto",
        learning_rate: str | Callable[[Any], Any] = "constant", learning_rate_init: float = 0.001, power_t: float = 0.5,
        max_iter: int = 200, shuffle: bool = True, random_state: Any = None, tol: float = 1e-4,
        verbose: bool | int = False, warm_start: bool = False, momentum: float = 0.9, nesterovs_momentum: bool = True,
        early_stopping: bool = False, validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-8, n_iter_no_change: int = 10, max_fun: int = 15000,
        loss: str | Callable[..., Any] = "squared_error", l1: float | None = None, l2: float | None = None,
        dropout: float | Sequence[float] | None = None, normalise: str | None = None, clip_norm: float | None = None,
        scoring: str | Callable[..., float] | None = None, dtype: DTypeLike = "auto", engine: str | Engine = "auto",
        device: str | None = None, progress: bool | str = False,
    ) -> None:  # fmt: skip
        keep(self, locals())

    def _scales_targets(self) -> bool:
        return (
            function_of(self.loss) is not None or head_of(self._architecture_of_loss().loss_class()).scaled is not None
        )

    def _architecture_of_loss(self) -> Architecture:
        return Architecture(task=VALUES, loss=loss_of("numbers", self.loss))

    def _choose_target(self, y: np.ndarray, fresh: bool, classes: Any) -> Target:
        target = super()._choose_target(y, fresh, classes)
        if isinstance(target, ScaledNumbers):
            return target
        return ScaledNumbers(target.outputs, self._encoder.units.scalings.get("y"))

    def _task(self, target: Target) -> tuple[str, str | None]:
        return VALUES if self._scales_targets() else "counts", loss_of("numbers", self.loss)

    def _answer(self) -> Answer:
        return replace(super()._answer(), task=self._task(self._target)[0])


def plain(label: Any) -> Any:
    """A class as the notes of a model keep it: text, a number, or True and False."""
    if isinstance(label, float) and label.is_integer():
        return int(label)
    return label if isinstance(label, str | int | float) else str(label)
