"""Writing a data set that is larger than memory into temporary files, and mapping them."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Mapping
from typing import BinaryIO

import numpy as np

from bprop.errors import DataError
from bprop.mapped.ahead import Region
from bprop.mapped.dataset import Mapped
from bprop.mapped.order import WINDOW_BYTES, Pages

TOGETHER = 64 * 2**10  # bytes written at once: Linux keeps, and later maps, such pieces as a whole, 2 MB of them too
MOST_ROWS = 2**31  # an order counts rows in 32 bits
WEIGHTS = "weights of the examples"  # no input can be called so


class Spool:
    """Takes rows part by part, and gives them as a Mapped set.

    The files have no name in `folder` (where the system knows such files): they are gone when nothing uses them any
    more, however the program ends.

    dtype : of the numbers; whole numbers are stored in 32 bits. window : bytes of a window of the order of an epoch.
    """

    folder: str | os.PathLike[str]
    dtype: np.dtype
    window: int

    def __init__(
        self, folder: str | os.PathLike[str] | None = None, dtype: str = "float32", window: int = WINDOW_BYTES
    ):
        self.folder, self.dtype, self.window = folder or _temporary_folder(), np.dtype(dtype), window
        self.files: dict[str, BinaryIO] = {}
        self.kinds: dict[str, tuple[np.dtype, tuple[int, ...]]] = {}
        self.rows: int = 0

    def append(self, arrays: Mapping[str, np.ndarray], weights: np.ndarray | None = None) -> None:
        """Further rows. Raises DataError where they cannot be written."""
        columns = dict(arrays) if weights is None else {**arrays, WEIGHTS: weights}
        kinds = {name: self.dtype if a.dtype.kind == "f" else np.dtype(np.int32) for name, a in columns.items()}
        for name, array in columns.items():
            _need_kept(name, array, kinds[name])
        try:
            for name, array in columns.items():
                kind = kinds[name]
                if name not in self.files:
                    self.files[name] = tempfile.TemporaryFile(dir=self.folder, prefix="bprop-")  # noqa: SIM115
                    self.kinds[name] = kind, array.shape[1:]
                content = np.ascontiguousarray(array, kind).reshape(-1).view(np.uint8).data
                for start in range(0, len(content), TOGETHER):
                    self.files[name].write(content[start : start + TOGETHER])
        except OSError as error:
            self.close()
            raise DataError(
                f"cannot write the examples to {self.folder}: {error.strerror or error}; give another folder: "
                "--spool DIR"
            ) from error
        self.rows += len(next(iter(arrays.values())))

    def finish(self) -> Mapped | None:
        """The rows as a data set; None where there are none."""
        if not self.rows:
            return None
        if self.rows >= MOST_ROWS:
            self.close()
            raise DataError(f"{self.rows:,} rows: at most {MOST_ROWS - 1:,} can be counted")
        arrays, regions = {}, {}
        try:
            for name, file in self.files.items():
                file.flush()
                dtype, inner = self.kinds[name]
                memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                arrays[name] = np.frombuffer(memory, dtype).reshape(-1, *inner)
                regions[name] = Region(memory, arrays[name][:1].nbytes)
        except OSError as error:
            raise DataError(f"cannot read the examples back from {self.folder}: {error.strerror or error}") from error
        finally:
            self.close()  # a mapping stays without its file
        weights = arrays.pop(WEIGHTS, None)
        pages = Pages.of(self.rows, sum(region.row_bytes for region in regions.values()), self.window)
        return Mapped(arrays, weights, None, regions, pages, self.folder)

    def close(self) -> None:
        """Close the files; arrays that are mapped stay."""
        for file in self.files.values():
            file.close()
        self.files.clear()


def _temporary_folder() -> str:
    """The system's folder for temporary files. Raises DataError where nothing can be written to any, on a full disk."""
    try:
        return tempfile.gettempdir()
    except OSError as error:
        raise DataError(f"cannot write the examples: {error.strerror or error}; give a folder: --spool DIR") from error


def _need_kept(name: str, array: np.ndarray, kind: np.dtype) -> None:
    """Raise DataError for whole numbers, and for weights, that `kind` does not hold."""
    if not array.size:
        return
    if array.dtype.kind in "iu" and not np.iinfo(kind).min <= array.min() <= array.max() <= np.iinfo(kind).max:
        ends = f"{array.min()} .. {array.max()}"
        raise DataError(f"{name!r}: whole numbers beyond 32 bits ({ends}): stream them as floats")
    if name == WEIGHTS and array.dtype.kind == "f":
        lost = (array != 0) & ((array < np.finfo(kind).tiny) | (array > np.finfo(kind).max))
        if lost.any():
            raise DataError(f"{name}: {array[lost][0]} becomes 0 or infinite in {kind}: scale the weights")
