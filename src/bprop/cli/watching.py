"""`--report` and `--live`: training as a page, in a file or while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import typer

from bprop.cli.opening import Coding
from bprop.cli.prepared import Prepared
from bprop.cli.resume import PLACES, words_of
from bprop.data import DataSet
from bprop.errors import SettingError
from bprop.graph import Graph
from bprop.reporting import Facts, Live, report
from bprop.sources.frame import Frame
from bprop.training import Fit

# fmt: off
APART = (
    *PLACES, "report", "live", "live_port", "live_wait", "every", "progress", "tensorboard", "summary", "health",
    "spool",
)  # no part of what is trained
# fmt: on

MOST_HELD = 100_000  # rows of a set larger than memory on which a result is shown, evenly spread

SMALL, MOST_LOOKS = 5_000_000, 300
"""Epochs times weights, and epochs, up to which the health is looked at after every epoch: it takes no second."""


@dataclass
class Watching:
    """Where training is shown, and the examples that its result is shown on.

    data : their arrays, None where no rows are held out; name : "test" or "validation".
    """

    path: Path | None
    live: Live | None
    wait: bool
    facts: Facts
    data: Mapping[str, np.ndarray] | None
    weights: np.ndarray | None
    name: str

    def add_to(self, settings: dict[str, Any], graph: Graph) -> dict[str, Any]:
        """The settings of `bprop.train`, with what is needed to show training."""
        if self.path is None and self.live is None:
            return settings
        epochs = settings["epochs"]
        weights = sum(prod(box.shape) for box in graph.parameters.values())
        small = epochs <= MOST_LOOKS and epochs * weights <= SMALL
        callbacks = [*settings["callbacks"], *([] if self.live is None else [self.live])]
        return {**settings, "health": True if small else "auto", "callbacks": callbacks}

    def finish(self, fit: Fit) -> None:
        """Show how the network does, and write the report."""
        if self.live is not None and self.data is not None:
            self.live.show(self.data, weights=self.weights, name=self.name)
        if self.path is not None:
            report(fit, self.path, self.data, weights=self.weights, name=self.name, facts=self.facts)
            print(f"report {self.path}")

    def close(self) -> None:
        """Stop serving; with --live-wait, on Ctrl-C."""
        if self.live is None:
            return
        if self.wait:
            print(f"the live report stays at {self.live.url} until Ctrl-C", flush=True)
            with suppress(KeyboardInterrupt):
                Event().wait()
        self.live.close()


def watch(context: typer.Context, found: Prepared) -> Watching:
    """What the options --report and --live of a command ask for."""
    path, live, port, wait = (context.params[name] for name in ("report", "live", "live_port", "live_wait"))
    if not live and (port or wait):
        raise SettingError("--live-port and --live-wait say how to serve the live report: add --live")
    if path is None and not live:
        return Watching(None, None, False, Facts(), None, None, "")
    sets = {"train": found.train, "watch": found.validation, "test": found.test}
    facts = Facts(
        parts={f"to {what}": len(part) for what, part in sets.items() if part is not None},
        classes=_counts(found.encoding, sets),
        command=" ".join(["bprop train", *words_of(context, apart=APART, given=True)]),
        cells=_cells(found.encoding, found.held) if isinstance(found.held, Frame) else None,
    )
    held, name = (found.validation, "validation") if found.test is None else (found.test, "test")
    if held is not None and not held.in_memory and len(held) > MOST_HELD:
        held = held.rows(np.linspace(0, len(held) - 1, MOST_HELD).astype(int))
    server = Live(port, facts=facts) if live else None
    arrays, weights = (None, None) if held is None else (held.arrays, held.weights)
    return Watching(path, server, wait, facts, arrays, weights, name)


def _counts(encoding: Coding, sets: Mapping[str, DataSet | None]) -> dict[str, dict[str, int]]:
    """{part: {class: how many}}, where classes are predicted."""
    classes = encoding.classes
    if classes is None:
        return {}
    counted = {}
    for what, part in sets.items():
        if part is not None:
            count = sum(np.bincount(part.arrays["y"][cut], minlength=len(classes)) for cut in part.cuts())
            counted[f"to {what}"] = dict(zip(map(str, classes), np.asarray(count).tolist(), strict=True))
    return counted


def _cells(encoding: Coding, rows: Frame) -> Any:
    """How a row of the table stands in its file, before it was encoded."""

    def cells(row: int) -> tuple[str, list[tuple[str, Any]]]:
        shown = [(name, rows.columns[name][row]) for name in encoding.columns]
        place = rows.where(row).replace("\\", "/").rpartition("/")[2]
        return place, [(name, "missing" if value is None else value) for name, value in shown]

    return cells
