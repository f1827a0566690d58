"""Proof that an entry was written by this user, under this name: HMAC-SHA256(secret, name, payload) before the payload.

The secret is 32 random bytes in a file of the folder. Only the user may read it, so nobody else can make an entry that
is loaded. An entry that is renamed is not loaded either.
"""

from __future__ import annotations

import hmac
import os

from bprop.engines.store.folder import Folder
from bprop.engines.store.trusted import UntrustedError

SECRET, LENGTH = "key", 32
DIGEST = 32
ANYBODY_ELSE = 0o077
SECRET_LINKS = 2  # names of the secret's file, while another process makes it


def secret(folder: Folder, make: bool = False) -> bytes | None:
    """The user's secret, or None. `make`: one that is missing, or that others may have read, is made anew.

    Of several processes that make it at once, all take that of the first.
    """
    value = _read(folder)
    if value is None and make:
        folder.write(SECRET, os.urandom(LENGTH), first=True)
        value = _read(folder)
        if value is None:  # the file there is no secret
            folder.write(SECRET, os.urandom(LENGTH))
            value = _read(folder)
    return value


def _read(folder: Folder) -> bytes | None:
    try:
        value = folder.read(SECRET, LENGTH, forbidden=ANYBODY_ELSE, links=SECRET_LINKS)
    except (OSError, UntrustedError):
        return None
    return value if len(value) == LENGTH else None


def sealed(secret: bytes, name: str, payload: bytes) -> bytes:
    """The content of the file for a payload."""
    return _digest(secret, name, payload) + payload


def opened(secret: bytes, name: str, content: bytes) -> bytes | None:
    """The payload, or None where the content was not sealed with this secret under this name."""
    payload = content[DIGEST:]
    return payload if hmac.compare_digest(content[:DIGEST], _digest(secret, name, payload)) else None


def _digest(secret: bytes, name: str, payload: bytes) -> bytes:
    code = hmac.new(secret, name.encode() + b"\0", "sha256")
    code.update(payload)
    return code.digest()
