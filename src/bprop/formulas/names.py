"""Names in formulas: h1 is an h with a small 1, and an element of it has its place behind the 1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from bprop.formulas import pieces
from bprop.formulas.pieces import Piece, Stem, operator, row, safe

LONGEST_NAME = 40
_LAYER = re.compile(r"([^\W\d_]+)(\d+)")  # h1, W12


def shortened(name: str) -> str:
    """A name on one line of at most `LONGEST_NAME` letters; the middle gives way, for names differ at their ends."""
    line = pieces.legal(name)
    if len(line) <= LONGEST_NAME:
        return line
    half = LONGEST_NAME // 2
    return f"{line[:half]}…{line[-half + 1 :]}"


def identifier(name: str, index: Sequence[Any] = ()) -> Piece:
    """A name, perhaps with the place of an element: as text h1[0]."""
    line = shortened(name)
    places = [place_of(place) for place in index]
    text = f"{line}[{', '.join(place.text for place in places)}]" if places else line
    match = _LAYER.fullmatch(line)
    small = [f"<mn>{match[2]}</mn>"] if match else []
    small += [place.mathml for place in places]
    stem = Stem(f"<mi>{safe(match[1] if match else line)}</mi>", row(operator(",").join(small)) if small else "")
    mathml = f"<msub>{stem.letters}{stem.below}</msub>" if small else stem.letters
    return Piece(mathml, text, inside=stem)


def place_of(place: Any) -> Piece:
    """One place of an index: a number, a letter, a range, or a piece."""
    if isinstance(place, Piece):
        return place
    text = str(place)
    return Piece(f"<mn>{text}</mn>" if text.isdigit() else f"<mi>{safe(text)}</mi>", text)


def derivative(of: str, name: str, index: Sequence[Any] = ()) -> Piece:
    """dL/dname: the gradient of the loss with respect to a value or one of its elements."""
    below = identifier(name, index)
    mathml = f"<mfrac>{row('<mo>∂</mo>', f'<mi>{safe(of)}</mi>')}{row('<mo>∂</mo>', below.mathml)}</mfrac>"
    return Piece(mathml, f"d{of}/d{below.text}")


class Symbol(NamedTuple):
    """The name of a leaf: a value's, or with `of` the gradient of that loss with respect to the value."""

    name: str
    of: str = ""

    def piece(self, index: Sequence[Any] = ()) -> Piece:
        """The name, or that of an element."""
        return derivative(self.of, self.name, index) if self.of else identifier(self.name, index)
