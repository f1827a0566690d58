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


def test_only_what_leaves_a_column_takes_a_detour():
    grid = grid_of(bp.mlp([4, *[5] * 49, 3], l2=0.1))
    ends = {column[-1] for column in grid.columns[:-1]}
    for link in grid.links:
        detour = grid.detour(link)
        assert (detour is not None) == (grid.number[link.lower] in ends)
        if detour is not None:
            above, gutter, below = detour
            assert 0 <= above < grid.top(link.lower) and grid.base[grid.number[link.upper]] < below <= grid.height
            assert link.lower.x < gutter < link.upper.x
    lanes = [grid.detour(link) for link in grid.links if grid.detour(link)]
    assert len(set(lanes)) == len(lanes)


def test_lines_enter_a_box_beside_each_other():
    x = bp.Input("x", (3,))
    grid = grid_of(bp.Graph(outputs={"f": bp.tanh(x) + bp.exp(x)}))
    entries = [(link.lower.x, grid.entries[link]) for link in grid.links if link.upper.node.name == "f"]
    (_, first), (_, second) = sorted(entries)
    assert first < 0 < second
