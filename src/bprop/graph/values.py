"""What a pass gives back: values and gradients, asked for by box or by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bprop.box import Box
from bprop.errors import UnknownNameError
from bprop.graph.objective import weighted_mean
from bprop.graph.plan import Context, Plan, State
from bprop.namespace import Array
from bprop.structure.structure import Structure


class BoxMapping(Mapping[str, Array]):
    """Arrays by the name of a box, and by the box itself."""

    what = "value"

    def __init__(self, graph: Structure, arrays: dict[str, Array]):
        self.graph = graph
        self._arrays = arrays

    def __getitem__(self, key: str | Box) -> Array:
        name = self.graph.name_of(key)
        if name not in self._arrays:
            raise UnknownNameError(
                f"there is no {self.what} for {name!r} here; there is for: {', '.join(self._arrays)}"
            )
        return self._arrays[name]

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

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} {np.shape(array)}" for name, array in self._arrays.items())
        return f"<{type(self).__name__}: {shown}>"


class Values(BoxMapping):
    """The values of a forward pass. `values[h1]`, `values["f"]`; `loss`, `penalty` and `objective` are numbers.

    loss : the weighted mean over the examples, in the loss box's units (nats per example for likelihoods).
    penalty : lambda * Omega(theta), 0 where the graph has none.
    objective : loss + penalty.
    """

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
        """New values of the non-trainable parameters (running averages) after this pass."""
        return self.plan.updates(self.state)


class Gradients(BoxMapping):
    """Gradients of the objective with respect to boxes on the way from a parameter to it: `grads[W1]`."""

    what = "gradient"
