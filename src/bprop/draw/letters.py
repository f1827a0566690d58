"""The width of text, and text that XML can hold.

The drawing uses a monospaced font, so its widths are known without the font. In the fonts that browsers choose, a
letter is at most 0.61 em wide (Courier 0.600, DejaVu Sans Mono 0.602, Menlo 0.602). The wide letters of East Asian
scripts, and pictures, are twice as wide.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

ADVANCE = 0.62
NAME, BODY, SMALL = 13, 11, 10


def clean(text: str) -> str:
    """The text, with a replacement for each character that XML cannot hold (NUL, lone surrogates, ...)."""
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
    # a fallback font may draw ambiguous letters and symbols: count them as wide
    plain = letter.isascii() or letter in "…→−×·∑⁻"
    return 1 if plain or (unicodedata.east_asian_width(letter) in ("N", "Na", "H") and letter.isalpha()) else 2


def fit(text: str, size: float, room: float) -> str:
    """The line. If it is wider than `room` pixels, its middle becomes an ellipsis: names often differ at their ends."""
    text = one_line(text)
    if width(text, size) <= room:
        return text
    least, most = 1, len(text)  # letters
    while least < most:
        middle = (least + most + 1) // 2
        if width(cut(text, middle), size) <= room:
            least = middle
        else:
            most = middle - 1
    return cut(text, least)


def cut(text: str, letters: int) -> str:
    """The text in so many letters at most, with an ellipsis in its middle if it has more."""
    if len(text) <= letters:
        return text
    last = (letters - 1) // 2
    return text[: letters - 1 - last] + "…" + text[len(text) - last :]


def widest(lines: Iterable[str], size: float) -> float:
    """The width of the widest line; 0 without lines."""
    return max((width(line, size) for line in lines), default=0.0)
