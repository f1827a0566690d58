"""The idx format of MNIST (LeCun, Cortes, Burges): a file of images and one of labels, gzipped or not."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import ClassVar

import numpy as np

from bprop.errors import DataError
from bprop.sources.formats.arrays import as_examples, check_finite, frame_of_arrays, numbered
from bprop.sources.formats.format import Format, Source
from bprop.sources.frame import Frame
from bprop.sources.limits import ARRAY, content_of

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


class Idx(Format):
    """Images (N, D) as uint8 with their labels: those of a file that is named, or of the one beside them."""

    magic: ClassVar[tuple[bytes, ...]] = tuple(bytes([0, 0, code]) for code in _DTYPES)
    arrays = True
    cost: ClassVar[float] = ARRAY

    def knows(self, name: str) -> bool:
        return "idx" in Path(name).name

    def read(self, source: Source) -> Frame:
        path, labels = source.path, source.labels
        x = array_of(path, source.content)
        if x.ndim < 2:
            raise DataError(f"{path}: holds {x.ndim} axis, so labels rather than images; give the file of images first")
        labels = labels_beside(path) if labels is None else labels
        y = None if labels is None else array_of(labels, content_of(labels, ARRAY))
        if y is not None and y.shape != (len(x),):
            raise DataError(f"{labels}: labels of shape {y.shape} for {len(x)} images of {path}")
        if y is not None:
            check_finite(labels, "the labels", y)
        x = as_examples(path, x)
        name = path.name.split("-")[0].split(".")[0]
        return frame_of_arrays(name, x, y, numbered(x.shape[1]), "class", None if y is None else "classification")


def array_of(path: Path, content: bytes) -> np.ndarray:
    """The array of one idx file. Raises DataError where it is not one, or truncated."""
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _DTYPES or content[3] == 0:
        raise DataError(f"{path}: not an idx file: it begins with {content[:4].hex(' ')}")
    axes = content[3]
    if len(content) < 4 + 4 * axes:
        raise DataError(f"{path}: truncated within its header")
    shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
    dtype = np.dtype(_DTYPES[content[2]])
    body = content[4 + 4 * axes :]
    wanted = int(np.prod(shape, dtype=object)) * dtype.itemsize
    if len(body) != wanted:
        raise DataError(f"{path}: {len(body)} bytes of data where shape {shape} needs {wanted}: truncated or damaged")
    try:
        return np.frombuffer(body, dtype).reshape(shape).astype(dtype.newbyteorder("="))
    except ValueError as error:  # more axes than NumPy has, or huge ones beside one of 0
        raise DataError(f"{path}: an array of {axes} axes cannot be read: {error}") from error


def labels_beside(path: Path) -> Path | None:
    """The file of labels that goes with a file of images by name, as MNIST's do, if it is there."""
    beside = path.with_name(path.name.replace("images-idx3", "labels-idx1").replace("images.idx3", "labels.idx1"))
    return beside if beside != path and beside.is_file() else None
