"""Heights and columns."""

import bprop as bp
from bprop.draw.grid import TALLEST, Grid
from bprop.draw.place import place
from bprop.draw.rows import arrange
from bprop.draw.scene import build


def grid_of(graph, **settings):
    rows = arrange(build(graph, **settings))
    place(rows)
    return Grid(rows)


def test_a_small_drawing_is_one_column_with_rows_above_each_other():
    grid = grid_of(bp.mlp([4, 5, 3]))
    assert grid.columns == [list(range(len(grid.rows)))]
    assert grid.height < TALLEST
    tops = [grid.top(row[0]) for row in grid.rows]
    assert all(grid.base[number + 1] < top for number, top in enumerate(tops[:-1]))


def test_columns_take_all_rows_in_order_and_about_as_many_each():
    grid = grid_of(bp.mlp([4, *[5] * 49, 3], l2=0.1))
    assert [number for column in grid.columns for number in column] == list(range(len(grid.rows)))
    counts = [len(column) for column in grid.columns]
    assert len(counts) > 2 and max(counts) < 2 * min(counts)


def test_only_what_leaves_a_column_has_a_lane():
    grid = grid_of(bp.mlp([4, *[5] * 49, 3], l2=0.1))
    ends = {column[-1] for column in grid.columns[:-1]}
    for link in grid.links:
        lane = grid.lane(link)
        assert (lane is not None) == (grid.number[link.lower] in ends)
        if lane is not None:
            assert 0 <= lane.above < grid.top(link.lower)
            assert grid.base[grid.number[link.upper]] < lane.below <= grid.height
            assert link.lower.x < lane.gutter < link.upper.x
    lanes = [(lane.above, lane.gutter, lane.below) for lane in grid.lanes()]
    assert len(set(lanes)) == len(lanes) == 2 * (len(grid.columns) - 1)


def test_lanes_of_skips_have_names_and_colours():
    x = bp.Input("x", (4,))
    boxes = [x]
    for k in range(60):
        boxes.append(bp.add(bp.tanh(boxes[-1]), boxes[max(0, k - 7 - k % 3)], name=f"h{k}"))
    grid = grid_of(bp.Graph(outputs={"f": bp.tanh(boxes[-1])}), collapse=False)
    lanes = list(grid.lanes())
    assert len(grid.columns) > 1 and all(lane.name for lane in lanes)
    assert {lane.hue for lane in lanes} >= {1, 2, 3, 4}
    for column in grid.columns[1:]:
        here = [lane for lane in lanes if lane.below > grid.base[column[0]]]
        assert len({lane.below for lane in here}) > 1


def test_edges_from_one_box_share_a_lane_and_a_penalty_needs_no_name():
    grid = grid_of(bp.mlp([4, *[5] * 49, 3], l2=0.1))
    assert {lane.name for lane in grid.lanes()} == {""} and {lane.hue for lane in grid.lanes()} == {0}
    assert len({grid.lane(link) for link in grid.links if grid.lane(link)}) < len(list(filter(grid.lane, grid.links)))


def test_lines_enter_a_box_beside_each_other():
    x = bp.Input("x", (3,))
    grid = grid_of(bp.Graph(outputs={"f": bp.tanh(x) + bp.exp(x)}))
    entries = [(link.lower.x, grid.entries[link]) for link in grid.links if link.upper.node.name == "f"]
    (_, first), (_, second) = sorted(entries)
    assert first < 0 < second
