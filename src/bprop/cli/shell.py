"""Words as a line for a shell. The line is safe to print: no character of it acts on the terminal."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable


def line_of(words: Iterable[str]) -> str:
    """The words, quoted if needed. Characters that cannot be seen (control characters, marks that change the direction
    of writing) are written as numbers, such as $'\\x1b'. bash and zsh read these as the characters."""
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
