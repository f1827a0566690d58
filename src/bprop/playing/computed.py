"""Values, gradients and runs that follow from a state, kept as long as the things from which they follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bprop.graph import Gradients, Values
from bprop.graph.passes import bprop as back
from bprop.playing import training
from bprop.playing.per_example import MOST, gradients_of_examples
from bprop.playing.subjects.subject import Subject
from bprop.playing.work import State, Work
from bprop.stepper import Stepper

BATCH_ROWS = 10_000
"""A batch that is shown holds at most so many rows."""


class Computed:
    """Values, gradients and runs of the state of now. Each is computed when it is first asked for.

    brought : the names of the subjects that the host brought.
    """

    brought: tuple[str, ...]

    def __init__(self, brought: Iterable[str] = ()) -> None:
        self.brought = tuple(brought)
        self._kept: dict[str, tuple[tuple[Any, ...], Any]] = {}

    def _of(self, name: str, follows_from: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        before = self._kept.get(name)
        if before is not None and all(a is b for a, b in zip(before[0], follows_from, strict=True)):
            return before[1]
        value = make()
        self._kept[name] = follows_from, value
        return value

    # --- one example ---

    def example(self, state: State) -> dict[str, np.ndarray]:
        """{input: array (1, ...)} of the example of the pass, with the numbers typed by hand."""
        view, subject = state.view, state.work.subject
        return self._of("example", (subject, view.row, view.own), lambda: example_of(subject, view.row, view.own))

    def stepper(self, state: State) -> Stepper:
        """The pass of this example, of its own loss alone, as far as it has come."""
        work, example = state.work, self.example(state)

        def make() -> Stepper:
            return Stepper(work.network.alone, work.theta, example, dtype=work.network.dtype)

        with np.errstate(all="ignore"):
            return self._of("stepper", (work.network, work.theta, example), make).go(state.view.position)

    # --- the batch ---

    def rows(self, subject: Subject) -> dict[str, np.ndarray]:
        """The rows of the batch: those of the training set, of a large one the first."""
        make = lambda: {name: array[:BATCH_ROWS] for name, array in subject.data.items()}  # noqa: E731
        return self._of("rows", (subject,), make)

    def values(self, work: Work) -> Values:
        """fprop of the batch."""
        rows, network = self.rows(work.subject), work.network

        def make() -> Values:
            with np.errstate(all="ignore"):
                return network.graph.fprop(work.theta, rows, dtype=network.dtype)

        return self._of("values", (network, work.theta, rows), make)

    def gradients(self, work: Work) -> Gradients:
        """bprop of the batch: of the objective."""
        values = self.values(work)

        def make() -> Gradients:
            with np.errstate(all="ignore"):
                return work.network.graph.bprop(values)

        return self._of("gradients", (values,), make)

    def alone(self, work: Work) -> Values:
        """fprop of the batch, without the penalty."""
        rows, network = self.rows(work.subject), work.network
        if network.alone is network.graph:
            return self.values(work)

        def make() -> Values:
            with np.errstate(all="ignore"):
                return network.alone.fprop(work.theta, rows, dtype=network.dtype)

        return self._of("alone", (network, work.theta, rows), make)

    def parts_of(self, work: Work, name: str, index: tuple[int, ...]) -> tuple[Any, Any]:
        """(mean over the rows of dL_n/dw, the derivative of the penalty by w) of a weight."""
        network, values = work.network, self.alone(work)

        def make() -> Gradients:
            with np.errstate(all="ignore"):
                return network.alone.bprop(values)

        of_loss = self._of("of_loss", (values,), make)
        mean = of_loss[name][index] if name in of_loss else network.dtype.type(0)
        if network.graph.penalty is None:
            return mean, network.dtype.type(0)
        every = self.values(work)
        seed = {every.plan.slot_of[network.graph.penalty]: network.dtype.type(1)}
        of_penalty = self._of(
            "of_penalty", (every,), lambda: back(every.plan, every.state, seed, every.plan.leaves.values())
        )
        part = of_penalty[every.plan.leaves[name]]
        return mean, network.dtype.type(0) if part is None else part[index]

    def examples(self, work: Work, name: str, index: tuple[int, ...]) -> Any:
        """dL_n/dw of a weight for the first rows."""
        values = self.alone(work)
        count = min(MOST, len(values.context.weights))
        return gradients_of_examples(work.network.alone, work.theta, values, name, index, count)

    # --- training ---

    def run(self, work: Work) -> Any:
        """The run that makes updates and measures losses."""
        subject, network, now = work.subject, work.network, work.training

        def make() -> Any:
            return training.run_of(training.job_of(subject, network, now.rule, now.batch_size), network)

        return self._of("run", (subject, network, now.rule, now.batch_size), make)


def example_of(subject: Subject, row: int, own: Any) -> dict[str, np.ndarray]:
    """{input: array (1, ...)} of a row, with `own` in the place of some inputs."""
    arrays = {name: array[row : row + 1] for name, array in subject.data.items()}
    return {**arrays, **(own or {})}
