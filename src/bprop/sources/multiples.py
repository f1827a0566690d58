"""Stars of footnotes, currencies, and k and M: they may stand behind some numbers of a column and not behind others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bprop.sources.units import currency_of, is_currency

STAR = "*"
"""The mark of a footnote, as a suffix. It says nothing on the number: 12.5* is 12.5."""
MULTIPLES = "k/M"
"""The suffix of a format whose numbers may be multiples: 1.2k is 1200, and 3M is 3,000,000."""
POWERS = {
    "k": 1e3, "tsd": 1e3, "tsd.": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "mm": 1e6, "mio": 1e6,
    "mio.": 1e6, "million": 1e6, "millions": 1e6, "b": 1e9, "bn": 1e9, "bln": 1e9, "mrd": 1e9, "mrd.": 1e9,
    "lakh": 1e5, "lakhs": 1e5, "lac": 1e5, "lacs": 1e5, "cr": 1e7, "cr.": 1e7, "crore": 1e7, "crores": 1e7,
    "万": 1e4, "萬": 1e4, "만": 1e4, "億": 1e8, "亿": 1e8, "억": 1e8,
    "billion": 1e9, "billions": 1e9, "tn": 1e12, "trillion": 1e12, "trillions": 1e12,
}  # fmt: skip
"""{word behind a number, in small letters: the number that it multiplies by}."""
LAKHS = frozenset({"lakh", "lakhs", "lac", "lacs"})
"""Words beside which, as in rupees, cr is a crore."""
_STARS = re.compile(r"[*†‡]{1,4}")


def without_stars(suffix: str) -> str:
    """A suffix; STAR for one or several marks of footnotes."""
    return STAR if _STARS.fullmatch(suffix) else suffix


def power_of(suffix: str) -> float:
    """The number that a suffix of the format MULTIPLES multiplies by; 0 for another suffix."""
    return POWERS.get(suffix.casefold(), 0.0) if suffix else 1.0


def are_multiples(cells: Iterable[tuple[str, str, str]]) -> bool:
    """Whether numbers (prefix, digits, suffix) of one currency, or of none, are multiples: 1.2k among 3M or 870.

    Their suffixes are of two powers or more. One that may be a unit, as 12M or 300K, needs a currency, a further
    suffix, or fractions that the bare numbers do not have: 1.2K among 870.
    """
    cells = list(cells)
    suffixes = {suffix for _, _, suffix in cells}
    powers = {power_of(suffix) for suffix in suffixes}
    if len(powers) < 2 or 0.0 in powers or len({prefix.casefold() for prefix, _, _ in cells}) > 1:
        return False
    words = {suffix for suffix in suffixes if suffix}
    small = {word.casefold().rstrip(".") for word in words}
    if "cr" in small and not (small & LAKHS or currency_of(cells[0][0]) == "inr"):  # a credit of a bank
        return False
    if is_currency(cells[0][0]) or any(word == "k" or len(word) > 2 for word in words):
        return True
    if len(powers - {1.0}) > 1:
        return bool(words & {"K", "mn", "bn", "tn"}) or _have_fractions(core for _, core, _ in cells)
    if words & {"m", "b", "B", "mm"}:  # meters, bytes, millimeters, beside numbers whose unit was forgotten
        return False
    return _have_fractions(c for _, c, s in cells if s) and not _have_fractions(c for _, c, s in cells if not s)


def _have_fractions(cores: Iterable[str]) -> bool:
    return any("." in core or "," in core for core in cores)
