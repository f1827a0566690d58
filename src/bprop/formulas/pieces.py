"""Pieces of mathematics: each is presentation MathML, the same as plain text, and how tightly it binds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np

from bprop.visible import visible

RELATION, SUM, PRODUCT, MATRIX_PRODUCT, SIGN, POWER, ATOM = range(7)
"""How tightly a piece binds, from the loosest to the tightest."""
TALL = ("<mfrac", "<munder", "<mtable", "<msqrt")
SPACE, THIN_SPACE = '<mspace width="0.3em"/>', '<mspace width="0.2em"/>'
DIGITS = 4
_ILLEGAL = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold


class Piece(NamedTuple):
    """A part of a formula. level : how tightly it binds. is_number : true of a literal number.

    inside : of 1(condition) the condition, of cases a list of (value, condition), of a sum a `Sum`, of a name a `Stem`.
    """

    mathml: str
    text: str
    level: int = ATOM
    is_number: bool = False
    inside: Any = None

    @property
    def is_negative(self) -> bool:
        """Whether it begins with a minus sign."""
        return self.text.startswith("-")


class Sum(NamedTuple):
    """The parts of a sum."""

    parts: tuple[Piece, ...]


class Stem(NamedTuple):
    """A name in two parts of MathML: its letters, and what stands below them ("" for nothing)."""

    letters: str
    below: str


def legal(text: str) -> str:
    """Text on one line, without letters that XML cannot hold."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", visible(text))


def safe(text: str) -> str:
    """Text as content of MathML."""
    return escape(legal(text))


def row(*parts: str) -> str:
    """Parts side by side."""
    return f"<mrow>{''.join(parts)}</mrow>"


def operator(sign: str) -> str:
    """An operator's sign."""
    return f"<mo>{escape(sign)}</mo>"


def word(text: str) -> Piece:
    """Words, upright. A space at their ends stays one."""
    return Piece(spaced(text.strip(), text.startswith(" "), text.endswith(" ")), text)


def spaced(text: str, before: bool = False, after: bool = False) -> str:
    """Upright words with space before or after them. (A browser drops spaces at the ends of a text.)"""
    words = f"<mtext>{safe(text)}</mtext>" if text else ""
    return f"{SPACE * before}{words}{SPACE * after}"


def figure(value: Any) -> str:
    """A number with four digits: 0.1235, -2, 3.142e-07."""
    number = np.asarray(value)[()]
    if isinstance(number, bool | np.bool_):
        return str(int(number))
    if isinstance(number, int | np.integer):
        return str(int(number))
    number = float(number)
    if number == 0:
        return "0"
    return f"{number:.{DIGITS}g}"


def number(value: Any) -> Piece:
    """A literal number."""
    text = figure(value)
    if text in ("nan", "inf", "-inf"):
        shown = {"nan": "<mtext>nan</mtext>", "inf": "<mi>∞</mi>"}.get(text, row(operator("−"), "<mi>∞</mi>"))
        return Piece(shown, text, SIGN if text == "-inf" else ATOM, True)
    digits, _, exponent = text.lstrip("-").partition("e")
    mathml = f"<mn>{digits}</mn>"
    level = ATOM
    if exponent:
        power_of_ten = int(exponent)
        shown = row(operator("−"), f"<mn>{-power_of_ten}</mn>") if power_of_ten < 0 else f"<mn>{power_of_ten}</mn>"
        power = f"<msup><mn>10</mn>{shown}</msup>"
        mathml, level = power if digits == "1" else row(mathml, operator("·"), power), PRODUCT
    if text.startswith("-"):
        mathml, level = row(operator("−"), mathml), SIGN if level == ATOM else SUM
    return Piece(mathml, text, level, True)


def fenced(piece: Piece, left: str = "(", right: str = ")") -> Piece:
    """A piece in brackets."""
    return Piece(bracketed(piece.mathml, left, right), f"{left}{piece.text}{right}")


def bracketed(mathml: str, left: str = "(", right: str = ")") -> str:
    """Brackets around mathematics. They grow around fractions and sums, and not for a letter with a tail."""
    grows = "" if any(tall in mathml for tall in TALL) else ' stretchy="false"'
    return row(f"<mo{grows}>{escape(left)}</mo>", mathml, f"<mo{grows}>{escape(right)}</mo>")


def binding(piece: Piece, level: int) -> Piece:
    """A piece that binds at least so tightly: in brackets where it does not."""
    return piece if piece.level >= level and not (piece.is_negative and level > SUM) else fenced(piece)


def added(parts: Sequence[Piece]) -> Piece:
    """a + b - c. A part that begins with a minus is in brackets if it is a number: 0.5 + (-0.3)."""
    first, *rest = parts
    mathml, text = [binding(first, SUM).mathml], [binding(first, SUM).text]
    for part in rest:
        shown = fenced(part) if part.is_negative else binding(part, SUM)
        mathml += [operator("+"), shown.mathml]
        text += [" + ", shown.text]
    return Piece(row(*mathml), "".join(text), SUM, inside=Sum(tuple(parts))) if rest else first


def subtracted(first: Piece, second: Piece) -> Piece:
    """a - b."""
    left = binding(first, SUM)
    right = fenced(second) if second.is_negative or second.level <= SUM else second
    return Piece(row(left.mathml, operator("−"), right.mathml), f"{left.text} - {right.text}", SUM)


def negated(piece: Piece) -> Piece:
    """-a."""
    inner = binding(piece, PRODUCT)
    return Piece(row(operator("−"), inner.mathml), f"-{inner.text}", SUM)


def multiplied(first: Piece, second: Piece, sign: str = "·") -> Piece:
    """a · b; with another sign a ⊙ b (element by element), a b (of matrices: "") and 2 a (of a number: " ")."""
    own = PRODUCT if sign else MATRIX_PRODUCT
    left, right = binding(first, own), binding(second, own)
    shown = operator(sign) if sign.strip() else THIN_SPACE
    apart = right.level == MATRIX_PRODUCT if sign else False  # as text, * and @ bind alike, from left to right
    text = f"({right.text})" if apart or (right.level == PRODUCT and " / " in right.text) else right.text
    return Piece(row(left.mathml, shown, right.mathml), f"{left.text}{' * ' if sign else ' @ '}{text}", own)


def divided(first: Piece, second: Piece) -> Piece:
    """a / b, as a fraction."""
    left, right = binding(first, PRODUCT), binding(second, POWER)
    return Piece(f"<mfrac>{row(first.mathml)}{row(second.mathml)}</mfrac>", f"{left.text} / {right.text}", PRODUCT)


def raised(base: Piece, exponent: Piece) -> Piece:
    """a^b."""
    right = binding(exponent, ATOM)
    return Piece(_above(base, row(exponent.mathml)), f"{binding(base, ATOM).text}^{right.text}", POWER)


def transposed(piece: Piece) -> Piece:
    """a^T."""
    return Piece(_above(piece, "<mo>⊤</mo>"), f"{binding(piece, ATOM).text}^T", POWER)


def _above(piece: Piece, what: str) -> str:
    """A piece with something above it, at the right."""
    if isinstance(piece.inside, Stem) and piece.inside.below:
        return f"<msubsup>{piece.inside.letters}{piece.inside.below}{what}</msubsup>"
    return f"<msup>{row(binding(piece, ATOM).mathml)}{what}</msup>"


def root(piece: Piece) -> Piece:
    """The square root."""
    return Piece(f"<msqrt>{piece.mathml}</msqrt>", f"sqrt({piece.text})")


def exponential(piece: Piece) -> Piece:
    """exp(a), as a power of e."""
    return Piece(f"<msup><mi>e</mi>{row(piece.mathml)}</msup>", f"exp({piece.text})", POWER)


def called(name: str, arguments: Sequence[Piece]) -> Piece:
    """name(a, b)."""
    inside = operator(",").join(part.mathml for part in arguments)
    mathml = row(f"<mi>{safe(name)}</mi>", "<mo>&#x2061;</mo>", bracketed(inside))
    return Piece(mathml, f"{name}({', '.join(part.text for part in arguments)})")


def absolute(piece: Piece) -> Piece:
    """|a|."""
    mathml = row('<mo stretchy="true">|</mo>', piece.mathml, '<mo stretchy="true">|</mo>')
    return Piece(mathml, f"abs({piece.text})")


def indicator(piece: Piece) -> Piece:
    """1(condition): 1 where it is true, else 0."""
    return Piece(row("<mn>1</mn>", fenced(piece).mathml), f"1({piece.text})", inside=piece)


def related(first: Piece, sign: str, second: Piece) -> Piece:
    """a > b."""
    shown = {">=": "≥", "<=": "≤", "!=": "≠", "==": "="}.get(sign, sign)
    left, right = binding(first, SUM), binding(second, SUM)
    return Piece(row(left.mathml, operator(shown), right.mathml), f"{left.text} {sign} {right.text}", RELATION)


def totalled(letters: Sequence[str], body: Piece, sign: str = "∑", name: str = "sum") -> Piece:
    """The sum of a body over letters (or its mean, or maximum)."""
    inner = binding(body, PRODUCT)
    below = row(operator(",").join(f"<mi>{letter}</mi>" for letter in letters))
    large = operator(sign) if sign in "∑∏" else f"<mo>{sign}</mo>"
    after = "" if sign in "∑∏" else THIN_SPACE
    mathml = f'<mrow displaystyle="true"><munder>{large}{below}</munder>{after}{inner.mathml}</mrow>'
    return Piece(mathml, f"{name}_{','.join(letters)} {inner.text}", PRODUCT)


def cases(branches: Sequence[tuple[Piece, Piece | None]]) -> Piece:
    """A value for each condition; None stands for "otherwise". Cases in the last value become further cases."""
    *first, (last, when) = branches
    every = [*first, *last.inside] if when is None and isinstance(last.inside, list) else list(branches)
    rows = "".join(
        f"<mtr><mtd>{value.mathml}</mtd><mtd>{_condition(condition)}</mtd></mtr>" for value, condition in every
    )
    mathml = row(
        '<mo fence="true" stretchy="true">{</mo>', f'<mtable class="cases" displaystyle="true">{rows}</mtable>'
    )
    texts = [f"{value.text} if {condition.text} else " if condition else value.text for value, condition in every]
    return Piece(mathml, f"({''.join(texts)})", ATOM, inside=every)


def _condition(condition: Piece | None) -> str:
    return row(spaced("if", after=True), condition.mathml) if condition else "<mtext>otherwise</mtext>"


def joined(conditions: Sequence[Piece], by: str) -> Piece:
    """Conditions with "and" or "or" between."""
    inner = [binding(one, RELATION) for one in conditions]
    mathml = spaced(by, before=True, after=True).join(one.mathml for one in inner)
    return Piece(row(mathml), f" {by} ".join(one.text for one in inner), RELATION)


DOTS = Piece("<mo>⋯</mo>", "...")
VERTICAL_DOTS = Piece("<mo>⋮</mo>", "...")


def matrix(rows: Sequence[Sequence[Piece]]) -> Piece:
    """Pieces as a matrix in square brackets."""
    body = "".join("<mtr>" + "".join(f"<mtd>{cell.mathml}</mtd>" for cell in line) + "</mtr>" for line in rows)
    lines = ["[" + ", ".join(cell.text for cell in line) + "]" for line in rows]
    text = lines[0] if len(lines) == 1 else "[" + ", ".join(lines) + "]"
    return Piece(row('<mo stretchy="true">[</mo>', f"<mtable>{body}</mtable>", '<mo stretchy="true">]</mo>'), text)
