"""The moves of a pass, one box each, which can be made and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from bprop.box import Box
from bprop.errors import DataError, SettingError
from bprop.graph import Graph
from bprop.graph.objective import seeds_of
from bprop.graph.passes import accumulate, compute
from bprop.graph.plan import Context, Node, Plan, State
from bprop.namespace import Array
from bprop.stepper.update import Update
from bprop.trained import as_pass

FPROP, SEED, BPROP, UPDATE = "fprop", "seed", "bprop", "update"


class Move(NamedTuple):
    """One step of a pass: fprop of a box, then the gradient at the loss, then bprop of a box, then the update of a
    parameter."""

    phase: str
    node: Node | None
    parameter: str = ""

    @property
    def name(self) -> str:
        return self.parameter if self.node is None else self.node.name


class Moves:
    """A pass of a graph whose moves are made and taken back one by one. `Stepper` describes the arguments."""

    context: Context

    def __init__(
        self, graph: Any, params: Any = None, batch: Any = None, *, example: int = 0,
        inputs: str | Box | Sequence[str | Box] = (), training: bool = True, seed: int = 0, weights: Any = None,
        dtype: Any = None, rule: Any = None,
    ):  # fmt: skip
        if not isinstance(graph, Graph):
            graph, params, batch = as_pass(graph, (params, batch), "Stepper(fit, batch)")
        elif batch is None:
            raise SettingError("Stepper(graph, params, batch) needs a batch, {input: array}; or Stepper(fit, batch)")
        self.graph: Graph = graph
        self.update: Update | None = None if rule is None else Update.of(graph, rule)
        self.plan: Plan = graph.plan(training=training)
        leaves, self.context = graph.leaves_of(self.plan, params, graph.named(batch), seed, weights, dtype)
        targets = [inputs] if isinstance(inputs, str | Box) else list(inputs)
        self.on_way: list[bool] = self.plan.ways(graph.targets(self.plan, targets), stopped=True)
        values: list[Array] = [None] * len(self.plan.boxes)
        for name, slot in self.plan.leaves.items():
            values[slot] = leaves[name]
        self.state: State = State(values, {})
        self.grads: list[Array] = [None] * len(self.plan.boxes)
        self.sent: list[tuple[Array, ...]] = []
        self.moves: list[Move] = self._moves()
        self.position: int = 0
        self.updated: dict[str, Array] = {}
        self._after: dict[str, Array] = {}
        self._before: list[list[tuple[int, Array]]] = []  # for each move of bprop, the gradients that it replaced
        self.example = example

    def _moves(self) -> list[Move]:
        """The moves in their order. The update of a parameter comes where all gradients are known: at the end."""
        forward = [Move(FPROP, node) for node in self.plan.nodes]
        if self.graph.loss is None:
            return forward
        roots = (self.graph.loss, self.graph.penalty)
        reached = {self.plan.slot_of[root] for root in roots if root is not None}
        back = []
        for node in reversed(self.plan.nodes):
            if node.slot in reached and self.on_way[node.slot]:
                back.append(Move(BPROP, node))
                reached.update(node.children)
        last = () if self.update is None else self.update.names
        return [*forward, Move(SEED, None), *back, *(Move(UPDATE, None, name) for name in last)]

    @property
    def rows(self) -> int:
        """The number of examples in the batch."""
        return len(self.context.weights)

    @property
    def example(self) -> int:
        """The row of the batch whose numbers are shown."""
        return self._example

    @example.setter
    def example(self, row: int) -> None:
        if isinstance(row, bool) or not isinstance(row, int | np.integer) or not 0 <= row < self.rows:
            raise DataError(f"example {row!r}: the batch has the examples 0 to {self.rows - 1}")
        self._example = int(row)

    @property
    def done(self) -> bool:
        """True after the last move."""
        return self.position == len(self.moves)

    @property
    def last(self) -> Move | None:
        """The last move that was made; None at the beginning."""
        return self.moves[self.position - 1] if self.position else None

    @property
    def next(self) -> Move | None:
        """The move that `step` makes next; None at the end."""
        return None if self.done else self.moves[self.position]

    def step(self, count: int = 1) -> Self:
        """Make the next move, or the next `count` moves. At the end, do nothing."""
        for _ in range(min(count, len(self.moves) - self.position)):
            move = self.moves[self.position]
            if move.phase == UPDATE:
                self._update(move.parameter)
            elif move.phase == FPROP:
                assert move.node is not None
                self.state.extras.update(compute(self.plan, self.state.values, self.context, [move.node]))
            else:
                before = list(self.grads)
                self.sent.append(self._back(move))
                changed = (i for i, (old, new) in enumerate(zip(before, self.grads, strict=True)) if old is not new)
                self._before.append([(i, before[i]) for i in changed])
            self.position += 1
        return self

    def _update(self, name: str) -> None:
        """Compute the new value of a parameter: those of all are computed together, and shown one by one."""
        assert self.update is not None
        if not self.updated:
            slots = {name: self.plan.leaves[name] for name in self.update.names}
            theta = {name: self.state.values[slot] for name, slot in slots.items()}
            self._after = self.update.step(theta, {name: self.grads[slot] for name, slot in slots.items()})
        self.updated[name] = self._after[name]

    def _back(self, move: Move) -> tuple[Array, ...]:
        if move.node is not None:
            return accumulate(move.node, self.grads, self.state, self.on_way)
        for slot, seed in seeds_of(self.graph, self.plan, self.state, self.context).items():
            if self.on_way[slot]:
                self.grads[slot] = seed
        return ()

    def back(self, count: int = 1) -> Self:
        """Take back the last move, or the last `count` moves, with the values or gradients that they computed."""
        for _ in range(min(count, self.position)):
            self.position -= 1
            move = self.moves[self.position]
            if move.phase == UPDATE:
                del self.updated[move.parameter]
            elif move.phase == FPROP:
                assert move.node is not None
                self.state.values[move.node.slot] = None
                self.state.extras.pop(move.node.slot, None)
            else:
                self.sent.pop()
                for slot, grad in self._before.pop():
                    self.grads[slot] = grad
        return self
