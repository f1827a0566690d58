"""The legend names what is drawn, and nothing else."""

import numpy as np

import bprop as bp
from bprop.draw.legend import Legend, colour


def entries(graph, *values, **settings):
    return [text for _, text in Legend(graph.draw(*values, **settings).scene).entries]


def test_it_names_what_is_drawn():
    assert entries(bp.mlp([4, 3])) == [
        "data",
        "learned",
        "box",
        "loss",
        "output (thick line)",
        "computed from, for stability",
    ]
    assert entries(bp.Graph(outputs={"f": bp.tanh(bp.Input("x"))})) == ["data", "box", "output (thick line)"]
    assert "equal layers" in entries(bp.mlp([4, *[5] * 40, 3]))
    assert "equal layers" not in entries(bp.mlp([4, *[5] * 40, 3]), fold=False)


def test_its_lines_keep_to_the_room():
    legend = Legend(bp.mlp([4, *[5] * 40, 3], l2=0.1).draw().scene)
    for room in (legend.least, 400.0, 2_000.0):
        rows = legend.rows(room)
        assert [entry for row in rows for entry in row] == legend.entries
        assert all(sum(legend.size(text) for _, text in row) <= room for row in rows)


def test_the_scale_is_there_with_values_alone():
    graph = bp.mlp([4, 3])
    assert not Legend(graph.draw().scene).scale
    drawn = graph.draw(graph.init(0), x=np.ones((2, 4)), y=[0, 1])
    assert len(Legend(drawn.scene).scale) == 11
    assert [colour(decade) for decade in (None, -8, 2)] == ["zero", "m0", "m10"]
