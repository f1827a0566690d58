"""The view that a lesson has of the machine: the pass, its whole values and gradients, weights, losses, checks."""

from __future__ import annotations

from typing import Any

import numpy as np

from bprop.playing.computed import Computed
from bprop.playing.work import State, Work
from bprop.stepper import Stepper


class Look:
    """The state, as tasks and questions read it.

    begun : the work at the beginning of the step, with which tasks compare.
    """

    state: State
    computed: Computed

    def __init__(self, state: State, computed: Computed):
        self.state, self.computed = state, computed

    @property
    def work(self) -> Work:
        return self.state.work

    @property
    def begun(self) -> Work:
        return self.state.view.begun or self.state.work

    # --- the pass of the example ---

    @property
    def position(self) -> int:
        """The moves that are made."""
        return self.state.view.position

    @property
    def moves(self) -> int:
        """The moves of the whole pass."""
        return len(self.whole.moves)

    @property
    def fprops(self) -> int:
        """The moves of forward propagation."""
        return len(self.whole.plan.nodes)

    def after(self, box: str, phase: str) -> int:
        """The position after the move of a box: "fprop" or "bprop"."""
        moves = [(move.phase, move.name) for move in self.whole.moves]
        return moves.index((phase, box)) + 1

    @property
    def whole(self) -> Stepper:
        """The pass of the example, to its end."""
        work, example = self.work, self.computed.example(self.state)
        with np.errstate(all="ignore"):
            return Stepper(work.network.alone, work.theta, example, dtype=work.network.dtype).run()

    def value(self, box: str, *index: int) -> float:
        """A number of the value of a box, for the example."""
        return float(self._one(box, self.whole.values[box])[index])

    def gradient(self, box: str, *index: int) -> float:
        """A number of dL/d of a box, for the example."""
        return float(self._one(box, self.whole.gradients[box])[index])

    def vector(self, box: str) -> np.ndarray:
        """All numbers of the value of a box, for the example."""
        return self._one(box, self.whole.values[box])

    def _one(self, box: str, array: Any) -> np.ndarray:
        rows = self.work.network.graph.boxes[box].dims[:1] == ("N",)
        return np.asarray(array)[0] if rows else np.asarray(array)

    @property
    def label(self) -> int:
        """y of the example."""
        return int(self.value("y"))

    # --- weights and the batch ---

    @property
    def chosen(self) -> tuple[str, tuple[int, ...]] | None:
        """The chosen weight."""
        return self.state.view.chosen

    def moved(self, parameter: str) -> bool:
        """Whether a parameter has changed since the step began."""
        now, then = self.work.theta.get(parameter), self.begun.theta.get(parameter)
        return now is not None and (then is None or now.shape != then.shape or bool(np.any(now != then)))

    @property
    def updates(self) -> int:
        """Updates of training since the step began; all of them, where it has begun anew."""
        total, before = self.work.training.total, self.begun.training.total
        return total - before if total >= before else total

    @property
    def loss(self) -> float:
        """The objective over the batch."""
        return float(self.computed.values(self.work).objective)

    @property
    def lowest_loss(self) -> float:
        """The lowest training loss since training began. What has been reached stays so, though steps go up."""
        return min([self.loss, *(train for _, train, _ in self.work.training.curve.points)])

    def loss_of(self, work: Work) -> float:
        """The objective over the batch of another work."""
        with np.errstate(all="ignore"):
            return float(self._values(work).objective)

    def mean_gradient(self, parameter: str, *index: int) -> float:
        """dJ/d of a parameter over the batch."""
        return float(self.computed.gradients(self.work)[parameter][index])

    def gradient_size(self, box: str) -> float:
        """The root mean square, over the rows and units, of dL_n/d of a box."""
        return self._size(self.work, box)

    def begun_size(self, box: str) -> float:
        """The same at the beginning of the step."""
        return self._size(self.begun, box)

    def value_size(self, box: str) -> float:
        """The root mean square, over the rows and units, of the value of a box."""
        return float(np.sqrt(np.square(self.computed.values(self.work)[box]).mean()))

    def _size(self, work: Work, box: str) -> float:
        with np.errstate(all="ignore"):
            values = self._values(work)
            gradient = np.asarray(work.network.graph.bprop(values)[box]) * len(values.context.weights)
        return float(np.sqrt(np.square(gradient).mean()))

    def _values(self, work: Work) -> Any:
        if work is self.work:
            return self.computed.values(work)
        return work.network.graph.fprop(work.theta, self.computed.rows(work.subject), dtype=work.network.dtype)

    # --- checks ---

    @property
    def check(self) -> dict[str, Any]:
        """The last check, as long as it is that of this theta and network; else {}."""
        if self.state.view.check is None:
            return {}
        work, result = self.state.view.check
        same = work.theta is self.work.theta and work.network is self.work.network
        return result if same else {}

    @property
    def checked_boxes(self) -> dict[str, str]:
        """{box: verdict} of the last check of all boxes."""
        return {box["name"]: box["verdict"] for box in self.check.get("boxes", [])}
