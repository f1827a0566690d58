"""How wide text is, and text that XML can hold.

The drawing is set in a monospaced font, so that widths are known without the font: a letter of the fonts that
browsers choose is at most 0.61 em wide (Courier 0.600, DejaVu Sans Mono 0.602, Menlo 0.602), and twice that for
the wide letters of East Asian scripts and for pictures.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

ADVANCE = 0.62
NAME, BODY, SMALL = 13, 11, 10


def clean(text: str) -> str:
    """The text without characters that XML has no way to write (NUL, lone halves of surrogate pairs, ...)."""
    return "".join(letter if _legal(ord(letter)) else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _legal(code: int) -> bool:
    return (
        code in (0x9, 0xA) or 0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF
    )


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(clean(text).split()) or "\N{OPEN BOX}"


def width(text: str, size: float) -> float:
    """An upper bound of the width of a line in pixels, at a font size in pixels."""
    return ADVANCE * size * sum(_cells(letter) for letter in text)


def _cells(letter: str) -> int:
    # ambiguous and symbol letters may come from a fallback font: count them as wide
    plain = letter.isascii() or letter in "…→−×·∑⁻"
    return 1 if plain or (unicodedata.east_asian_width(letter) in ("N", "Na", "H") and letter.isalpha()) else 2


def fit(text: str, size: float, room: float) -> str:
    """The line, shortened with an ellipsis where it is wider than `room` pixels."""
    text = one_line(text)
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def widest(lines: Iterable[str], size: float) -> float:
    """The width of the widest of some lines; 0 of none."""
    return max((width(line, size) for line in lines), default=0.0)
