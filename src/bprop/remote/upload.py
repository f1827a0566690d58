"""Puts a file at an address: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress

from bprop.errors import BpropError, ModelFileError
from bprop.remote.address import scheme_of
from bprop.remote.download import forget, new_path
from bprop.remote.failures import failures_said, reason
from bprop.remote.systems import OBJECTS, Remote, can_write, remote_of

UNFINISHED = ".bprop-tmp"
PROBE = ".bprop-can-write"


def put(address: str, parts: Sequence[bytes | memoryview], error_class: type[BpropError] = ModelFileError) -> None:
    """Write a file here, then put it at the address. Object stores show a file when all of it has come; elsewhere it
    is put beside, and renamed. What stood there before stays until then.

    Raises `error_class`, naming the address, if it cannot be put.
    """
    if (why := can_write(address)) is not None:
        raise error_class(f"cannot write {address}: {why}")
    path = f"{new_path(address)}.{os.urandom(8).hex()}"
    try:
        with open(path, "wb") as file:
            file.writelines(parts)
        with failures_said("write", address, error_class):
            _put(remote_of(address), path, (scheme_of(address) or "") in OBJECTS)
    except OSError as error:
        raise error_class(f"cannot write {address}: {error.strerror or error} ({path})") from error
    finally:
        with suppress(OSError):
            os.unlink(path)
    forget(address)


def _put(remote: Remote, path: str, whole: bool) -> None:
    system, target = remote
    if whole:
        system.put_file(path, target)
        return
    beside = f"{target}.{os.urandom(8).hex()}{UNFINISHED}"
    try:
        system.put_file(path, beside)
        system.mv(beside, target)
    except BaseException:
        with suppress(Exception):
            system.rm_file(beside)
        raise


def cannot_put(address: str) -> str | None:
    """The reason why nothing can be put at an address; None if it works: a file beside it is written, and removed."""
    if (why := can_write(address)) is not None:
        return why
    if address.endswith("/"):
        return "that is the name of a folder"
    try:
        remote = remote_of(address)
        beside = f"{remote.path}{PROBE}"
        remote.system.pipe_file(beside, b"")
    except BpropError as error:
        return str(error).removeprefix(f"{address}: ")
    except Exception as error:
        return reason(error, address)
    with suppress(Exception):
        remote.system.rm_file(beside)
    return None
