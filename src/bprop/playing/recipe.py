"""The recipe of a network that a person builds: layers, skips, loss, penalty, initialisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from bprop import init
from bprop.architecture import Architecture, activations, head_of, losses
from bprop.embedding import network
from bprop.graph import Graph
from bprop.playing import read
from bprop.playing.refused import RefusedError

NO_EMBEDDINGS: Mapping[str, Any] = MappingProxyType({})
DTYPES = ("float64", "float32")
MOST_LAYERS, MOST_UNITS = 8, 64
PENALTIES = ("l1", "l2")
GLOROT = "glorot_uniform"
"""The initialiser of `bp.mlp`."""


@dataclass(frozen=True)
class Layer:
    """A hidden layer."""

    units: int
    activation: str


@dataclass(frozen=True)
class Recipe:
    """The choices of a person who builds a network; the data says how many inputs and outputs it has.

    skips : (i, j), layer j also takes the units of layer i; 0 is the input, L + 1 the layer of the outputs.
    loss : its name in `bp.mlp`. penalty : "l1", "l2" or None, times `strength`.
    """

    layers: tuple[Layer, ...] = (Layer(4, "tanh"), Layer(4, "tanh"))
    skips: tuple[tuple[int, int], ...] = ()
    loss: str = "nll"
    penalty: str | None = None
    strength: float = 0.001
    initialisation: str = GLOROT
    seed: int = 0
    dtype: str = "float64"

    def plain(self) -> dict[str, Any]:
        """The recipe as JSON."""
        return {
            "layers": [{"units": layer.units, "activation": layer.activation} for layer in self.layers],
            "skips": [list(skip) for skip in self.skips],
            "loss": self.loss,
            "penalty": {"kind": self.penalty, "strength": self.strength},
            "initialisation": self.initialisation,
            "seed": self.seed,
            "dtype": self.dtype,
        }

    @classmethod
    def read(cls, value: Any) -> Recipe:
        """A recipe from JSON. Raises RefusedError for anything that is none."""
        fields = read.keys(value, "a recipe", {"layers": read.anything}, _OPTIONAL)
        own = [Layer(*read_layer(one)) for one in read.listed(fields["layers"], "layers", MOST_LAYERS)]
        penalty = fields.get("penalty") or {"kind": None}
        kind, strength = read_penalty(penalty)
        recipe = cls(
            tuple(own), (), fields.get("loss", "nll"), kind, strength, fields.get("initialisation", GLOROT),
            fields.get("seed", 0), fields.get("dtype", "float64"),
        )  # fmt: skip
        for skip in read.listed(fields.get("skips", []), "skips", MOST_LAYERS**2):
            pair = read.listed(skip, "a skip", 2)
            recipe = recipe.with_skip(*(read.whole(end, "a skip", 0, MOST_LAYERS + 1) for end in _two(pair)))
        return recipe

    # --- changes, each a new recipe ---

    def with_layer(self, at: int, layer: Layer) -> Recipe:
        """A hidden layer more, at place `at` (1: the first). Skips keep their ends, which may get another number."""
        if len(self.layers) >= MOST_LAYERS:
            raise RefusedError(f"a network here has at most {MOST_LAYERS} hidden layers", "drop one first")
        moved = tuple((i + (i >= at), j + (j >= at)) for i, j in self.skips)
        return replace(self, layers=(*self.layers[: at - 1], layer, *self.layers[at - 1 :]), skips=moved)

    def without_layer(self, at: int) -> Recipe:
        """The recipe without hidden layer `at`, and without the skips that end there or are no skips any more."""
        own = [skip for skip in self.skips if at not in skip]
        moved = ((i - (i > at), j - (j > at)) for i, j in own)
        left = tuple((i, j) for i, j in moved if j - i > 1)
        return replace(self, layers=(*self.layers[: at - 1], *self.layers[at:]), skips=left)

    def with_units(self, at: int, count: int) -> Recipe:
        return self._with(at, replace(self.layers[at - 1], units=count))

    def with_activation(self, at: int, name: str) -> Recipe:
        return self._with(at, replace(self.layers[at - 1], activation=name))

    def _with(self, at: int, layer: Layer) -> Recipe:
        return replace(self, layers=(*self.layers[: at - 1], layer, *self.layers[at:]))

    def with_skip(self, start: int, end: int) -> Recipe:
        if not (0 <= start < end - 1 <= len(self.layers)):
            raise RefusedError(
                f"a skip from layer {start} to layer {end}: it goes over at least one layer, and ends at most at layer "
                f"{len(self.layers) + 1}, that of the outputs"
            )
        return replace(self, skips=tuple(sorted({*self.skips, (start, end)})))

    def without_skip(self, start: int, end: int) -> Recipe:
        if (start, end) not in self.skips:
            raise RefusedError(f"there is no skip from layer {start} to layer {end}")
        return replace(self, skips=tuple(skip for skip in self.skips if skip != (start, end)))

    # --- the graph ---

    def architecture(self, task: str) -> Architecture:
        """The choices of `bp.mlp` that the recipe makes."""
        l1, l2 = (self.strength if self.penalty == kind else None for kind in PENALTIES)
        return Architecture(
            tuple(layer.units for layer in self.layers), tuple(layer.activation for layer in self.layers), task,
            self.loss, l1, l2, init=None if self.initialisation == GLOROT else self.initialisation,
        )  # fmt: skip

    def graph(
        self, task: str, inputs: int, outputs: int, scaling: Any = None, embeddings: Mapping[str, Any] = NO_EMBEDDINGS
    ) -> Graph:
        """The graph: that of `bp.mlp`, or of `bp.tabular` where there are embeddings, with the skips."""
        return network(self.architecture(task), inputs, embeddings, outputs, scaling, skips=self.skips)


def _two(pair: list[Any]) -> list[Any]:
    if len(pair) != 2:
        raise RefusedError("a skip is a pair of layers, [from, to]")
    return pair


def read_layer(value: Any) -> tuple[int, str]:
    """(units, activation) of a layer in JSON."""
    fields = read.keys(value, "a layer", {"units": units}, {"activation": activation})
    return fields["units"], fields.get("activation", "tanh")


def read_penalty(value: Any) -> tuple[str | None, float]:
    """(kind, strength) of a penalty in JSON."""
    fields = read.keys(value, "a penalty", {"kind": penalty}, {"strength": strength})
    return fields["kind"], fields.get("strength", 0.001)


def units(value: Any, key: str = "units") -> int:
    return read.whole(value, key, 1, MOST_UNITS)


def activation(value: Any, key: str = "activation") -> str:
    return read.choice(value, key, activations())


def initialiser(value: Any, key: str = "initialisation") -> str:
    return read.choice("glorot_uniform" if value == "glorot" else value, key, init.NAMED)


def penalty(value: Any, key: str = "kind") -> str | None:
    return None if value is None else read.choice(value, key, PENALTIES)


def strength(value: Any, key: str = "strength") -> float:
    return read.number(value, key, 0.0, 1e6)


def loss(value: Any, key: str = "loss") -> str:
    return read.choice(value, key, losses())


_OPTIONAL: Mapping[str, Any] = {
    "skips": read.anything, "loss": loss, "penalty": read.anything, "initialisation": initialiser,
    "seed": lambda value, key: read.whole(value, key, 0, 2**32 - 1),
    "dtype": lambda value, key: read.choice(value, key, DTYPES),
}  # fmt: skip


def fitting_losses(task: str) -> list[str]:
    """The losses by name of which a network for this task can be built here, the task's own first."""
    labels = task == "classification"
    own = Architecture(task=task).loss_class()
    names = [name for name, kind in losses().items() if head_of(kind).labels == labels and not head_of(kind).each]
    return sorted(names, key=lambda name: losses()[name] is not own)
