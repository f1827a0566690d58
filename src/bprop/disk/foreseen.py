"""Foresees, before any work is done, that a file cannot be written in the end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bprop.disk.reading import why
from bprop.disk.special import file_type, own_descriptor
from bprop.remote.path import address_of
from bprop.remote.upload import cannot_put


def cannot_write(path: str | os.PathLike[str]) -> str | None:
    """The reason why a file cannot be written; None if no reason is known.

    Nothing is written or opened on this machine. At an address, an empty file is put beside it, and removed.
    """
    if (address := address_of(path)) is not None:
        return cannot_put(address)
    name = os.fspath(path)
    if own_descriptor(name) is not None:
        return None
    try:
        kind = file_type(name)
    except OSError as error:
        return why(error)
    if kind == stat.S_IFDIR:
        return "it is a folder"
    if kind == stat.S_IFBLK:
        return "it is a disk, not a file on one"
    folder = Path(name).resolve().parent
    if kind not in (None, stat.S_IFREG):
        return None if os.access(name, os.W_OK) else "permission denied"
    if not folder.is_dir():
        return f"there is no folder {folder}"
    return None if os.access(folder, os.W_OK | os.X_OK) else f"nothing may be written to the folder {folder}"
