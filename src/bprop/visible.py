r"""Text that other people chose, made safe for a terminal: letters that steer it or are invisible become escapes, \x1b.

Names of columns, labels, files and cells may hold anything. A control character can colour, move or erase text on the
screen. A direction mark reverses the letters that follow it. A line break can forge a line of our own. A letter without
width makes two names look the same.
"""

from __future__ import annotations

import re

STEERING = (
    r"\x00-\x1f\x7f-\x9f"  # control characters: escape, bell, backspace, line feed, delete, ...
    r"\u2028\u2029"  # line and paragraph separators
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction marks
)
UNSEEN = (
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    r"\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
"""Letters without width, except those that change the letter before them, such as accents."""
HALVES = r"\ud800-\udfff"
"""Surrogates: Python puts them for bytes of a file name that are not valid text."""
PICTURE = r"\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_ANY = re.compile(f"[{STEERING}{UNSEEN}{HALVES}]")
_PICTURES = re.compile(f"(?<=[{PICTURE}])\u200d(?=[{PICTURE}])")  # emoji joined into one


def visible(name: object) -> str:
    """A name as text on one line. Letters that steer a terminal or are invisible become escapes: \\x1b."""
    text = str(name)
    if text.isascii() and text.isprintable():
        return text
    return _ANY.sub(_escape, text)


def visible_lines(text: str) -> str:
    """Text of several lines, each made safe by `visible`."""
    return "\n".join(map(visible, text.split("\n")))


def _escape(match: re.Match[str]) -> str:
    letter = match.group()
    if letter == "\u200d" and _PICTURES.match(match.string, match.start()):
        return letter
    if letter in "\n\r\t":
        return repr(letter)[1:-1]
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
