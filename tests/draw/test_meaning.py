"""What boxes compute, in a few words."""

import pytest

import bprop as bp
from bprop.draw.meaning import LONGEST, has_automatic_name, meanings

X, W, B, M = bp.Input("x", (3,)), bp.Parameter("w", (3,)), bp.Parameter("b", (3,)), bp.Parameter("M", (3, 3))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: X * W, "x * w"),
        (lambda: X * W + B, "x * w + b"),
        (lambda: (X + B) * W, "(x + b) * w"),
        (lambda: X - (B - W), "x - (b - w)"),
        (lambda: X - B - W, "x - b - w"),
        (lambda: X / (B * W), "x / (b * w)"),
        (lambda: (X + B)[:, 0], "(x + b)[:, 0]"),
        (lambda: X[:, 0] * 2.0, "x[:, 0] * 2"),
        (lambda: bp.tanh(X) @ M, "tanh(x) @ M"),
        (lambda: bp.tanh(X * W) @ M, "tanh(…) @ M"),
        (lambda: bp.tanh(X, name="h") @ M, "h @ M"),
        (lambda: 0.5 * bp.l2(W, B), "0.5 * l2(w, b)"),
        (lambda: bp.leaky_relu(X * W, slope=0.2), "leaky_relu slope=0.2"),
        (lambda: (X * W + B) * W + (X + B) * W, "(…) + (x + b) * w"),
    ],
)
def test_the_meaning_of_a_box(make, text):
    box = make()
    root = bp.tanh(box, name="root")
    assert meanings(bp.Graph(outputs={"root": root}))[box] == text


def test_a_formula_that_would_be_long_still_shows_its_operator():
    query, key = (bp.tanh(X, name=f"encoder.layers.3.attention.{name}.out") for name in ("query", "key"))
    box = query * key
    text = meanings(bp.Graph(outputs={"f": bp.tanh(box)}))[box]
    assert " * " in text and text.count("…") == 2 and len(text) <= LONGEST


def test_a_deep_sum_needs_no_deep_stack():
    box = X
    for _ in range(3_000):
        box = box + X
    assert meanings(bp.Graph(outputs={"f": bp.tanh(box)}))[box] == "(…) + x + x + x + x + x"


def test_which_names_are_automatic():
    made, named, output = bp.tanh(X), bp.tanh(X, name="h"), bp.tanh(X)
    assert [has_automatic_name(box, [output]) for box in (made, named, output, X)] == [True, False, False, False]
