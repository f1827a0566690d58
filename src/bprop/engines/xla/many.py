"""Many runs as one program: `jax.vmap` over the epochs of networks that differ in their numbers alone.

theta, the rule's state, learning rates, penalty weights, seeds and orders have a leading axis of networks. The data
lies on the device once; networks that train on other rows of it have other orders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bprop.data import DataSet
from bprop.engines.engine import Job, Stretch, need_counts
from bprop.engines.many import ManyRuns
from bprop.engines.packing import round_up
from bprop.engines.xla.compilation import Function
from bprop.engines.xla.programs import Compiled, is_paced
from bprop.engines.xla.run import NARROW, XlaRun
from bprop.engines.xla.sets import Resident, Source, data_budget

EPOCH_AXES = (0, 0, None, None, 0, 0, 0, 0, 0, 0, 0, 0, None, None, None, 0)
"""Of the arguments of `Lowering.epoch`, those with an axis of networks: not the data, start, count and t."""


class Seat(XlaRun):
    """One of the runs. Its state is a part of that of all, and its evaluation is done with those of the others."""

    def __init__(self, job: Job, params: Any):
        self.many: XlaMany | None = None
        self.number = 0
        super().__init__(job, params)

    def _place(self, job):
        return {}  # the data is that of all runs

    @property
    def state(self) -> Any:  # type: ignore[override]
        if self._state is None:
            assert self.many is not None
            self._state = jax.tree.map(lambda array: array[self.number], self.many.on_host())
        return self._state

    @state.setter
    def state(self, state: Any) -> None:
        self._state = state
        if self.many is not None:
            self.many.state = None

    def set_order(self, order: np.ndarray, running: list[list[float]] | None = None) -> None:
        raise NotImplementedError("the runs begin an epoch together: ManyRuns.set_orders")

    def steps(self, start: int, count: int, t: int) -> Stretch:
        raise NotImplementedError("the runs do their steps together: ManyRuns.steps")

    def evaluate(self, which: str) -> dict[str, float]:
        assert self.many is not None
        return self.many.evaluate(which)[self.number]

    def penalty(self) -> float:
        state, penalty = self.penalty_of
        return penalty if self._state is None or state is self._state else super().penalty()


class XlaMany(ManyRuns):
    """Runs of one structure. Each keeps, beside its place in the common state, what a record and a checkpoint need.

    data : the set whose rows they train on; rows : the numbers of these, for each run; None: all of them.
    """

    seats: list[Seat]
    rows: list[np.ndarray | None]
    first: Seat
    visits: np.ndarray
    order: Any
    sums: np.ndarray
    previous: Any

    def __init__(self, seats: Sequence[Seat], data: DataSet, rows: Sequence[np.ndarray | None]):
        self.seats, self.rows = list(seats), list(rows)
        self.runs: list[Seat] = self.seats
        self.first, job = self.seats[0], self.seats[0].job
        self.jobs: list[Job] = [seat.job for seat in self.seats]
        self.state: Any = None
        self.host: Any = None
        for number, seat in enumerate(self.seats):
            seat.many, seat.number = self, number
        self.compiling: float = 0.0
        with jax.enable_x64(self.first.wide):
            self.data: Resident = Resident(Source.of(data, job))
            self.arguments: Any = self._stacked([seat.arguments for seat in self.seats])
            self.counts: Any = jax.device_put(np.array([len(one.data) for one in self.jobs], np.int32))
            self.validation: tuple[Any, Any, Any, int | None] | None = self._validation()
        self.measured: dict[str, list[dict[str, float]]] = {}

    @staticmethod
    def _stacked(trees: Sequence[Any]) -> Any:
        return jax.tree.map(lambda *arrays: jax.device_put(np.stack([np.asarray(a) for a in arrays])), *trees)

    def _validation(self) -> tuple[Any, Any, Any, int | None] | None:
        """(arrays, weights, rows, axis of networks) of the validation sets: one for all, or one of each."""
        sets = [job.validation for job in self.jobs]
        if sets[0] is None:
            return None
        if all(one is sets[0] for one in sets):
            held = Resident(Source.of(sets[0], self.jobs[0]))
            return held.arrays, held.weights, jax.device_put(np.full(len(sets), len(sets[0]), np.int32)), None
        placed = [Source.of(one, job) for one, job in zip(sets, self.jobs, strict=True) if one is not None]
        dtypes = {n: np.result_type(*(source.dtypes[n] for source in placed)) for n in placed[0].dtypes}
        size = round_up(max(len(source.data) for source in placed))
        parts = [Source(source.data, dtypes, source.dtype).put(size) for source in placed]
        arrays, weights = self._stacked(parts)
        return arrays, weights, jax.device_put(np.array([len(s.data) for s in placed], np.int32)), 0

    def on_host(self) -> Any:
        """(theta, rule state) of all runs, as arrays of NumPy."""
        if self.host is None:
            self.host = jax.tree.map(np.asarray, self.state)
        return self.host

    def set_orders(self, orders: Sequence[np.ndarray], running: Sequence[list[list[float]] | None]) -> None:
        job = self.jobs[0]
        rows, size = self.first.batches.rows, self.first.batches.rows * round_up(job.steps_per_epoch)
        visits = np.empty((len(orders), size), np.int32)
        for own, order, index in zip(visits, orders, self.rows, strict=True):
            order = order if index is None else index[order]
            own[:] = order[(job.steps_per_epoch - 1) * rows]  # past the end: one of the same batch, of weight 0
            own[: len(order)] = order
        with jax.enable_x64(self.first.wide):
            self.visits, self.order = visits, jax.device_put(visits)
        none = self.first.no_sums
        self.sums = np.stack([none if one is None else np.array(one, job.dtype) for one in running])
        if self.state is None:
            with jax.enable_x64(self.first.wide):
                self.state = self._stacked([seat.state for seat in self.seats])
            self._moved()

    def before(self, k: int) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
        seat = self.seats[k]
        now = seat._state
        try:
            seat._state = jax.tree.map(lambda array: np.asarray(array[k]), self.previous)
            return seat.params(), seat.rule_arrays()
        finally:
            seat._state = now

    def _moved(self) -> None:
        """The state is another one: forget all that was derived from the one before."""
        self.host, self.measured = None, {}
        for seat in self.seats:
            seat._state = None

    def steps(self, start: int, count: int, t: int) -> list[Stretch]:
        need_counts(t, count)
        first, (rows, full, last) = self.first, self.first.batches
        self.previous = self.state
        before, bad, done = self._seconds(), np.full(len(self.seats), -1), 0
        count_of = np.int32 if t - start + self.jobs[0].steps_per_epoch <= NARROW else np.int64
        many = max(0, min(count, full - start)) if last else count
        parts = [(first.compiled, self.order, self.counts, start, many)] if many else []
        if last and start + count > full:
            order = jax.device_put(self.visits[:, full * rows : full * rows + last])
            parts.append((first.compiled_last, order, np.full(len(self.seats), last, np.int32), 0, 1))
        with jax.enable_x64(first.wide or count_of is np.int64):
            for compiled, order, counts, begin, some in parts:
                theta, rule_state, self.sums, (sums, first_bad) = self._epoch(compiled)(
                    *self.state, self.data.arrays, self.data.weights, order, counts, *self.arguments, self.sums,
                    np.int32(begin), np.int32(some), count_of(t + done), self._rates(t + done, some),
                )  # fmt: skip
                self.state = theta, rule_state
                first_bad = np.asarray(first_bad)
                bad = np.where((bad < 0) & (first_bad >= 0), done + first_bad, bad)
                done += some
        self.compiling = self._seconds() - before
        self._moved()
        return [self._stretch(*one) for one in zip(self.seats, np.asarray(sums).tolist(), bad.tolist(), strict=True)]

    def _stretch(self, seat: Seat, sums: list[float], bad: int) -> Stretch:
        *running, penalty = sums
        seat.penalty_of = None, penalty
        running = [running[: len(running) // 2], running[len(running) // 2 :]]
        return Stretch(seat.program.totals(running), None if bad < 0 else bad, running)

    def _rates(self, t: int, count: int) -> np.ndarray | None:
        if not is_paced(self.jobs[0].rule):
            return None
        return np.stack([seat._rates(t, count) for seat in self.seats])  # type: ignore[arg-type]

    def evaluate(self, which: str) -> list[dict[str, float]]:
        """Loss and metrics of each run on its validation set."""
        assert which == "validation" and self.validation is not None
        if which not in self.measured:
            constants, hyper, _, seed, _ = self.arguments
            arrays, weights, rows, axis = self.validation
            together = self.jobs[0].together(self.jobs[0].set_of(which))
            none = np.stack([self.first.no_sums] * len(self.seats))
            with jax.enable_x64(self.first.wide):
                sums = self._evaluation(axis, together)(
                    self.state[0], arrays, weights, rows, constants, hyper, seed, none
                )
            totals = (seat.program.totals(one) for seat, one in zip(self.seats, np.asarray(sums).tolist(), strict=True))
            self.measured[which] = [self.first.program.finish(total) for total in totals]
        return self.measured[which]

    def compile_seconds(self) -> float:
        return self.compiling

    def _seconds(self) -> float:
        return sum(one.seconds for c in {self.first.compiled, self.first.compiled_last} for one in c.many.values())

    def _epoch(self, compiled: Compiled) -> Function:
        """The vmapped epoch, kept with the functions of its structure."""
        numbers, mean, rates = self.arguments[2], self.arguments[4], is_paced(self.jobs[0].rule)
        axes = list(EPOCH_AXES)
        for place, there in ((8, numbers is not None), (10, mean is not None), (15, rates)):
            axes[place] = 0 if there else None
        return _kept(compiled, ("epoch", tuple(axes)), jax.vmap(compiled.lowering.epoch, in_axes=tuple(axes)))

    def _evaluation(self, axis: int | None, together: int | None) -> Function:
        compiled = self.first.compiled
        function = partial(compiled.lowering.evaluate, together=together)
        axes = (0, axis, axis, 0, 0, 0, 0, 0)
        return _kept(compiled, ("evaluate", axis, together), jax.vmap(function, in_axes=axes))


def _kept(compiled: Compiled, key: Any, function: Callable[..., Any]) -> Function:
    if key not in compiled.many:
        compiled.many[key] = Function(function, compile=compiled.compile)
    return compiled.many[key]


def start_many(
    jobs: Sequence[Job], params: Sequence[Any], data: DataSet, rows: Sequence[np.ndarray | None]
) -> XlaMany | None:
    """The runs of jobs that differ in numbers alone; None where they need programs of their own, or more memory."""
    alike = {(job.steps_per_epoch, job.batches, job.validation is None) for job in jobs}
    if len(jobs) < 2 or len(alike) > 1 or not data.in_memory:
        return None
    held = [job.validation for job in jobs if job.validation is not None]
    if not all(one.in_memory for one in held) or len({one.weights is None for one in held}) > 1:
        return None
    if len({jobs[0].together(one) for one in held}) > 1:  # whole sets of different sizes, each one batch
        return None
    seats = [Seat(job, theta) for job, theta in zip(jobs, params, strict=True)]
    same = {(id(seat.compiled), id(seat.compiled_last), seat.integer, seat.wide) for seat in seats}
    if len(same) > 1:
        return None
    sets = [data, *({id(one): one for one in held}.values())]
    size = sum(Source.of(one, jobs[0]).row_bytes * round_up(len(one)) for one in sets)
    with jax.enable_x64(seats[0].wide):
        fits = size <= data_budget(jnp.zeros(()).device)
    return XlaMany(seats, data, rows) if fits else None
