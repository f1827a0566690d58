"""A stepper: a pass box by box, its position, and the results so far."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from bprop.box import Box
from bprop.errors import MissingPackageError, SettingError
from bprop.graph import Gradients
from bprop.graph.values import BoxMapping
from bprop.leaves import Leaf
from bprop.namespace import Array
from bprop.notebook import display_here
from bprop.stepper.boxes import why_no_gradient
from bprop.stepper.card import html
from bprop.stepper.moves import BPROP, FPROP, UPDATE, Move, Moves
from bprop.stepper.screen import screen
from bprop.stepper.view import paged, slot_of


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
    rule : an update rule, bp.SGD(0.1) or "adam": the last moves then are its first update, a parameter each. `updated`
        has the new values. Without it there is no update.

    A graph without a loss has no moves of bprop. Gradients are those of the objective, the mean over the batch.

    Raises
    ------
    UnknownNameError, ShapeError, DTypeError, DataError : for params and batches that do not fit the graph.
    SettingError, GraphError : for something that is no rule, and for a rule without a loss.

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
    with the numbers of example 0
      multiply_1 = 2 * 3 = 6
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

        The moves of a leaf, such as W2, are those that send it a gradient, and its update.

        phase : "fprop", "bprop" or "update" counts such moves alone. Raises UnknownNameError, SettingError.
        """
        name, slot = self.graph.name_of(box), slot_of(self, box)
        if phase not in (None, FPROP, BPROP, UPDATE):
            raise SettingError(f"phase is 'fprop', 'bprop' or 'update', not {phase!r}")
        moves = [(place, move) for place, move in enumerate(self.moves, 1) if phase in (None, move.phase)]
        places = [place for place, move in moves if self._is_of(move, slot)]
        if not places:
            leaf = isinstance(self.plan.boxes[slot], Leaf)
            why = f"; {why_no_gradient(self, slot)}" if phase != FPROP and self.grads[slot] is None else ""
            reason = "it is a leaf, and is not computed" if leaf else f"{phase or 'the pass'} does not reach it"
            raise SettingError(f"there is no step to {name!r}: {reason}{why}")
        return self.go(next((place for place in places if place > self.position), places[-1]))

    def _is_of(self, move: Move, slot: int) -> bool:
        """Whether a move computes a box or propagates through it; of a leaf, whether it changes its gradient or it."""
        if move.node is None:
            return move.phase == UPDATE and self.plan.leaves[move.parameter] == slot
        sends = move.phase == BPROP and slot in move.node.children and self.on_way[slot]
        return move.node.slot == slot or (sends and isinstance(self.plan.boxes[slot], Leaf))

    def view(self, box: str | Box, page: int = 1) -> str:
        """A box in full, wherever the pass is: all numbers of its value and gradient, in pages from 1 on.

        Raises UnknownNameError, and SettingError for a page that there is not.
        """
        return paged(self, box, page)

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

    def widget(self) -> Any:
        """The stepper with buttons, for Jupyter, VS Code, Colab and marimo; left and right arrows move it too.

        Where anywidget is installed, Jupyter shows a stepper so by itself. Raises MissingPackageError without it.
        """
        try:
            from bprop.stepper.widget import StepperWidget
        except ImportError as error:
            raise MissingPackageError("stepper.widget() needs anywidget: pip install 'bprop[notebook]'") from error
        return StepperWidget(self)

    def _repr_html_(self) -> str:
        return html(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The widget where there is one, with the page as it is now for readers without widgets."""
        bundle: dict[str, Any] = {"text/html": html(self), "text/plain": repr(self)}
        if display_here() is not None and find_spec("anywidget") is not None:
            view = self.widget()._repr_mimebundle_()
            bundle |= view[0] if isinstance(view, tuple) else view or {}
            bundle["text/plain"] = repr(self)
        return bundle

    def __repr__(self) -> str:
        return f"<Stepper: {self.position} of {len(self.moves)} moves made>"
