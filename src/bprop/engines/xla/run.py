"""A run on XLA: many steps in each call of the compiled program; theta stays on the device."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

import jax
import numpy as np

from bprop.data import DataSet
from bprop.engines import surroundings
from bprop.engines.engine import Batches, Job, Run, Stretch, need_counts
from bprop.engines.integers import INT64, integer_dtype
from bprop.engines.packing import aligned, copied, round_up
from bprop.engines.program import Program
from bprop.engines.xla.compilation import SETTINGS
from bprop.engines.xla.programs import Compiled, functions_of, is_paced, unpaced
from bprop.engines.xla.sets import Fed, Part, Resident, Source, Streamed, data_budget
from bprop.errors import SettingError
from bprop.rules import Foreign
from bprop.rules.code import package_of
from bprop.rules.runtime import numbers_of

NARROW = 2**31 - 1  # the most updates that 32 bits with a sign count
LARGE_STATE = 4 * 2**20  # bytes of theta and the rule's state together


class XlaRun(Run):
    """Keeps the state that a stretch started from, to go back to it.

    If the state is small, the program makes its results beside it. A large state is copied into the memory of the state
    before, and the stretch works on the copy in place. So nothing is allocated from stretch to stretch: several threads
    would allocate, and the C library does not share their free memory (up to five times theta more, with glibc).
    """

    engine = "xla"

    large: bool
    sums: np.ndarray
    compiling: float

    def __init__(self, job: Job, params: Mapping[str, np.ndarray]):
        if job.dtype.name not in ("float32", "float64"):
            raise SettingError(f"engine 'xla' computes in float32 or float64, not {job.dtype.name}")
        self.job = job
        self.integer: np.dtype = integer_dtype(job.graph, (job.data, job.validation))
        # JAX has 64 bits for both kinds of numbers or for neither
        self.wide: bool = job.dtype == np.float64 or self.integer == INT64
        with jax.enable_x64(self.wide):
            self.batches: Batches = job.batches
            self.compiled: Compiled = self._functions(self.batches.rows)
            self.compiled_last: Compiled = self._functions(self.batches.last) if self.batches.last else self.compiled
            self.turn: int = self.compiled.choices.unrolled
            self.program: Program = Program(job.graph, job.dtype)
            self.sets: dict[str, Resident | Streamed | Fed] = self._place(job)
            self.arguments: tuple[Any, ...] = self._arguments()
            self.penalty_of: tuple[Any, float] = (None, 0.0)
            self.no_sums: np.ndarray = np.zeros((2, len(self.program.sum_names)), job.dtype)
            self.order: np.ndarray | None = None
            self.restore(params, None)

    def _functions(self, rows: int) -> Compiled:
        """The functions for steps of so many rows."""
        return functions_of(self.job, self.integer, rows)

    def put(self, tree: Any) -> Any:
        """Arrays on the device."""
        return jax.device_put(tree)

    def _place(self, job: Job) -> dict[str, Resident | Streamed | Fed]:
        """The data sets by name: on the device as far as they fit, else streamed to it."""
        left, placed = data_budget(jax.device_put(0).device), {}
        sets: dict[str, DataSet | None] = {"data": job.data, "validation": job.validation}
        for name, data in sets.items():
            if data is job.data and placed:
                placed[name] = placed["data"]
            elif data is not None:
                source = Source.of(data, job)
                if data.window is not None:
                    placed[name] = Fed(source, job.batches.rows)
                    continue
                size = source.row_bytes * round_up(len(data))
                fits = data.in_memory and size <= left
                placed[name] = Resident(source) if fits else Streamed(source, job.batches.rows, self.turn, left)
                left -= size if fits else 0
        return placed

    def _arguments(self) -> tuple[Any, ...]:
        """(constants, hyper, numbers, seed, mean weight), on the device: a call then costs less."""
        job, of = self.job, self.job.dtype.type
        hyper = {n: {k: of(v) for k, v in h.items()} for n, h in self.program.hyper().items()}
        rule = unpaced(job.rule)
        numbers = None if isinstance(rule, Foreign) else {k: of(v) for k, v in numbers_of(rule).items()}
        mean = None if job.mean_weight is None else of(job.mean_weight)
        constants = {
            name: value.astype(self.integer) if value.dtype.kind == "i" else value
            for name, value in self.program.constants().items()
        }
        return self.put((constants, hyper, numbers, job.seed_key, mean))

    def restore(self, params: Mapping[str, np.ndarray], rule_arrays: list[np.ndarray] | None) -> None:
        with jax.enable_x64(self.wide):
            host = {name: copied(self.turned(name, array), self.job.dtype) for name, array in params.items()}
            theta = {name: self.put(array) for name, array in host.items()}
            leaves, tree = self._first_state(host, theta)
            if rule_arrays is not None:
                dtyped = [np.asarray(a, x.dtype) for a, x in zip(rule_arrays, leaves, strict=True)]
                leaves = jax.tree.leaves(self.each(self.turned, jax.tree.unflatten(tree, dtyped)))
                leaves = [copied(leaf, leaf.dtype) for leaf in leaves]
            self.state: Any = theta, jax.tree.unflatten(tree, [self.put(leaf) for leaf in leaves])
            self.left: Any = None
            self.large = sum(leaf.nbytes for leaf in jax.tree.leaves(self.state)) > LARGE_STATE

    def _first_state(self, host: Mapping[str, np.ndarray], theta: Mapping[str, Any]) -> tuple[list[Any], Any]:
        """(arrays, tree) of the rule's state before the first update. Our rules make it without a compilation."""
        trained = self.job.graph.trained
        if isinstance(self.job.rule, Foreign):
            return jax.tree.flatten(self.compiled.init({name: theta[name] for name in trained}))
        leaves, tree = jax.tree.flatten(self.job.rule.init({name: host[name] for name in trained}))
        arrays = [np.asarray(leaf) for leaf in leaves]
        return [copied(a, self.job.dtype if a.dtype.kind == "f" else a.dtype) for a in arrays], tree

    def rule_arrays(self) -> list[np.ndarray]:
        host = self.each(self.turned, jax.tree.map(np.asarray, self.state[1]))
        return [np.array(array, order="C") for array in jax.tree.leaves(host)]

    def params(self) -> dict[str, np.ndarray]:
        return {name: np.array(self.turned(name, np.asarray(a)), order="C") for name, a in self.state[0].items()}

    def surroundings(self) -> dict[str, str]:
        device, foreign = jax.device_put(0).device, isinstance(self.job.rule, Foreign)
        facts = {**surroundings.common(), "jax": jax.__version__, "jaxlib": version("jaxlib")}
        facts |= {"XLA_FLAGS": os.environ.get("XLA_FLAGS", "none"), "device": device.device_kind}
        facts |= {SETTINGS[0]: str(getattr(jax.config, SETTINGS[0]))}
        if device.platform == "cpu":
            facts[surroundings.CORES] = str(surroundings.cores())
        else:
            facts["driver"] = device.client.platform_version
        package = package_of(self.job.rule.transformation) if foreign else None
        return facts if package is None else {**facts, package: version(package)}

    def turned(self, name: str, array: np.ndarray) -> np.ndarray:
        """A view of an array of parameter `name`: from the user's layout to the device's, or back."""
        return array.T if name in self.compiled.choices.transposed else array

    def each(self, function: Callable[..., Any], rule_state: Any) -> Any:
        """function(parameter name, array) of every array of a rule's state {what: {parameter: array}}."""
        if not self.compiled.choices.transposed:
            return rule_state
        return {what: {name: function(name, a) for name, a in arrays.items()} for what, arrays in rule_state.items()}

    def set_order(self, order: np.ndarray, running: list[list[float]] | None = None) -> None:
        if self.order is None or not np.array_equal(order, self.order):
            size = self.batches.rows * round_up(self.job.steps_per_epoch)
            first = (self.job.steps_per_epoch - 1) * self.batches.rows
            padded = np.full(size, order[first], np.int32)  # rows past the end: one of the same batch, of weight 0
            padded[: len(order)] = order
            self.sets["data"].set_order(padded)
            self.order = order
        self.sums = self.no_sums if running is None else np.array(running, self.job.dtype)

    def steps(self, start: int, count: int, t: int) -> Stretch:
        need_counts(t, count)
        outcomes: list[tuple[int, tuple[Any, Any]]] = []
        done = 0
        before = self._seconds_compiled()
        # by whole epochs, so that the bits do not depend on how one is cut
        count_of = np.int32 if t - start + self.job.steps_per_epoch <= NARROW else np.int64
        with jax.enable_x64(self.wide or count_of is np.int64):
            state = self._working_copy() if self.large else self.state
            for compiled, part in self._parts(start, count):
                epoch = compiled.epoch_in_place if self.large else compiled.epoch
                *state, self.sums, outcome = epoch(
                    *state, part.arrays, part.weights, part.order, part.rows, *self.arguments, self.sums,
                    np.int32(part.start), np.int32(part.count), count_of(t + done), self._rates(t + done, part.count),
                )  # fmt: skip
                if outcomes:  # no more than one part ahead of the device: each holds memory there
                    jax.block_until_ready(outcomes[-1])
                outcomes.append((done, outcome))
                done += part.count
        self.compiling = self._seconds_compiled() - before
        self.left, self.state = self.state, tuple(state)
        *running, penalty = np.asarray(outcomes[-1][1][0]).tolist()
        self.penalty_of = self.state, penalty
        bad = ((before, int(first)) for before, (_, first) in outcomes)
        running = [running[: len(running) // 2], running[len(running) // 2 :]]
        return Stretch(
            self.program.totals(running), next((before + first for before, first in bad if first >= 0), None), running
        )

    def _parts(self, start: int, count: int) -> Iterator[tuple[Compiled, Part]]:
        """The steps with the functions that do them. The last batch may have functions of its own."""
        data, (rows, full, last) = self.sets["data"], self.batches
        many = min(count, full - start) if last else count
        if many > 0:
            for part in data.parts(start, many):
                yield self.compiled, part
        if last and start + count > full:
            yield self.compiled_last, data.last(full * rows, last)

    def compile_seconds(self) -> float:
        return self.compiling

    def _seconds_compiled(self) -> float:
        """Seconds of compiling the functions that steps call, so far."""
        programs = {id(c): c for c in (self.compiled, self.compiled_last)}.values()
        return sum(f.seconds for c in programs for f in (c.epoch, c.epoch_in_place, c.duplicate))

    def _rates(self, t: int, count: int) -> np.ndarray | None:
        """The learning rates of some updates, in an array of the length of an epoch; None if they do not change."""
        if not is_paced(self.job.rule):
            return None
        rates = np.zeros(round_up(self.job.steps_per_epoch), self.job.dtype)
        rates[:count] = self.job.rule.rates(t, count)
        return rates

    def _working_copy(self) -> Any:
        """A copy of the state, in the memory of the state before it, unless that one is in use again."""
        room, self.left = self.left, None
        arrays = jax.tree.leaves(room)
        distinct = len({id(array) for array in arrays}) == len(arrays)
        if room is None or room is self.state or not distinct or any(array.is_deleted() for array in arrays):
            room = jax.tree.map(lambda array: self.put(aligned(array.shape, array.dtype)), self.state)
        return self.compiled.duplicate(self.state, room)

    def evaluate(self, which: str) -> dict[str, float]:
        constants, hyper, _, seed, _ = self.arguments
        sums = before = self.no_sums
        together = self.job.together(self.job.set_of(which))
        evaluate = self.compiled.evaluate if together is None else self.compiled.evaluate_whole(together)
        with jax.enable_x64(self.wide):
            pieces = self.sets[which].pieces() if together is None else [self.sets[which].whole()]
            for arrays, weights, rows in pieces:
                jax.block_until_ready(before)
                before = sums
                sums = evaluate(self.state[0], arrays, weights, rows, constants, hyper, seed, sums)
        return self.program.finish(self.program.totals(np.asarray(sums).tolist()))

    def penalty(self) -> float:
        state, penalty = self.penalty_of
        if state is self.state:
            return penalty
        constants, _, _, seed, _ = self.arguments
        with jax.enable_x64(self.wide):
            return float(self.compiled.penalty(self.state[0], constants, seed))
