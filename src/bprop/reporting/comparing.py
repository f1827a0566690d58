"""`bp.compare`: several runs in one page: their curves, the settings that differ, their scores side by side."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bprop.data import DataSet
from bprop.errors import SettingError
from bprop.files import write_atomically
from bprop.graph.validation import check_rows, read_weights
from bprop.health import advice
from bprop.lower_case import snake
from bprop.measures.heads import Heads
from bprop.measures.judge import Question, judged
from bprop.measures.labels import label
from bprop.metrics import direction
from bprop.model import Model
from bprop.names import some
from bprop.notes import best_epochs, word, words
from bprop.record import VALIDATION
from bprop.reporting.about import run_settings, settings_of, timings_of, versions_of
from bprop.reporting.heads import judged_of, resamples_for
from bprop.reporting.layers import layers_of
from bprop.reporting.looking import look
from bprop.reporting.outcome import error_of
from bprop.reporting.page import COMPARISON, render
from bprop.reporting.plain import early, number, numbers, shortened, text
from bprop.reporting.whose import whose
from bprop.trained import unwrapped

MOST_RUNS = 16
MOST_RECORDS, FEWEST_RECORDS = 1200, 100  # of all runs together, of each
MOST_VALUES = 120  # letters of a setting
APART = ("page made", "test")


def compare(
    runs: Mapping[str, Any] | Sequence[Any],
    path: str | os.PathLike[str],
    data: Any = None,
    *,
    weights: Any = None,
    name: str = "test",
) -> None:
    """Write a page that compares several runs: one HTML file, for any browser, that needs no network.

    It shows the curves of all runs in one chart for each measure, the settings that differ, how each run ended, and for
    `data` the scores side by side, with 95% intervals. Runs may have different lengths, and may have failed.

    Parameters
    ----------
    runs : {name: fit}, or a list of fits; also models and estimators, as for `bprop.report`. Two or more.
    path : the file. It is written whole or not at all.
    data : examples with targets, as for `bprop.report`, best of rows that none of the runs used. weights : (N,).
    name : the name of these examples.

    Raises
    ------
    SettingError : for runs that predict different things: their scores cannot stand side by side.
    ModelFileError : if the file cannot be written.

    >>> graph, data = bp.mlp([2, 2]), {"x": np.eye(2), "y": [0, 1]}
    >>> settings = {"epochs": 2, "engine": "numpy", "progress": False}
    >>> runs = {f"lr {lr}": bp.train(graph, data, rule=bp.SGD(lr), **settings) for lr in (0.1, 1.0)}
    >>> bp.compare(runs, "runs.html", data)
    """
    named = dict(runs) if isinstance(runs, Mapping) else {f"run {k}": run for k, run in enumerate(runs, start=1)}
    sources = {str(key): unwrapped(run, "compare(runs, path)") for key, run in named.items()}
    models = {key: source.to_model() for key, source in sources.items()}
    need_comparable(models)
    rows = None
    if data is not None:
        rows = {key: _examples(source, data, weights) for key, source in sources.items()}
    write_comparison(models, path, rows, name)


def _examples(source: Any, data: Any, weights: Any) -> tuple[DataSet, None]:
    """The examples for one of the runs, as its network takes them."""
    if isinstance(data, DataSet):
        return data, None
    arrays = source.read_batch(data)
    return DataSet(arrays, read_weights(weights, check_rows(arrays))), None


def write_comparison(
    models: Mapping[str, Model], path: str | os.PathLike[str],
    rows: Mapping[str, tuple[DataSet, Mapping[str, Any] | None]] | None, name: str = "test",
) -> None:  # fmt: skip
    """Write the page of comparable models. rows : {model: (the same examples for each, these in the table's units)}."""
    wanted = _wanted(models)
    page = {
        "live": False, "name": text(name), "runs": [_run(key, model, wanted) for key, model in models.items()],
        **_settings(models), "scores": None if rows is None else _scores(models, rows), "versions": versions_of(),
        "notes": [] if rows is None else [f"{shortened(k)}: {note}" for k, m in models.items() if (note := whose(m))],
        "losses": sorted({_losses(model) for model in models.values()}),
    }  # fmt: skip
    title = (
        "Comparison of " + ", ".join(shortened(key, 30) for key in list(models)[:4]) + ("…" if len(models) > 4 else "")
    )
    write_atomically(path, render(title, "", page, COMPARISON).encode())


def need_comparable(models: Mapping[str, Model]) -> None:
    """Raise SettingError for fewer than two runs, too many, or runs that predict different things."""
    if not 2 <= len(models) <= MOST_RUNS:
        raise SettingError(f"a comparison is of 2 to {MOST_RUNS} runs, not of {len(models)}")
    answers = {key: Answer.of(model) for key, model in models.items()}
    first, *others = answers
    for key in others:
        if not answers[first].agrees(answers[key]):
            raise SettingError(
                f"{first} predicts {answers[first]}, and {key} predicts {answers[key]}: their scores cannot stand side "
                "by side; compare runs that predict the same"
            )


class Answer(NamedTuple):
    """The answer of a model: the kind of each of its targets, and their names and classes as far as they are noted."""

    kinds: tuple[str, ...]
    target: str | None
    classes: tuple[str, ...]

    @classmethod
    def of(cls, model: Model) -> Answer:
        heads = Heads(model.graph, model.notes).heads if model.graph.losses else []
        kinds = tuple(_kind(head.question) for head in heads) or ("a loss of its own",)
        return cls(kinds, word(model.notes, "target"), words(model.notes, "classes"))

    def agrees(self, other: Answer) -> bool:
        """Whether the other predicts the same, as far as that is known."""
        named = None in (self.target, other.target) or self.target == other.target
        return self.kinds == other.kinds and named and (not self.classes or other.classes in ((), self.classes))

    def __str__(self) -> str:
        target = "" if self.target is None else f"{shortened(self.target)}: "
        classes = f" ({some(self.classes, 5)})" if self.classes else ""
        return f"{target}{', '.join(self.kinds)}{classes}"


def _kind(question: Question | None) -> str:
    if question is None:
        return "something of its own"
    if question.classes is not None:
        return f"one of {len(question.classes)} classes"
    count, what = len(question.columns), "label" if question.task == "multilabel" else "number"
    return f"{count} {what}{'' if count == 1 else 's'}"


def _losses(model: Model) -> str:
    return ", ".join(snake(type(loss).__name__) for loss in model.graph.losses.values()) or "a loss of its own"


def _run(key: str, model: Model, wanted: set[int]) -> dict[str, Any]:
    """A run: how it ended, its curves, and its numbers."""
    history = model.history
    best = model.kept_epoch or model.best_epoch
    chosen = next((record for record in history if record.epoch == model.kept_epoch), history[-1] if history else None)
    timings = dict(timings_of(history))
    return {
        "name": shortened(key), "ended": model.stopped, "epochs": len(history), "best_epoch": best,
        "failure": model.failure and text(model.failure, 400),
        "records": _records(model, wanted), "advice": [text(line, 400) for line in advice(model)][:4],
        "facts": [
            ["epochs", len(history)], ["best epoch", _best(model)],
            *([[text(n, 60), number(v)] for n, v in _measures(chosen).items()] if chosen is not None else []),
            ["parameters", model.graph.weight_count], ["multiply-adds", layers_of(model.graph)["multiply_adds"]],
            ["updates", timings.get("updates")], ["seconds of updates", _seconds(history)],
        ],
    }  # fmt: skip


def _best(model: Model) -> int | str | None:
    """The best epoch on validation rows; of several networks that of each."""
    epochs = best_epochs(model.notes)
    return ", ".join(map(str, epochs)) if epochs else model.best_epoch


def _seconds(history: Sequence[Any]) -> float | None:
    return number(sum(float(record.seconds) for record in history)) if history else None


def _measures(record: Any) -> dict[str, float]:
    """{name: value} of a record: loss, metrics, and those of the validation set."""
    own = {"loss": record.loss, **record.metrics}
    return {**own, **{VALIDATION.replace("_", " ") + key: value for key, value in (record.validation or {}).items()}}


def _wanted(models: Mapping[str, Model]) -> set[int]:
    """The epochs that the curves show, the same for all runs."""
    longest = max((record.epoch for model in models.values() for record in model.history), default=0)
    return {place + 1 for place in early(longest, max(FEWEST_RECORDS, MOST_RECORDS // len(models)))}


def _records(model: Model, wanted: set[int]) -> list[dict[str, Any]]:
    """The records of the wanted epochs, with those of the best and of the last."""
    own = {model.best_epoch, *(record.epoch for record in model.history[-1:])}
    return [
        {"epoch": record.epoch, "measures": {text(key, 60): number(value) for key, value in _measures(record).items()}}
        for record in model.history
        if record.epoch in wanted or record.epoch in own
    ]


def _settings(models: Mapping[str, Model]) -> dict[str, Any]:
    """{"differ": [[setting, value of each run]], "same": [[setting, value]]}."""
    each = [dict(_facts(model)) for model in models.values()]
    names = list(dict.fromkeys(name for one in each for name in one if name not in APART))
    differ, same = [], []
    for name in names:
        values = [one.get(name) for one in each]
        if all(value == values[0] for value in values):
            same.append([name, values[0]])
        else:
            differ.append([name, *("–" if value is None else value for value in values)])
    return {"differ": differ, "same": same}


def _facts(model: Model) -> list[list[Any]]:
    """The settings of a run, its data and its network, as short texts."""
    layers = layers_of(model.graph)["layers"]
    network = ", ".join(f"{what} {shape}" for _, what, shape, *_ in layers)
    noted = [[key, model.notes[key]] for key in ("source", "recipe") if isinstance(model.notes.get(key), str)]
    settings = settings_of(model) if run_settings(model) else []
    of = [*noted, ["network", network], ["loss", _losses(model)], *settings]
    return [[text(name, 60), value if isinstance(value, int) else text(value, MOST_VALUES)] for name, value in of]


def _scores(
    models: Mapping[str, Model], rows: Mapping[str, tuple[DataSet, Mapping[str, Any] | None]]
) -> dict[str, Any]:  # fmt: skip
    """{"rows": their number, "measures": [[name, whether larger is better, or null, [[value, low, high] of each run]]],
    "differences"}. A run that diverged has none."""
    counts = {key: len(examples) for key, (examples, _) in rows.items()}
    if len({*counts.values()}) > 1:
        raise SettingError(f"the runs do not read the same rows of this data: {counts}")
    results = [_judge(model, *rows[key]) for key, model in models.items()]
    names = list(dict.fromkeys(key for one in results for key in one))
    measures = []
    for key in names:
        cells = [one.get(key) or [None, None, None] for one in results]
        measures.append([shortened(label(key), 60), _larger(key), [numbers(cell) for cell in cells]])
    return {"rows": next(iter(counts.values())), "measures": measures, "differences": _differences(models, rows)}


def _larger(key: str) -> bool | None:
    """Whether a larger value is better; None where that is not known."""
    return False if key == "loss" else direction(key)


def _differences(
    models: Mapping[str, Model], rows: Mapping[str, tuple[DataSet, Mapping[str, Any] | None]]
) -> dict[str, Any] | None:  # fmt: skip
    """{"error": what it is, "best": the number of the run with the least, "runs": [[difference, low, high] or null]}:
    the mean difference of the error of each run from that of the best, on the same examples, with 95% intervals."""
    errors = []
    for key, model in models.items():
        examples, raw = rows[key]
        heads = [] if model.stopped == "diverged" else judged_of(model, examples, raw)
        what, error = error_of(look(model, examples.arrays), heads)
        errors.append(error if len(heads) == 1 and np.isfinite(error).all() else None)
    known = [k for k, error in enumerate(errors) if error is not None]
    if len(known) < 2:
        return None
    w = _weights(next(iter(rows.values()))[0])
    best = min(known, key=lambda k: float(w @ errors[k]))
    return {"error": what, "best": best, "runs": [None if e is None else _paired(e - errors[best], w) for e in errors]}


def _paired(difference: np.ndarray, w: np.ndarray) -> list[float | None]:
    """[mean, low, high] of differences (N,): the mean and 1.96 standard errors around it."""
    mean = float(np.average(difference, weights=w))
    error = 1.96 * float(np.sqrt(np.square(w * (difference - mean)).sum())) / float(w.sum())
    return numbers((mean, mean - error, mean + error))


def _judge(model: Model, examples: DataSet, raw: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """{measure: [value, low, high]}, as `bprop evaluate` has them."""
    if model.stopped == "diverged":
        return {}
    cells: dict[str, list[Any]] = {name: [value, None, None] for name, value in model.evaluate(examples).items()}
    w = _weights(examples)
    heads = judged_of(model, examples, raw)
    for one in heads:
        if not one.usable.all():
            continue
        result = judged(one.question, one.f, one.y, w, {}, resamples_for(one.f))
        for name, value in result["scores"].items():
            spelled = name if len(heads) == 1 else f"{name}[{one.name}]"
            cells[spelled] = [value, *result["more"]["intervals"].get(name, (None, None))]
    return cells


def _weights(examples: DataSet) -> np.ndarray:
    return np.ones(len(examples)) if examples.weights is None else np.asarray(examples.weights, np.float64)
