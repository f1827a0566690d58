"""A stepper: a pass box by box, its position, and the results so far."""

from __future__ import annotations

from bprop.box import Box
from bprop.errors import SettingError
from bprop.graph import Gradients
from bprop.graph.values import BoxMapping
from bprop.leaves import Leaf
from bprop.namespace import Array
from bprop.stepper.moves import BPROP, FPROP, Moves
from bprop.stepper.screen import screen


class Stepper(Moves):
    """Forward propagation and backpropagation of a batch, box by box, with the code of the boxes themselves.

    stepper = bp.Stepper(graph, params, {"x": X, "y": Y});  stepper.step();  print(stepper)

    Parameters
    ----------
    graph, params, batch : as graph.fprop takes them. Or anything trained, and a batch with targets:
        Stepper(fit, {"x": X, "y": Y}), Stepper(classifier, (X, y)).
    example : the row of the batch whose numbers are shown. You may change it at any time.
    inputs : further boxes for backpropagation to reach, as graph.bprop takes them.
    training, seed, weights, dtype : as graph.fprop takes them.

    A graph without a loss has no moves of bprop.

    Raises
    ------
    UnknownNameError, ShapeError, DTypeError, DataError : for params and batches that do not fit the graph.

    >>> x, w = bp.Input("x"), bp.Parameter("w", ())
    >>> stepper = bp.Stepper(bp.Graph(loss=bp.square(x * w)), {"w": 3.0}, {"x": [2.0]})
    >>> print(stepper.step())
    fprop 1 of 2, bprop 0 of 2; example 0 of 1
    <BLANKLINE>
        value               x           input
        value     not yet   w           parameter
      > value     not yet   multiply_1  x * w
        not yet   not yet   square_1    square(multiply_1)
    <BLANKLINE>
    fprop of multiply_1
      multiply_1 = x * w
      a * b, elementwise: d/da = b, d/db = a.
    children
      x  (N,)
          2
      w  ()
          3
    value
      multiply_1  (N,)
          6
    """

    @property
    def values(self) -> BoxMapping:
        """The values computed so far, by box or name. Leaves have theirs from the start."""
        return BoxMapping(self.graph, self._named(self.state.values))

    @property
    def gradients(self) -> Gradients:
        """The gradients so far, by box or name. Until all parents are done, it is the sum of what they have sent."""
        bypassed = self.graph.bypassed(self.plan)
        return Gradients(self.graph, self._named([None if i in bypassed else g for i, g in enumerate(self.grads)]))

    def _named(self, arrays: list[Array]) -> dict[str, Array]:
        slots = ((name, self.plan.slot_of.get(box)) for name, box in self.graph.boxes.items())
        return {name: arrays[slot] for name, slot in slots if slot is not None and arrays[slot] is not None}

    def to(self, box: str | Box, phase: str | None = None) -> Stepper:
        """Go to the position after the next move of a box; without one ahead, to that after its last move.

        phase : "fprop" or "bprop" counts such moves alone. Raises UnknownNameError, SettingError.
        """
        name = self.graph.name_of(box)
        if phase not in (None, FPROP, BPROP):
            raise SettingError(f"phase is 'fprop' or 'bprop', not {phase!r}")
        slot = self.plan.slot_of[self.graph.boxes[name]]
        places = [
            place
            for place, move in enumerate(self.moves, 1)
            if move.node is not None and move.node.slot == slot and phase in (None, move.phase)
        ]
        if not places:
            leaf = isinstance(self.graph.boxes[name], Leaf)
            why = "it is a leaf, and is not computed" if leaf else f"{phase or 'the pass'} does not reach it"
            raise SettingError(f"there is no step to {name!r}: {why}")
        return self.go(next((place for place in places if place > self.position), places[-1]))

    def run(self, phase: str | None = None) -> Stepper:
        """Go to the end of the pass; with "fprop", to the end of forward propagation."""
        if phase not in (None, FPROP):
            raise SettingError(f"run() goes to the end, run('fprop') to the end of fprop; not {phase!r}")
        return self.go(len(self.moves if phase is None else self.plan.nodes))

    def go(self, position: int) -> Stepper:
        """Go forward or back to a position, which is a number of moves made."""
        ahead = position - self.position
        return self.step(ahead) if ahead > 0 else self.back(-ahead)

    def __str__(self) -> str:
        return screen(self)

    def __repr__(self) -> str:
        return f"<Stepper: {self.position} of {len(self.moves)} moves made>"
