"""Who may ask: those who know the token, if there is one; else, on this machine, those who name this machine."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from bprop.serving.refused import RefusedError

NAMES = ("localhost", "127.0.0.1", "[::1]")
SHORTEST = 16
"""Letters of a token, at least."""


class Door:
    """The check of a request.

    With a token, the header `Authorization: Bearer TOKEN` must have it. Without one, a server of this machine alone
    wants its own name in the header Host: else a page elsewhere could reach it by a name that leads here (DNS
    rebinding).
    """

    def __init__(self, token: str | None, host: str):
        self._token, self._alone = token, is_loopback(host)

    def check(self, host: str | None, authorization: str | None) -> None:
        """Raise RefusedError (401, 403) for a request that may not come in."""
        if self._token is None:
            if self._alone and _bare(host or "") not in NAMES:
                raise RefusedError(
                    403, "this server is for its own machine: ask for localhost, or start it with --token"
                )
            return
        scheme, _, word = (authorization or "").partition(" ")
        same = hmac.compare_digest(word.strip().encode(errors="replace"), self._token.encode(errors="replace"))
        if scheme.lower() != "bearer" or not same:
            headers = {"WWW-Authenticate": 'Bearer realm="bprop"'}
            raise RefusedError(
                401, "send the header Authorization: Bearer TOKEN, with the token of this server", headers
            )


def is_loopback(host: str) -> bool:
    """Whether an address is reached from its own machine alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _bare(host: str) -> str:
    """A host without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()
