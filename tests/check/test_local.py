"""One box at its place in a pass."""

import numpy as np

import bprop as bp
from bprop.check.local import check_step
from bprop.check.precision import best_precision


def check(box_of, *shapes, kinds=None, elements=None):
    """check_step of one box on parameters and inputs of the given shapes."""
    rng = np.random.default_rng(0)
    precision = best_precision()
    children = [bp.Parameter(f"p{i}", shape) for i, shape in enumerate(shapes)]
    graph = bp.Graph(outputs={"out": box_of(*children)})
    theta = {child.name: rng.normal(size=child.shape) for child in children}
    values = graph.fprop(theta, dtype=precision.dtype)
    (step,) = [s for s in values.plan.nodes if s.name == "out"]
    grad = rng.normal(size=values["out"].shape).astype(precision.dtype)
    return check_step(step, values.state, grad, precision, elements, rng)


def test_there_is_a_row_for_every_child_by_its_name_in_fprop():
    rows, failures = check(bp.matmul, (3, 4), (4, 2))
    assert failures == []
    assert [row.name for row in rows] == list(bp.MatMul.child_names())
    assert all(row.ok for row in rows)
    assert {row.box for row in rows} == {"'out' (MatMul)"}


def test_children_of_a_box_that_takes_any_number_are_numbered():
    rows, _ = check(bp.l2, (3, 4), (2,))
    assert [row.name for row in rows] == ["W[0]", "W[1]"]


def test_whole_numbers_have_no_row():
    table = bp.Parameter("table", (5, 2))
    rows_ = bp.Input("rows", (), dtype="int")
    graph = bp.Graph(outputs={"out": bp.take(table, rows_)})
    precision = best_precision()
    values = graph.fprop({"table": np.ones((5, 2))}, rows=np.array([0, 4, 4]), dtype=precision.dtype)
    (step,) = values.plan.nodes
    rows, failures = check_step(
        step, values.state, np.ones_like(values["out"]), precision, None, np.random.default_rng(0)
    )
    assert failures == []
    assert len(rows) == 1
    assert rows[0].ok


def test_large_children_are_compared_along_projections():
    rows, _ = check(bp.tanh, (30, 30), elements=200)
    assert rows[0].ok
    assert rows[0].coverage.projections == 2


def test_a_wrong_box_is_named_as_the_graph_names_it():
    class LocalWrong(bp.Box):
        def fprop(self, a):
            return a**2

        def bprop(self, grad, value, a):
            return grad * a

    rows, failures = check(LocalWrong, (3,))
    assert failures == []
    assert not rows[0].ok
    assert rows[0].box == "'out' (LocalWrong)"


def test_a_bprop_of_a_wrong_shape_is_a_failure():
    class LocalShape(bp.Box):
        def fprop(self, a):
            return a**2

        def bprop(self, grad, value, a):
            return (grad * 2 * a).sum()

    rows, failures = check(LocalShape, (3,))
    assert rows == []
    assert "the box 'out' (LocalShape): bprop gave a gradient of shape ()" in failures[0]
