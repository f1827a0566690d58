"""The width of mathematics, about, in letters: a fraction is as wide as the wider of its two parts."""

from __future__ import annotations

from xml.etree import ElementTree

from bprop.formulas.pieces import Piece

SMALL = 0.7
"""The size of what stands above or below at the right."""


def width(piece: Piece) -> float:
    """The width of a piece in letters."""
    return _width(ElementTree.fromstring(f"<mrow>{piece.mathml}</mrow>"))


def _width(node: ElementTree.Element) -> float:
    parts = [_width(child) for child in node]
    if node.tag == "mfrac":
        return max(parts)
    if node.tag in ("msub", "msup"):
        return parts[0] + SMALL * parts[1]
    if node.tag == "msubsup":
        return parts[0] + SMALL * max(parts[1:])
    if node.tag == "munder":
        return max(parts[0], SMALL * parts[1])
    if node.tag == "mtable":
        rows = [[_width(cell) for cell in row] for row in node]
        return sum(max(column) + 1 for column in zip(*rows, strict=True))
    if node.tag == "mspace":
        return 0.5
    own = len(node.text or "")
    return own + (0.8 if node.tag == "mo" and (node.text or "") in "+−=·⊙⋆∗<>≤≥≠" else 0) + sum(parts)
