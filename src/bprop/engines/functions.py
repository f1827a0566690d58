"""A graph as plain functions of (theta, batch, seed): its loss, its gradients, a step. `graph.functions` makes them.

An engine derives from `Functions`, and returns an object of its class from `Engine.functions`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.engines.engine import LAST, Job
from bprop.engines.integers import INT32
from bprop.engines.program import Program
from bprop.errors import GraphError, SettingError, ShapeError
from bprop.graph.graph import Graph
from bprop.graph.validation import check_names, read_params, read_weights
from bprop.namespace import Array
from bprop.noise import key_of
from bprop.rules import Foreign

Arrays = Mapping[str, Array]
State = dict[str, Any]
"""{"t": the number of updates so far, "rule": the state of the update rule}."""


@dataclass(frozen=True)
class Options:
    """How functions treat their arguments.

    in_place : `step` may overwrite the theta and the state that the step before it returned.
    check : look at every number of a batch before it is used.
    batch_size : the rows of a batch; one with fewer is filled up with rows of weight 0. None: any number of rows.
    """

    in_place: bool = False
    check: bool = True
    batch_size: int | None = None


class Functions(ABC):
    """The functions of a graph on an engine. `graph.functions(engine)` makes it.

    theta : {name: array}, every parameter. batch : {name: array (N, ...)}, every input. seed : that of the noise
    (dropout). t : the number of updates before this one, on which the noise depends. weights : (N,) example weights;
    default 1.

    >>> x, w = bp.Input("x"), bp.Parameter("w")
    >>> of = bp.Graph(loss=bp.square(w * x - 1)).functions("numpy", bp.SGD(0.25), dtype="float64")
    >>> float(of.loss({"w": 2.0}, {"x": [1.0]})), float(of.gradients({"w": 2.0}, {"x": [1.0]})["w"])
    (1.0, 2.0)
    >>> theta, state, loss = of.step({"w": 2.0}, of.init({"w": 2.0}), {"x": [1.0]})
    >>> float(theta["w"]), state["t"], float(loss)
    (1.5, 1, 1.0)
    """

    engine: str = ""
    """The name of the engine that computes."""
    reason: str = ""
    """A sentence on why "auto" chose this engine and no faster one."""

    job: Job
    options: Options
    rule: Any
    dtype: np.dtype

    graph: Graph

    def __init__(self, job: Job, options: Options):
        self.job, self.options = job, options
        self.graph, self.rule, self.dtype = job.graph, job.rule, job.dtype
        self.program: Program = Program(job.graph, job.dtype)

    def init(self, theta: Mapping[str, Any]) -> State:
        """The state before the first step: {"t": 0, "rule": the state of the update rule}."""
        return {"t": 0, "rule": self.job.rule_state(self.cast(theta))}

    @abstractmethod
    def loss(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None
    ) -> Any:
        """The objective of a batch in training: (1 / sum_t w_t) sum_t w_t l_t + penalty, one number."""

    def gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None,
        per_example: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """The gradients of `loss`, {name: array of the parameter's shape}, for every trained parameter.

        per_example : those of l_t + penalty for each example t by itself, {name: array (N, *shape)}. Raises GraphError
        for a graph that mixes the examples of a batch, such as one with batch normalisation.
        """
        if per_example:
            self.need_separate(weights)
            return self.example_gradients(theta, batch, seed, t)
        return self.batch_gradients(theta, batch, seed, t, weights)

    def value_and_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None
    ) -> tuple[Any, dict[str, Any]]:
        """(`loss`, `gradients`) of a batch, of one pass."""
        return self.loss(theta, batch, seed, t=t, weights=weights), self.batch_gradients(theta, batch, seed, t, weights)

    @abstractmethod
    def step(
        self, theta: Mapping[str, Any], state: State, batch: Mapping[str, Any], seed: int = 0, *, weights: Any = None
    ) -> tuple[Any, State, Any]:
        """One update, as `bp.train` does it: (theta, state, loss).

        The loss is the mean over the batch before the update, without the penalty, as the history of a training has it.
        """

    @abstractmethod
    def outputs(self, theta: Mapping[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of the graph outside training, {name: array}. Only the inputs that they need are read."""

    # --- for the engines ---

    @abstractmethod
    def batch_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int, t: Any, weights: Any
    ) -> dict[str, Any]:
        """The gradients of `loss` for every trained parameter."""

    def example_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int, t: Any
    ) -> dict[str, Any]:
        """The gradients of each example by itself, {name: array (N, *shape)}.

        They are those of a batch of one row, or, as the noise of a row depends on its place, of the batch in which all
        other rows have the weight 0.
        """
        arrays, _ = self.read(batch)
        rows = rows_of(arrays)
        if self.has_noise:
            each = [self.batch_gradients(theta, arrays, seed, t, chosen) for chosen in np.eye(rows)]
        else:
            cuts = (slice(row, row + 1) for row in range(rows))
            each = [self.batch_gradients(theta, {n: a[c] for n, a in arrays.items()}, seed, t, None) for c in cuts]
        return {name: np.stack([grads[name] for grads in each]) for name in each[0]}

    def cast(self, theta: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """theta, checked, in the precision of the functions."""
        return {name: a.astype(self.dtype, copy=False) for name, a in read_params(theta, self.graph.parameters).items()}

    def read(self, batch: Mapping[str, Any], weights: Any = None) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
        """The arrays of a batch, and its weights, checked."""
        if self.options.check:
            arrays = self.graph.read(batch)
        else:
            check_names(batch, self.graph.inputs, "inputs")
            arrays = {name: unchecked(batch[name]) for name in self.graph.inputs}
            self.need_shapes(arrays)
        rows = rows_of(arrays)
        self.filled(rows)
        return arrays, read_weights(weights, rows)

    def need_state(self, state: Any) -> int:
        """The number of updates of a state. Raises SettingError for a state of another rule or other parameters."""
        whole = isinstance(state, Mapping) and state.keys() == {"t", "rule"}
        if not whole or (not isinstance(self.rule, Foreign) and shapes_of(state["rule"]) != self.state_shapes):
            raise SettingError(
                "the state is not that of this rule and these parameters: before the first step it is of.init(theta), "
                "then what the step before it returned"
            )
        return need_count(state["t"])

    @cached_property
    def state_shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        small = {name: np.broadcast_to(np.zeros((), self.dtype), p.shape) for name, p in self.graph.parameters.items()}
        return shapes_of(self.job.rule_state(small))

    def need_shapes(self, arrays: Mapping[str, Any]) -> None:
        """Raise ShapeError for arrays that have not the shapes (N, ...) of the inputs, with one N."""
        for name, array in arrays.items():
            shape = self.graph.inputs[name].shape
            if array.ndim != len(shape) + 1 or array.shape[1:] != shape or array.shape[0] != rows_of(arrays):
                raise ShapeError(f"input {name!r}: needs shape {('N', *shape)}, with N = {rows_of(arrays)}, "
                                 f"got {array.shape}")  # fmt: skip

    def filled(self, rows: int) -> int:
        """How many rows the program for a batch of `rows` rows has."""
        size = self.options.batch_size
        if size is None:
            return rows
        if rows > size:
            raise ShapeError(f"a batch of {rows} rows, where batch_size is {size}")
        return rows if self.graph.mixing() is not None else size

    def need_separate(self, weights: Any) -> None:
        """Raise GraphError where the examples of a batch have no gradients of their own, SettingError for weights."""
        weighs = (node.name for node in self.program.training.nodes if "weights" in node.box.needs)
        mixing = self.graph.mixing() or next(weighs, None)
        if mixing is not None:
            raise GraphError(
                f"per_example: the box {mixing!r} mixes the rows of a batch, so an example has no gradient of its own"
            )
        if weights is not None:
            raise SettingError("per_example: each example counts by itself, so it takes no weights")

    @property
    def has_noise(self) -> bool:
        """Whether a pass in training draws random numbers."""
        return any("noise" in node.box.needs for node in self.program.training.nodes)


def unchecked(array: Any) -> Any:
    """An array; rows that are none, such as sparse ones of an estimator, as they are."""
    return array if hasattr(array, "dtype") and not hasattr(array, "__array__") else np.asarray(array)


def shapes_of(state: Any) -> Any:
    """{what: {parameter: shape}} of a rule's state; None for anything else."""
    if not isinstance(state, Mapping) or not all(isinstance(arrays, Mapping) for arrays in state.values()):
        return None
    return {what: {name: np.shape(array) for name, array in arrays.items()} for what, arrays in state.items()}


def rows_of(arrays: Mapping[str, Any]) -> int:
    """The number of examples in a batch; 1 for a graph without inputs."""
    return next((len(array) for array in arrays.values()), 1)


def room(graph: Graph, rows: int, weighted: bool, dtype: np.dtype) -> DataSet:
    """Arrays for a batch. Whole numbers have 32 bits where the graph's limits keep them within; else arrays hold a
    larger number, by which an engine knows that they need 64."""
    arrays = {}
    for name, box in graph.inputs.items():
        low, high, _ = graph.limits.get(name, (-np.inf, np.inf, ""))
        narrow = np.iinfo(INT32).min <= low and high <= np.iinfo(INT32).max
        kind = {"float": dtype, "int": INT32 if narrow else np.dtype(np.int64), "bool": np.dtype(bool)}[box.dtype]
        arrays[name] = np.full((rows, *box.shape), np.iinfo(kind).max if kind == np.int64 else 0, kind)
    return DataSet(arrays, np.ones(rows, dtype) if weighted else None)


@lru_cache(64)
def word_of(seed: int) -> int:
    """`noise.key_of`, once for each seed. Raises SettingError for anything but a whole number from 0."""
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or seed < 0:
        raise SettingError(f"seed must be a whole number from 0, not {seed!r}")
    return key_of(int(seed))


def need_count(t: Any) -> int:
    """The number of updates as an int. Raises SettingError for anything else."""
    if not isinstance(t, int | np.integer) and not (isinstance(t, np.ndarray) and t.ndim == 0 and t.dtype.kind in "iu"):
        raise SettingError(f"t must be the number of updates so far, a whole number, not {t!r}")
    if not 0 <= int(t) < LAST:
        raise SettingError(f"t must be from 0 to {LAST - 1:,}, not {t}")
    return int(t)


def need_own_rule(rule: Any, engine: str) -> None:
    """Raise SettingError for a rule of optax, which computes with JAX."""
    if isinstance(rule, Foreign):
        raise SettingError(f"an optax rule computes with JAX: it needs engine='xla', not {engine!r}")
