"""The checksum of a file's content: by it, a file is known again under another name."""

from __future__ import annotations

import hashlib
from typing import Any

BYTES = 16


def content_checksum(content: bytes) -> str:
    """BLAKE2b of some bytes, in hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=BYTES).hexdigest()


def new_digest() -> Any:
    """The same for bytes that come piece by piece: `update` it."""
    return hashlib.blake2b(digest_size=BYTES)
