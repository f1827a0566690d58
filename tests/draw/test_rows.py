"""Rows, leaves beside boxes, tracks."""

import bprop as bp
from bprop.draw.rows import arrange
from bprop.draw.scene import build


def arranged(graph, **settings):
    rows = arrange(build(graph, **settings))
    items = {item.node.name: item for row in rows.rows for item in row if item.node}
    return rows, items


def names(leaves):
    return [leaf.name for leaf in leaves]


def test_leaves_stand_beside_the_box_that_uses_them():
    _, items = arranged(bp.mlp([4, 5, 3]))
    assert names(items["a1"].left) == ["W1", "b1"]
    assert names(items["loss"].right) == ["y"]
    assert {name: item.rank for name, item in items.items()} == {
        "x": 0, "a1": 1, "h1": 2, "a2": 3, "f": 4, "loss": 5, "objective": 6
    }  # fmt: skip


def test_a_leaf_of_two_boxes_of_a_row_is_below_them():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    _, items = arranged(bp.Graph(outputs={"f": (x * w) + (x - w)}))
    assert items["w"].rank == items["x"].rank == 0


def test_rows_are_numbered_from_zero_without_gaps(graph):
    rows, _ = arranged(graph)
    assert all(row for row in rows.rows)
    assert all(item.rank == rank for rank, row in enumerate(rows.rows) for item in row)


def test_routes_go_up_row_by_row(graph):
    rows, _ = arranged(graph, collapse=False)
    for route in rows.routes:
        ranks = [item.rank for item in route.items]
        assert ranks == list(range(ranks[0], ranks[-1] + 1)) and len(ranks) > 1
        assert all(item.node is None for item in route.items[1:-1])


def test_penalties_share_one_track_a_row():
    rows, _ = arranged(bp.mlp([4, *[5] * 20, 3], l2=0.1), collapse=False)
    assert max(sum(item.node is None for item in row) for row in rows.rows) == 1


def test_a_box_is_as_high_as_its_leaves():
    _, items = arranged(bp.mlp([4, 5, 3], normalise="batch"))
    item = items["n1"]
    assert item.height >= sum(leaf.height for leaf in item.left) > item.node.height


def sums(size):
    """Each box is added to the sum of those before: its edge passes as many rows."""
    x = bp.Input("x", (2,))
    boxes = [bp.tanh(float(k) * x) for k in range(1, size)]
    h = boxes[0]
    for box in boxes[1:]:
        h = h + box
    return bp.Graph(outputs={"f": h})


def test_edges_that_nobody_could_follow_are_not_arranged():
    assert arrange(build(sums(100))) is not None
    assert arrange(build(sums(160))) is None
