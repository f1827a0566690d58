"""The lines of a window."""

import numpy as np
import pytest

from bprop.cli.step_lines import Document
from bprop.formulas import Formula
from bprop.stepper.blocks import Heading, Maths, Numbers, Remark, Sentence

BLOCKS = [
    Heading("bprop of a2"), Sentence("the sum over all of the examples of the batch"),
    Maths(Formula("<math/>", "a[0] = 0.5 * 1.2 + (-0.3) * 0.7 + 0.25 * (-0.125) = 0.39")),
    Numbers("to W2", "(3, 40)", np.arange(120.0).reshape(3, 40) / 7), Remark("to y", "none"),
    Numbers("h", "(N, 2), of which example 1", np.eye(2), 1), Numbers("g", "()", None),
]  # fmt: skip


def lines(width):
    document = Document(BLOCKS, width)
    return [document.line(k) for k in range(len(document))]


@pytest.mark.parametrize("width", [30, 60, 100, 200])
def test_no_word_and_no_number_is_broken_and_none_is_left_out(width):
    text = lines(width)
    assert max(len(line) for _, line in text) <= width
    words = [word for _, line in text for word in line.split()]
    for word in ["bprop", "of", "a2", "examples", "batch", "(-0.125)", "0.39", "not", "yet", "computed"]:
        assert word in words
    numbers = [float(x) for kind, line in text if kind == "numbers" for x in line.partition("]")[2].split()]
    np.testing.assert_allclose(numbers, [*(np.arange(120.0) / 7), 0, 1], rtol=1e-3)


def test_a_line_beyond_the_end_is_empty():
    assert Document([], 40).line(3) == ("text", "")
    assert len(Document([], 40)) == 0


def test_an_array_of_millions_is_written_where_it_is_seen():
    document = Document([Numbers("W", "(1000, 10000)", np.broadcast_to(np.float32(0.5), (1000, 10_000)))], 80)
    kind, text = document.line(len(document) - 1)
    assert kind == "numbers" and text.split()[-1] == "0.5" and text.split()[0] == "[999,"


def test_names_of_others_steer_no_terminal():
    assert "\x1b" not in Document([Heading("a\x1b[31m"), Numbers("b\x1b", "", np.zeros(1))], 40).line(0)[1]
