"""A drawing as SVG, text, file and notebook output."""

import pytest

import bprop as bp
from bprop.errors import ModelFileError, SettingError


def test_text_is_the_graph_and_what_its_boxes_hold(values_of):
    graph = bp.mlp([4, 5, 3])
    assert graph.draw().text() == str(graph.draw()) == str(graph)
    params, batch = values_of(graph)
    text = graph.draw(params, batch).text()
    assert text.startswith(str(graph))
    rows = [line.split() for line in text.splitlines()]
    assert ["h1", "gradient"] in [row[:2] for row in rows]


def test_a_notebook_gets_svg_and_text():
    graph = bp.mlp([4, 3])
    bundle = graph._repr_mimebundle_()
    assert bundle == graph.draw()._repr_mimebundle_() == {
        "image/svg+xml": graph.draw().svg(), "text/plain": str(graph)
    }  # fmt: skip


def test_it_is_saved_as_svg(tmp_path):
    drawing = bp.mlp([4, 3]).draw()
    drawing.save(tmp_path / "net.svg")
    assert (tmp_path / "net.svg").read_text(encoding="utf-8") == drawing.svg()
    assert [path.name for path in tmp_path.iterdir()] == ["net.svg"]


def test_other_endings_and_folders_that_are_not_there(tmp_path):
    drawing = bp.mlp([4, 3]).draw()
    with pytest.raises(SettingError, match=r"net\.png.*\.svg"):
        drawing.save(tmp_path / "net.png")
    with pytest.raises(ModelFileError, match="cannot write"):
        drawing.save(tmp_path / "nowhere" / "net.svg")
