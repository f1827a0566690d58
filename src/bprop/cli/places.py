"""Words of the command line that are addresses (s3://bucket/rows.csv) lose their secrets before any command runs."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Any

from bprop.errors import SettingError
from bprop.remote.address import is_address, shown
from bprop.remote.path import RemotePath
from bprop.sources.databases import with_query

LOCAL = ("spool", "config", "tensorboard", "study")
"""Parameters whose files and folders are on this machine, for they are written piece by piece."""
ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/([^/].*)", re.DOTALL)
"""An address that was read as a path, which has lost one of its slashes."""


def placed(values: dict[str, Any], spelled: Any) -> None:
    """Change the parameters of a command: addresses become RemotePaths, or words without secrets; --query joins DATA.

    spelled : {parameter: option}, as the user types it. Raises SettingError for an address where none can be.
    """
    query = values.get("query")
    data = "data" if values.get("data") is not None else "subject"  # of `bprop check` and others
    if query is not None and not is_address(values.get(data)):
        raise SettingError(
            f"--query {query!r} is for a database as DATA: sqlite:///FILE or postgresql://USER@HOST/NAME"
        )
    for name, value in values.items():
        if isinstance(value, PurePath):
            values[name] = _path(name, value, spelled)
        elif isinstance(value, list | tuple):
            values[name] = type(value)(_path(name, one, spelled) if isinstance(one, PurePath) else one for one in value)
        elif isinstance(value, str) and is_address(value):
            values[name] = with_query(value, query) if name == data else shown(value)
    if query is not None:
        values["query"] = None


def _path(name: str, path: PurePath, spelled: Any) -> Path | PurePath:
    match = ADDRESS.fullmatch(path.as_posix())
    if isinstance(path, RemotePath) or match is None:
        return path
    address = RemotePath(f"{match[1]}://{match[2]}")
    if name in LOCAL:
        raise SettingError(f"{spelled.get(name, name)} {address}: this must be on this machine: give a path of it")
    return address
