"""Guesses the encoding of text that is not UTF-8: which one makes words of it?

Every encoding that can decode the text is judged by the letters that are not ASCII: those of words are likely, symbols
within words, and capital letters behind small ones, are not. Western Europe's encoding wins a tie.
"""

from __future__ import annotations

import re
import unicodedata

CANDIDATES = (
    "cp1252", "cp1250", "cp1251", "mac_roman", "cp850", "cp437", "cp1253", "cp1254", "koi8_r", "shift_jis", "gb18030",
    "big5", "euc_kr", "euc_jp",
)  # fmt: skip
WIDE = {"shift_jis", "gb18030", "big5", "euc_kr", "euc_jp"}
COMMON = {
    "cp1252": "äöüßÄÖÜéèêëàâáåãæçñóòôõøíìîïúùûýÉÈÀÁÅÆÇÑÓØÍÚœ€’‘“”–…°£§µ²³´½",
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčďěňřšťůžČĎĚŇŘŠŤŮŽáéíýúőűŐŰÁÉÍăâîşţäöüß€",
    "mac_roman": "äöüßÄÖÜéèêëàâáåãæçñóòôõøíìîïúùûÿÉÈÀÁÅÆÇÑÓØÍÚœ’‘“”–…°£§",
    "cp850": "äöüßÄÖÜéèêëàâáåãæçñóòôõøíìîïúùûýÉÀÁÅÆÇÑÓØÍÚ",
    "cp437": "äöüßÄÖÜéèêëàâáåæçñóòôíìîïúùûÉÅÆÇÑ",
    "cp1254": "ğışİĞŞçöüÇÖÜâîû",
}  # fmt: skip
OFTEN = "äöüßÄÖÜéèêàáâçñóíúãõåøæ"
HANGUL = (
    "이다는을가의에고하지한사리기도어나로스자아서대부정시인일수그여전해있라만보장주구상드제원오공무용선안양영우생조성경유"
    "천동신진산울강남북광전중김박최"
)
MOST = 65_536  # bytes that are judged


def guess_of(content: bytes, start: int, delimiter: str) -> tuple[str, str] | None:
    """(encoding, the cell with the first byte that is not UTF-8, as it decodes it); None where none makes words."""
    begin, end = content.rfind(b"\n", 0, start) + 1, content.find(b"\n", start)
    line = content[begin : end if end >= 0 else len(content)]
    part = content[begin : begin + MOST]
    if len(part) == MOST:
        part = part[: part.rfind(b"\n") + 1] or part
    if _is_binary(part):
        return None
    scores = {name: score for name in CANDIDATES if (score := _score(part, name)) is not None}
    if not scores or max(scores.values()) <= 0:
        return None
    name = max(scores, key=lambda one: scores[one])
    before = line[: start - begin].decode(name, "replace")
    cells = line.decode(name, "replace").split(delimiter)
    return name, cells[min(before.count(delimiter), len(cells) - 1)].strip().strip('"')[:40]


def _is_binary(part: bytes) -> bool:
    """Whether more than a few bytes are control characters."""
    controls = sum(part.count(bytes([code])) for code in range(32) if code not in (9, 10, 13, 26))
    return controls > 0.01 * len(part)


def _score(part: bytes, name: str) -> float | None:
    """How likely the letters are: 1 for each in a word, less for odd ones; None where it cannot be decoded."""
    try:
        text = part.decode(name)
    except UnicodeDecodeError:
        return None
    letters = re.findall(r"[^\x00-\x7f]", text)
    if not letters:
        return None
    total = sum(_likely(letter, name) for letter in letters) - 2.0 * len(re.findall(r"[a-zß-ÿ][À-ÖØ-Þ]", text))
    total -= 2.0 * len(re.findall(r"\w[“”„‚‹›…–—†‡•™Œ¤¦§¨©ª«¬®¯°±¶·¸»¿¡][a-z]", text))
    total -= 1.0 * len(re.findall(r"[A-Z][À-ÖØ-Þ][a-z]", text))  # MÅnchen
    total += 1.5 * len(re.findall(r"\d[\xa0\u202f]\d", text)) - 1.5 * len(re.findall(r"\d[^\W\d_a-zA-Z]\d", text))
    if name not in WIDE:
        total -= sum(map(len, re.findall(r"[À-ÖØ-öø-ÿ]{4,}", text)))  # Greek read as Latin
    total -= 1.5 * len(re.findall(r"[a-zA-Z][\u0400-\u04ff\u0370-\u03ff]|[\u0400-\u04ff\u0370-\u03ff][a-zA-Z]", text))
    total -= 3.0 * len(re.findall(r"[\u0430-\u044f][\u0410-\u042f]", text))
    return total / len(letters)


def _likely(letter: str, name: str) -> float:
    if name in WIDE:
        return _likely_in_east(letter, name)
    if letter in COMMON.get(name, ""):
        often = letter in OFTEN and (name != "cp1250" or letter in "äöüß")
        return (1.0 if often else 0.9 if letter.isalpha() else 0.5) - 0.02 * (CANDIDATES.index(name) > 0)
    kind = unicodedata.category(letter)
    if name in ("cp1251", "koi8_r"):
        return (
            0.9
            if "\u0430" <= letter <= "\u044f"
            else 0.6
            if "\u0410" <= letter <= "\u042f" or letter in "№ёЁ«»—"
            else -1
        )
    if name == "cp1253":
        return 0.7 if "\u0370" <= letter <= "\u03ff" else -1
    return 0.0 if kind in ("Ll", "Lu") else -0.2 if letter in "\xa0«»" else -1.0


def _likely_in_east(letter: str, name: str) -> float:
    code = ord(letter)
    if 0xFF61 <= code <= 0xFF9F or 0xE000 <= code <= 0xF8FF or code > 0xFFFF:  # half-width and private letters are rare
        return -1.0
    if 0x3040 <= code <= 0x30FF:
        return 1.2 if name in ("shift_jis", "euc_jp") else 0.2
    if 0xAC00 <= code <= 0xD7A3:
        return 0.0 if name != "euc_kr" else 1.1 if letter in HANGUL else 0.4
    if 0x4E00 <= code <= 0x9FFF:
        return 0.65 if name != "euc_kr" else 0.2
    return 0.3 if 0x3000 <= code <= 0x303F or 0xFF00 <= code <= 0xFF60 else -0.8
