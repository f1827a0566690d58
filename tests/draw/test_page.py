"""The SVG: well-formed, every box once, escaped."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bprop as bp
from bprop.draw.letters import clean

SVG = "{http://www.w3.org/2000/svg}"


def parts(svg, cls):
    return [e for e in ET.fromstring(svg).iter() if cls in e.get("class", "").split()]


def drawn(svg):
    return [e for e in parts(svg, "box") + parts(svg, "layer") if "legend" not in e.get("class")]


def test_every_box_is_there_once_with_a_title(graph):
    found = drawn(graph.draw(collapse=False).svg())
    names = [e.get("data-name") for e in found]
    bare = {n for n, box in graph.constants.items() if not box.name}
    assert sorted(names) == sorted(graph.boxes.keys() - bare)
    for element in found:
        assert element.find(f"{SVG}title").text.startswith(element.get("data-name"))
        texts = [text.text for text in element.findall(f"{SVG}text")]
        assert element.get("data-name") in texts[: 2 if element.find(f"{SVG}text[@class='auto']") is not None else 1]


def test_boxes_and_edges_are_named_for_machines():
    graph = bp.mlp([4, 5, 3], l2=0.1)
    drawing = graph.draw(collapse=False)
    boxes = {e.get("data-box"): e.get("data-kind") for e in ET.fromstring(drawing.svg()).iter() if e.get("data-box")}
    assert boxes == {node.name: node.kind for node in drawing.scene.nodes if node.kind != "objective"}
    edges = parts(drawing.svg(), "edge")
    assert len(edges) == len(drawing.scene.edges) and all(e.get("d") for e in edges)
    known = {*boxes, "objective"}
    assert all(e.tag == f"{SVG}path" and {e.get("data-from"), e.get("data-to")} <= known for e in edges)


def test_layers_say_what_they_hold():
    found = parts(bp.mlp([4, 5, 3]).draw(collapse=True).svg(), "layer")
    members = {e.get("data-name"): e.get("data-members") for e in found if e.get("data-name")}
    assert members == {"layer 1": "W1 b1 a1 h1", "layer 2": "W2 b2 a2"}


def test_edges_say_what_they_join():
    graph = bp.mlp([4, 5, 3])
    ends = {(e.get("data-from"), e.get("data-to")) for e in parts(graph.draw().svg(), "edge")}
    wanted = {(graph.names[c], name) for name, box in graph.boxes.items() for c in box.children}
    assert ends == wanted | {("loss", "objective"), ("a2", "loss")}
    dashed = [(e.get("data-from"), e.get("data-to")) for e in parts(graph.draw().svg(), "computed") if e.get("data-to")]
    assert dashed == [("a2", "loss")]  # the loss is computed from a2, as f and the loss are one


def test_it_is_an_image_with_a_title_and_a_description():
    graph = bp.mlp([4, 3])
    root = ET.fromstring(graph.draw().svg())
    assert root.get("role") == "img"
    title, described = root.get("aria-labelledby").split()
    texts = {e.get("id"): e.text for e in root if e.get("id")}
    assert texts == {title: "Graph of 7 boxes, 15 weights and biases to learn", described: str(graph)}
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


def test_the_picture_loads_nothing():
    svg = bp.mlp([4, 3]).draw().svg().replace("http://www.w3.org/2000/svg", "")
    assert not any(word in svg for word in ("http", "url(", "@import", "href", "<script"))


def test_the_same_graph_gives_the_same_picture(graph):
    assert graph.draw().svg() == graph.draw().svg()


@pytest.mark.parametrize("name", ['<b>&"', "a\nb", "層の名前", "x\x00\x1b", "-->", "]]>", "'", "🧠🧠"])
def test_any_name_is_escaped(name):
    graph = bp.Graph(outputs={name: bp.tanh(bp.Input("x"), name=name)})
    names = [e.get("data-name") for e in drawn(graph.draw().svg())]
    assert clean(name) in names


@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_any_text_is_a_name(name):
    graph = bp.Graph(outputs={"f": bp.tanh(bp.Parameter(name, ()), name="f" + name)})
    assert len(drawn(graph.draw().svg())) == 2


def test_values_are_drawn_as_bars_in_the_colour_of_their_size():
    graph = bp.mlp([4, 5, 3])
    params = graph.init(0)
    params["W1"] *= 1e6
    svg = graph.draw(params, x=np.ones((6, 4)), y=np.zeros(6, int)).svg()
    box = next(e for e in drawn(svg) if e.get("data-name") == "W1")
    magnitude = next(e for e in box if "magnitude" in e.get("class", ""))
    assert magnitude.get("class") == "m10 magnitude"
    assert [e.text for e in parts(svg, "alarm")] == ["100% saturated"]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_seen(bad):
    graph = bp.mlp([4, 5, 3])
    params = graph.init(0)
    params["b1"][2] = bad
    svg = graph.draw(params, x=np.ones((6, 4)), y=np.zeros(6, int)).svg()
    marked = [e for e in drawn(svg) if any("spoiled" in part.get("class", "") for part in e)]
    assert "b1" in [e.get("data-name") for e in marked]
    assert "W1" not in [e.get("data-name") for e in marked] or np.isnan(bad)


def test_without_values_there_is_no_scale():
    assert not parts(bp.mlp([4, 3]).draw().svg(), "bars")
    assert "root mean square" not in bp.mlp([4, 3]).draw().svg()


def test_a_file_has_no_parts_that_only_a_page_needs():
    svg = bp.mlp([4, 5, 3], l2=0.1).draw().svg()
    root = ET.fromstring(svg)
    assert not [e for e in root.iter() if {"tabindex", "aria-pressed", "style"} & e.attrib.keys()]
    assert [e.get("role") for e in root.iter() if e.get("role")] == ["img"]
    ends = {e.get("data-box") for e in root.iter()} | {"objective"}
    assert {e.get("data-tip") for e in root.iter() if e.get("data-tip")} <= ends
    assert root.get("data-direction") == "up"


def test_a_caption_takes_several_lines_on_a_narrow_page():
    graph = bp.mlp([4, *[5] * 49, 3])
    lines = {
        width: [e.text for e in ET.fromstring(graph.draw(width=width).svg()) if e.tag == f"{SVG}text"]
        for width in (300, 1440)
    }
    assert len(lines[300]) > len(lines[1440]) == 1
    assert " ".join(lines[300]) == lines[1440][0]
