"""All that a page shows of a model, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bprop.draw import draw
from bprop.graph import Graph
from bprop.health import advice
from bprop.model import Model
from bprop.record import Record
from bprop.reporting import about
from bprop.reporting.facts import Facts
from bprop.reporting.plain import plain_history, text

MOST_ADVICE = 12


def title_of(model: Model) -> str:
    """What a page is called."""
    source = model.notes.get("source")
    return f"Training on {text(source)}" if source else "Training report"


def drawing_of(graph: Graph) -> str:
    """The graph as markup."""
    return draw(graph).svg()


def run_of(model: Model) -> dict[str, Any]:
    """Where the run stands."""
    settings = getattr(model, "settings", {})
    return {
        "status": getattr(model, "stopped", "saved"), "epochs": settings.get("epochs"),
        "best_epoch": getattr(model, "best_epoch", None),
    }  # fmt: skip


def about_of(model: Model, facts: Facts) -> dict[str, Any]:
    """What does not change while training runs."""
    return {
        "data": about.data_of(model, facts),
        "settings": about.settings_of(model),
        "versions": about.versions_of(),
        "reproduce": about.reproduce(model, facts),
    }


def follows(history: Sequence[Record]) -> dict[str, Any]:
    """What is said of all records together."""
    warnings = [text(line, 400) for line in advice(history)[:MOST_ADVICE]]
    return {"timings": about.timings_of(history), "advice": warnings}


def page_of(model: Model, facts: Facts, outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """The page of a model that is trained."""
    best = getattr(model, "best_epoch", None)
    return {
        "live": False, "run": run_of(model), "records": plain_history(model.history, best), "outcome": outcome,
        **about_of(model, facts), **follows(model.history),
    }  # fmt: skip
