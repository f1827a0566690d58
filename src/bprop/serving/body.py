"""The body of a request: read up to a limit, and unpacked up to the same limit."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from bprop.serving.refused import RefusedError
from bprop.sources.limits import size

GZIP = 31  # bits by which zlib knows gzip


async def read_body(stream: AsyncIterator[bytes], length: str | None, encoding: str | None, most: int) -> bytes:
    """The content of a request. length, encoding : its headers.

    Raises RefusedError: 413 where it is, or unpacks to, more than `most` bytes; 415 for an encoding other than gzip;
    400 for damaged gzip.
    """
    packed = (encoding or "identity").strip().lower()
    if packed not in ("identity", "gzip"):
        headers = {"Accept-Encoding": "gzip"}
        raise RefusedError(415, f"Content-Encoding {packed[:40]!r}: send the body as it is, or packed by gzip", headers)
    if length is not None and length.isdigit() and int(length) > most:
        raise too_large(most)
    content = bytearray()
    async for part in stream:
        content += part
        if len(content) > most:
            raise too_large(most)
    return unpacked(bytes(content), most) if packed == "gzip" else bytes(content)


def unpacked(content: bytes, most: int) -> bytes:
    """The content of a gzip file of one member. Raises RefusedError."""
    unpacker = zlib.decompressobj(GZIP)
    try:
        plain = unpacker.decompress(content, most + 1)
    except zlib.error as error:
        raise RefusedError(400, f"the body is no gzip, or damaged ({error}): pack it again") from None
    if len(plain) > most:
        raise too_large(most, "unpacked, ")
    if not unpacker.eof:
        raise RefusedError(400, "the body ends within its gzip: send all of it")
    if unpacker.unused_data:
        raise RefusedError(400, "bytes follow the end of the gzip: pack the body as a whole")
    return plain


def too_large(most: int, how: str = "") -> RefusedError:
    """The error for a body of more bytes than the limit."""
    return RefusedError(413, f"{how}the body has more than {size(most)}: send fewer rows at once")
