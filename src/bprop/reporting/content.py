"""All that a page shows of a model, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bprop.graph import Graph
from bprop.health import advice
from bprop.model import Model
from bprop.notes import word
from bprop.record import Record
from bprop.reporting import about
from bprop.reporting.facts import Facts
from bprop.reporting.plain import plain_history, text

WITHIN = ("interrupted", "diverged", "failed")
"""Ends of training after which the weights may be those of the middle of an epoch."""
MOST_ADVICE = 12
MOST_LETTERS = 600


def title_of(model: Model) -> str:
    """What a page is called."""
    source = word(model.notes, "source")
    return f"Training on {text(source)}" if source else "Training report"


def drawing_of(graph: Graph) -> str:
    """The graph as markup."""
    return graph.draw().svg()


def run_of(model: Model) -> dict[str, Any]:
    """Where the run stands, how it ended, and whose weights the model holds: see Fit."""
    settings = getattr(model, "settings", None)
    return {
        "status": "saved" if settings is None else model.stopped, "epochs": (settings or {}).get("epochs"),
        "best_epoch": model.best_epoch, "kept_epoch": model.kept_epoch, "within_epoch": model.stopped in WITHIN,
        "failure": model.failure and text(model.failure, MOST_LETTERS),
    }  # fmt: skip


def about_of(model: Model, facts: Facts) -> dict[str, Any]:
    """What does not change while training runs."""
    return {
        "data": about.data_of(model, facts),
        "settings": about.settings_of(model),
        "versions": about.versions_of(),
        "reproduce": about.reproduce(model, facts),
    }


def follows(history: Sequence[Record], model: Model | None = None) -> dict[str, Any]:
    """What is said of all records together. model : at the end of training, which ended as it says."""
    found = advice(history if model is None else model)
    failure = None if model is None else model.failure  # stands at the top of the page
    warnings = [text(line, MOST_LETTERS) for line in found if line != failure]
    return {"timings": about.timings_of(history), "advice": warnings[:MOST_ADVICE]}


def page_of(model: Model, facts: Facts, outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """The page of a model that is trained."""
    return {
        "live": False, "run": run_of(model), "records": plain_history(model.history, model.best_epoch),
        "outcome": outcome, **about_of(model, facts), **follows(model.history, model),
    }  # fmt: skip
