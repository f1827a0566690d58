"""NumPy .npz files with the arrays x (N, ...) and y (N,)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bprop.errors import DataError
from bprop.sources.limits import ARRAY, need_room, some
from bprop.sources.table import Table, as_examples, check_finite, numbered


def read(path: Path, target: str | None) -> Table:
    """The arrays x and y (or `target`) of a .npz file; y may be absent. Nothing in the file is executed."""
    target = target or "y"
    arrays = _arrays(path)
    x = arrays["x"]
    if x.dtype.kind not in "fiub" or x.ndim < 2:
        raise DataError(f"{path}: x must be numbers of shape (N, D), not {x.dtype} of shape {x.shape}")
    x = as_examples(path, x)
    y = arrays.get(target)
    if y is not None and y.shape[:1] != x.shape[:1]:
        raise DataError(f"{path}: x has {len(x)} rows, {target} has shape {y.shape}")
    if y is not None and y.ndim != 1:
        raise DataError(f"{path}: {target} must have one target an example, shape (N,), not {y.shape}")
    if y is not None and y.dtype.kind not in "fiubU":
        raise DataError(f"{path}: {target} must be numbers or text, not {y.dtype}")
    if y is not None:
        check_finite(path, target, y)
    return Table(path.stem, x, y, numbered(x.shape[1]), target)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays, x being one. Raises DataError before any is read where together they are too large."""
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as found:
                if "x" not in found.files:
                    there = some(found.files) or "none"
                    raise DataError(f"{path}: needs an array called 'x' (and 'y' for the targets); there is {there}")
                need_room(path, ARRAY * sum(member.file_size for member in found.zip.infolist()), "reading its arrays")
                return {name: np.asarray(found[name]) for name in found.files}
        except DataError:
            raise
        except Exception as error:  # for damaged bytes zipfile, zlib and NumPy raise a dozen kinds
            raise DataError(
                f"{path}: not a .npz file, or a damaged one, or one with Python objects ({error})"
            ) from error
