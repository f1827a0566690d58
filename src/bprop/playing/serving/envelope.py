"""Messages of a page, and to it: JSON with a number, a command, and parts of the machine's state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from bprop.errors import SettingError

LONGEST = 65_536
"""The most letters of a message from a page."""
LARGEST = 1e300
"""Numbers in a command are smaller. Neither infinity nor NaN is."""
DEEPEST = 12
"""Lists and objects within each other, at most: a whole recipe has 5."""


class Letter(NamedTuple):
    """A command of a page. number : the page's own number of it, which its answer repeats; None: it has none."""

    number: int | None
    command: dict[str, Any]


def read_letter(text: str | bytes) -> Letter:
    """The message {"id": number, "command": {"do": ...}}.

    Raises SettingError for anything else; its attribute `number` is the number of the message, if that can be read.
    """
    if len(text) > LONGEST:
        raise SettingError(f"a message has {len(text):,} letters, and at most {LONGEST:,} are read")
    try:
        message = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise SettingError("a message is no JSON") from error
    return letter_of(message)


def letter_of(message: Any) -> Letter:
    """The same for a message that is JSON's lists, objects, texts and numbers already."""
    number = message.get("id") if isinstance(message, dict) else None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**53:
        number = None
    problem = _problem(message)
    if problem:
        error = SettingError(problem)
        error.number = number  # type: ignore[attr-defined]
        raise error
    return Letter(number, message["command"])


def _problem(message: Any) -> str:
    if not isinstance(message, dict) or not isinstance(message.get("command"), dict):
        return 'a message is {"id": a number, "command": {"do": a name, ...}}'
    unknown = sorted(set(message) - {"id", "command"})
    if unknown:
        return f"a message has an unknown key: {unknown[0][:40]!r}"
    if not isinstance(message["command"].get("do"), str):
        return 'a command names what to do: {"do": a name, ...}'
    if not _plain(message["command"], DEEPEST):
        return f"a command has a number that is not finite or is too large, or lists in more than {DEEPEST} others"
    return ""


def _plain(value: Any, deepest: int) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return deepest > 0 and all(_plain(one, deepest - 1) for one in inner)
    return not isinstance(value, int | float) or abs(value) < LARGEST


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def complaint(version: int, text: str, cure: str) -> dict[str, Any]:
    """The news of a command that could not be carried out."""
    return {"version": version, "parts": {"message": {"kind": "error", "text": text, "cure": cure}}}


def merged(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """Two pieces of news as one: each part as it is in the later one, if it is there."""
    return {**earlier, **later, "parts": {**earlier["parts"], **later["parts"]}}


def written(message: Mapping[str, Any]) -> str:
    """A message to a page as JSON. Raises ValueError for NaN and infinity, which JSON does not have."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False)
