"""A server of one page, on this machine alone, for those who know its address. The page may send it commands."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from threading import Thread
from types import MappingProxyType
from typing import Any

from bprop.reporting.loop import MOST, Loop
from bprop.reporting.request import RefusedError, Request, answer
from bprop.web.listening import HERE as HOST
from bprop.web.listening import listen

JSON = "application/json"
NONE: Mapping[str, Any] = MappingProxyType({})
Answer = Callable[[str], tuple[str, bytes]]
"""A function from the query of a request to (content type, content)."""
Obey = Callable[[bytes], tuple[int, bytes]]
"""A function from the content of a command, JSON, to (status, content of the answer, JSON)."""


class Server:
    """Answers GET /TOKEN/NAME with `pages[NAME](query)`, in a thread of its own, and POST /TOKEN/NAME with
    `commands[NAME](content)`. It refuses all other requests.

    A request without the random token is refused (403). So is a request with a foreign Host header: with it, a page
    elsewhere could reach this one (DNS rebinding). Other origins can read nothing (no CORS). A command must have the
    origin of this page, and at most 4 KiB of JSON. At most 32 connections are
    open, each for a bounded time, with a bounded head, one request and one answer.

    Raises SettingError if the port is taken.
    """

    def __init__(self, pages: Mapping[str, Answer], port: int = 0, commands: Mapping[str, Obey] = NONE):
        self.token: str = secrets.token_urlsafe(24)
        self.pages: dict[str, Answer] = dict(pages)
        self.commands: dict[str, Obey] = dict(commands)
        listening = listen(port, backlog=2 * MOST)
        listening.setblocking(False)
        self._loop = Loop(listening, self._answer)
        self.port: int = self._loop.listening.getsockname()[1]
        self._hosts = (f"{HOST}:{self.port}", f"localhost:{self.port}")
        self._thread = Thread(target=self._loop.run, name="bprop-live", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the page, with the token."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def close(self) -> None:
        """Stop answering, cut off open connections, and free the port."""
        self._loop.stop()
        self._thread.join()

    def _answer(self, request: Request) -> bytes | None:
        token, _, name = request.path.removeprefix("/").partition("/")
        if request.host not in self._hosts:
            raise RefusedError(403, "this page is for this machine alone")
        commands = self.commands if request.method == "POST" else {}
        if request.method not in ("GET", "HEAD") and not commands:
            raise RefusedError(501, "pages can be read, and nothing else")
        if not hmac.compare_digest(token.encode(errors="replace"), self.token.encode()):
            raise RefusedError(403, "the address needs the token that the command printed")
        if commands:
            return self._obey(commands.get(name), request)
        if name not in self.pages:
            raise RefusedError(404, "there is no such page here")
        try:
            kind, content = self.pages[name](request.query)
        except Exception as error:  # training goes on, and the next request may do better
            raise RefusedError(500, f"the page could not be made ({type(error).__name__})") from error
        return answer(200, kind, content, with_body=request.method == "GET")

    def _obey(self, obey: Obey | None, request: Request) -> bytes | None:
        """The answer to a command; None: its content is wanted first."""
        if obey is None:
            raise RefusedError(404, "there is no such command here")
        if request.origin not in [f"http://{host}" for host in self._hosts]:
            raise RefusedError(403, "only the page itself can send commands")
        if (request.kind or "").partition(";")[0].strip().lower() != JSON:
            raise RefusedError(415, f"a command is {JSON}")
        if request.body is None:
            return None
        code, content = obey(request.body)
        return answer(code, JSON, content)
