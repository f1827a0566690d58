"""Words as a line for a shell, which is safe to look at: no character of it acts on the terminal."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable


def line_of(words: Iterable[str]) -> str:
    """The words, quoted where they need it. What cannot be seen (control characters, marks that turn the direction of
    writing) stands there by its number, as $'\\x1b', which bash and zsh read as the character itself."""
    return " ".join(map(quoted, words))


def quoted(word: str) -> str:
    """One word of such a line."""
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(map(_escaped, word)) + "'"


def _escaped(letter: str) -> str:
    if letter in "\\'":
        return "\\" + letter
    if letter.isprintable():
        return letter
    if ord(letter) < 128 or 0xDC80 <= ord(letter) <= 0xDCFF:  # of a name that is no UTF-8: the byte itself
        return "".join(f"\\x{byte:02x}" for byte in os.fsencode(letter))
    return f"\\U{ord(letter):08x}"
