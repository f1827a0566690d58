"""The facts of a run for its page: data and encoding, settings, timings, versions, how to make it again."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from statistics import median
from typing import Any

from bprop.model import Model
from bprop.notes import columns, members, table, word, words
from bprop.record import Record
from bprop.reporting.plain import shortened, text

RUN = "run"
"""The key of the notes about how a model was trained."""
MOST_COLUMNS = 200
MOST_CLASSES = 200
LIBRARIES = ("numpy", "llvmlite", "jax", "scikit-learn", "polars", "optax")
MODULES = {"scikit-learn": "sklearn"}
Pairs = list[list[Any]]
Cells = Callable[[int], tuple[str, Sequence[tuple[str, Any]]]]
"""A function from the number of an example to (its place in words, its cells): ("pets.csv, line 3", [...])."""


@dataclass(frozen=True)
class Facts:
    """Further facts for a report, which the fit does not hold.

    parts : {"train" or "test", ...: number of examples}. classes : {part: {class: number of examples}}.
    command : the command line that repeats the training. cells : the cells of an example.
    inputs : {column: {input: the numbers of its features, or None for all of it}}, for the importance of columns.
    values : from a column to its values (N,), numbers (NaN where missing) or texts, for the errors by feature.
    """

    parts: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    command: str | None = None
    cells: Cells | None = None
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    values: Callable[[str], Any] | None = None


def data_of(model: Model, facts: Facts) -> dict[str, Any] | None:
    """Columns, classes and counts, from the notes of a model and further facts; None if there are none."""
    notes = model.notes
    named = {label: word(notes, key) for label, key in _NAMED}
    pairs: Pairs = [[label, text(value)] for label, value in named.items() if value is not None]
    pairs += [[f"examples {what}", count] for what, count in facts.parts.items()]
    if not pairs:
        return None
    shown = _columns(notes)
    names = words(notes, "classes")
    parts = list(facts.classes)
    classes = [
        [shortened(name, 40), *(facts.classes[part].get(name, 0) for part in parts)]
        for name in (names[:MOST_CLASSES] if parts else ())
    ]
    return {
        "facts": pairs, "columns": shown[:MOST_COLUMNS], "more_columns": max(0, len(shown) - MOST_COLUMNS),
        "classes": classes, "parts": [f"examples {part}" for part in parts],
    }  # fmt: skip


_NAMED = (("source", "source"), ("task", "task"), ("predicts", "target"))


def _columns(notes: Mapping[str, Any]) -> Pairs:
    if table(notes) is None:
        how = "a number, standardised" if "scaling" in notes else "as it is"
        return [[shortened(name, 60), "number", how] for name in words(notes, "columns")]
    return [[shortened(kind["name"], 60), text(kind["kind"]), text(_encoding(kind), 120)] for kind in columns(notes)]


def _encoding(kind: Mapping[str, Any]) -> str:
    missing = ", and a column that says where it is missing" if kind.get("indicator") else ""
    count = f"{len(words(kind, 'categories')):,} categories"
    return {
        "categorical": f"{count}, an embedding of {word(kind, 'width')}" if kind.get("width") else f"{count}, one-hot",
        "numeric": f"a number, standardised{missing}",
        "boolean": f"0 or 1{missing}",
        "date": f"days since {word(kind, 'origin')}, the place in the year and the week{missing}",
        "ignored": f"left out: {word(kind, 'why')}",
    }.get(kind["kind"], "")


def settings_of(model: Model) -> Pairs:
    """(name, value) of each setting of training, and the size of the network."""
    settings = run_settings(model)
    size = sum(model.params[name].size for name in model.graph.trainable)
    shown = {name: value for name, value in settings.items() if (name, value) != ("engine_reason", "")}
    return [
        *([_LABELS.get(name, name.replace("_", " ")), _shown(v)] for name, v in shown.items()),
        ["parameters", size],
    ]


def run_settings(model: Model) -> dict[str, Any]:
    """The settings of a fit; of a saved model those that `bprop train` noted, {} where there are none."""
    own = getattr(model, "settings", None)
    if own is not None:
        return dict(own)
    noted = model.notes.get(RUN)
    return {str(name): value for name, value in noted.items()} if isinstance(noted, Mapping) else {}


_LABELS = {"engine_reason": "why this engine"}


def _shown(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return value if isinstance(value, int) else text(value, 300)


def timings_of(history: Sequence[Record]) -> Pairs:
    """The times of training."""
    if not history:
        return []
    seconds = sum(float(record.seconds) for record in history)
    speed = median(record.examples_per_second for record in history)
    return [
        ["epochs", len(history)], ["updates", history[-1].updates], ["seconds of updates", f"{seconds:.3g}"],
        ["examples a second (median)", round(speed) if isfinite(speed) else "not known"],
    ]  # fmt: skip


def versions_of() -> Pairs:
    """The versions of bprop, Python, the machine, and the libraries in use."""
    versions: Pairs = [["bprop", _version("bprop")], ["Python", platform.python_version()]]
    versions += [[name, _version(name)] for name in LIBRARIES if MODULES.get(name, name) in sys.modules]
    now = datetime.now().astimezone().isoformat(" ", "seconds")
    return [*versions, ["machine", f"{platform.system()} {platform.machine()}"], ["page made", now]]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def reproduce(model: Model, facts: Facts) -> Pairs:
    """[instruction, code]: the command line, or the settings in Python, that repeat the training."""
    if facts.command is not None:
        return [["On the command line, with the same data and versions:", facts.command]]
    settings = getattr(model, "settings", None)
    if not settings or members(model.notes):  # several networks are more than one call
        return []
    known = ("batch_size", "epochs", "seed", "shuffle", "dtype", "engine", "patience", "monitor", "keep_best", "freeze")
    arguments = ["graph", "data", f"rule=bp.{settings['rule']}"]
    arguments += [f"{name}={settings[name]!r}" for name in known if settings.get(name) is not None]
    arguments += [f"augment={settings['augment']}"] if settings.get("augment") else []
    call = "bp.train(\n    " + ",\n    ".join(arguments) + ",\n)"
    return [["In Python, with the same graph, data and versions:", f"import bprop as bp\n\n{call}"]]
