"""Arrays in temporary files, where the system may put them aside when it needs the memory."""

from __future__ import annotations

import mmap
import os
import tempfile

import numpy as np

from bprop.errors import DataError


def scratch(length: int, dtype: np.dtype | type, folder: str | os.PathLike[str] | None) -> np.ndarray:
    """An array (length,) of zeros in a file without a name, which is gone when the array is.

    Raises DataError where there is no room for it: later the system could only end the program.
    """
    size = max(1, length * np.dtype(dtype).itemsize)
    try:
        with tempfile.TemporaryFile(dir=folder, prefix="bprop-") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            file.truncate(size)
            memory = mmap.mmap(file.fileno(), size)
    except OSError as error:
        raise DataError(f"cannot write an order of the examples to {folder}: {error.strerror or error}") from error
    return np.frombuffer(memory, dtype, length)
