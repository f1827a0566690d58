"""The interface of engines: `Engine` starts a `Run` of a `Job`.

To add an engine, write an `Engine` whose `start` returns a `Run`, and pass an object of it as `engine=`. This one
counts the steps of NumPy's:

    from bprop.engines.delegate import Delegate
    from bprop.engines.engine import Engine
    from bprop.engines.numpy import NumpyEngine

    class CountingRun(Delegate):
        engine = "counting"

        def __init__(self, owner, run):
            super().__init__(run)
            self.owner = owner

        def steps(self, start, count, t):
            self.owner.counted += count
            return super().steps(start, count, t)

    class Counting(Engine):
        name = "counting"

        def __init__(self):
            self.counted = 0

        def start(self, job, params):
            return CountingRun(self, NumpyEngine().start(job, params))

    counting = Counting()
    bp.train(graph, data, engine=counting)

1. The run. Derive from `Delegate` to hand the work to another engine's run, and override what differs. Or derive from
   `Run`, and write `state`, `engine`, `set_order`, `steps`, `evaluate`, `penalty`, `params`, `rule_arrays`, `restore`.
   The formulas of a step are in `program.Program`, on any array namespace; `numpy.NumpyRun` is the shortest example.
2. The engine. `start(job, params)` gives a run of the job from theta = `params` (NumPy arrays by name, which it must
   leave as they are). If it cannot do the job, it raises UnsupportedError with the reason.
3. The name. Once its class is defined, `engine="counting"` works too: it makes the object without arguments. Of two
   engines with the same name, bprop's own is used, else the one that was defined first. For a name that works without
   an import, give your package an entry point of the group "bprop" (see `bprop.plugins`):

       [project.entry-points.bprop]
       counting = "my_package.counting"

4. An engine of bprop itself: the class in `engines/NAME.py` or `engines/NAME/__init__.py`, a line in
   `engines/builtin.py` (`BUILT_IN`), an extra in pyproject.toml for the package that it needs if that is a new one, its
   floor in tests/test_imports.py (`FLOORS_WITHIN`; above `numpy` if it imports that) and CONTRIBUTING, and its name in
   the fixture `engine` of tests/engines/test_agreement.py, which compares all engines. For "auto" to try it:
   `preferred` in `auto.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from bprop.data import DataSet
from bprop.engines import surroundings
from bprop.errors import SettingError, UnsupportedError
from bprop.graph.graph import Graph
from bprop.graph.plan import Context
from bprop.graph.validation import cast
from bprop.noise import key_of
from bprop.registry import is_redefinition
from bprop.structure.freezing import matched

LAST = 2**63 - 1
"""The most updates that a run can count."""


class Batches(NamedTuple):
    """How compiled steps cover an epoch: `full` steps of `rows` rows, and one of `last` rows, a program of its own.

    last = 0: there is none; then the last of the full steps may be filled up with rows of weight 0.
    """

    rows: int
    full: int
    last: int


@dataclass(frozen=True)
class Job:
    """The things that stay the same during a run: graph, rule, data, batch size, precision, seed.

    narrow : the dtype in which an engine computes products ("bfloat16"), if that is not `dtype`, the dtype of theta.
    mean_weight : the mean weight of the training set; example weights are divided by it. None: those of a batch are
        divided by their own mean (as scikit-learn does), which is the same if all weigh 1.
    """

    graph: Graph
    rule: Any
    data: DataSet
    batch_size: int
    dtype: np.dtype
    seed: int
    validation: DataSet | None = None
    narrow: str | None = None
    mean_weight: float | None = None

    def __post_init__(self) -> None:
        for pattern, _ in getattr(self.rule, "rate_factors", None) or ():
            matched(pattern, self.graph.trained, "rate_factors", "parameter that is trained")

    @property
    def precision(self) -> str:
        """The name of the precision, as users write it."""
        return self.narrow or self.dtype.name

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.data) // self.batch_size)

    @cached_property
    def batches(self) -> Batches:
        """The batches of an epoch. If boxes mix rows, no row is added to a batch."""
        if self.graph.mixing() is None:
            return Batches(self.batch_size, self.steps_per_epoch, 0)
        rows = min(self.batch_size, len(self.data))
        return Batches(rows, *divmod(len(self.data), rows))

    def set_of(self, which: str) -> DataSet:
        """The set "data" or "validation"."""
        data = self.data if which == "data" else self.validation
        assert data is not None
        return data

    def together(self, data: DataSet) -> int | None:
        """How many rows must be evaluated as one batch: all if boxes mix rows, else any number (None).

        Raises SettingError for a set that is larger than memory and would have to be one batch.
        """
        mixing = self.graph.mixing(training=False)
        if mixing is None:
            return None
        if not data.in_memory:
            raise SettingError(
                f"the box {mixing!r} mixes the rows of a batch, so that a set is evaluated as one batch: a set larger "
                "than memory cannot be; evaluate a part of it that fits in memory"
            )
        return len(data)

    def context(self, weights: np.ndarray, t: int) -> Context:
        """The context, on NumPy, of a batch with these example weights at update `t`."""
        divisor = None if self.mean_weight is None else self.dtype.type(len(weights) * self.mean_weight)
        return Context.at(weights.astype(self.dtype), self.seed_key, np.array(t, np.int64), self.dtype, divisor)

    def batch(self, data: DataSet, rows: Any, t: int) -> tuple[dict[str, np.ndarray], Context]:
        """Some rows of a set, in the precision of the run, and the context of update `t`."""
        inputs = self.graph.inputs
        arrays = {name: cast(array[rows], inputs[name], self.dtype) for name, array in data.arrays.items()}
        weights = np.ones(len(next(iter(arrays.values())))) if data.weights is None else data.weights[rows]
        return arrays, self.context(weights, t)

    def rule_state(self, theta: Mapping[str, np.ndarray], arrays: Iterable[np.ndarray] | None = None) -> dict[str, Any]:
        """The state {what: {parameter: array}} of a rule of ours: before the first update, or of the arrays that
        `Run.rule_arrays` gives, which are sorted by what they are, then by parameter."""
        state = self.rule.init({name: theta[name] for name in self.graph.trained})
        if arrays is None:
            return state
        following = iter(arrays)
        return {what: {name: next(following) for name in sorted(state[what])} for what in sorted(state)}

    @cached_property
    def seed_key(self) -> np.ndarray:
        """The word of the noise key, which follows from the seed."""
        return np.array([key_of(self.seed)], np.uint32)


@dataclass(frozen=True)
class Stretch:
    """The state of an epoch after some more steps.

    sums : over the examples of the epoch so far.
    bad_step : the first step (counted from 0 within the stretch) whose theta or loss was not finite; None if all were.
        The number of steps, if only the last update made theta so.
    running : the sums, as `Run.set_order` takes them back.
    """

    sums: dict[str, float]
    bad_step: int | None
    running: list[list[float]]


def need_counts(t: int, count: int) -> None:
    """Raise SettingError unless `count` updates after the first `t` can be counted: in 64 bits with a sign."""
    if not (t >= 0 and count >= 0 and t + count <= LAST):
        raise SettingError(f"{count:,} updates after the first {t:,}: a run counts them from 0 to {LAST:,}")


class Run(ABC):
    """A graph in training on an engine."""

    state: Any
    """(theta, rule state): a snapshot; assign it back to undo steps. Valid through the next call of `steps`; the one
    after may overwrite it."""
    engine: str
    """The name of the engine that does the work."""
    reason: str = ""
    """A sentence on why "auto" chose this engine and no faster one."""
    hindered: bool = False
    """Whether a faster engine declined after it had tried: it cannot follow the code of a box, say."""
    apart: bool = False
    """Whether several runs are best done on a core each, in threads of one process."""
    turn: int = 1
    """Steps that are computed together. Stretches of whole turns give the same bits, however an epoch is cut."""

    @abstractmethod
    def set_order(self, order: np.ndarray, running: list[list[float]] | None = None) -> None:
        """Begin an epoch: the order of its examples, and the sums over those that were visited already."""

    @abstractmethod
    def steps(self, start: int, count: int, t: int) -> Stretch:
        """Do steps start .. start + count - 1 of the epoch, after t updates since the beginning of the run."""

    def compile_seconds(self) -> float:
        """The seconds that the last call of `steps` spent on compiling code. They do not count as time of updates."""
        return 0.0

    @abstractmethod
    def evaluate(self, which: str) -> dict[str, float]:
        """Loss and metrics of the set "data" or "validation", outside training."""

    @abstractmethod
    def penalty(self) -> float:
        """lambda * Omega(theta)."""

    @abstractmethod
    def params(self) -> dict[str, np.ndarray]:
        """theta, copied to NumPy."""

    @abstractmethod
    def rule_arrays(self) -> list[np.ndarray]:
        """The rule's state as a list of arrays, in an order that depends on the rule alone."""

    def surroundings(self) -> dict[str, str]:
        """{what: which} of all that decides the bits of the results beside the job: versions, processor, cores, ..."""
        return surroundings.common()

    @abstractmethod
    def restore(self, params: Mapping[str, np.ndarray], rule_arrays: list[np.ndarray] | None) -> None:
        """Set theta and the rule's state (None: as before the first update)."""


class Engine(ABC):
    """Where graphs run. How to add one stands at the top of this file."""

    name: str

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if isinstance(getattr(cls, "name", None), str) and is_redefinition(_DEFINED.setdefault(cls.name, cls), cls):
            _DEFINED[cls.name] = cls  # defined again

    @abstractmethod
    def start(self, job: Job, params: Mapping[str, np.ndarray]) -> Run:
        """A run of the job from theta = `params`. UnsupportedError, with the reason, if it cannot do the job."""

    def start_many(
        self, jobs: Sequence[Job], params: Sequence[Mapping[str, np.ndarray]], data: DataSet,
        rows: Sequence[np.ndarray | None],
    ) -> Any:  # fmt: skip
        """Runs of several jobs that do their steps together (`bprop.engines.many.ManyRuns`); None, as by default, where
        they run one by one.

        data : the set of which each job has the rows with the numbers in `rows`; None: all of them.
        """
        return None

    def functions(self, job: Job, options: Any) -> Any:
        """The graph of the job as plain functions (`bprop.engines.functions.Functions`). UnsupportedError, with the
        reason, if it cannot make them.

        options : how they treat their arguments (`bprop.engines.functions.Options`).
        """
        raise UnsupportedError(f"engine {self.name!r} trains graphs, but has no functions of theta and a batch")


_DEFINED: dict[str, type[Engine]] = {}


def defined() -> dict[str, type[Engine]]:
    """The classes of engines that this process has defined or imported, by name."""
    return dict(_DEFINED)
