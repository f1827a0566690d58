"""Where data comes from: built-in sets, CSV, .npz and idx files. A new format is one module and one line here."""

from __future__ import annotations

from pathlib import Path

from bprop.disk.reading import not_a_file
from bprop.errors import DataError
from bprop.sources import builtin, csv_file, idx, npz
from bprop.sources.table import Table

__all__ = ["Table", "builtin", "open_source"]


def open_source(
    source: str, *, target: str | None = None, labels: str | None = None, expected: tuple[str, ...] | None = None
) -> Table:
    """The table that `source` names: a built-in set, or a .csv, .npz or idx file (the last also gzipped).

    Parameters
    ----------
    target : the column (or array) of targets, for CSV and .npz.
    labels : the file of labels, for idx; default the one beside the images whose name says so.
    expected : for CSV, the input columns in order, as a saved model names them.

    Raises
    ------
    DataError : a file that is missing, not readable, or not of its format, naming file, line and column.
    """
    if source in builtin.NAMES:
        return builtin.read(source)
    path = Path(source)
    try:
        if not_a_file(path) is not None:
            known = ", ".join(builtin.NAMES)
            raise DataError(f"{source}: there is no such file, and no built-in data of that name (there is {known})")
        if path.suffix.lower() == ".csv":
            return csv_file.read(path, target, expected)
        if path.suffix.lower() == ".npz":
            return npz.read(path, target)
        if "idx" in path.name:
            return idx.read(path, None if labels is None else Path(labels))
    except OSError as error:
        raise DataError(f"cannot read {error.filename or source}: {error.strerror or error}") from error
    raise DataError(f"{source}: not a kind of file that is known: .csv, .npz, or idx (train-images-idx3-ubyte.gz)")
