"""A file whose name is like that of one that is not there."""

from __future__ import annotations

import os
from itertools import islice

from bprop.names import closest
from bprop.remote.path import address_of

MOST = 10_000  # files of a folder that are compared


def near_file(path: str | os.PathLike[str], others: tuple[str, ...] = ()) -> str:
    """The end of an error about a missing file: "; did you mean 'adult.csv'?"; empty where no file has such a name.

    others : further names that could be meant. They come first.
    """
    if address_of(path) is not None:
        return ""
    folder, name = os.path.split(os.fspath(path))
    try:
        with os.scandir(folder or os.curdir) as entries:
            files = [one.name for one in islice(entries, MOST) if not one.name.startswith(".")]
    except (OSError, ValueError):
        files = []
    alike = sorted(file for file in files if _alike(name, file))
    near = closest(name, [*others, *alike]) if name else None
    if near is None:
        return ""
    return f"; did you mean {near if near in others else os.path.join(folder, near)!r}?"


def _alike(name: str, near: str) -> bool:
    """Whether two names of files are alike without their suffixes, which many files share."""
    return closest(os.path.splitext(name)[0], [os.path.splitext(near)[0]]) is not None
