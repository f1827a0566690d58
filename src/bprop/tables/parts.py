"""The rows of a table in parts, how they were divided, and their data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.data import DataSet
from bprop.scaling import Units
from bprop.sources.checksums import checksum_of
from bprop.sources.division import Division, described
from bprop.sources.frame import Frame
from bprop.sources.preparation import Preparation
from bprop.sources.read_options import ReadOptions
from bprop.sources.scaling import network_arrays
from bprop.sources.splits import Parts, Split
from bprop.sources.weights import example_weights, weighted


@dataclass(frozen=True)
class Origin:
    """Where a table was read from, and how. labels : the file of labels, of images."""

    source: str
    read: ReadOptions
    labels: str | None = None

    def division(
        self, split: Split, rows: Frame, parts: Parts, labels: np.ndarray | None,
        files: Mapping[str, tuple[str, Frame]],
    ) -> Division:  # fmt: skip
        """How the rows are divided, for the notes of a model: `bprop evaluate --held-out` then tests on the same rows.

        labels : as for `split.parts`. files : {"test" or "validation": (its path, its rows)} of the parts that are
        files of their own.
        """
        counts = {name: len(part) for name, part in parts.there.items()}
        return Division(
            self.source, checksum_of(self.source, rows), len(rows),
            counts=counts | {name: len(part) for name, (_, part) in files.items()},
            files={name: (path, checksum_of(path, part)) for name, (path, part) in files.items()},
            read=self.read, labels=self.labels, **described(split, rows, parts, labels),
        )  # fmt: skip


def data_set(
    rows: Frame, preparation: Preparation, units: Units, dtype: Any, weights: str | None = None,
    encoded: dict[str, np.ndarray] | None = None, of_class: np.ndarray | None = None,
) -> DataSet:  # fmt: skip
    """Rows with targets as the network sees them.

    weights : the column of example weights. of_class : (C,) the weights of classes, by which they are multiplied.
    encoded : the result of `preparation.arrays(rows)`, if the caller has it already.
    """
    rows = preparation.adapted(rows)
    w = None if weights is None else example_weights(rows, weights)
    scaled = network_arrays(rows, preparation, units, dtype, encoded)
    w = weighted(w, of_class, scaled["y"])
    return DataSet(scaled, w, rows.numbers)  # so that an error names the rows of the table, not of this part of it


def precision_of(dtype: str) -> str:
    """The precision in which examples are stored, for a precision of training."""
    return "float64" if dtype in ("float64", "longdouble") else "float32"
