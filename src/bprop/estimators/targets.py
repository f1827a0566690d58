"""Targets: they encode y of scikit-learn's users as arrays for a network, and decode its outputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from bprop.errors import DataError


class Target(ABC):
    """Encodes y, and decodes the outputs f (N, K) of a network."""

    task: str
    """The kind of target: "binary", "multiclass", "multilabel", "columns" or "numbers"."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """K: the outputs that a network for it has."""

    @abstractmethod
    def encode(self, y: np.ndarray) -> np.ndarray:
        """y as the network reads it. Raises DataError for labels that are not known."""

    @abstractmethod
    def decode(self, f: np.ndarray) -> np.ndarray:
        """The prediction in y's own terms."""

    def known(self, y: np.ndarray) -> Any:
        """The classes in y, as an attribute `classes_` lists them."""
        return None

    classes: Any = None

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of classes of each column, if y has several columns of classes; else ()."""
        return ()

    @property
    def widths(self) -> tuple[int, ...]:
        """The allowed numbers per example in the output of a user's graph."""
        return (self.outputs,)

    def strata(self, y: np.ndarray) -> np.ndarray | None:
        """The classes of encoded targets, of which each is to be held out alike; None: the rows are drawn freely."""
        return y.reshape(-1, 1).astype(bool) if self.task == "binary" else None

    @property
    def counted(self) -> Any:
        """The second argument of a function that makes a graph: the number of classes, labels or numbers."""
        return self.outputs


@dataclass(frozen=True, eq=False)
class Labels(Target):
    """One label an example. Two classes: one output, the probability of the second. C > 2: one output each."""

    classes: np.ndarray

    @property
    def task(self) -> str:  # type: ignore[override]
        return "binary" if len(self.classes) <= 2 else "multiclass"

    @property
    def outputs(self) -> int:
        return 1 if self.task == "binary" else len(self.classes)

    @property
    def widths(self) -> tuple[int, ...]:
        return (1, 2) if self.outputs == 1 else (self.outputs,)

    @property
    def counted(self) -> int:
        return len(self.classes)

    def encode(self, y: np.ndarray) -> np.ndarray:
        return codes(y, self.classes)

    def decode(self, f: np.ndarray) -> np.ndarray:
        return self.classes[self.codes(f)]

    def codes(self, f: np.ndarray) -> np.ndarray:
        """The number of the class that the outputs favour."""
        if len(self.classes) == 1:
            return np.zeros(len(f), np.int64)
        return (f[:, 0] > 0.5).astype(np.int64) if f.shape[1] == 1 else f.argmax(axis=1)

    def probabilities(self, f: np.ndarray) -> np.ndarray:
        """p(y = c | x) of every class, (N, C)."""
        if len(self.classes) == 1:
            return np.ones((len(f), 1), f.dtype)
        return np.concatenate([1 - f, f], axis=1) if f.shape[1] == 1 else f

    def known(self, y: np.ndarray) -> np.ndarray:
        return np.unique(y)


@dataclass(frozen=True, eq=False)
class Indicators(Target):
    """Several labels an example: y (N, K) of 0 and 1, a probability for each."""

    width: int
    task = "multilabel"

    @property
    def classes(self) -> np.ndarray:  # type: ignore[override]
        return np.arange(self.width)

    @property
    def outputs(self) -> int:
        return self.width

    def encode(self, y: np.ndarray) -> np.ndarray:
        if y.ndim != 2 or y.shape[1] != self.width:
            raise DataError(f"y must have a column for each of {self.width} labels, not shape {y.shape}")
        return (y > 0).astype(np.int64)

    def decode(self, f: np.ndarray) -> np.ndarray:
        return (f > 0.5).astype(np.int64)

    def probabilities(self, f: np.ndarray) -> np.ndarray:
        """p(label k | x), (N, K)."""
        return f

    def known(self, y: np.ndarray) -> np.ndarray:
        return np.arange(y.shape[1])


@dataclass(frozen=True, eq=False)
class Columns(Target):
    """Several outputs of several classes each: y (N, K), a softmax over the classes of each column."""

    classes: list[np.ndarray]
    task = "columns"

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(len(classes) for classes in self.classes)

    @property
    def outputs(self) -> int:
        return sum(self.sizes)

    @property
    def counted(self) -> tuple[int, ...]:
        return self.sizes

    def encode(self, y: np.ndarray) -> np.ndarray:
        if y.ndim != 2 or y.shape[1] != len(self.classes):
            raise DataError(f"y must have {len(self.classes)} columns, not shape {y.shape}")
        return np.stack([codes(y[:, k], classes) for k, classes in enumerate(self.classes)], axis=1)

    def decode(self, f: np.ndarray) -> np.ndarray:
        parts = self.probabilities(f)
        return np.stack([c[p.argmax(axis=1)] for c, p in zip(self.classes, parts, strict=True)], axis=1)

    def probabilities(self, f: np.ndarray) -> list[np.ndarray]:
        """p(y_k = c | x) for each column, a list of (N, C_k)."""
        return np.split(f, np.cumsum(self.sizes)[:-1], axis=1)

    def known(self, y: np.ndarray) -> list[np.ndarray]:
        return [np.unique(y[:, k]) for k in range(y.shape[1])]


@dataclass(frozen=True, eq=False)
class Numbers(Target):
    """Numbers, one an example or several."""

    width: int
    task = "numbers"

    @property
    def outputs(self) -> int:
        return self.width

    def encode(self, y: np.ndarray) -> np.ndarray:
        numbers = y.reshape(len(y), -1)
        if numbers.shape[1] != self.width:
            raise DataError(f"y must have {self.width} column{'s'[: self.width != 1]}, not shape {y.shape}")
        return numbers

    def decode(self, f: np.ndarray) -> np.ndarray:
        return f[:, 0] if self.width == 1 else f


def codes(y: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The place of each label among the classes, which are in increasing order. Raises DataError for others."""
    try:
        places = np.searchsorted(classes, y).clip(0, len(classes) - 1)
        wrong = classes[places] != y
    except TypeError:  # numbers and text do not compare
        wrong = np.ones(len(y), bool)
        places = np.zeros(len(y), np.int64)
    if np.any(wrong):
        raise DataError(f"`y` has classes not in `self.classes_`: {np.unique(y[wrong])} are not among {classes}")
    return places.astype(np.int64)


def classification(y: np.ndarray, classes: Sequence[Any] | np.ndarray | None = None) -> Target:
    """The target for y, or for `classes` if y may lack some. Raises ValueError if y does not hold classes."""
    kind = type_of_target(y, input_name="y")
    if kind != "unknown" or y.size:
        check_classification_targets(y)
    if kind.startswith("multilabel"):
        return Indicators(y.shape[1])
    if y.ndim == 2:
        columns = [y[:, k] for k in range(y.shape[1])] if classes is None else classes
        return Columns([np.unique(np.asarray(column)) for column in columns])
    return Labels(np.unique(y if classes is None else np.asarray(classes)))


def class_weights(class_weight: Any, y: np.ndarray) -> np.ndarray:
    """The weight of each example by `class_weight`: "balanced", {class: weight}, or a list for columns."""
    return np.asarray(compute_sample_weight(class_weight, y))
