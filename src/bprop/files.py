"""Files that are either written whole or not at all, and never hold code."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from bprop.errors import ModelFileError

KEY = "bprop"  # the key of our JSON in the safetensors metadata
CHECKSUM = "crc32"  # the key, in that JSON, of the checksum over all the rest
UNFINISHED = ".tmp"  # the end of the names of files that are being written
CANNOT_FLUSH = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM)


def write_atomically(path: str | os.PathLike, content: bytes) -> None:
    """Write next to `path`, flush to the disk, then rename: a crash leaves the old file or the new, no mixture.

    When it returns, the new file is on the disk. Raises ModelFileError where it cannot be written.
    """
    target = Path(path)
    temporary = target.parent / f".{target.name}.{os.getpid()}{UNFINISHED}"
    try:
        _write_flushed(temporary, content)
        os.replace(temporary, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise ModelFileError(f"cannot write {target}: {error.strerror or error}; nothing was changed") from error
        raise
    try:
        _flush_folder(target.parent)
    except OSError as error:
        raise ModelFileError(f"{target} may not outlive a crash: {error.strerror or error}") from error


def _write_flushed(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(file, left) :]  # the system may take a part only
        os.fsync(file)
    finally:
        os.close(file)


def _flush_folder(path: Path) -> None:
    """Flush the names in a folder, where the file system can do that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:  # one may write into it, but not look
        return
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in CANNOT_FLUSH:
            raise
    finally:
        os.close(folder)


def write_tensors(path: str | os.PathLike, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """One safetensors file: arrays by name, and `meta` as JSON in its metadata."""
    from safetensors.numpy import save

    ready = {name: np.asarray(array, array.dtype.newbyteorder("="), order="C") for name, array in arrays.items()}
    for name, array in ready.items():
        if array.dtype.kind == "f" and array.dtype.itemsize > 8:
            raise ModelFileError(f"{name!r} is longdouble, which the file format does not know: use float64")
    try:
        plain = json.loads(json.dumps(meta))
    except (TypeError, ValueError) as error:
        raise ModelFileError(f"cannot write {path}: the notes must be plain data (JSON): {error}") from error
    text = json.dumps({**plain, CHECKSUM: checksum(plain, ready)})
    write_atomically(path, save(ready, metadata={KEY: text}))


def checksum(meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """CRC-32 of plain data and of every array's name, type, shape and bytes."""
    found = crc32(json.dumps(meta).encode())
    for name, array in sorted(arrays.items()):
        found = crc32(f"{name} {array.dtype.str} {array.shape}".encode(), found)
        found = crc32(array.tobytes(), found)
    return f"{found:08x}"


def read_tensors(path: str | os.PathLike) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays and the JSON of a file of `write_tensors`. Raises ModelFileError naming file and fault."""
    from safetensors import safe_open

    if not os.path.isfile(path):  # false for a name that is too long, too
        raise ModelFileError(f"{path}: there is no such file")
    try:
        with safe_open(str(path), framework="numpy") as file:
            text = (file.metadata() or {}).get(KEY)
            if text is None:
                raise ModelFileError(f"{path}: a safetensors file, but not one of bprop's (no {KEY!r} metadata)")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        meta = json.loads(text)
        if meta.pop(CHECKSUM, None) != checksum(meta, arrays):
            raise ModelFileError(f"{path}: a damaged model file: what it holds is not what was written")
        return arrays, meta
    except ModelFileError:
        raise
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror or error}") from error
    except Exception as error:  # whatever a file can hold that we did not think of
        raise ModelFileError(f"{path}: not a model file, or a damaged one ({error})") from error


def bprop_version() -> str:
    """The version of bprop that is installed, for files to remember."""
    from importlib.metadata import PackageNotFoundError, version  # 30 ms that only saving needs

    try:
        return version("bprop")
    except PackageNotFoundError:
        return "unknown"
