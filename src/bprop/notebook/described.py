"""Objects that a notebook shows by their settings: rules, schedules, callbacks."""

from __future__ import annotations

import inspect
import re
from os import PathLike
from typing import Any

from bprop.notebook.html import card, facts, note
from bprop.notebook.text import figure

PLAIN = (str, bool, int, float, PathLike, type(None))


class Described:
    """Shows its class, its public settings, and the first sentence of its documentation."""

    def _repr_html_(self) -> str:
        return card(type(self).__name__, "", facts(settings_of(self)), note(sentence_of(type(self))))


def settings_of(thing: Any) -> dict[str, str]:
    """{name: value} of the public attributes of an object that are plain data, or objects that say what they are."""
    return {
        name: _words(value)
        for name, value in vars(thing).items()
        if not name.startswith("_") and (isinstance(value, PLAIN) or type(value).__module__.startswith("bprop."))
    }


def sentence_of(cls: type) -> str:
    """The first sentence of the documentation of a class; "" where it has none of its own."""
    text = " ".join(inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.;])\s+(?=[A-Z])", text)[0].rstrip(":;")


def _words(value: Any) -> str:
    return figure(value) if isinstance(value, float) else str(value)
