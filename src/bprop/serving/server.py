"""The server of models: an application, its socket, and the thread that serves it."""

from __future__ import annotations

from collections.abc import Sequence

from bprop.errors import BpropError, SettingError
from bprop.serving.door import SHORTEST, Door, is_loopback
from bprop.serving.limits import Limits
from bprop.serving.shelf import Shelf
from bprop.web.listening import HERE, listen
from bprop.web.running import Running, need

NEEDED = ("starlette", "uvicorn", "polars")
CONNECTIONS = 512
"""Connections that are open at once; further ones are answered 503."""
IDLE = 15  # seconds for which a connection without a request is kept
MARGIN = 5.0  # seconds to close beyond the grace


class ModelServer:
    """Serves models until `close()`. words : paths, or NAME=PATH. port : 0 is any free port. token : None: anyone asks.

    interval : the level of intervals where a request names none. url : its address.

    Raises SettingError, ModelFileError; MissingPackageError without the packages that it needs.
    """

    def __init__(
        self, words: Sequence[str], *, host: str = HERE, port: int = 0, token: str | None = None,
        limits: Limits | None = None, interval: float | None = None,
    ):  # fmt: skip
        need_packages()
        from bprop.serving.app import Application
        from bprop.serving.front import pages
        from bprop.serving.patient import Patient

        need_token(token)
        self.limits: Limits = limits or Limits()
        self.shelf: Shelf = Shelf(words, interval)
        listening = listen(port, host, CONNECTIONS)
        self.host: str = host
        self.port: int = listening.getsockname()[1]
        self.application: Application = Application(
            self.shelf, Door(token, host), self.limits, pages(), token=token is not None, interval=interval
        )
        self._running = Running(
            self.application.starlette(), listening, "bprop-serve", http=Patient, ws="none", backlog=CONNECTIONS,
            limit_concurrency=CONNECTIONS, timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=max(1, round(self.limits.grace)),
        )  # fmt: skip

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def is_alone(self) -> bool:
        """Whether its own machine alone reaches it."""
        return is_loopback(self.host)

    @property
    def is_alive(self) -> bool:
        """Whether it serves."""
        return self._running.is_alive

    def reload(self, every: bool = False) -> list[tuple[str, BpropError | None]]:
        """See `Shelf.reload`."""
        done = self.shelf.reload(every)
        for _, error in done:
            self.application.metrics.reload("done" if error is None else "failed")
        return done

    def close(self) -> int:
        """Accept no more requests, answer those that were begun, and free the port. Returns how many were cut off."""
        self.application.stopping = True
        self._running.close(self.limits.grace + MARGIN)
        cut = self.application.gate.inside
        self.application.gate.close()
        return cut


def need_packages() -> None:
    """Raise MissingPackageError without the packages that the server needs, with the command that installs them."""
    need("serve", "serving", *NEEDED)


def need_token(token: str | None) -> None:
    """Raise SettingError for a token that is easily guessed, or that no header can hold."""
    if token is None:
        return
    if len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise SettingError(
            f"--token: {SHORTEST} or more letters, digits and signs of ASCII without blanks, such as python -c "
            "'import secrets; print(secrets.token_urlsafe())' prints"
        )
