"""Reads the columns of the targets: as numbers, as text, or as yes and no."""

from __future__ import annotations

import numpy as np

from bprop.errors import DataError, SettingError
from bprop.scaling import LOST
from bprop.sources.cells import exact
from bprop.sources.codes import LONG
from bprop.sources.column import Column, objects
from bprop.sources.frame import Frame


def find_targets(frame: Frame, wanted: str | None) -> tuple[str, ...]:
    """The columns that --target names: one, or several with commas between; default the last column."""
    if not frame.columns:
        raise DataError(f"{frame.label}: it has no columns")
    if wanted is None:
        return (list(frame.columns)[-1],)
    names = (wanted,) if wanted in frame.columns else tuple(name.strip() for name in wanted.split(","))
    for name in names:
        frame.column(name)
    if len(set(names)) < len(names):
        raise SettingError(f"--target {wanted}: a column is named twice")
    return names


def targets_of(frame: Frame, name: str, task: str | None, counts: np.ndarray | None = None) -> np.ndarray:
    """A column of targets: numbers if most cells are (and then all must be), else text. Text and bools of arrays stay.

    For classification, also a few numbers among text are names of classes, and so are whole numbers too large for 64
    bits; smaller ones are exact.

    counts : (N,) how often each row stands in the table; default once.
    """
    column = frame.column(name)
    kind = column.cells.dtype.kind
    if kind in "Ub":
        return column.cells
    frame.need_all(name, "target")
    if kind == "M":
        raise DataError(
            f"{frame.label}, column {name!r}: dates cannot be predicted; give a number, such as days since ..."
        )
    values, bad = column.numbers
    names = task in (None, "classification") and column.settled.codes not in ("", LONG)
    names |= bool(np.isnan(values).all())  # words such as ?? alone, which would be missing among numbers
    if names or 2 * np.average(bad, weights=counts) >= 1 or (bad.any() and _are_names(frame, name, task)):
        return texts_of(frame, name)
    y = exact(column.cells, _numbers(frame, name))
    if task not in (None, "classification"):
        return _rounded(frame, name, y)
    return np.array(list(map(str, y)), object) if y.dtype.kind == "O" else y


def texts_of(frame: Frame, name: str) -> np.ndarray:
    """A column of targets as text."""
    frame.need_all(name, "target")
    return frame.column(name).texts


def different(y: np.ndarray, column: Column) -> tuple[np.ndarray, np.ndarray]:
    """(the different targets in order, the number of its target for each row). Blanks around text do not count.

    column : from which y was read.
    """
    if y.dtype.kind != "O":
        values, codes = np.unique(y, return_inverse=True)
        return values, codes.ravel()
    texts, codes = column.distinct_texts if y is column.texts else Column(y).distinct
    written = texts.tolist()
    names = {number: written[number].strip() for number in np.unique(codes).tolist()}
    order = {name: number for number, name in enumerate(sorted(set(names.values())))}
    return objects(list(order)), np.array([order.get(names.get(k, ""), -1) for k in range(len(texts))], np.intp)[codes]


def _are_names(frame: Frame, name: str, task: str | None) -> bool:
    """Whether cells, some of which are no numbers, are names of classes: if somebody says so, or all say yes or no."""
    return task == "classification" or (task is None and not frame.column(name).booleans[1].any())


def _numbers(frame: Frame, name: str) -> np.ndarray:
    """A column of numbers. Raises DataError, naming the first place, for another cell."""
    column = frame.column(name)
    values, bad = column.numbers
    bad = bad | np.isnan(values)
    if bad.any():
        row = int(bad.argmax())
        raise DataError(
            f"{frame.where(row)}, column {name!r}: {str(column.cells[row])!r} is not a finite number, and "
            f"{int(bad.sum()):,} of {len(bad):,} targets are none; mend the file, leave such rows out with "
            "--bad-cells missing, or predict classes with --task classification"
        )
    return values


def _rounded(frame: Frame, name: str, y: np.ndarray) -> np.ndarray:
    """Whole numbers as float64. Raises DataError where that rounds their differences away."""
    rounded = y.astype(np.float64)
    if y.dtype.kind != "f" and len(y):
        first = min(y.tolist())
        apart = np.array([value - first for value in y.tolist()], np.float64)
        lost = np.array([abs(int(close) - value) for close, value in zip(rounded, y.tolist(), strict=True)], np.float64)
        if lost.mean() > LOST * apart.std():
            raise DataError(
                f"{frame.label}, column {name!r}: whole numbers near {first} that differ by {apart.std():.3g}: a "
                "float64 rounds the differences away; subtract an offset from all of them"
            )
    return rounded


def several(frame: Frame, names: tuple[str, ...]) -> np.ndarray:
    """(N, columns): numbers, or 0 and 1 for no and yes. Each column is read by itself."""
    columns = []
    for name in names:
        frame.need_all(name, "target")
        switches, bad = frame.column(name).booleans
        columns.append(_numbers(frame, name) if bad.any() else switches)
    return np.stack(columns, axis=1)
