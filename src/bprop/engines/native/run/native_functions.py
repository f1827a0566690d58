"""A graph as plain functions of machine code: theta goes into padded memory, a call runs one step, results come out.

Memory is lent to one call at a time. A call that comes while others are at work, from another thread or from a handler
of signals, gets memory of its own. Memory in which an exception came (Ctrl-C, a time limit) is not lent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from bprop.engines.engine import Job
from bprop.engines.functions import Functions, Options, State, need_count, rows_of
from bprop.engines.layout import narrow_weights
from bprop.engines.many import cores_here, on_one_core
from bprop.engines.native.run.object_code import machine
from bprop.engines.native.run.quick_step import QuickStep
from bprop.engines.native.run.row_blocks import rows_of_block, share_out
from bprop.engines.native.run.workspace import Call, Workspace
from bprop.engines.trace.tracer import OBJECTIVE, OUTPUT
from bprop.errors import BpropError


class NativeFunctions(Functions):
    """Each function is compiled once for each number of rows."""

    engine = "native"

    def __init__(self, job: Job, options: Options):
        super().__init__(job, options)
        self.transposed: frozenset[str] = narrow_weights(job, machine().lanes(job.dtype))
        self.stepping: list[QuickStep] = []
        """Memory of steps, and of other functions of the theta that they return."""
        self.aside: list[Workspace] = []
        """Memory of functions of any other theta. So the one that a step in place returned stays as it is."""
        self.alone: list[Workspace] = []
        """Memory of calls that run on one thread each."""

    # --- the functions ---

    def loss(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None
    ) -> Any:
        def objective(space: Workspace, call: Call) -> Any:
            return call.loaded.arrays[call.loaded.routine.trace.state[OBJECTIVE]][0]

        return self.derived("loss", objective, theta, batch, seed, t, weights)

    def batch_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int, t: Any, weights: Any
    ) -> dict[str, Any]:
        return self.value_and_gradients(theta, batch, seed, t=t, weights=weights)[1]

    def value_and_gradients(
        self, theta: Mapping[str, Any], batch: Mapping[str, Any], seed: int = 0, *, t: Any = 0, weights: Any = None
    ) -> tuple[Any, dict[str, Any]]:
        def both(space: Workspace, call: Call) -> tuple[Any, dict[str, Any]]:
            value = call.loaded.arrays[call.loaded.routine.trace.state[OBJECTIVE]][0]
            results = space.results(call.loaded, "g:")
            return value, {n: np.array(a.T if n in self.transposed else a, order="C") for n, a in results.items()}

        return self.derived("gradients", both, theta, batch, seed, t, weights)

    def step(
        self, theta: Mapping[str, Any], state: State, batch: Mapping[str, Any], seed: int = 0, *, weights: Any = None
    ) -> tuple[Any, State, Any]:
        try:
            quick = self.stepping.pop()
        except IndexError:
            quick = QuickStep(Workspace(self, self.transposed))
        try:  # as `lent` does, with fewer calls
            result = quick.step(theta, state, batch, seed) if weights is None else None
            if result is None:
                t = self.need_state(state)
                arrays, checked = self.read(batch, weights)
                result = quick.space.step(theta, state, t, arrays, checked, seed)
        except BpropError:  # it is refused: nothing has been computed
            self.stepping.append(quick)
            raise
        self.stepping.append(quick)
        return result

    def outputs(self, theta: Mapping[str, Any], batch: Mapping[str, Any]) -> dict[str, Any]:
        arrays = (
            self.graph.predictor.read(batch) if self.options.check else {n: np.asarray(a) for n, a in batch.items()}
        )
        inputs = {n: arrays[n] for n in self.graph.predictor.inputs}

        def compute(space: Workspace) -> dict[str, Any]:
            call = space.call("outputs", theta, rows_of(inputs), False)
            call.fill(inputs, None)
            call(0, 0)  # the noise of `graph.predict`
            return {name: np.array(array, order="C") for name, array in space.results(call.loaded, OUTPUT).items()}

        return self.beside(theta, compute)

    @cached_property
    def blank(self) -> dict[str, np.ndarray]:
        """theta of zeros, for parameters that a function does not need."""
        return {name: np.zeros(box.shape, self.dtype) for name, box in self.graph.parameters.items()}

    def fill_outputs(
        self, theta: Mapping[str, Any], arrays: Mapping[str, np.ndarray], results: Mapping[str, np.ndarray]
    ) -> None:
        """Write the outputs of many rows to `results`, arrays (N, ...) by name.

        arrays : the inputs that the outputs need, checked. Row i of an output depends on row i of the inputs alone. So
        rows are computed block by block, by code that is compiled once. Where there are blocks enough, each is the work
        of one thread; else all threads share the work of each. The size of a block depends on the weights alone, for
        products of other sizes may have other bits.
        """
        rows, size, cores = rows_of(arrays), rows_of_block(self.graph.weight_count), cores_here()
        if cores == 1 or rows < 2 * cores * size:

            def compute(space: Workspace) -> None:
                call = space.call("outputs", theta, size, False)
                Rows(space, call, size, arrays, results)(range(0, rows, size))

            self.beside(theta, compute)
            return

        def share(space: Workspace) -> None:
            with on_one_core():
                calls = space.calls_at_once(theta, size, cores)
                share_out(range(0, rows, size), [Rows(space, call, size, arrays, results) for call in calls])

        lent(self.space_of(self.alone), self.alone, share)

    # --- where they compute ---

    def derived(
        self, what: str, take: Callable[[Workspace, Call], Any], theta: Any, batch: Any, seed: int, t: Any, weights: Any
    ) -> Any:
        """The objective or its gradients, which `take` takes from memory."""
        t = need_count(t)
        arrays, checked = self.read(batch, weights)

        def compute(space: Workspace) -> Any:
            call = space.call(what, theta, rows_of(arrays), checked is not None)
            call.fill(arrays, checked)
            call(seed, t)
            return take(space, call)

        return self.beside(theta, compute)

    def beside(self, theta: Mapping[str, Any], compute: Callable[[Workspace], Any]) -> Any:
        """compute(space), in the memory of steps if theta lies there, else in memory of its own."""
        for quick in tuple(self.stepping):
            if isinstance(theta, Mapping) and quick.space.holds(theta) and taken(quick, self.stepping):
                return lent(quick, self.stepping, lambda quick: compute(quick.space))
        return lent(self.space_of(self.aside), self.aside, compute)

    def space_of(self, place: list[Workspace]) -> Workspace:
        """Memory that nobody uses: it is taken away from its place, or made."""
        try:
            return place.pop()
        except IndexError:
            return Workspace(self, self.transposed)


class Rows:
    """Computes the outputs of the blocks that it is called with, by a call of `space`, and writes them to `results`, as
    in `fill_outputs`."""

    def __init__(
        self, space: Workspace, call: Call, size: int,
        arrays: Mapping[str, np.ndarray], results: Mapping[str, np.ndarray],
    ):  # fmt: skip
        self.call, self.size, self.arrays, self.results = call, size, arrays, results
        self.outputs: dict[str, np.ndarray] = space.results(call.loaded, OUTPUT)
        call.set_seed(0, 0)

    def __call__(self, starts: Iterable[int]) -> None:
        call, size = self.call, self.size
        for start in starts:
            call.see({name: array[start : start + size] for name, array in self.arrays.items()})
            call.loaded.run(call.table, 0, 1, 0)
            for name, result in self.results.items():
                part = result[start : start + size]
                part[...] = self.outputs[name][: len(part)]
        call.see(call.arrays)  # that of the caller may be gone when the next call comes


def taken(one: Any, place: list[Any]) -> bool:
    """Whether it was there, and is taken away; else another thread has just done so."""
    try:
        place.remove(one)
    except ValueError:
        return False
    return True


def lent(one: Any, place: list[Any], compute: Callable[[Any], Any]) -> Any:
    """compute(one). Then it goes back to its place, unless an exception came that may have left it half done."""
    try:
        result = compute(one)
    except BpropError:  # a refusal
        place.append(one)
        raise
    place.append(one)
    return result
