"""Brings a file here, once for a process: into a temporary folder, which is removed when the process ends."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from bprop.errors import BpropError, DataError
from bprop.remote.address import shown
from bprop.remote.failures import failures_said
from bprop.remote.systems import Remote, remote_of

CHUNK = 2**22
LONGEST = 100  # letters of the name of a file here
LISTENERS: list[Callable[[str, object, float | None, int], None]] = []
"""Called while a file comes: ("fetching", its address, the share that is here or None, bytes)."""
READERS: list[tuple[Callable[[str], bool], Callable[[str, str], None]]] = []
"""(whether it is for an address, what writes its content to a path here), for addresses that are no files."""
_here: dict[str, str] = {}
_lock = threading.RLock()
_folder: tempfile.TemporaryDirectory[str] | None = None
_process = 0


def _renew_lock() -> None:
    """In a forked process no other thread runs: nobody would give back the lock that one held while it downloaded."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def fetched(address: str, error_class: type[BpropError] = DataError) -> str:
    """The path here of a copy of the file at an address. Raises `error_class`, naming the address, if it does not come.

    The copy is whole: its size is what the server says, and the file did not change while it came.
    """
    address = shown(address)
    with _lock:
        path = _here.get(address)
        if path is None or not os.path.exists(path):
            path = _here[address] = _fetch(address, error_class)
        return path


def forget(address: str) -> None:
    """Fetch the file anew when it is needed again: it may have changed."""
    with _lock:
        path = _here.pop(address, None)
        if path is not None and path.startswith(f"{_root()}{os.sep}") and os.path.exists(path):
            os.unlink(path)  # that of a process which this one was forked from stays: it may be reading


def forget_all(source: str) -> None:
    """The same for a file, or for all that a folder or a pattern names: whoever reads anew wants the present files."""
    before = re.split(r"[*?\[]", source)[0]
    for address in [one for one in _here if one == source or one.startswith(before)]:
        forget(address)


def new_path(address: str) -> str:
    """The path of a file to write here for an address; its folder is there, the file is not."""
    name = re.sub(r"[^\w.=-]", "_", address.partition("?")[0].rstrip("/").rpartition("/")[2])[-LONGEST:] or "file"
    folder = os.path.join(_root(), blake2b(address.encode(), digest_size=8).hexdigest())
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)


def _root() -> str:
    global _folder, _process
    if _folder is None or _process != os.getpid() or not os.path.isdir(_folder.name):
        if _folder is not None and _process != os.getpid():
            _folder._finalizer.detach()  # type: ignore[attr-defined]  # it is the parent's
        _folder, _process = tempfile.TemporaryDirectory(prefix="bprop-", ignore_cleanup_errors=True), os.getpid()
    return _folder.name


def _fetch(address: str, error_class: type[BpropError]) -> str:
    for fits, read in READERS:
        if fits(address):
            path = new_path(address)
            read(address, path)
            return path
    with failures_said("read", address, error_class):
        remote = remote_of(address)
        before = remote.system.info(remote.path)
        if before.get("type") == "directory":
            raise IsADirectoryError(address)
        path = new_path(address)
        _need_disk(address, before.get("size"), os.path.dirname(path), error_class)
        part = f"{path}.part"
        try:
            remote.system.get_file(remote.path, part, callback=_callback(address))
            _need_whole(address, remote, before, os.path.getsize(part), error_class)
            os.replace(part, path)
        finally:
            if os.path.exists(part):
                os.unlink(part)
        return path


def _need_disk(address: str, size: Any, folder: str, error_class: type[BpropError]) -> None:
    free = shutil.disk_usage(folder).free
    if isinstance(size, int) and size > free:
        raise error_class(
            f"cannot read {address}: it has {size / 2**30:.1f} GB, and the temporary folder {folder} has "
            f"{free / 2**30:.1f} GB free: name a larger one with TMPDIR"
        )


def _need_whole(address: str, remote: Remote, before: dict[str, Any], size: int, error_class: type[BpropError]) -> None:
    """Raise `error_class` for a copy that is not all of the file, or is of a file that changed meanwhile."""
    declared = before.get("size")
    if isinstance(declared, int) and declared != size:
        raise error_class(
            f"cannot read {address}: {size:,} bytes came, and the server says that the file has {declared:,}: try again"
        )
    mark = before.get("ETag") or before.get("etag")
    if mark is not None:
        after = remote.system.info(remote.path)
        if mark != (after.get("ETag") or after.get("etag")):
            raise error_class(f"cannot read {address}: the file changed while it was read: try again")


def _callback(address: str) -> Any:
    from fsspec.callbacks import Callback

    class Heard(Callback):
        def call(self, *args: Any, **kwargs: Any) -> None:
            share = self.value / self.size if self.size else None
            for listener in LISTENERS:
                listener("fetching", address, share, int(self.value))

    return Heard()
