"""The results of a pass: values and gradients, by box or by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from bprop.box import Box
from bprop.elsewhere import missing
from bprop.errors import UnknownNameError
from bprop.graph.objective import weighted_mean
from bprop.graph.plan import Context, Plan, State
from bprop.graph.shown import card_of
from bprop.names import known
from bprop.namespace import Array
from bprop.notebook import few
from bprop.structure.structure import Structure


class BoxMapping(Mapping[str, Array]):
    """Arrays by box, or by the name of a box. Raises UnknownNameError for a box without an array."""

    what = "value"

    def __init__(self, graph: Structure, arrays: dict[str, Array]):
        self.graph = graph
        self._arrays = arrays

    def __getitem__(self, key: str | Box) -> Array:
        name = self.graph.name_of(key)
        if name not in self._arrays:
            raise UnknownNameError(
                f"there is no {self.what} of {name!r} here, only of: {known(str(name), self._arrays)}{self._cure(name)}"
            )
        return self._arrays[name]

    def _cure(self, name: str) -> str:
        """The cure for the name of an array that a pass could have computed."""
        return ""

    def __contains__(self, key: object) -> bool:
        try:
            self[key]  # type: ignore[index]
        except UnknownNameError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            is_box = name[:1] != "_" and name in self.graph.boxes
            raise missing(self, name, {name: f"type {type(self).__name__.lower()}[{name!r}]"} if is_box else {})

    def __repr__(self) -> str:
        shown = few([f"{name} {np.shape(array)}" for name, array in self._arrays.items()])
        return f"<{type(self).__name__}: {shown}>"

    def _repr_html_(self) -> str:
        return card_of(self)


class Values(BoxMapping):
    """The values of a forward pass, by box or by name: `values[h1]`, `values["f"]`. `graph.fprop` returns them.

    loss : the weighted mean over the examples, in the loss box's units (nats per example for likelihoods).
    penalty : lambda * Omega(theta); 0 for a graph without a penalty.
    objective : loss + penalty.

    >>> x = bp.Input("x", (2,))
    >>> values = bp.Graph(outputs={"h": bp.relu(x)}).fprop({}, x=[[1.0, -2.0]])
    >>> values["h"]
    array([[1., 0.]])
    """

    plan: Plan
    state: State
    context: Context

    def __init__(self, graph: Structure, plan: Plan, state: State, context: Context):
        arrays = {name: state.values[plan.slot_of[box]] for box, name in graph.names.items() if box in plan.slot_of}
        super().__init__(graph, arrays)
        self.plan, self.state, self.context = plan, state, context

    @property
    def loss(self) -> Array:
        return weighted_mean(self[self.graph.need_loss()], self.context.weights)

    @property
    def penalty(self) -> Array:
        return self[self.graph.penalty] if self.graph.penalty is not None else self.context.dtype.type(0)

    @property
    def objective(self) -> Array:
        return self.loss + self.penalty

    @property
    def updates(self) -> dict[str, Array]:
        """The values of the non-trainable parameters (running averages) after this pass, by name."""
        return self.plan.updates(self.state)


class Gradients(BoxMapping):
    """Gradients of the objective with respect to the boxes between parameters and it: `grads[W1]`, `grads["h1"]`.

    `graph.bprop(values)` returns them. Each has the shape of the box's value.

    >>> w = bp.Parameter("w", (2,))
    >>> graph = bp.Graph(loss=bp.square(bp.Input("x")), penalty=bp.l2(w))
    >>> graph.bprop(graph.fprop({"w": [1.0, -2.0]}, x=[3.0]))[w]
    array([ 2., -4.])
    """

    what = "gradient"

    def _cure(self, name: str) -> str:
        merged = self.graph.merged.get(name)
        if merged is not None:
            return f". {name!r} is computed as one with {merged[0]!r}: Graph(..., stable=False) computes it by itself"
        if self.graph.boxes[name].spec.kind != "float":
            return f". {name!r} holds whole numbers, which have no gradient"
        return f". Ask for it: graph.bprop(values, inputs=[{name!r}])"
