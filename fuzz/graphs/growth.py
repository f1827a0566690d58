"""A graph while it grows: nodes with their shapes and, on the rows at hand, their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from bprop import errors
from bprop.box import Box
from fuzz.graphs.case import Node, make_box

MOST = 30.0
"""The largest magnitude that values of floats keep: what grows beyond is tamed."""
LARGEST = 3000
"""The most numbers in a value."""


class Entry(NamedTuple):
    """A node of the growing graph: its position, its box (shape and kind) and its value on all rows."""

    at: int
    box: Box
    value: np.ndarray

    @property
    def dims(self) -> tuple:
        return self.box.dims

    @property
    def kind(self) -> str:
        return self.box.spec.kind

    @property
    def rows_first(self) -> bool:
        return self.dims[:1] == ("N",) and "N" not in self.dims[1:]


class RefusedError(Exception):
    """A box that cannot be made here, or whose value is of no use."""


def single(array: Any) -> np.ndarray:
    """Floats that float32 holds exactly."""
    return np.asarray(array, np.float32).astype(np.float64)


class Growth:
    """Nodes so far, and ways to add some. Everything random comes from `rng`."""

    def __init__(self, rng: np.random.Generator, rows: int, spare: int):
        self.rng, self.rows, self.spare = rng, rows, spare
        self.entries: list[Entry] = []
        self.nodes: list[Node] = []
        self.data: dict[str, np.ndarray] = {}  # of the training set and, below it, of `spare` rows for validation
        self.theta: dict[str, np.ndarray] = {}
        self.exact: set[str] = set()
        self.shared: list[Entry] = []  # what a loss should depend on in more than one way

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def choose(self, items: Any) -> Any:
        items = list(items)
        if not items:
            raise RefusedError("nothing to choose from")
        return items[int(self.rng.integers(len(items)))]

    def pick(self, fits: Callable[[Entry], bool]) -> Entry:
        """One of the nodes that fit, the newer ones more often."""
        found = [entry for entry in self.entries if fits(entry)]
        if not found:
            raise RefusedError("no node fits")
        share = np.linspace(1, 3, len(found))
        return found[int(self.rng.choice(len(found), p=share / share.sum()))]

    def add(self, kind: str, *children: Entry, **hyper: Any) -> Entry:
        """A box of the catalogue or of the user. Its value must be finite, of moderate size and not too large."""
        node = Node(kind, tuple(child.at for child in children), hyper, f"{kind.lower()}_{len(self.nodes)}")
        try:
            box = make_box(node, [child.box for child in children])
            value = self._value(box, [child.value for child in children])
        except (errors.BpropError, FloatingPointError) as error:
            raise RefusedError(str(error)) from None
        if value.size > LARGEST or value.ndim > 4:
            raise RefusedError("too large")
        entry = self._keep(node, box, value)
        if value.dtype.kind == "f" and np.abs(value).max(initial=0) > MOST:
            return self.tame(entry)
        return entry

    def _value(self, box: Box, children: list[np.ndarray]) -> np.ndarray:
        if box.dims.count("N") == 0 and any("N" in str(d) for d in box.dims):
            raise RefusedError("an axis of 2N or so")
        with np.errstate(all="ignore"):
            make = {
                "weights": lambda: np.ones(self.rows),
                "noise": lambda: box.noise(lambda shape: self.rng.uniform(size=shape), *children),
            }
            extras = [make[need]() for need in box.needs]
            value = np.asarray(box.fprop(*children, *extras))
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise RefusedError("not finite")
        if value.dtype.kind == "i" and np.abs(value.astype(float)).max(initial=0) > 2.0**62:
            raise RefusedError("beyond 64 bits")
        return value

    def _keep(self, node: Node, box: Box, value: np.ndarray) -> Entry:
        entry = Entry(len(self.nodes), box, value)
        self.nodes.append(node)
        self.entries.append(entry)
        return entry

    def tame(self, entry: Entry, most: float = MOST, least: float | None = None) -> Entry:
        """The entry, or what keeps it within `most` (and, with `least`, above that)."""
        size = np.abs(entry.value.astype(float)).max(initial=0)
        if size > most:
            scale = 2.0 ** -np.ceil(np.log2(size / most) + 1)
            entry = self.add("Multiply", entry, self.constant(scale))
            if self.chance(0.3):
                entry = self.add("Tanh", entry)
        if least is not None:
            how = self.choose(["Square", "Softplus", "Abs", "Sigmoid"])
            entry = self.add("Add", self.add(how, entry), self.constant(single(least)))
        return entry

    # --- leaves ---

    def constant(self, value: Any) -> Entry:
        value = np.asarray(value)
        node = Node("Constant", (), {"value": value}, f"constant_{len(self.nodes)}")
        return self._keep(node, make_box(node, []), value)

    def input(self, shape: tuple[int, ...], dtype: str, array: np.ndarray, exact: bool = False) -> Entry:
        """An input whose data is `array`, (rows + spare, *shape)."""
        node = Node("Input", (), {"shape": shape, "dtype": dtype}, f"x{len(self.data)}")
        self.data[node.name] = array
        if exact:
            self.exact.add(node.name)
        value = array[: self.rows]
        kind = {"float": np.float64, "int": np.int64, "bool": np.bool_}[dtype]
        return self._keep(node, make_box(node, []), value.astype(kind))

    def parameter(self, shape: tuple[int, ...], *, fresh: float = 0.6, positive: bool = False, **more: Any) -> Entry:
        """A parameter of this shape: a new one or, 1 - `fresh` of the time, one that is there already."""
        same = [e for e in self.entries if self.nodes[e.at].kind == "Parameter" and e.dims == shape]
        same = [e for e in same if self.nodes[e.at].hyper["trainable"] == more.get("trainable", True)]
        if same and not positive and not self.chance(fresh):
            return self.choose(same)
        values = self.rng.uniform(0.5, 2.0, size=shape) if positive else self.rng.normal(size=shape) * 0.8
        node = Node("Parameter", (), {"shape": shape, "trainable": True, **more}, f"w{len(self.theta)}")
        self.theta[node.name] = single(values)
        return self._keep(node, make_box(node, []), self.theta[node.name])
