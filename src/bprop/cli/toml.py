"""Settings as lines of TOML. Python reads TOML (tomllib) but does not write it.

Source: TOML 1.0.0, "String", "Integer", "Float", "Boolean", "Array".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def line(key: str, value: Any) -> str:
    """key = value"""
    return f"{key if _BARE.fullmatch(key) else text(key)} = {plain(value)}"


def lines(settings: Mapping[str, Any]) -> str:
    """A line for each setting."""
    return "".join(f"{line(key, value)}\n" for key, value in settings.items())


def plain(value: Any) -> str:
    """A value: text, a path, a bool, a number, or a list of these."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(plain, value))}]"
    if isinstance(value, str | PurePath):
        return text(str(value))
    raise TypeError(f"{value!r} has no form in TOML here")


def text(value: str) -> str:
    """Text in quotes. Raises UnicodeEncodeError for a file name that is no text, which TOML cannot hold."""
    value.encode()
    return (
        '"'
        + _ESCAPED.sub(lambda letter: f"\\u{ord(letter[0]):04x}" if letter[0] not in '"\\' else "\\" + letter[0], value)
        + '"'
    )


def line_number(content: str, key: str) -> int | None:
    """The line on which a key of the top level is set; None if it is not seen at the beginning of a line."""
    setting = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
    return next((n for n, one in enumerate(content.split("\n"), 1) if setting.match(one)), None)
