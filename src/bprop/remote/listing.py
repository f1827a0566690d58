"""The files of a folder elsewhere, and those that a pattern matches."""

from __future__ import annotations

import re

from bprop.errors import DataError, SettingError
from bprop.remote.address import WEB, is_database, scheme_of
from bprop.remote.failures import failures_said
from bprop.remote.systems import remote_of

MAGIC = re.compile(r"[*?\[]")


def has_pattern(address: str) -> bool:
    """Whether an address has a pattern in it. In a web address "?" is none, and a query of a database has none."""
    if is_database(address):
        return False
    return "*" in address if scheme_of(address) in WEB else MAGIC.search(address) is not None


def matches(address: str, pattern: bool) -> list[str]:
    """The addresses of the files that a pattern matches, or of all files in a folder and in those below it.

    Raises DataError where they cannot be listed, SettingError for a web server, which lists nothing.
    """
    if scheme_of(address) in WEB:
        if pattern:
            raise SettingError(f"{address}: a web server does not list its files: name one file")
        return []
    with failures_said("list", address, DataError):
        remote = remote_of(address)
        names = remote.system.glob(remote.path) if pattern else remote.system.find(remote.path)
        before = address.removesuffix("/").removesuffix(remote.path.strip("/"))
        return [before + name.lstrip("/") for name in sorted(names)]
