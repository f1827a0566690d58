"""The scores of a model: a dict that notebooks show as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bprop.notebook import card, facts, shortened, table
from bprop.notebook.text import aligned, figure

APART = ("intervals", "baseline", "classes", "confusion", "losses", "interval", "examples", "left_out")


class Scores(dict[str, Any]):
    """{measure: number}, as `scores` returns it: a dict of plain data in all respects. Notebooks show it as tables.

    >>> Scores(examples=2, accuracy=0.5, baseline={"accuracy": 0.5})["accuracy"]
    0.5
    """

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(shortened("\n".join(aligned(_measures(self))), "dict(scores)"))

    def _repr_html_(self) -> str:
        examples = self.get("examples")
        left_out = f", {self['left_out']:,} left out" if self.get("left_out") else ""
        subtitle = f"on {examples:,} examples{left_out}" if isinstance(examples, int) else ""
        head, *lines = _measures(self)
        losses = self.get("losses") or {}
        parts = [table(head, lines), _words(self), *_details(self)]
        for name, one in losses.items():
            parts += [facts({"loss": name}), _words(one), *_details(one)]
        return card("Scores", subtitle, *parts)


def _measures(scores: Mapping[str, Any]) -> list[list[str]]:
    """The head, and a line for each number, with its interval and the best constant answer's, where there are any."""
    intervals, baseline = scores.get("intervals") or {}, scores.get("baseline") or {}
    head = ["measure", "value"] + ["95% interval"] * bool(intervals) + ["constant answer"] * bool(baseline)
    lines = []
    for name, value in scores.items():
        if name in APART or isinstance(value, str | Mapping) or (value is None and name == "threshold"):
            continue
        line = [name.replace("_", " "), _number(value)]
        if intervals:
            line.append(" to ".join(map(_number, intervals[name])) if intervals.get(name) else "")
        if baseline:
            line.append(_number(baseline[name]) if name in baseline else "")
        lines.append(line)
    return [head, *lines]


def _number(value: Any) -> str:
    if value is None:
        return "not defined"
    return figure(value) if isinstance(value, int | float) else str(value)


def _words(scores: Mapping[str, Any]) -> str:
    baseline = scores.get("baseline") or {}
    words = {name: scores[name] for name in ("target", "task", "positive") if scores.get(name)}
    if "always" in baseline:
        words["constant answer"] = f"always {baseline['always']}"
    words |= {f"interval: {name}": _number(value) for name, value in (scores.get("interval") or {}).items()}
    return facts(words)


def _details(scores: Mapping[str, Any]) -> list[str]:
    """Tables of the classes and of the confusion."""
    parts = []
    if isinstance(classes := scores.get("classes"), Mapping) and classes:
        names = list(dict.fromkeys(name for one in classes.values() for name in one))
        rows = [[label, *(_number(one.get(name)) for name in names)] for label, one in classes.items()]
        parts.append(table(["class", *names], rows))
    if isinstance(confusion := scores.get("confusion"), Mapping):
        labels = confusion["classes"]
        rows = [[f"true {label}", *row] for label, row in zip(labels, confusion["counts"], strict=True)]
        parts.append(table(["predicted:", *labels], rows, caption="how many rows of each class got which answer"))
    return parts
