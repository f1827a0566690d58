"""Inputs and targets in units of their deviation: (a - mean) / deviation, in float64, before a network sees them.

A network computes in float32, which holds 7 digits: times in milliseconds, or prices around a billion, would be rounded
to steps larger than their deviation. So scaling is no part of the graph. The notes of a model hold it; `Model`
scales its inputs and returns predictions in the units of the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bprop.errors import DataError

KEY = "scaling"
"""Where the notes of a model hold {input or output: {"mean": ..., "deviation": ...}}."""
ROUNDING = 2.0
"""A column whose deviation is at most so many rounding steps is a constant."""
PART = 4096  # rows computed at a time
SAMPLE = 4096  # rows that tell whether a precision holds a column
LOST = 0.01  # the share of a deviation that rounding may take


class MisfitError(DataError):
    """A number, or a prediction, that the network's precision does not hold.

    array : its input or output. row, feature : its place there; feature None: an output.
    """

    array: str
    row: int
    feature: int | None

    def __init__(self, message: str, array: str, row: int, feature: int | None):
        super().__init__(message)
        self.array, self.row, self.feature = array, row, feature


@dataclass(frozen=True, eq=False)
class Scaling:
    """(a - mean) / deviation, in float64. A column whose deviation is 0 is a constant, and becomes 0.

    mean, deviation : of the shape of one example, or numbers that hold for all of it.
    """

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> Scaling:
        """Mean and deviation of examples (N, ...)."""
        return cls(*moments(values))

    def but_for(self, left: np.ndarray) -> Scaling:
        """The same scaling, but the columns in `left` stay as they are."""
        return Scaling(np.where(left, 0.0, self.mean), np.where(left, 1.0, self.deviation))

    @property
    def divisor(self) -> np.ndarray:
        """The deviation, 1 for constants."""
        return np.where(self.deviation > 0, self.deviation, 1.0)

    def scaled(self, array: np.ndarray, dtype: Any = np.float64) -> np.ndarray:
        """Examples as the network sees them; infinite where `dtype` does not hold them."""
        scaled = np.empty(array.shape, dtype)
        divisor, varies = self.divisor, (self.deviation > 0) * 1.0
        with np.errstate(all="ignore"):
            for start in range(0, len(array), PART):
                part = array[start : start + PART]
                scaled[start : start + PART] = (part.astype(np.float64) - self.mean) / divisor * varies
        return scaled

    def restored(self, array: np.ndarray) -> np.ndarray:
        """The way back, in float64."""
        with np.errstate(all="ignore"):
            return array.astype(np.float64) * self.divisor + self.mean

    def to_notes(self) -> dict[str, Any]:
        """As plain data."""
        return {"mean": self.mean.tolist(), "deviation": self.deviation.tolist()}

    @classmethod
    def from_notes(cls, notes: Any) -> Scaling:
        """From plain data. Raises DataError if it is not a scaling."""
        try:
            mean, deviation = (np.array(notes[name], np.float64) for name in ("mean", "deviation"))
            sound = np.isfinite(mean).all() and np.isfinite(deviation).all() and (deviation >= 0).all()
            if not sound or mean.shape != deviation.shape:
                raise ValueError("no mean and deviation")
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
            raise DataError(
                "the notes of this model do not say how its data is scaled: the model is damaged"
            ) from error
        return cls(mean, deviation)


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(mean, deviation) of examples (N, ...), in float64; the deviation of a constant is 0.

    A column is constant where its deviation is no more than the rounding of its numbers: 14.62 + 1e-15.
    """
    step = np.finfo(values.dtype).eps if values.dtype.kind == "f" else np.finfo(np.float64).eps
    low, high = values.min(axis=0).astype(np.float64), values.max(axis=0).astype(np.float64)
    size = np.maximum(abs(low), abs(high))
    exponent = np.where((size > 1e140) | (size < 1e-140), np.frexp(size)[1], 0)  # else squares leave float64
    if exponent.any():
        values = np.ldexp(values.astype(np.float64), -exponent)
    mean, deviation = values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64)
    mean, deviation = np.ldexp(mean, exponent), np.ldexp(deviation, exponent)
    return np.clip(mean, low, high), np.where((low == high) | (deviation <= ROUNDING * step * size), 0.0, deviation)


def is_constant(values: np.ndarray) -> bool:
    """Whether numbers (N,) differ by no more than their rounding."""
    return not moments(values)[1] > 0


def need_precision(name: str, array: np.ndarray, dtype: Any, columns: Sequence[str] = ()) -> None:
    """Raise DataError where `dtype` does not hold a number, or rounds the differences within a column away.

    columns : their names, where they have some.
    """
    if array.dtype.kind not in "fiu" or array.dtype.itemsize < 8 or np.dtype(dtype).itemsize > 4 or not array.size:
        return
    if max(-array.min(), array.max()) > np.finfo(dtype).max:
        with np.errstate(over="ignore"):
            _need_finite(name, array.astype(dtype), array, dtype)
    some = array[:: max(1, len(array) // SAMPLE)].astype(np.float64)
    deviation = moments(some)[1]
    with np.errstate(all="ignore"):
        lost = np.abs(some - some.astype(dtype)).mean(axis=0)
    bad = np.isfinite(lost) & (deviation > 0) & (lost > LOST * deviation)
    if bad.any():
        place = tuple(int(axis[0]) for axis in np.nonzero(bad)) if bad.ndim else ()
        values, where = some[(slice(None), *place)], f", column {', '.join(map(str, place))}" if place else ""
        where = f", column {columns[place[0]]!r}" if columns and place else where
        raise DataError(
            f"input {name!r}{where}: {np.dtype(dtype).name} cannot tell numbers near {values.mean():.6g} apart that "
            f"differ by {values.std():.3g}: subtract their mean first, in float64, or train in float64"
        )


class Units:
    """How the data of a model is scaled, by the names of its inputs and outputs: "x", "y", "f"."""

    def __init__(self, scalings: Mapping[str, Scaling]):
        self.scalings: dict[str, Scaling] = dict(scalings)

    @classmethod
    def of(cls, notes: Mapping[str, Any]) -> Units:
        """Those in the notes of a model. Raises DataError where they are damaged."""
        noted = notes.get(KEY)
        if noted is not None and not isinstance(noted, Mapping):
            raise DataError("the notes of this model do not say how its data is scaled: the model is damaged")
        return cls({str(name): Scaling.from_notes(one) for name, one in (noted or {}).items()})

    def need_fit(self, shapes: Mapping[str, tuple[Any, ...]]) -> None:
        """Raise DataError if a scaling has another shape than an example of its array. shapes : {array: shape}."""
        for name, scaling in self.scalings.items():
            if scaling.mean.shape not in ((), shapes.get(name, scaling.mean.shape)):
                raise DataError(
                    f"the notes of this model scale {name!r} in the shape {scaling.mean.shape}, but an example has "
                    f"{shapes[name]}: the model is damaged"
                )

    def with_quantiles(self, graph: Any) -> Units:
        """The same, and the scaling of the output "quantiles" of a graph, if it has one: that of f."""
        box, f = graph.outputs.get("quantiles"), self.scalings.get("f")
        if box is None or f is None:
            return self
        shape = box.dims[1:] if f.mean.ndim else ()
        ends = (np.broadcast_to(a[..., None] if a.ndim else a, shape).copy() for a in (f.mean, f.deviation))
        return Units({**self.scalings, "quantiles": Scaling(*ends)})

    def to_notes(self) -> dict[str, Any]:
        """As the entry of a model's notes; none where nothing is scaled."""
        return {KEY: {name: one.to_notes() for name, one in self.scalings.items()}} if self.scalings else {}

    def scaled(self, arrays: Mapping[str, np.ndarray], dtype: Any) -> dict[str, np.ndarray]:
        """Arrays as the network sees them, floats in its precision.

        Raises MisfitError for a number that this precision does not hold.
        """
        scaled = {}
        for name, array in arrays.items():
            scaling = self.scalings.get(name)
            if scaling is not None:
                if scaling.mean.shape not in ((), array.shape[1:]):
                    raise DataError(f"the notes of this model scale {name!r} in another shape: the model is damaged")
                scaled[name] = scaling.scaled(array, dtype)
            else:
                with np.errstate(over="ignore"):
                    scaled[name] = array.astype(dtype, copy=False) if array.dtype.kind == "f" else array
            _need_finite(name, scaled[name], array, dtype)
        return scaled

    def restored(self, name: str, array: np.ndarray) -> np.ndarray:
        """An input, or an output, in the units of the table."""
        scaling = self.scalings.get(name)
        return array if scaling is None else scaling.restored(array)

    def answers(self, outputs: Any, only: str) -> Any:
        """Outputs in the units of the table, an array (called `only`) or {name: array}. Raises MisfitError for NaN."""
        if isinstance(outputs, dict):
            return {name: self.answers(array, name) for name, array in outputs.items()}
        answer = self.restored(only, outputs)
        bad = ~np.isfinite(answer)
        if bad.any():
            place = tuple(int(axis[0]) for axis in np.nonzero(bad))
            raise MisfitError(
                f"row {place[0]}: the prediction is {answer[place]}, which is not a finite number: the inputs of this "
                "row are too far from those of training", only, place[0], None,
            )  # fmt: skip
        return answer

    def measures(self, values: Mapping[str, float]) -> dict[str, float]:
        """Loss and metrics, with differences of one number (rmse, mae) in the units of the table."""
        scaling = self.scalings.get("f")
        if scaling is None or scaling.deviation.ndim:
            return dict(values)
        unit = float(scaling.divisor)
        return {n: value * unit if n.partition("[")[0] in ("rmse", "mae") else value for n, value in values.items()}

    def judged(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Arrays as the network sees them, but targets in the units of `measures`."""
        scaling = self.scalings.get("y")
        if scaling is None or scaling.deviation.ndim or "y" not in arrays:
            return dict(arrays)
        return {**arrays, "y": scaling.restored(arrays["y"])}


def with_older(notes: Mapping[str, Any]) -> dict[str, Any]:
    """The notes of a model. Before format 2, a table's notes held the scaling of several targets elsewhere."""
    table = notes.get("table")
    if KEY in notes or not isinstance(table, Mapping) or not table.get("mean"):
        return dict(notes)
    answer = {name: table.get(name) for name in ("mean", "deviation")}
    return {**notes, KEY: {"y": answer, "f": answer}}


def _need_finite(name: str, scaled: np.ndarray, array: np.ndarray, dtype: Any) -> None:
    with np.errstate(all="ignore"):
        if scaled.dtype.kind != "f" or np.isfinite(scaled.sum(dtype=np.float64)):  # a finite sum has finite terms
            return
    for row, *inner in np.argwhere(~np.isfinite(scaled))[:1].tolist():
        where = f", column {', '.join(map(str, inner))}" if inner else ""
        raise MisfitError(
            f"input {name!r}, row {row}{where}: {array[(row, *inner)]} is too large for {np.dtype(dtype).name}: mend "
            "or leave out this row, or use dtype='float64'", name, row, inner[0] if inner else 0,
        )  # fmt: skip
