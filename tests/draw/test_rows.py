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


def dense(size):
    """Each box takes all boxes before: their edges pass as many rows."""
    boxes = [bp.Input("x", (2,))]
    for _ in range(size):
        boxes.append(bp.tanh(bp.concat(*boxes)[:, :2]))
    return bp.Graph(outputs={"f": boxes[-1]})


def test_edges_that_nobody_could_follow_are_not_arranged():
    assert arrange(build(dense(40))) is not None
    assert arrange(build(dense(80))) is None
