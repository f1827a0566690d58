"""Words before and behind numbers that leave them numbers: currencies, units, percent."""

from __future__ import annotations

import re

SIGNS = "$€£¥₹₽₺₩₪₫₴₦฿₱₡₲₵₸¢"
CURRENCIES = frozenset(
    [
        "usd", "eur", "gbp", "jpy", "chf", "cny", "rmb", "inr", "rs", "rs.", "kr", "kr.", "sek", "nok", "dkk",
        "isk", "zł", "zl", "pln", "kč", "kc", "czk", "ft", "huf", "r$", "brl", "us$", "a$", "au$", "aud", "c$",
        "ca$", "cad", "nz$", "nzd", "hk$", "hkd", "s$", "sgd", "nt$", "twd", "mx$", "mxn", "rub", "руб", "руб.",
        "р", "р.", "грн", "uah", "try", "tl", "krw", "thb", "idr", "rp", "rp.", "php", "myr", "rm", "vnd", "zar",
        "r", "ars", "clp", "cop", "pen", "aed", "sar", "qar", "ils", "fr", "fr.", "sfr", "sfr.", "лв", "bgn", "lei",
        "元", "円", "圓", "원", "ron", "hrk", "rsd", "egp", "ngn", "kes",
    ]
)  # fmt: skip
SAME = {
    "€": "eur", "$": "usd", "us$": "usd", "£": "gbp", "₹": "inr", "rs": "inr", "rs.": "inr", "fr": "chf", "fr.": "chf",
    "sfr": "chf", "sfr.": "chf", "kr.": "kr", "zł": "pln", "zl": "pln", "kč": "czk", "kc": "czk", "ft": "huf",
    "r$": "brl", "₽": "rub", "руб": "rub", "руб.": "rub", "р": "rub", "р.": "rub", "₺": "try", "tl": "try",
}  # fmt: skip
"""{spelling of a currency, in small letters: the one that stands for it}."""
UNITS = frozenset(
    [
        "kg", "g", "mg", "µg", "ug", "t", "lb", "lbs", "oz", "cm", "mm", "m", "µm", "um", "nm", "km", "ft", "in",
        "mi", "yd", "l", "ml", "cl", "dl", "µl", "gal", "min", "mins", "h", "hr", "hrs", "s", "sec", "secs", "ms",
        "µs", "us", "ns", "d", "yr", "yrs", "°c", "°f", "°", "℃", "℉", "º", "ºc",
        "ºf", "pct", "c", "f", "k", "v", "mv", "kv", "a", "ma", "w", "kw",
        "mw", "gw", "wh", "kwh", "mwh", "gwh", "j", "kj", "mj", "cal", "kcal", "n", "nm", "pa", "hpa", "kpa", "mpa",
        "bar", "mbar", "psi", "hz", "khz", "mhz", "ghz", "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "bit",
        "kbit", "mbit", "bps", "kbps", "mbps", "gbps", "rpm", "mph", "kph", "kmh", "km/h", "m/s", "ft/s", "kn",
        "m2", "m²", "m3", "m³", "km2", "km²", "cm2", "cm²", "cm3", "cm³", "sqm", "sqft", "sq.ft.", "ft2", "ft²",
        "sf", "ha", "ac", "ppm", "ppb", "db", "dbm", "bpm", "px", "pt", "pts", "pcs", "pc", "stk", "st", "stück",
        "x", "mmol", "mmol/l", "mol", "mg/dl", "g/l", "mg/l", "g/dl", "µg/l", "µg/m³", "ug/m3", "kg/m²", "kg/m2",
        "g/m²", "l/100km", "mpg", "cc", "ccm", "bhp", "hp", "ps", "kwh/m²", "%", "‰", "bp", "bps", "pp", "std",
        "lx", "lm", "cd", "ω", "kω", "mω", "f", "uf", "µf", "nf", "pf", "hl", "dpi", "mp",
        "万", "萬", "億", "亿", "만", "억", "千",
    ]
)  # fmt: skip
NO_UNITS = frozenset(
    [
        "am", "pm", "a.m.", "p.m.", "uhr", "o'clock", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
        "sept", "oct", "nov", "dec", "january", "february", "march", "april", "june", "july", "august", "september",
        "october", "november", "december", "mär", "mai", "okt", "dez", "januar", "februar", "märz", "juni", "juli",
        "oktober", "dezember", "st", "nd", "rd", "th",
    ]
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{2,}(?:[ /][^\W\d_]+|[²³])?")


def is_currency(word: str) -> bool:
    """Whether a word before or behind a number is a currency."""
    return word.casefold() in CURRENCIES or (0 < len(word) <= 3 and any(letter in SIGNS for letter in word))


def currency_of(word: str) -> str:
    """A common spelling of a currency: "eur" for € and EUR."""
    small = word.casefold()
    return SAME.get(small, small)


def is_unit(word: str, spaced: bool) -> bool:
    """Whether a word behind a number is a unit: one that is known, or any word behind a blank."""
    small = word.casefold()
    if small in NO_UNITS:
        return False
    return small in UNITS or is_currency(word) or (spaced and _WORD.fullmatch(word) is not None)
