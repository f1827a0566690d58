"""Sparse X: it stays sparse in the first product of a network, h W, and in that product's gradient for W, h^T grad.

Only NumPy's engine computes with it, and only where nothing but `linear` boxes reads x. Else X is made dense, if there
is memory for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np

from bprop.box import Box
from bprop.boxes import Linear
from bprop.engines.numpy import NumpyEngine
from bprop.errors import DataError
from bprop.graph import Graph
from bprop.graph.passes import fprop
from bprop.graph.plan import Context
from bprop.graph.validation import cast
from bprop.memory import data_memory

FILLED = 0.1
"""A matrix of which a larger share is filled is made dense: then its products are quicker."""
LEAST = 2**20
"""A matrix with fewer places than this is made dense, as it always was: it takes no time."""
AT_ONCE = 2**23
"""Places of a matrix that are made dense at a time, to predict."""


class SparseRows:
    """Rows X (N, D) of a sparse matrix, with as much of an array as a network needs whose first product reads them."""

    ndim = 2

    def __init__(self, matrix: Any):
        self.matrix = matrix

    @property
    def shape(self) -> tuple[int, int]:
        return self.matrix.shape

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def dtype(self) -> np.dtype:
        return self.matrix.dtype

    @property
    def T(self) -> SparseRows:
        return SparseRows(self.matrix.T)

    @property
    def filled(self) -> float:
        """The share of places that hold a number."""
        return self.matrix.nnz / max(1, self.size)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> SparseRows:
        return SparseRows(self.matrix[rows])

    def __matmul__(self, other: np.ndarray) -> np.ndarray:
        return self.matrix @ other

    def astype(self, dtype: Any, copy: bool = True) -> SparseRows:
        return self if not copy and self.dtype == dtype else SparseRows(self.matrix.astype(dtype))

    def reshape(self, *shape: int) -> SparseRows:
        """The same rows: they have the shape that `linear` asks for."""
        assert shape in ((-1, self.shape[1]), self.shape)
        return self

    @property
    def values(self) -> np.ndarray:
        """The numbers that are stored; all others are 0."""
        return self.matrix.data

    def statistics(self) -> dict[str, float]:
        """{"mean", "deviation"} of all places, as `bprop.notes.statistics`."""
        numbers, count = self.values.astype(np.float64), max(1, self.size)
        mean = float(numbers.sum() / count)
        return {"mean": mean, "deviation": sqrt(max(0.0, float(numbers @ numbers) / count - mean * mean))}

    def dense(self, why: str) -> np.ndarray:
        """As an array. Raises DataError where there is no memory for it; why : it is needed."""
        size, limit = self.size * self.dtype.itemsize, data_memory()
        if size > limit:
            raise DataError(
                f"X is sparse, of shape {self.shape}, and {why}; as an array it takes {size / 1e9:.1f} GB, and data "
                f"may take {limit / 1e9:.1f} GB here (BPROP_DATA_MEMORY). Use bprop.MLPClassifier or MLPRegressor with "
                "engine='auto', dtype='float32', or fewer features (SelectKBest, TruncatedSVD)"
            )
        return self.matrix.toarray()


def as_rows(X: Any) -> Any:
    """A sparse matrix as SparseRows, if that is worth it, else as an array; arrays as they are."""
    if isinstance(X, np.ndarray) or not hasattr(X, "toarray"):
        return X
    rows = SparseRows(X.tocsr())
    if rows.size >= LEAST and rows.filled <= FILLED:
        return rows
    return rows.dense(f"{rows.filled:.0%} of it is filled")


def obstacle(network: Any, engine: Any = "auto", device: Any = None) -> str | None:
    """Why the network cannot compute with sparse x; None if it can."""
    if not (isinstance(engine, NumpyEngine) or (engine in ("auto", "numpy") and device != "gpu")):
        return f"engine={engine!r} computes with arrays alone"
    graph = network.graph
    if not network.reads_x_alone or len(graph.inputs[network.x].shape) != 1:
        return "its columns are parts of several inputs, or of a shape of their own"
    for plan in (graph.plan(training=True), graph.plan(training=False)):
        slot = plan.leaves.get(network.x)
        for node in plan.nodes:
            first = type(node.box) is Linear and node.children[0] == slot and slot not in node.children[1:]
            if slot in node.children and not first:
                return f"the box {node.name!r} ({type(node.box).__name__}) reads it, which computes with arrays alone"
    return None


def values_of(
    graph: Graph, boxes: Sequence[Box], theta: dict[str, np.ndarray], arrays: dict[str, Any], dtype: Any, weights: Any
) -> list[np.ndarray]:  # fmt: skip
    """The values of some boxes outside training, where an input is sparse. theta and arrays are checked already."""
    plan = graph.plan(boxes, training=False)
    leaves = {**theta, **arrays, **{name: box.value for name, box in graph.constants.items()}}
    inputs = {name: cast(leaves[name], plan.boxes[slot], dtype) for name, slot in plan.leaves.items()}
    rows = len(next(iter(arrays.values())))
    state = fprop(plan, inputs, Context.of(rows, np.dtype(dtype), 0, weights))
    return [state.values[plan.slot_of[box]] for box in boxes]
