"""The files of a folder or of a pattern. A folder that may not be looked into is an error: files would be missing."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from bprop.disk.reading import status_of

ANY_DEPTH = "**"


def files_below(folder: Path) -> Iterator[Path]:
    """The files of a folder and of the folders in it. Raises OSError."""

    def fail(error: OSError) -> None:
        raise error

    for where, _, names in os.walk(folder, onerror=fail):
        yield from (Path(where, name) for name in names)


def files_like(pattern: str) -> Iterator[Path]:
    """What a pattern such as "2024-*/**/*.csv" matches. Raises OSError."""
    _need_listed(pattern)
    return map(Path, glob.glob(pattern, recursive=True))


def _need_listed(pattern: str) -> None:
    """Raise OSError for a folder that may not be looked into, and may hold such a file: glob passes over it."""
    above, name = os.path.split(pattern)
    if glob.has_magic(above):
        _need_listed(above)
        folders = glob.glob(above, recursive=True)
    else:
        folders = [above or os.curdir]
    if name == ANY_DEPTH:
        folders += glob.glob(os.path.join(above, name, ""), recursive=True)
    for folder in filter(os.path.isdir, folders):
        if glob.has_magic(name):
            os.scandir(folder).close()
        else:
            status_of(os.path.join(folder, name))
