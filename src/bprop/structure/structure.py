"""The structure of a graph: boxes in order, their names, a loss, a penalty and outputs. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import prod
from typing import Self

from bprop import errors
from bprop.box import Box, as_box
from bprop.boxes.loss import Loss
from bprop.leaves import Constant, Input, Parameter
from bprop.names import known
from bprop.structure.formula import formula
from bprop.structure.items import Items, Parameters
from bprop.structure.naming import name_boxes
from bprop.structure.order import topological_order
from bprop.structure.rewrite import rewritten


class Structure(Items):
    """The boxes that a loss, a penalty and outputs need, each after its children, each with a name.

    `Graph` adds computing. It documents the parameters and the errors.
    """

    frozen: frozenset[str] = frozenset()
    """The parameters that training leaves as they are (see `structure.freezing`)."""

    def __init__(
        self,
        loss: Box | None = None,
        penalty: Box | float | None = None,
        outputs: Mapping[str, Box] | None = None,
        *,
        stable: bool = True,
    ):
        self.loss = loss
        self.penalty: Box | None = None if penalty is None else as_box(penalty)
        if outputs is not None and not isinstance(outputs, Mapping):
            raise errors.GraphError(f"outputs must be a dict, {{name: box}}, not {type(outputs).__name__}")
        self.outputs: dict[str, Box] = dict(outputs or {})
        self.stable = stable
        self._check_roots()
        self.order: list[Box] = topological_order(self.roots, lambda box: box.children)
        self.names: dict[Box, str] = name_boxes(self.order, self.outputs)
        self.boxes: dict[str, Box] = {name: box for box, name in self.names.items()}
        self.inputs: dict[str, Input] = {name: box for name, box in self.boxes.items() if isinstance(box, Input)}
        parameters = {name: box for name, box in self.boxes.items() if isinstance(box, Parameter)}
        self.parameters: dict[str, Parameter] = Parameters(parameters)
        self.constants: dict[str, Constant] = {
            name: box for name, box in self.boxes.items() if isinstance(box, Constant)
        }
        self.trainable: tuple[str, ...] = tuple(name for name, box in self.parameters.items() if box.trainable)
        replacements = {box: rewritten(box) for box in self.order} if stable else {}
        self._replaced = {box: new for box, new in replacements.items() if new is not None}
        # a rewritten box sends nothing to the child that it was merged with, so that child has no gradient
        self.bypassed_boxes: set[Box] = {
            c for box, new in self._replaced.items() for c in box.children if c not in new.children
        }
        self._evaluated: dict[Box, Box] = {}

    @property
    def roots(self) -> list[Box]:
        """The loss, the penalty and the outputs."""
        return [box for box in (self.loss, self.penalty, *self.outputs.values()) if box is not None]

    @property
    def rewrites(self) -> dict[str, str]:
        """{box name: the formula computed in its place}, for the boxes that are rewritten for stability."""
        return {self.names[box]: formula(new, self.names) for box, new in self._replaced.items()}

    @property
    def merged(self) -> dict[str, tuple[str, list[str]]]:
        """{name: (name of the box above, names of the children used instead)}: {"f": ("loss", ["a2"])}.

        These boxes are computed as one with the box above (see `rewrites`), so they have no gradient.
        """
        return {
            self.names[child]: (self.names[box], [self.names[c] for c in new.children if c not in box.children])
            for box, new in self._replaced.items()
            for child in box.children
            if child not in new.children
        }

    @cached_property
    def trained(self) -> tuple[str, ...]:
        """The parameters that training moves: trainable, not frozen, and gradients of the objective reach them.

        Without a loss: all that are trainable.
        """
        free = [name for name in self.trainable if name not in self.frozen]
        if self.loss is None:
            return tuple(free)
        roots = [box for box in (self.loss, self.penalty) if box is not None]
        reached = set(topological_order(roots, lambda box: () if box.stops_gradient else box.children))
        return tuple(name for name in free if self.parameters[name] in reached)

    @property
    def weight_count(self) -> int:
        """The number of elements of all parameters together."""
        return sum(prod(box.shape) for box in self.parameters.values())

    @cached_property
    def losses(self) -> dict[str, Loss]:
        """The boxes of the graph that are losses, by name. Each has its metrics."""
        return {name: box for name, box in self.boxes.items() if isinstance(box, Loss)}

    @cached_property
    def whole(self) -> Self:
        """The graph itself; of a view that freezes parameters, the graph that it is a view of."""
        return self

    def name_of(self, key: str | Box) -> str:
        """The name of a box of this graph (or of an output). Raises UnknownNameError."""
        if isinstance(key, Box):
            if key not in self.names:
                raise errors.UnknownNameError(f"{key!r} is not in this graph")
            return self.names[key]
        if key in self.boxes:
            return key
        if key in self.outputs:
            return self.names[self.outputs[key]]
        raise errors.UnknownNameError(f"no box is called {key!r}; there are: {known(str(key), self.boxes)}")

    def need_loss(self) -> Box:
        """The loss box. Raises GraphError for a graph without a loss."""
        if self.loss is None:
            raise errors.GraphError("this graph has no loss: Graph(loss=...) is needed to train and to backpropagate")
        return self.loss

    def computed(self, box: Box) -> Box:
        """The box that is computed in the place of this one: itself, or its rewrite (see `rewrites`)."""
        return self._replaced.get(box, box)

    def evaluated_as(self, box: Box) -> Box:
        """The box that is computed in the place of this one outside training, where dropout is the identity."""
        if box not in self._evaluated:
            current = self.computed(box)
            while (after := self.computed(current.evaluation())) is not current:
                current = self._evaluated.setdefault(current, after)
            self._evaluated[box] = current
        return self._evaluated[box]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.order)} boxes, {len(self.trainable)} trainable parameters>"

    def _check_roots(self) -> None:
        if self.loss is None and not self.outputs:
            raise errors.GraphError("a graph needs a loss, or outputs, or both")
        for name, box in (("loss", self.loss), *self.outputs.items()):
            if box is not None and not isinstance(box, Box):
                raise errors.GraphError(f"{name} must be a box, not {type(box).__name__}")
        if self.loss is not None and self.loss.dims != ("N",):
            raise errors.GraphError(
                f"the loss must be one number an example, shape (N,), but {self.loss!r} is not: "
                "the graph itself takes the mean over the examples"
            )
        if self.penalty is not None and self.penalty.dims != ():
            raise errors.GraphError(f"the penalty must be one number, shape (), but {self.penalty!r} is not")
