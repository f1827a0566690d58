"""From operations to boxes."""

import numpy as np
import pytest

import bprop as bp
from bprop.backward.making import Maker, from_end, total
from bprop.backward.rows import ROWS, leaf, operations
from bprop.errors import UnsupportedError


def made(run, **leaves):
    """The boxes of run(arrays by name), with the given boxes as leaves."""
    maker = Maker(leaves.get("x"))
    code = operations(lambda tape, rows: [run(**{n: leaf(tape, n, b.spec, rows) for n, b in leaves.items()})])
    return maker.boxes(code, leaves)[0], maker


def value(box, **data):
    return bp.Graph(outputs={"v": box}).predict({}, data)


X = np.arange(6.0).reshape(3, 2) - 2


@pytest.mark.parametrize(
    "code",
    [
        lambda x: x * 2 + 1,
        lambda x: -(x.max(axis=1, keepdims=True)) / 3,
        lambda x: (x > 0) * x,
        lambda x: ((x > 0) ^ (x < 3)) * 1.0,
        lambda x: x.mean(axis=0),
        lambda x: x.mean(),
        lambda x: (x * x + 1) ** 1.5,
        lambda x: x.T @ x,
        lambda x: x[1:, ::-1],
        lambda x: x.argmax(axis=1) * 1.0,
        lambda x: bp.namespace(x).concatenate([x, x[:, :1]], axis=1),
        lambda x: bp.namespace(x).logaddexp(x, 0.5),
        lambda x: x.reshape(-1).sum() * x.shape[0],
    ],
)
def test_boxes_compute_what_the_code_computes(code):
    box, _ = made(code, x=bp.Input("x", (2,)))
    np.testing.assert_allclose(value(box, x=X), code(X), rtol=1e-14)


def test_equal_operations_are_one_box():
    x = bp.Input("x", (2,))
    box, maker = made(lambda x: (x + 1) * (x + 1), x=x)
    assert box.children[0] is box.children[1]
    assert total(maker, [x, x, box]).children[1] is box and total(maker, [x]) is x


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (lambda x: bp.namespace(x).floor(x), "no box does the array operation 'floor'"),
        (lambda x: x.astype(int), "floats that become whole numbers"),
        (lambda x: bp.namespace(x).arange(x.shape[0]), "the numbers of the examples"),
        (lambda x: x.reshape(x.shape[0] * 2, 1) @ x.reshape(1, -1), None),
    ],
)
def test_what_no_box_does_is_refused(code, says):
    if says is None:
        box, _ = made(code, x=bp.Input("x", (2,)))
        np.testing.assert_allclose(value(box, x=X), code(X))
        return
    with pytest.raises(UnsupportedError, match=says):
        made(code, x=bp.Input("x", (2,)))


def test_a_bound_that_depends_on_n_is_counted_from_the_end():
    ends = [("slice", n - 2, n, 1) for n in ROWS]
    assert from_end(ends, "N") == ("slice", -2, None, 1)
    with pytest.raises(UnsupportedError, match="depends on the number of examples"):
        from_end([("slice", 0, 2 * n, 1) for n in ROWS], "3N")


def test_a_size_in_n_needs_an_input():
    with pytest.raises(UnsupportedError, match="the graph has no input"):
        Maker(None).need_rows()
