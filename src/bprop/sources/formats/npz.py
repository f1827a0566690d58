"""NumPy .npz files with the arrays x (N, ...) and y (N,)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import ClassVar

import numpy as np

from bprop.errors import DataError
from bprop.sources.formats.arrays import as_examples, check_finite, frame_of_arrays, numbered
from bprop.sources.formats.format import Format, Source
from bprop.sources.frame import Frame
from bprop.sources.limits import ARRAY, need_room, some


class Npz(Format):
    """The arrays x and y, or that of another name for the targets; y may be absent. Nothing in a file is executed."""

    suffixes: ClassVar[tuple[str, ...]] = (".npz",)
    magic: ClassVar[tuple[bytes, ...]] = (b"PK\x03\x04",)
    arrays = True
    cost: ClassVar[float] = ARRAY  # `_arrays` counts the unpacked arrays again

    def read(self, source: Source) -> Frame:
        path, target = source.path, source.target or "y"
        arrays = _arrays(path, source.content)
        x = arrays["x"]
        if x.dtype.kind not in "fiub" or x.ndim < 2:
            raise DataError(f"{path}: x must be numbers of shape (N, D), not {x.dtype} of shape {x.shape}")
        x = as_examples(path, x)
        y = arrays.get(target)
        if y is not None:
            _need_targets(path, target, x, y)
        return frame_of_arrays(path.stem, x, y, numbered(x.shape[1]), target)


def _need_targets(path: Path, name: str, x: np.ndarray, y: np.ndarray) -> None:
    """Raise DataError unless y holds one target for each row of x."""
    if y.shape[:1] != x.shape[:1]:
        raise DataError(f"{path}: x has {len(x)} rows, {name} has shape {y.shape}")
    if y.ndim != 1:
        raise DataError(f"{path}: {name} must have one target an example, shape (N,), not {y.shape}")
    if y.dtype.kind not in "fiubU":
        raise DataError(f"{path}: {name} must be numbers or text, not {y.dtype}")
    check_finite(path, name, y)


def _arrays(path: Path, content: bytes) -> dict[str, np.ndarray]:
    """All arrays, x being one. Raises DataError before any is read where together they are too large."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            if "x" not in file.files:
                there = some(file.files) or "none"
                raise DataError(f"{path}: needs an array called 'x' (and 'y' for the targets); there is {there}")
            need_room(path, ARRAY * sum(member.file_size for member in file.zip.infolist()), "reading its arrays")
            return {name: np.asarray(file[name]) for name in file.files}
    except DataError:
        raise
    except Exception as error:  # for damaged bytes zipfile, zlib and NumPy raise a dozen kinds
        raise DataError(f"{path}: not a .npz file, or a damaged one, or one with Python objects ({error})") from error
