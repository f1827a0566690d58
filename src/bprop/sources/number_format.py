"""How a column writes its numbers: 1234.5, 1.234,5 €, $1,234.5, 12 kg, (1,234), 28.8%.

A format is spelled by an example number, as in `--kind income=numeric:1.234,5`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from bprop.errors import SettingError
from bprop.sources.multiples import MULTIPLES, STAR, power_of, without_stars
from bprop.sources.units import currency_of, is_currency

BLANKS = "\u00a0\u202f\u2009\u2007"
"""Blanks that people write between groups of digits, beside the usual one."""
MINUS = "\u2212\ufe63\uff0d\u2010\u2011\u2012\u2013"
_TIDY = str.maketrans(dict.fromkeys(BLANKS, " ") | dict.fromkeys(MINUS, "-") | dict.fromkeys("’‘´`＇", "'"))
LOCALES: dict[str, Any] = {
    "1,234.5": ("en", "us", "uk", "gb", "ie", "au", "ca", "nz", "cn", "jp", "kr", "mx", "th", "il"),
    "1.234,5": ("de", "at", "es", "it", "nl", "pt", "br", "dk", "da", "tr", "id", "gr", "el", "ar", "vn", "hr", "si",
    "ro"),
    "1 234,5": ("fr", "ru", "pl", "cz", "cs", "sk", "hu", "se", "sv", "no", "nb", "fi", "ua", "bg"),
    "1'234.5": ("ch", "li"),
    "1,23,456.5": ("in", "hi", "pk", "bd", "np"),
}  # fmt: skip
"""The formats of languages and countries, by the codes of two letters."""
_EXPONENT = r"(?:[eE][+-]?\d{1,4})?"
_FORTRAN = re.compile(r"(\d*\.\d*)[dD]([+-]\d{1,3})")
_CELL = re.compile(
    r"(?P<open>\()?(?P<sign>[+-])?\s?(?P<prefix>[^\d\s.,'()+-][^\d\s,'()+-]{0,3})?\s?(?P<inner>\()?(?P<second>[+-])?"
    r"(?P<core>[\d.,][\d.,' ]*(?:[eE][+-]?\d{1,4})?)(?P<after>-)?\s?"
    r"(?P<suffix>[^\d\s.,'()+-][^()]{0,15})?(?P<last>-)?(?P<shut>\))?"
)
"""A number in any format: its signs, its digits and their marks (core), and what stands before and behind them."""
_SIMPLE = re.compile(r"[+-]?([\d.,](?:[\d.,' ]*\d)?(?:[.,]|[eE][+-]?\d{1,4})?)", re.ASCII)
_PLURAL = re.compile(r"(?<=[a-z]{3})s$|(?<=^hr)s$|(?<=^lb)s$|(?<=^pc)s$|(?<=^yr)s$")


@dataclass(frozen=True)
class Parts:
    """The contents of one cell: a sign, what stands before and behind the digits, and the digits with their marks."""

    negative: bool
    brackets: bool
    prefix: str
    core: str
    suffix: str


def parts_of(cell: str) -> Parts | None:
    """The parts of a cell that looks like a number in some format; None for other text."""
    cell = tidy(cell)
    if simple := _SIMPLE.fullmatch(cell):
        return Parts(cell[0] == "-", False, "", simple[1], "")
    match = _CELL.fullmatch(cell)
    if match is None:
        return None
    signs = [match[name] for name in ("sign", "second", "after", "last") if match[name]]
    opened, shut = bool(match["open"] or match["inner"]), bool(match["shut"])
    if len(signs) > 1 or opened != shut or (match["open"] and match["inner"]) or (opened and signs):
        return None
    core, suffix = match["core"].rstrip(" "), without_stars((match["suffix"] or "").strip())
    return Parts(opened or "-" in signs, opened, match["prefix"] or "", core, suffix)


def is_bare_zero(parts: Parts) -> bool:
    """Whether a cell is 0, with no currency or unit."""
    return not (parts.prefix or parts.suffix or parts.brackets) and set(parts.core) <= set("0.,") and "0" in parts.core


def tidy(cell: str) -> str:
    """A cell with the usual blank, minus and apostrophe in the place of their relatives."""
    return cell.strip() if cell.isascii() else cell.translate(_TIDY).strip()


def unit_of(word: str) -> str:
    """The common spelling of a unit: years and year; kg and KG, but not mW and MW."""
    if word[:1] in ("m", "M"):
        return word[0] + _PLURAL.sub("", word[1:].casefold()) if len(word) < 5 else _PLURAL.sub("", word.casefold())
    return _PLURAL.sub("", word.casefold())


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are written.

    decimal : before the fraction. thousands : between groups of three digits; "": there are none. lakh : groups are of
    two digits but for the last, 1,23,456. prefix, suffix : a currency, a unit, a percent sign; a suffix "k/M": numbers
    may be multiples, 1.2k; "*": they may have stars. brackets : (12) is -12.
    spaced : whether a blank stands before the suffix; any cell may have one or not.
    """

    decimal: str = "."
    thousands: str = ""
    prefix: str = ""
    suffix: str = ""
    brackets: bool = False
    lakh: bool = False
    spaced: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether Python itself reads these numbers."""
        return self == PLAIN

    def __str__(self) -> str:
        mark = self.thousands
        whole = f"1{mark}23{mark}456" if self.lakh else f"1{mark}234"
        text = f"{self.prefix}{' ' * self._wordy}{whole}{self.decimal}5{' ' * self.spaced}{self.suffix}"
        return f"({text})" if self.brackets else text

    @property
    def _wordy(self) -> bool:
        return self.prefix[-1:].isalpha()

    @classmethod
    def spelled(cls, text: str) -> NumberFormat:
        """The format of an example number, or of a country. Raises SettingError where the example is unclear."""
        code = text.strip().casefold().replace("-", "_")
        code = code.partition("_")[0] if re.fullmatch("[a-z]{2}_[a-z]{2}", code) else code
        code = next((example for example, codes in LOCALES.items() if code in codes), text)
        form = _of_example(code)
        if form is None:
            raise SettingError(
                f"{text!r} does not say how numbers are written: give an example number with its marks, such as "
                "1.234,5 or 1,234.5 or 1234,5, or a country, such as de or us"
            )
        return form

    @cached_property
    def _digits(self) -> re.Pattern[str]:
        return pattern_of(self.decimal, self.thousands, self.lakh)

    def takes(self, core: str) -> bool:
        """Whether digits with their marks are in this format."""
        return self._digits.fullmatch(core) is not None

    def number(self, core: str) -> float:
        """The digits with their marks as a number; NaN where they are in another format."""
        if not self.takes(core):
            return np.nan
        whole = core.replace(self.thousands, "") if self.thousands else core
        return float(whole.replace(self.decimal, "."))

    def fits(self, parts: Parts) -> bool:
        """Whether signs, currency and unit are those of this format. A number without a currency has this one,
        and a currency may stand on either side. Zero
        needs no unit: free is 0 beside $4.99."""
        if is_bare_zero(parts):
            return True
        if parts.brackets and not self.brackets:
            return False
        if self.is_money and not (parts.prefix and parts.suffix):
            currency = currency_of(parts.prefix or parts.suffix)
            if currency in ("", currency_of(self.prefix or self.suffix)):
                return True
        return parts.prefix.casefold() in self._prefixes and self._fits_suffix(parts.suffix)

    @property
    def is_money(self) -> bool:
        """Whether a currency is all that stands beside the digits."""
        return is_currency(self.prefix or self.suffix) and not (self.prefix and self.suffix)

    @property
    def _prefixes(self) -> tuple[str, ...]:
        """The prefixes of a cell, in small letters."""
        return (self.prefix.casefold(), "") if self.suffix == MULTIPLES else (self.prefix.casefold(),)

    def _fits_suffix(self, suffix: str) -> bool:
        if self.suffix == MULTIPLES:
            return power_of(suffix) > 0
        return (suffix == "" and self.suffix == STAR) or unit_of(suffix) == unit_of(self.suffix)

    def read(self, cell: str) -> float:
        """The number in a cell; NaN where the cell is in another format."""
        if self.is_plain:
            return plain(cell)
        parts = parts_of(cell)
        if parts is None or not self.fits(parts):
            return np.nan
        value = self.number(parts.core)
        if self.suffix == MULTIPLES:
            value *= power_of(parts.suffix) or 1.0  # a bare zero may have any unit
        return -value if parts.negative else value


PLAIN = NumberFormat()
"""As Python and most programs write numbers."""


def plain(cell: str) -> float:
    """A number as Python reads it, but without _; with a minus of its own letter, or behind; with D for e."""
    try:
        return np.nan if "_" in cell else float(cell)
    except ValueError:
        pass
    cell = tidy(cell)
    if cell.endswith("-") and cell[:-1].strip()[:1].isdigit():
        cell = "-" + cell[:-1].strip()
    fortran = _FORTRAN.fullmatch(cell.lstrip("+-"))
    if fortran:
        cell = f"{'-' if cell[0] == '-' else ''}{fortran[1]}e{fortran[2]}"
    try:
        return np.nan if "_" in cell else float(cell)
    except ValueError:
        return np.nan


def pattern_of(decimal: str, thousands: str, lakh: bool) -> re.Pattern[str]:
    """The pattern of the digits of a format. The first of several groups does not begin with 0, and no exponent
    follows them: 5,940e+03 is 5940."""
    point = re.escape(decimal)
    fraction = rf"(?:{point}\d*)?"
    forms = [rf"\d+{fraction}{_EXPONENT}", rf"{point}\d+{_EXPONENT}"]
    if thousands:
        mark = re.escape(thousands)
        groups = rf"[1-9]\d?(?:{mark}\d\d)*{mark}\d{{3}}" if lakh else rf"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
        forms.insert(0, groups + fraction)
    return re.compile("|".join(forms), re.ASCII)


def _of_example(text: str) -> NumberFormat | None:
    """The format of an example; None where it is no number, or does not tell fractions from thousands."""
    parts = parts_of(text)
    if parts is None:
        return None
    marks = [letter for letter in parts.core if not letter.isdigit()]
    form = NumberFormat(
        prefix=parts.prefix, suffix=parts.suffix, brackets=parts.brackets,
        spaced=bool(parts.suffix) and tidy(text).rstrip(")").removesuffix(parts.suffix).endswith(" "),
    )  # fmt: skip
    if not marks:
        return form
    last, before = marks[-1], set(marks[:-1])
    several = len(marks) > 1 and before == {last}
    if several or last in " '":
        form = replace(form, thousands=last, decimal="," if last == "." else ".")
    elif len(before) == 1:
        form = replace(form, thousands=before.pop(), decimal=last)
    elif before or len(parts.core.rpartition(last)[2]) == 3:
        return None
    else:
        form = replace(form, decimal=last)
    form = replace(form, lakh="23,456" in parts.core) if form.thousands == "," else form
    return form if form.number(parts.core) == form.number(parts.core) else None
