"""The application: addresses, and what becomes of each request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from time import perf_counter
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bprop.console import say_traceback
from bprop.errors import BpropError
from bprop.names import known
from bprop.serving.answer import Answer
from bprop.serving.asked import Options
from bprop.serving.body import read_body
from bprop.serving.describe import facts, openapi
from bprop.serving.door import Door
from bprop.serving.front import POLICY, File
from bprop.serving.gate import Gate, Rates
from bprop.serving.limits import Limits
from bprop.serving.media import JSON, Media, sent, wanted
from bprop.serving.metrics import MEDIA as METRICS
from bprop.serving.metrics import Metrics
from bprop.serving.refused import RefusedError, problem, without_options
from bprop.serving.shelf import Served, Shelf
from bprop.web.headers import HEADERS

Endpoint = Callable[[Request], Awaitable[Response]]
TEXT = "text/plain; charset=utf-8"
LONGEST_REMARKS = 2000  # letters in a header


class Application:
    """Answers the requests of a server. interval : the level of intervals where a request names none."""

    def __init__(
        self, shelf: Shelf, door: Door, limits: Limits, pages: Mapping[str, File], *, token: bool = False,
        interval: float | None = None,
    ):  # fmt: skip
        self.shelf, self.gate, self.metrics = shelf, Gate(limits), Metrics()
        self._door, self._limits, self._pages = door, limits, pages
        self._rates, self._token, self._interval = Rates(limits.rate), token, interval
        self.stopping: bool = False

    def starlette(self) -> Starlette:
        """The application as ASGI has it."""
        closed: dict[str, tuple[str, Endpoint]] = {
            "/": ("GET", self.page), "/models": ("GET", self.models), "/openapi.json": ("GET", self.openapi),
            "/metrics": ("GET", self.counts), "/models/{name}": ("GET", self.model),
            "/models/{name}/predict": ("POST", self.predict), "/page/{path}": ("GET", self.page),
        }  # fmt: skip
        routes = [Route(path, self._guarded(ask), methods=[method]) for path, (method, ask) in closed.items()]
        free = [Route("/health", self.health, methods=["GET"]), Route("/ready", self.ready, methods=["GET"])]
        return Starlette(routes=[*free, *routes], exception_handlers={HTTPException: _of_http})

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint for those who may come in. The page itself holds no secret, and asks for the token."""

        async def guarded(request: Request) -> Response:
            try:
                if not (self._token and endpoint == self.page):
                    self._door.check(request.headers.get("host"), request.headers.get("authorization"))
                return await endpoint(request)
            except RefusedError as error:
                return refusal(error)

        return guarded

    # --- models, pages, counts ---

    async def health(self, request: Request) -> Response:
        """Whether the process answers."""
        return as_json({"status": "running"})

    async def ready(self, request: Request) -> Response:
        """Whether it takes requests: the models are read, and it does not stop."""
        if self.stopping:
            return refusal(RefusedError(503, "the server stops"))
        return as_json({"status": "ready", "models": {name: one.version for name, one in self.shelf.models.items()}})

    async def page(self, request: Request) -> Response:
        """The files of the page that shows the OpenAPI document."""
        file = self._pages.get(request.path_params.get("path", "index.html"))
        if file is None:
            raise RefusedError(404, "there is no such page here: see /")
        headers = {**HEADERS, "Content-Security-Policy": POLICY, "Content-Type": file.kind}
        return Response(file.content, headers=headers)

    async def models(self, request: Request) -> Response:
        return as_json({"models": [facts(served) for served in self.shelf.models.values()]})

    async def model(self, request: Request) -> Response:
        return as_json(facts(self._served(request)))

    async def openapi(self, request: Request) -> Response:
        return as_json(openapi(self.shelf.models, self._token))

    async def counts(self, request: Request) -> Response:
        return Response(self.metrics.text(self.gate.inside), headers={**HEADERS, "Content-Type": METRICS})

    def _served(self, request: Request) -> Served:
        name = request.path_params["name"]
        served = self.shelf.models.get(name)
        if served is None:
            raise RefusedError(
                404, f"no model is called {name[:80]!r}; there are: {known(name[:80], self.shelf.models)}"
            )
        return served

    # --- predictions ---

    async def predict(self, request: Request) -> Response:
        """The predictions for the rows of the body."""
        start, rows, model = perf_counter(), 0, ""
        try:
            served = self._served(request)
            model = served.name
            self._rates.check(request.client.host if request.client else "")
            answer, response = await self._answered(request, served, start)
            rows = len(answer)
        except ClientDisconnect:
            response = refusal(RefusedError(400, "the body ends too early"))
        except RefusedError as error:
            response = refusal(error)
        except BpropError as error:
            response = refusal(RefusedError(422, without_options(str(error))))
        except MemoryError:
            response = refusal(RefusedError(503, "there is not enough memory for this: send fewer rows at once"))
        except Exception:  # a fault of bprop: the server goes on
            say_traceback()
            response = refusal(RefusedError(500, "a fault of the server, which its log describes"))
        self.metrics.request(model, response.status_code, rows, perf_counter() - start)
        return response

    async def _answered(self, request: Request, served: Served, start: float) -> tuple[Answer, Response]:
        options = Options.of(request.query_params.multi_items(), self._interval)
        media = sent(request.headers.get("content-type"))
        kind = wanted(request.headers.get("accept"), media.kind)
        content = await self._content(request)
        left = self._limits.seconds - (perf_counter() - start)
        work = partial(answered, served, content, media, kind, options, self._limits)
        answer, written = await self.gate.through(work, left)
        headers = {**HEADERS, "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind}
        headers |= {"Bprop-Model": served.name, "Bprop-Version": served.version}
        if answer.remarks and kind != JSON:
            headers["Bprop-Remarks"] = json.dumps(answer.remarks)[:LONGEST_REMARKS]
        return answer, Response(written, headers=headers)

    async def _content(self, request: Request) -> bytes:
        headers, most = request.headers, self._limits.body
        reading = read_body(request.stream(), headers.get("content-length"), headers.get("content-encoding"), most)
        try:
            return await asyncio.wait_for(reading, self._limits.seconds)
        except TimeoutError:
            slow = f"the body did not arrive within {self._limits.seconds:g} seconds: send it faster, or in parts"
            raise RefusedError(408, slow, {"Connection": "close"}) from None


def answered(
    served: Served, content: bytes, media: Media, kind: str, options: Options, limits: Limits
) -> tuple[Answer, bytes]:
    """The answer for a body, and its content."""
    answer = served.answers.answer(content, media, options, limits.rows, limits.body)
    return answer, answer.written(kind, {"model": served.name, "version": served.version})


def as_json(content: Any) -> Response:
    """An answer that is JSON."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(errors="replace"), headers={**HEADERS, "Content-Type": JSON})


def refusal(error: RefusedError) -> Response:
    """The answer to a request that is refused."""
    text = json.dumps(problem(error.status, str(error)))
    headers = {**HEADERS, **error.headers, "Content-Type": "application/problem+json"}
    return Response(text, error.status, headers)


async def _of_http(request: Request, error: Exception) -> Response:
    """The answer for an address that is not there, and for a method that it does not take."""
    assert isinstance(error, HTTPException)
    allowed = dict(error.headers or {})
    detail = "there is nothing at this address: see /" if error.status_code == 404 else str(error.detail)
    if error.status_code == 405:
        detail = f"this address takes {allowed.get('Allow', 'other methods')}, not {request.method[:20]}"
    return refusal(RefusedError(error.status_code, detail, allowed))
