"""The application: it sends the front end, and joins each page's WebSocket to the conductor."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bprop.errors import SettingError
from bprop.playing.serving.bounds import BURST, MOST_PAGES, MOST_WAITING, RATE
from bprop.playing.serving.conductor import Conductor
from bprop.playing.serving.door import TOKEN, Door, policy
from bprop.playing.serving.envelope import LONGEST, complaint, merged, read_letter, written
from bprop.playing.serving.front import File
from bprop.web.allowance import Allowance
from bprop.web.headers import HEADERS

REFUSED, TOO_LARGE, CROWDED = 1008, 1009, 1013
"""Codes with which a WebSocket is closed."""
REST = 0.005  # seconds to the next look, where many commands of a page wait, or many answers that it does not read


def application(conductor: Conductor, door: Door, pages: Mapping[str, File], styles: tuple[str, ...] = ()) -> Starlette:
    """The application of one machine: GET /TOKEN/PATH is a file of the front end, and /TOKEN/socket the WebSocket.

    All pages show the one machine of `conductor`. styles : see `door.policy`.
    """
    open_pages: set[Page] = set()

    async def page(request: Request) -> Response:
        token, path = request.path_params["token"], request.path_params.get("path", "") or "index.html"
        reason = door.refuses(request.headers.get("host"), request.headers.get("origin"), token)
        if reason:
            return PlainTextResponse(f"403: {reason}\n", 403, HEADERS)
        file = pages.get(path)
        if file is None:
            return PlainTextResponse("404: there is no such page here\n", 404, HEADERS)
        rules = {"Content-Security-Policy": policy(request.headers["host"], styles)}
        return Response(file.content, media_type=None, headers={**HEADERS, **rules, "Content-Type": file.kind})

    async def socket(websocket: WebSocket) -> None:
        token, headers = websocket.path_params["token"], websocket.headers
        if door.refuses_socket(headers.get("host"), headers.get("origin"), token):
            return await websocket.close(REFUSED)
        if len(open_pages) >= MOST_PAGES:
            return await websocket.close(CROWDED)
        await websocket.accept()
        open_pages.add(joined := Page(websocket, conductor))
        try:
            await joined.talk()
        finally:
            open_pages.discard(joined)
        return None

    async def refused(request: Request) -> Response:
        return PlainTextResponse(f"403: {TOKEN}\n", 403, HEADERS)

    routes = [
        WebSocketRoute("/{token}/socket", socket),
        Route("/{token}/{path:path}", page),
        Route("/{path:path}", refused),
    ]
    return Starlette(routes=routes)


class Page:
    """A page that is joined to the conductor by its WebSocket."""

    def __init__(self, websocket: WebSocket, conductor: Conductor):
        self._socket, self._conductor = websocket, conductor
        self._loop, self._outbox, self._full = asyncio.get_running_loop(), deque[dict[str, Any]](), asyncio.Event()
        self._allowance = Allowance(RATE, BURST)
        self._listener = self._hear  # one object, by which the conductor knows the page

    async def talk(self) -> None:
        """Carry messages both ways until the page has gone."""
        self._conductor.join(self._listener)
        writing = asyncio.create_task(self._write())
        try:
            await self._read()
        except WebSocketDisconnect:
            pass
        finally:
            self._conductor.leave(self._listener)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            text = await self._text()
            if text is None:
                return
            await asyncio.sleep(self._allowance.take())
            while max(self._conductor.backlog(self._listener), len(self._outbox)) >= MOST_WAITING:
                await asyncio.sleep(REST)
            try:
                self._conductor.send(self._listener, read_letter(text))
            except SettingError as error:
                number = getattr(error, "number", None)
                self._put({"id": number, **complaint(0, f"{error}", "send what the page sends")})

    async def _text(self) -> str | bytes | None:
        """The next message; None: it is too long, and the page is turned away."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1000)
        text = message.get("text")
        text = message.get("bytes") or b"" if text is None else text
        if len(text) <= LONGEST:
            return text
        await self._socket.close(TOO_LARGE)
        return None

    def _hear(self, message: dict[str, Any]) -> None:
        """In the thread of the conductor."""
        self._loop.call_soon_threadsafe(self._put, message)

    def _put(self, message: dict[str, Any]) -> None:
        """Keep a message until it can be written. News that follow each other become one: a slow page skips some."""
        last = self._outbox[-1] if self._outbox else None
        if last is not None and "id" not in last and "id" not in message:
            self._outbox[-1] = merged(last, message)
        else:
            self._outbox.append(message)
        self._full.set()

    async def _write(self) -> None:
        while True:
            await self._full.wait()
            self._full.clear()
            while self._outbox:
                message = self._outbox.popleft()
                if self._socket.client_state != WebSocketState.CONNECTED:
                    return
                await self._socket.send_text(_text_of(message))


def _text_of(message: dict[str, Any]) -> str:
    try:
        return written(message)
    except ValueError as error:  # a number that JSON does not have: a fault of the machine, which the page can show
        text = f"an answer could not be sent ({error})"
        wrong = complaint(message["version"], text, "this is a fault of bprop: undo, or rewind")
        return written({"id": message["id"], **wrong} if "id" in message else wrong)
