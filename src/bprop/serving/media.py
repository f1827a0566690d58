"""The formats of requests and answers, by their media types."""

from __future__ import annotations

import codecs
from email.message import Message
from typing import NamedTuple

from bprop.serving.refused import RefusedError

JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"
MEDIA = (JSON, CSV, ARROW)


class Media(NamedTuple):
    """The format of a body. encoding : of CSV, where the request names one."""

    kind: str
    encoding: str | None = None


def sent(content_type: str | None) -> Media:
    """The format of a request. Raises RefusedError (415) for another one."""
    message = Message()
    message["content-type"] = content_type or ""
    kind = message.get_content_type() if content_type else ""
    if kind not in MEDIA:
        what = f"Content-Type {content_type[:80]!r}" if content_type else "no Content-Type"
        raise RefusedError(415, f"the request has {what}: send one of {', '.join(MEDIA)}", {"Accept": ", ".join(MEDIA)})
    charset = message.get_content_charset()
    if charset is None or kind == ARROW:
        return Media(kind)
    try:
        name = codecs.lookup(charset).name
        "a".encode(name)  # some codecs of Python are for other things than text
    except (LookupError, UnicodeError):
        raise RefusedError(415, f"charset={charset[:40]}: there is no such encoding: send UTF-8") from None
    if kind == JSON and name not in ("utf-8", "ascii"):
        raise RefusedError(415, f"charset={charset[:40]}: JSON is UTF-8")
    return Media(kind, None if name in ("utf-8", "ascii") else name)


def wanted(accept: str | None, like: str) -> str:
    """The format of the answer that a request accepts best. like : that of the request, where it accepts any.

    Raises RefusedError (406) where it accepts none of ours.
    """
    if not accept or not accept.strip():
        return like
    order = (like, *(kind for kind in MEDIA if kind != like))
    weights = [(_weight(accept, kind), -place, kind) for place, kind in enumerate(order)]
    weight, _, kind = max(weights)
    if weight <= 0:
        raise RefusedError(406, f"Accept {accept[:80]!r}: answers are {', '.join(MEDIA)}")
    return kind


def _weight(accept: str, kind: str) -> float:
    """The weight q of a format, by the range that names it most closely."""
    best = (-1, 0.0)
    for part in accept.split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        close = {kind: 2, f"{kind.partition('/')[0]}/*": 1, "*/*": 0}.get(name, -1)
        if close >= 0:
            best = max(best, (close, _q(parameters)))
    return best[1]


def _q(parameters: list[str]) -> float:
    for one in parameters:
        if one.startswith("q="):
            try:
                return min(1.0, max(0.0, float(one[2:])))
            except ValueError:
                return 0.0
    return 1.0
