"""Places from left to right."""

from itertools import pairwise

import bprop as bp
from bprop.draw.place import links_of, place
from bprop.draw.rows import arrange
from bprop.draw.scene import build


def placed(graph, **settings):
    rows = arrange(build(graph, **settings))
    place(rows)
    return rows


def test_items_of_a_row_do_not_overlap(graph):
    for row in placed(graph).rows:
        for one, other in pairwise(row):
            assert one.x + one.reach_right <= other.x - other.reach_left + 1e-6


def test_the_drawing_begins_at_zero(graph):
    assert abs(min(item.x - item.reach_left for row in placed(graph).rows for item in row)) < 1e-9


def test_a_chain_is_straight():
    rows = placed(bp.mlp([4, *[5] * 20, 3]), collapse=False)
    assert len({round(item.x, 6) for row in rows.rows for item in row if item.node}) == 1


def test_lines_do_not_cross_where_they_need_not():
    x = bp.Input("x", (3,))
    left, right = bp.tanh(x, name="p"), bp.sigmoid(x, name="q")
    outputs = {"s": bp.exp(right), "t": bp.exp(left), "u": bp.exp(left), "v": bp.exp(right)}
    rows = placed(bp.Graph(outputs=outputs))
    ends = sorted((link.lower.x, link.upper.x) for link in links_of(rows) if link.lower.node.name in "pq")
    assert [upper for _, upper in ends] == sorted(upper for _, upper in ends)


def test_links_that_edges_share_are_one():
    rows = placed(bp.mlp([4, *[5] * 20, 3], l2=0.1), collapse=False)
    ends = [(link.lower, link.exit, link.upper) for link in links_of(rows)]
    assert len(ends) == len(set(ends)) < sum(len(route.items) - 1 for route in rows.routes)
