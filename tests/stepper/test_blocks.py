"""Blocks as text."""

from bprop.formulas import Formula
from bprop.stepper.blocks import Heading, Maths, Numbers, Remark, Sentence, text_of


def test_a_block_is_one_line_or_several():
    blocks = [Heading("fprop"), Sentence("h = tanh(a)"), Maths(Formula("<math/>", "a = 1\nb = 2")),
              Numbers("h", "(N,)", None, 0), Remark("to y", "none")]  # fmt: skip
    assert text_of(blocks, lambda array, example: [f"{array} {example}"]) == [
        "fprop", "  h = tanh(a)", "  a = 1", "  b = 2", "  h  (N,)", "      None 0", "  to y", "      none",
    ]  # fmt: skip
