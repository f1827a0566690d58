"""NumPy .npz files with the arrays x (N, ...) and y (N,), also by the names that other libraries give them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from bprop.errors import DataError
from bprop.sources.formats.arrays import as_examples, check_finite, frame_of_arrays, numbered
from bprop.sources.formats.format import Format, Source
from bprop.sources.frame import Frame
from bprop.sources.limits import ARRAY, need_room, some

INPUTS = ("x", "inputs", "features", "data", "images")
TARGETS = ("y", "targets", "target", "labels", "label")
"""Names of the arrays, in any case; the first that is there counts."""
SPARSE = {"data", "format", "shape"}
"""Arrays of a file that scipy.sparse.save_npz wrote."""
PARTS = re.compile(r"train|test|val(id(ation)?)?", re.IGNORECASE)


class Npz(Format):
    """The arrays x and y, or that of another name for the targets; y may be absent. Nothing in a file is executed."""

    suffixes: ClassVar[tuple[str, ...]] = (".npz",)
    magic: ClassVar[tuple[bytes, ...]] = (b"PK\x03\x04",)
    arrays = True
    cost: ClassVar[float] = ARRAY  # `_arrays` counts the unpacked arrays again

    def read(self, source: Source) -> Frame:
        path, target = source.path, source.target or "y"
        with _opened(path, source.content) as file:
            names = file.files
            name, answers = _named(INPUTS, names), _named(TARGETS, names) if target == "y" else target
            if not name:
                raise DataError(
                    f"{path}: needs an array called 'x' (and 'y' for the targets); there is {some(names) or 'none'}"
                    + _cure(names)
                )
            if SPARSE.issubset(names):
                raise DataError(
                    f"{path}: it holds a sparse matrix of SciPy; write it dense: "
                    "np.savez('t.npz', x=scipy.sparse.load_npz(...).toarray())"
                )
            x = _array(path, file, name)
            y = _array(path, file, answers) if answers in names else None
        if x.dtype.kind not in "fiub" or x.ndim < 2:
            raise DataError(f"{path}: {name} must be numbers of shape (N, D), not {x.dtype} of shape {x.shape}")
        x = as_examples(path, x)
        if y is not None:
            y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
            _need_targets(path, target, x, y)
        frame = frame_of_arrays(path.stem, x, y, numbered(x.shape[1]), target)
        return replace(frame, remarks=_left_alone(path, [other for other in names if other not in (name, answers)]))


def _named(known: Sequence[str], names: Iterable[str]) -> str:
    """The array that is called by the first of the known names, as it is written there or in another case; else ""."""
    written = {name.lower(): name for name in names} | {name: name for name in names}
    return next((written[name] for name in known if name in written), "")


def _left_alone(path: Path, names: Sequence[str]) -> tuple[str, ...]:
    """A sentence on the arrays that are neither the inputs nor the targets."""
    if not names:
        return ()
    what = f"the array {names[0]} is" if len(names) == 1 else f"the arrays {some(names)} are"
    parts = any(PARTS.search(name) for name in names)
    return (f"{path}: {what} not read" + ("; a set for testing goes into a file of its own: --test FILE" * parts),)


def _cure(names: Sequence[str]) -> str:
    """The cure for a file of several sets, such as x_train and x_test; "" for another one."""
    parts = {name for name in names if PARTS.search(name)}
    if len(parts) < 2:
        return ""
    x = next((name for name in names if "train" in name.lower()), min(parts))
    return (
        f"; write each set into a file of its own, such as d = np.load(...); np.savez('train.npz', x=d[{x!r}], y=...), "
        "then: bprop train train.npz --test test.npz"
    )


def _need_targets(path: Path, name: str, x: np.ndarray, y: np.ndarray) -> None:
    """Raise DataError unless y holds one target for each row of x."""
    if y.shape[:1] != x.shape[:1]:
        raise DataError(f"{path}: x has {len(x)} rows, {name} has shape {y.shape}")
    if y.ndim != 1:
        raise DataError(f"{path}: {name} must have one target an example, shape (N,), not {y.shape}")
    if y.dtype.kind not in "fiubU":
        raise DataError(f"{path}: {name} must be numbers or text, not {y.dtype}")
    check_finite(path, name, y)


@contextmanager
def _opened(path: Path, content: bytes) -> Iterator[np.lib.npyio.NpzFile]:
    """The open file. Raises DataError for one that is damaged, or too large once it is unpacked, before it is read."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            need_room(path, ARRAY * sum(member.file_size for member in file.zip.infolist()), "reading its arrays")
            yield file
    except DataError:
        raise
    except Exception as error:  # for damaged bytes zipfile, zlib and NumPy raise a dozen kinds
        raise DataError(f"{path}: not a .npz file, or a damaged one ({error})") from error


def _array(path: Path, file: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    """One array of the file. Raises DataError for one of Python objects, which are never unpickled."""
    try:
        return np.asarray(file[name])
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise DataError(
            f"{path}: {name} is an array of Python objects, which could run code; write it with a type of its own, "
            f"such as {name}.astype(str) or {name}.astype(float)"
        ) from error
