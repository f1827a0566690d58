"""Files of arrays and plain data (safetensors). They are written whole or not at all, and never hold code."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np

from bprop.disk.atomic import write_atomically
from bprop.disk.near import near_file
from bprop.disk.reading import need_access, not_a_file, why
from bprop.errors import ModelFileError, UnreadableError
from bprop.outside import pass_on_limit
from bprop.remote.download import fetched, forget
from bprop.remote.path import address_of

KEY = "bprop"  # the key of our JSON in the safetensors metadata
CHECKSUM = "crc32"  # the key, in that JSON, of the checksum of everything else
KINDS = {
    "bool": "BOOL", "int8": "I8", "uint8": "U8", "int16": "I16", "uint16": "U16", "int32": "I32", "uint32": "U32",
    "int64": "I64", "uint64": "U64", "float16": "F16", "float32": "F32", "float64": "F64", "complex64": "C64",
}  # fmt: skip
"""{NumPy's name of a dtype: the name in the file format}"""
__all__ = ["bprop_version", "checksum", "read_tensors", "write_atomically", "write_tensors"]


def write_tensors(path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """Write one safetensors file: arrays by name, and `meta` as JSON in its metadata. No array is copied.

    Raises ModelFileError for a dtype that the format does not have, for `meta` that is not plain data, and if the file
    cannot be written.
    """
    path = address_of(path) or path
    ready = {name: np.asarray(array, array.dtype.newbyteorder("="), order="C") for name, array in arrays.items()}
    for name, array in ready.items():
        if array.dtype.kind == "f" and array.dtype.itemsize > 8:
            raise ModelFileError(f"{name!r} is longdouble, which the file format does not know: use float64")
        if array.dtype.name not in KINDS:
            raise ModelFileError(f"{name!r} is {array.dtype}, which the file format does not know")
    try:
        plain = json.loads(json.dumps(meta))
    except (TypeError, ValueError) as error:
        raise ModelFileError(f"cannot write {path}: the notes must be plain data (JSON): {error}") from error
    text = json.dumps({**plain, CHECKSUM: checksum(plain, ready)})
    write_atomically(path, safetensors_of(ready, {KEY: text}))


def safetensors_of(arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> list[bytes | memoryview]:
    """The parts of a safetensors file of arrays in C order.

    They are the length of the header in 8 bytes, the header in JSON, padded to a multiple of 8, and the bytes of the
    arrays. The arrays of the widest numbers come first, which keeps all of them aligned.

    Source: https://github.com/huggingface/safetensors, "Format".
    """
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    parts, end = [], 0
    for name, array in sorted(arrays.items(), key=lambda pair: (-pair[1].dtype.itemsize, pair[0])):
        start, end = end, end + array.nbytes
        header[name] = {"dtype": KINDS[array.dtype.name], "shape": list(array.shape), "data_offsets": [start, end]}
        parts.append(bytes_of(array))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return [len(text).to_bytes(8, "little") + text, *parts]


def bytes_of(array: np.ndarray) -> memoryview:
    """The bytes of an array in C order: a view, or a copy if the array is in another order."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def checksum(meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """CRC-32 of plain data and of every array's name, dtype, shape and bytes, in hexadecimal."""
    crc = crc32(json.dumps(meta).encode())
    for name, array in sorted(arrays.items()):
        crc = crc32(f"{name} {array.dtype.str} {array.shape}".encode(), crc)
        crc = crc32(bytes_of(array), crc)
    return f"{crc:08x}"


def read_tensors(path: str | os.PathLike[str]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays and the JSON of a file that `write_tensors` wrote.

    Raises ModelFileError, which names the file and the fault, and UnreadableError for a file that exists but cannot be
    read now.
    """
    from safetensors import safe_open

    here, path = _here(path), address_of(path) or path
    _need_file(here, path)
    try:
        with safe_open(here, framework="numpy") as file:
            text = (file.metadata() or {}).get(KEY)
            if text is None:
                raise ModelFileError(f"{path}: a safetensors file, but not one of bprop's (no {KEY!r} metadata)")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        meta = json.loads(text)
        if meta.pop(CHECKSUM, None) != checksum(meta, arrays):
            raise ModelFileError(f"{path}: a damaged model file: its content does not fit its checksum")
        return arrays, meta
    except ModelFileError:
        raise
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror or error}") from error
    except MemoryError as error:
        raise UnreadableError(f"{path}: cannot be read: {why(error)}") from error
    except Exception as error:  # a damaged file can make the reader raise anything
        raise ModelFileError(f"{path}: not a model file, or a damaged one ({error})") from error


def _here(path: str | os.PathLike[str]) -> str:
    """The path of a file on this machine: of an address, a copy that is as new as the file."""
    if (address := address_of(path)) is None:
        return os.fspath(path)
    forget(address)
    return fetched(address, UnreadableError)


def _need_file(here: str, path: str | os.PathLike[str]) -> None:
    """Raise ModelFileError if there is no such file, UnreadableError if it may not be read."""
    try:
        wrong = not_a_file(here)
        if wrong is None:
            need_access(here)
    except OSError as error:
        raise UnreadableError(f"{path}: cannot be read: {why(error)}") from error
    if wrong is not None:
        raise ModelFileError(f"{path}: {wrong}{near_file(path) if wrong == 'there is no such file' else ''}")


def bprop_version() -> str:
    """The installed version of bprop, which files record; "unknown" if it cannot be determined."""
    from importlib.metadata import PackageNotFoundError  # takes 30 ms, and only saving needs it

    try:
        return _installed_version()
    except (PackageNotFoundError, OSError) as error:  # OSError: too many open files, which must not prevent saving
        pass_on_limit(error)
        return "unknown"


@cache
def _installed_version() -> str:
    from importlib.metadata import version

    return version("bprop")
