"""`bprop info`: what a saved model predicts, from which columns, how it was trained, and how to use it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from bprop.cli.command import command
from bprop.cli.described import described
from bprop.cli.experiment import newest
from bprop.cli.shell import quoted
from bprop.console import say
from bprop.names import some
from bprop.sources.limits import size
from bprop.visible import visible

FEW = 8  # names in a line
_DEFAULTS = re.compile(r", \w+=(None|False)")


@command
def info(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="A model file, a checkpoint, or a folder of checkpoints.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON, with nothing shortened.")] = False,
) -> None:
    """Show what MODEL predicts, from which columns, its scores and settings, its size, and how to use it next.

    \b
    bprop info digits.bprop
    bprop info adult.bprop --json
    """
    facts = described(newest(model))
    if as_json:
        say(json.dumps(facts, default=str).replace("\x7f", "\\u007f"))
    else:
        say("\n".join(map(visible, lines_of(facts))))


def lines_of(facts: dict[str, Any]) -> list[str]:
    """The facts for people to read."""
    of = f" of {facts['source']}" if facts.get("source") else ""
    lines = [f"{facts['file']}: a {facts['is']}{of}, {size(facts['bytes'])}, written by bprop {facts['bprop']}"]
    rows = [
        ("predicts", _answer(facts)), ("reads", _pairs(facts.get("read", {}))), ("columns", _count(facts["columns"])),
        *(("", f"  {one}") for one in _columns(facts["columns"])), ("tuned", _pairs(facts.get("tuned", {}))),
        ("trained", _training(facts)),
        *((name.replace("_", " "), _scores(facts[name])) for name in ("last_epoch", "best_epoch") if name in facts),
        ("recipe", _pairs(facts.get("recipe", {}))), ("networks", _networks(facts.get("networks", []))),
        ("test", facts.get("test", "")),
        ("temperature", _plain(facts["temperature"]) if "temperature" in facts else ""),
        ("intervals", f"from {facts['intervals_from']}" if "intervals_from" in facts else ""),
        ("graph", facts["graph"]),
        ("size", f"{facts['parameters']:,} parameters in {facts['precision']}"), *_next(facts),
    ]  # fmt: skip
    return lines + [f"  {title:<12}{text}" for title, text in rows if text]


def _networks(members: list[dict[str, Any]]) -> str:
    """3 networks, whose mean is the answer; the best epochs of each: 12 of 20, 9 of 20, 15 of 20."""
    if not members:
        return ""
    epochs = [f"{one['best_epoch']} of {one.get('epochs')}" for one in members if one.get("best_epoch") is not None]
    best = f"; the best epochs: {some(epochs, FEW)}" if epochs else ""
    return f"{len(members)} networks, whose mean is the answer{best}"


def _answer(facts: dict[str, Any]) -> str:
    if "target" not in facts:
        return ""
    classes = facts.get("classes")
    shown = f": {len(classes)} classes: {some(classes, FEW)}" if classes else ""
    return f"{facts['target']} ({facts['task']}){shown}"


def _count(columns: list[dict[str, Any]]) -> str:
    kinds = [column["kind"] for column in columns]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return f"{len(kinds)}: {counts}" if kinds else ""


def _columns(columns: list[dict[str, Any]]) -> list[str]:
    width = max((len(visible(column["name"])) for column in columns), default=0)
    return [
        f"{visible(column['name']):<{min(width, 40)}}  {column['kind']:<12}  {_pairs(column['learned'])}".rstrip()
        for column in columns
    ]


def _pairs(entries: dict[str, Any]) -> str:
    """The entries; those that are None, no or empty are left out."""
    there = {name: value for name, value in entries.items() if value is not None and value is not False and value != ""}
    return ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in there.items())


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return f"({len(value)}) {some(value, FEW)}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _training(facts: dict[str, Any]) -> str:
    settings = {name: value for name, value in facts["settings"].items() if name not in ("epochs", "engine_reason")}
    if isinstance(rule := settings.get("rule"), str):
        settings["rule"] = _DEFAULTS.sub("", rule)
    epochs = f"{facts['epochs']} epoch{'' if facts['epochs'] == 1 else 's'}" if facts["epochs"] else ""
    end = "" if facts["stopped"] == "saved" else f"ended by {facts['stopped']}"
    return ", ".join(filter(None, (epochs, end, _pairs(settings))))


def _scores(record: dict[str, Any]) -> str:
    scores = {name: value for name, value in record.items() if name != "epoch"}
    return f"{record['epoch']}: {_pairs(scores)}"


def _next(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """How to use the file."""
    name = quoted(facts["file"])
    if facts["is"] == "checkpoint":
        return [("next", f"continue with the same options and: bprop train ... --resume {name}")]
    in_python = f"in Python: bprop.load({facts['file']!r}).predict(...)"
    if not facts["takes_rows"]:
        return [("next", in_python)]
    lines = [f"bprop predict {name} ROWS.csv --out predictions.csv", f"bprop evaluate {name} ROWS.csv"]
    first, *others = lines if "target" in facts else [in_python, *lines]
    return [("next", first), *(("", line) for line in others)]
