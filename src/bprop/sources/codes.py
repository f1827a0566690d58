"""Columns of digits that are no numbers: codes with leading zeros, long digits, phone numbers, versions."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_DIGITS = 15
LONGEST = 10.0**LONGEST_DIGITS
"""More digits than these are rounded in a float64: such columns are codes, where all are equally long."""
ZEROS, LONG, PHONE, VERSION, QUOTED = (
    "codes with leading zeros", "long codes of digits", "phone numbers", "versions", "codes in quotes",
)  # fmt: skip
_BEGIN = re.compile(r"\n(?:0\d|\+)")
_PHONE = re.compile(r"\+\d[\d ()./-]{5,}\d")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+(?:[-+.]?(?:a|b|rc|dev|alpha|beta)\d*)?", re.IGNORECASE)
_QUOTED = re.compile(r'="([^"]*)"')
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})*|0")
"""A whole number with points between its thousands: 1.234.567."""


def begin_as_code(cells: Sequence[str]) -> bool:
    """Whether a cell begins with a plus, or with a zero before another digit."""
    return _BEGIN.search("\n" + "\n".join(cells)) is not None


def codes_in(cells: Sequence[str]) -> str:
    """The sort of codes that different cells of text, none of them missing, are; "" where they may be numbers."""
    if all(map(str.isdigit, cells)):
        if any(cell[0] == "0" and len(cell) > 1 for cell in cells):
            return ZEROS
        long = len(cells) > 0 and len(cells[0]) > LONGEST_DIGITS and len(set(map(len, cells))) == 1
        return LONG if long else ""
    for pattern, name in ((_PHONE, PHONE), (_VERSION, VERSION), (_QUOTED, QUOTED)):
        if all(map(pattern.fullmatch, cells)):
            several = sum(cell.count(".") > 1 for cell in cells)  # one among numbers is a mistake
            if name == VERSION and all(map(_THOUSANDS.fullmatch, cells)):
                return ""
            return name if name != VERSION or 2 * several >= len(cells) > 0 else ""
    return ""


def unquoted(cell: str) -> str:
    """The text within the form ="00123", by which Excel keeps zeros."""
    match = _QUOTED.fullmatch(cell)
    return match[1] if match else cell
