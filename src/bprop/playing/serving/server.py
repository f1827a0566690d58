"""The server of `bprop play`: on 127.0.0.1, in a thread, for those who know the address."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from bprop.playing.serving.conductor import Conductor, Playable
from bprop.playing.serving.door import HOST, Door
from bprop.playing.serving.envelope import LONGEST
from bprop.playing.serving.front import File, front
from bprop.web.listening import listen
from bprop.web.running import Running, need

MOST_CONNECTIONS = 64
NEEDED = ("starlette", "uvicorn", "websockets")
ENDING = 5.0  # seconds for open connections to close


class PlayServer:
    """Serves a machine: one for all pages that are open, which show the same.

    port : 0 is any free port. url : the address, with a random token. `close()` stops it.

    Raises SettingError if the port is taken, MissingPackageError without the packages that it needs.
    """

    def __init__(
        self, machine: Playable, port: int = 0, *, pages: Mapping[str, File] | None = None,
        styles: tuple[str, ...] = (),
    ):  # fmt: skip
        need_packages()
        from bprop.playing.serving.app import application

        listening = listen(port, backlog=MOST_CONNECTIONS)
        self.machine: Playable = machine
        self.port: int = listening.getsockname()[1]
        self.token: str = secrets.token_urlsafe(24)
        self.conductor: Conductor = Conductor(machine)
        door = Door(self.token, self.port)
        whole = application(self.conductor, door, front() if pages is None else pages, styles)
        self.conductor.start()
        self._running = Running(
            whole, listening, "bprop-play-server", ws="websockets-sansio", ws_max_size=LONGEST,
            ws_per_message_deflate=False, limit_concurrency=MOST_CONNECTIONS, backlog=MOST_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"<bprop play at {self.url}>"

    @property
    def url(self) -> str:
        """The address of the page, with the token."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def close(self) -> None:
        """Close all connections, stop the machine, and free the port."""
        self._running.close(ENDING)
        self.conductor.stop()


def need_packages() -> None:
    """Raise MissingPackageError without the packages that the server needs, with the command that installs them."""
    need("play", "the page", *NEEDED)
