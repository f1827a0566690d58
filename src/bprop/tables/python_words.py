"""Errors and remarks on tables name the options of the command line. For callers from Python they name parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from bprop.errors import BpropError

NAMES = {
    "target": "target", "task": "task", "weights": "weights", "scale": "scale", "labels": "labels", "seed": "seed",
    "encoding": "encoding", "delimiter": "delimiter", "skip-rows": "skip_rows", "comment": "comment", "sheet": "sheet",
    "missing": "missing", "bad-cells": "bad_cells", "validation": "validation", "test": "test", "split-by": "by",
    "group": "group", "class-weight": "class_weight", "threshold": "threshold", "dtype": "dtype", "hidden": "hidden",
    "epochs": "epochs", "batch-size": "batch_size", "patience": "patience", "lr": "lr", "rule": "rule", "loss": "loss",
    "l1": "l1", "l2": "l2", "dropout": "dropout",
}  # fmt: skip
"""{option of the command line: parameter of bp.table, or of a method of a table}."""
_QUOTED = r"'[^']*'|\"[^\"]*\""
_KIND = re.compile(rf"--kind (?P<word>{_QUOTED}|[^\s;]+=[^\s;]*?)(?=[:;,.)]*(?:\s|$))")
_VALUE = re.compile(
    rf"--(?:(?P<count>skip-rows|validation|test) (?P<number>[\d.]*\d)|(?P<choice>task) (?P<one>[a-z]+)\b|"
    rf"(?P<cells>bad-cells) (?P<how>missing|refuse)\b|(?P<any>comment|missing|encoding|sheet) "
    rf"(?P<word>{_QUOTED}|(?!(?:and|or|if|to|is|stands|for|says|takes)\b)[^\s()]+?(?=[:;,.)]*(?:\s|$))))"
)
_HEADER = re.compile(r"--(no-)?header\b")
_NAME = re.compile(r"--([a-z][a-z0-9-]*[a-z0-9])")
Function = TypeVar("Function", bound=Callable[..., Any])
_CALLED_FROM_PYTHON: ContextVar[bool] = ContextVar("called_from_python", default=True)


@contextmanager
def words_of_options() -> Iterator[None]:
    """Within it, errors go on to name options: a command calls what people call from Python."""
    token = _CALLED_FROM_PYTHON.set(False)
    try:
        yield
    finally:
        _CALLED_FROM_PYTHON.reset(token)


def python_words(text: str) -> str:
    """A message with parameters for options: skip_rows=1 for --skip-rows 1. Unknown options stay as they are."""
    if not _CALLED_FROM_PYTHON.get():
        return text
    text = _KIND.sub(_kind, text)
    text = _VALUE.sub(_value, text)
    text = _HEADER.sub(lambda match: f"header={not match[1]}", text)
    text = re.sub(r"--kind\b", "kinds", text)
    return _NAME.sub(lambda match: NAMES.get(match[1], match[0]), text)


def _kind(match: re.Match[str]) -> str:
    name, _, kind = _bare(match["word"]).rpartition("=")
    return f"kinds={{{name!r}: {kind!r}}}"


def _value(match: re.Match[str]) -> str:
    option, value = next((o, v) for o, v in zip(match.groups()[::2], match.groups()[1::2], strict=True) if o)
    shown = value if option == match["count"] else repr(_bare(value))
    return f"{NAMES[option]}={shown}"


def _bare(word: str) -> str:
    return word[1:-1] if word[:1] in "'\"" and word[:1] == word[-1:] and len(word) > 1 else word


def in_python(function: Function) -> Function:
    """A function whose errors name parameters instead of options."""

    @wraps(function)
    def called(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except BpropError as error:
            if error.args and isinstance(error.args[0], str):
                error.args = (python_words(error.args[0]), *error.args[1:])
            raise

    return called  # type: ignore[return-value]
