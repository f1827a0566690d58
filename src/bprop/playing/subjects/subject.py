"""A subject: rows to train on, rows held out, and the network that play begins with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from bprop.graph import Graph
from bprop.playing.recipe import Recipe

Arrays = Mapping[str, np.ndarray]
MOST_ROWS = 100_000


class Code(NamedTuple):
    """The lines that make `data` and `held_out`, and the names that they take from the person's own program."""

    lines: tuple[str, ...]
    needs: tuple[str, ...] = ()


NO_CODE = Code(())


@dataclass(frozen=True, eq=False)
class Subject:
    """The thing that is played with.

    kind : "toy", "table", "arrays", "model" or "graph". task : as in `bp.mlp`; "" for a graph of one's own.
    data, held_out : {input: array} as the network sees them. inputs, outputs : numbers of an example, and of a
        prediction.
    recipe : of the network at the beginning, and `scaling` of its inputs within the graph; or a `graph` as it was
        brought, with `theta`.
    classes, columns, image : names of the classes and of the numbers of x; the shape of an image.
    embeddings : {column: (rows, width)} of a table. note : a sentence on the data, for people.
    code : the lines of Python that make `data` and `held_out`.
    """

    name: str
    kind: str
    task: str
    data: Arrays
    held_out: Arrays | None = None
    inputs: int = 0
    outputs: int = 0
    recipe: Recipe | None = None
    scaling: Any = None
    graph: Graph | None = None
    theta: Arrays | None = None
    embeddings: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    classes: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    image: tuple[int, int] | None = None
    code: Code = NO_CODE
    rate: float = 0.1
    batch_size: int = 32
    note: str = ""

    @property
    def rows(self) -> int:
        return len(next(iter(self.data.values())))

    @property
    def held(self) -> int:
        return 0 if self.held_out is None else len(next(iter(self.held_out.values())))

    @property
    def answers(self) -> str:
        """The kind of the targets: "classes", "numbers" or "none"."""
        if not self.task:
            return "none"
        return "classes" if self.task in ("classification", "binary", "multilabel") else "numbers"
