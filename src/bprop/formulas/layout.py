"""The lines of a formula below each other, aligned at their signs of equality. Long lines are broken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bprop.formulas import pieces
from bprop.formulas.pieces import Piece, Sum
from bprop.formulas.width import width

PLUS = '<mo form="infix">+</mo>'
WIDEST = 36
"""A line of more letters is broken, at a plus or before its result, for narrow pages."""


class Formula(NamedTuple):
    """A formula as one MathML element, and as lines of plain text."""

    mathml: str
    text: str


class Line(NamedTuple):
    """left = right = result. Dots stand for lines that are left out. `word` comes before it."""

    left: Piece
    right: Piece | None
    result: Piece | None = None
    word: str = ""


def equal(left: Piece, right: Piece, result: Piece) -> Line:
    """left = right = result; the result once, where the right side is nothing else."""
    return Line(left, right) if right.text == result.text else Line(left, right, result)


def laid_out(lines: Sequence[Line]) -> Formula:
    """The lines as a table. As text, each is one line."""
    rows = "".join(_rows(line) for line in lines)
    mathml = f'<math display="block" class="formula"><mtable class="lines" displaystyle="true">{rows}</mtable></math>'
    return Formula(mathml, "\n".join(_text(line) for line in lines))


def _rows(line: Line) -> str:
    """The rows of a line: a part of the right side each, and the result behind the last of them, or below."""
    if line.right is None:
        return _row(line.left.mathml, "", "")
    left = line.left.mathml if not line.word else pieces.row(pieces.spaced(line.word, after=True), line.left.mathml)
    parts, equals = broken(line.right), pieces.operator("=")
    rows = [parts[0].mathml, *(pieces.row(PLUS, part.mathml) for part in parts[1:])]
    signs = [equals] + [""] * (len(rows) - 1)
    if line.result is not None:
        result = f'<mrow class="result">{line.result.mathml}</mrow>'
        if len(rows) == 1 and width(parts[0]) + width(line.result) <= WIDEST:
            rows[0] = pieces.row(rows[0], equals, result)
        else:
            rows, signs = [*rows, result], [*signs, equals]
    lefts = [left] + [""] * (len(rows) - 1)
    return "".join(_row(*cells) for cells in zip(lefts, signs, rows, strict=True))


def _row(left: str, sign: str, right: str) -> str:
    return f'<mtr><mtd class="left">{left}</mtd><mtd>{sign}</mtd><mtd class="right">{right}</mtd></mtr>'


def broken(right: Piece) -> list[Piece]:
    """A right side in parts that are not wide, where it is a sum; else in one."""
    if not isinstance(right.inside, Sum) or width(right) <= WIDEST:
        return [right]
    parts: list[list[Piece]] = [[]]
    for part in right.inside.parts:
        if parts[-1] and sum(width(one) + 2 for one in parts[-1]) + width(part) > WIDEST:
            parts.append([])
        parts[-1].append(part)
    return [pieces.added([_after_plus(part) if row and i == 0 else part for i, part in enumerate(several)])
            for row, several in enumerate(parts)]  # fmt: skip


def _after_plus(part: Piece) -> Piece:
    """The first part of a row that begins with a plus: in brackets if it begins with a minus."""
    return pieces.fenced(part) if part.is_negative else part


def _text(line: Line) -> str:
    parts = [line.left, line.right, line.result]
    return f"{line.word} " * bool(line.word) + " = ".join(part.text for part in parts if part is not None)
