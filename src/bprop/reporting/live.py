"""The report while training runs: a callback that serves the page and sends it every new record."""

from __future__ import annotations

import json
from threading import Condition
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

from bprop.console import say
from bprop.errors import SettingError
from bprop.model import Model
from bprop.notebook import Described
from bprop.record import Record
from bprop.reporting.about import Facts
from bprop.reporting.content import about_of, drawing_of, follows, run_of, title_of
from bprop.reporting.outcome import outcome
from bprop.reporting.page import render
from bprop.reporting.plain import MOST_RECORDS, plain_history
from bprop.reporting.server import Server
from bprop.reporting.steering import Steering

GRACE = 3.0  # seconds to wait at the end, for an open page to fetch the last news
OPENING = 15.0  # seconds for a browser to start
MOST_NEWS = 40  # records of one answer: nobody can see a thousand epochs a second
WAITING: dict[str, Any] = {
    "status": "waiting", "epochs": None, "best_epoch": None, "kept_epoch": None, "within_epoch": False, "failure": None,
}  # fmt: skip
PRESENT = 6.0  # a page counts as open so many seconds after its last request


class Live(Described):
    """A callback of `bp.train` that serves the training report on 127.0.0.1, updated while training runs.

    `bp.train(..., callbacks=[bp.Live()])` prints the address, which holds a random token. The page keeps working after
    training and the program have ended. The training thread only appends records to a list. A thread of the server does
    the rest when a page asks.

    On the page training can be paused and stopped, and its learning rate changed: it then goes on with that rate, also
    where it is resumed from a checkpoint. One that is stopped ends as by a callback: `fit.stopped` is "callback".

    port : the port of the server; 0 is any free port. url : the address. close() : stop serving.

    Raises SettingError if the port is taken.

    >>> live = bp.Live()  # doctest: +ELLIPSIS
    live report: http://127.0.0.1:...
    >>> live.url.startswith("http://127.0.0.1:")
    True
    >>> live.close()
    """

    needs_fit = False  # after `begin`, it needs the records alone

    def __init__(self, port: int = 0, *, facts: Facts | None = None, quiet: bool = False):
        self.facts: Facts = facts or Facts()
        self._changed = Condition()
        self._model: Model | None = None
        self._records: list[Record] = []
        self._run: dict[str, Any] = WAITING
        self._outcome: dict[str, Any] | None = None
        self._version = 1
        self._began = 0  # the number of trainings so far: a page of an earlier one starts afresh
        self._fetched = (0, 0)  # (number of records, version) of the last answer to a page
        self._asked = -float("inf")  # the time of that answer
        self.steering: Steering = Steering()
        self._server = Server({"": self._page, "new": self._news}, port, {"do": self._obey})
        self.url: str = self._server.url
        if not quiet:
            say(f"live report: {self.url}", flush=True)

    def begin(self, fit: Model) -> None:
        """Called when training begins or resumes."""
        with self._changed:
            self._model, self._records, self._run = fit, list(fit.history), run_of(fit)
            self._outcome = None
            self._began += 1
            self._version += 1

    def __call__(self, record: Record, fit: Model | None) -> None:
        """Called after each epoch."""
        with self._changed:
            if self._model is None and fit is not None:
                self._model, self._run = fit, run_of(fit)
                self._began += 1
                self._version += 1
            self._records.append(record)

    def end(self, fit: Model) -> None:
        """Called when training has ended."""
        by_hand = self.steering.stopping
        self.steering.end()
        with self._changed:
            self._model, self._run = fit, {**run_of(fit), "by_hand": by_hand}
            self._version += 1

    def show(self, data: Any, *, weights: Any = None, name: str = "test") -> None:
        """Show the results on examples with targets, as `bp.report` does."""
        assert self._model is not None, "nothing was trained yet"
        results = outcome(self._model, data, weights, name, self.facts)
        with self._changed:
            self._outcome = results
            self._version += 1

    def close(self, awaited: bool = False) -> None:
        """Stop serving after an open page has fetched the last news, or after 3 seconds.

        awaited : a browser is about to open the page. If it has not asked for the page yet, wait 15 seconds for it.
        """
        with self._changed:
            opening = awaited and self._asked < 0
            if opening or monotonic() - self._asked < PRESENT:
                self._changed.wait_for(self._all_fetched, OPENING if opening else GRACE)
        self._server.close()

    def _all_fetched(self) -> bool:
        return self._fetched == (len(self._records), self._version)

    def _page(self, query: str) -> tuple[str, bytes]:
        with self._changed:
            model, began = self._model, self._began
        title, drawing = ("Training", "") if model is None else (title_of(model), drawing_of(model.graph))
        empty = {"data": None, "settings": [], "timings": [], "versions": [], "reproduce": [], "advice": []}
        live = {"live": True, "began": began, "steering": self.steering.shown(), "run": self._run}
        data = {**live, "records": [], "outcome": None, **empty}
        return "text/html; charset=utf-8", render(title, drawing, data).encode()

    def _news(self, query: str) -> tuple[str, bytes]:
        wanted = {name: _whole(values[0]) for name, values in parse_qs(query).items()}
        with self._changed:
            model, history, run = self._model, list(self._records), self._run
            now, results, began = self._version, self._outcome, self._began
        another = wanted.get("began", began) != began
        after, version = (0 if another else wanted.get(name, 0) for name in ("after", "version"))
        records, count = history[after:], len(history)
        news: dict[str, Any] = {
            "steering": self.steering.shown(),
            "run": run,
            "next": count,
            "version": now,
            "began": began,
        }
        news["records"] = plain_history(records, run["best_epoch"], MOST_NEWS if after else MOST_RECORDS)
        if model is not None and another:
            news["graph"] = {"title": title_of(model), "drawing": drawing_of(model.graph)}
        if model is not None and version != now:
            news["page"] = {"outcome": results, **about_of(model, self.facts)}
        if records or version != now:
            news["follows"] = follows(history, None if run["status"] == "running" else model)
        content = json.dumps(news, allow_nan=False).encode()
        with self._changed:
            self._fetched, self._asked = (count, now), monotonic()
            self._changed.notify_all()
        return "application/json", content

    def _obey(self, content: bytes) -> tuple[int, bytes]:
        """Take a command of a page. The answer is the state, or the error."""
        try:
            command = json.loads(content)
            if not isinstance(command, dict):
                raise SettingError("a command is an object of JSON")
            self.steering.wish(command)
        except (ValueError, RecursionError) as error:  # a SettingError is a ValueError, too
            text = f"{error}" if isinstance(error, SettingError) else "a command is JSON"
            return 400, json.dumps({"error": text}).encode()
        return 200, json.dumps(self.steering.shown(), allow_nan=False).encode()


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
