"""`--report` and `--live`: the training report, as a file or as a live page."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import typer

from bprop.cli.prepared import Prepared
from bprop.cli.resume import PLACES, words_of
from bprop.console import say
from bprop.data import DataSet
from bprop.errors import NonFiniteError
from bprop.graph import Graph
from bprop.reporting import Facts, Live, report
from bprop.reporting.opening import open_in_browser
from bprop.sources.preparation import Preparation
from bprop.tables.facts import with_rows
from bprop.training import Fit, Terminated
from bprop.visible import visible

# fmt: off
APART = (
    *PLACES, "report", "live", "live_port", "live_wait", "open_page", "every", "progress", "tensorboard", "summary",
    "health", "spool", "folds",
)  # these options do not change the trained model
# fmt: on

MOST_HELD = 100_000  # the most rows of a set larger than memory in the report, evenly spaced

SMALL, MOST_LOOKS = 5_000_000, 300
"""The most epochs times weights, and the most epochs, for which health is measured after every epoch (under 1 s)."""


@dataclass
class Watching:
    """The report file, the live page, and the examples of the result.

    wait : True if the live page stays after training; None: only on a terminal, if training was not interrupted.
    opened : True if a browser was asked to open the live page.
    data : the held-out arrays in the units of the table, or a set larger than memory, encoded; None if no rows are
    held out. name : "test" or "validation".
    """

    path: Path | None
    live: Live | None
    wait: bool | None
    opened: bool
    facts: Facts
    data: Mapping[str, np.ndarray] | DataSet | None
    weights: np.ndarray | None
    name: str

    def add_to(self, settings: dict[str, Any], graph: Graph) -> dict[str, Any]:
        """The settings of `bprop.train`, with the health and callbacks that the report needs."""
        if self.path is None and self.live is None:
            return settings
        epochs = settings["epochs"]
        weights = graph.weight_count
        small = epochs <= MOST_LOOKS and epochs * weights <= SMALL
        callbacks = [*settings["callbacks"], *([] if self.live is None else [self.live])]
        return {**settings, "health": True if small else "auto", "callbacks": callbacks}

    def finish(self, fit: Fit) -> None:
        """Show the result on the live page, and write the report."""
        if self.live is not None and self.data is not None:
            self.live.show(self.data, weights=self.weights, name=self.name)
        if self.path is not None:
            report(fit, self.path, self.data, weights=self.weights, name=self.name, facts=self.facts)
            say(f"report {visible(self.path)}")

    def stays(self, error: BaseException | None = None) -> bool:
        """True if the live page stays after training. error : the exception that ended training, or None."""
        if self.live is None or self.wait is False or isinstance(error, Terminated):
            return False
        if isinstance(error, typer.Exit):  # by Ctrl-C
            return self.wait is True
        return (error is None or isinstance(error, NonFiniteError)) and (self.wait is True or on_terminal())

    def close(self, error: BaseException | None = None) -> None:
        """Stop serving: at once, or on Ctrl-C if the page stays."""
        if self.live is None:
            return
        if self.stays(error):
            with suppress(KeyboardInterrupt):
                say(f"training has ended; the live report stays at {self.live.url} until Ctrl-C", flush=True)
                Event().wait()
        self.live.close(awaited=self.opened and error is None)


def on_terminal() -> bool:
    """True if a person types the commands and reads the output."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def serve(port: int, wait: bool | None, opened: bool, facts: Facts) -> Live:
    """Start the live page, and print its address with how long it stays."""
    live = Live(port, facts=facts)
    say(f"open this address in a browser{how_long(wait)}", flush=True)
    if opened and not open_in_browser(live.url):
        say("no browser could be started here: open the address yourself", error=True)
    return live


def how_long(wait: bool | None) -> str:
    """How long the page stays, and what Ctrl-C ends: see `Watching.stays`."""
    if wait:
        return "; when training has ended, by Ctrl-C too, the page stays until you press Ctrl-C again"
    if wait is None and on_terminal():
        return (
            "; when training has ended, the page stays until you press Ctrl-C; "
            "Ctrl-C while training runs ends both, and keeps what was learned"
        )
    return " while training runs; to read the page longer, add --live-wait"


def watch(context: typer.Context, prepared: Prepared) -> Watching:
    """The Watching of the options --report and --live."""
    names = ("report", "live", "live_port", "live_wait", "open_page")
    path, live, port, wait, opened = (context.params[name] for name in names)
    if path is None and not live:
        return Watching(None, None, None, False, Facts(), None, None, "")
    sets = {"train": prepared.train, "watch": prepared.validation, "test": prepared.test}
    facts = Facts(
        parts={f"to {what}": len(part) for what, part in sets.items() if part is not None},
        classes=_counts(prepared.preparation, sets),
        command=" ".join(["bprop train", *words_of(context, apart=APART, typed=True)]),
    )
    facts = with_rows(facts, prepared.preparation, prepared.held)
    held, name = (prepared.validation, "validation") if prepared.test is None else (prepared.test, "test")
    if held is not None and not held.in_memory and len(held) > MOST_HELD:
        held = held.rows(np.linspace(0, len(held) - 1, MOST_HELD).astype(int))
    server = serve(port, wait, opened, facts) if live else None
    if held is None or prepared.held is None:
        return Watching(path, server, wait, opened, facts, held, None, name)
    arrays = prepared.preparation.arrays(prepared.held)
    return Watching(path, server, wait, opened, facts, arrays, held.weights, name)


def _counts(preparation: Preparation, sets: Mapping[str, DataSet | None]) -> dict[str, dict[str, int]]:
    """{part: {class: count}} if classes are predicted, else {}."""
    classes = preparation.classes
    if classes is None:
        return {}
    counted = {}
    for what, part in sets.items():
        if part is not None:
            count = sum(np.bincount(part.arrays["y"][cut], minlength=len(classes)) for cut in part.cuts())
            counted[f"to {what}"] = dict(zip(map(str, classes), np.asarray(count).tolist(), strict=True))
    return counted
