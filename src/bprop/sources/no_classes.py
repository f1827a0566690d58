"""Targets of text that are no classes: numbers that no one format fits, and dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bprop.errors import DataError
from bprop.sources.dates.read import read_either_way
from bprop.sources.looks import shortened
from bprop.sources.number_inference import is_number
from bprop.sources.units import SIGNS

FEW = 10  # different numbers or dates, which may well be classes
MOST = 0.9  # of the different targets are numbers, or dates


def need_no_measures(where: str, values: Sequence[object], rows: np.ndarray) -> None:
    """Raise DataError where text, taken for classes without being asked, is numbers or dates.

    where : the file and the column. values : (C,) the different targets. rows : (C,) those of each.
    """
    if len(values) <= FEW or not all(isinstance(value, str) for value in values):
        return
    cells = [str(values[k]) for k in np.argsort(-rows, kind="stable")]
    if sum(map(is_number, cells)) >= MOST * len(cells) and 2 * sum(map(_is_marked, cells)) >= len(cells):
        raise DataError(
            f"{where}: {len(cells):,} different targets look like numbers, such as {_two(cells)}, but no one format "
            "fits them: write all in one format and unit, give another --target, or keep each as a class with "
            "--task classification"
        )
    if (~np.isnat(read_either_way(cells))).mean() >= MOST:
        raise DataError(
            f"{where}: {len(cells):,} different targets look like dates, such as {_two(cells)}: give another --target, "
            "write the days until then as numbers, or keep each as a class with --task classification"
        )


def _is_marked(cell: str) -> bool:
    """Whether a cell has a fraction, thousands, a currency or a percent sign, as codes such as R204 or 13A have not."""
    return any(letter in SIGNS or letter in ".,'%" for letter in cell)


def _two(cells: Sequence[str]) -> str:
    """Two cells that are written differently, if there are."""
    shape = [cell.translate(_DIGITS) for cell in cells]
    other = next((cell for cell, form in zip(cells, shape, strict=True) if form != shape[0]), cells[1])
    return f"{shortened(cells[0])!r} and {shortened(other)!r}"


_DIGITS = str.maketrans("123456789", "000000000")
