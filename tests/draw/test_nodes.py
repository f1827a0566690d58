"""Nodes and edges: their text and their sizes."""

import pytest

from bprop.draw.letters import BODY, NAME, SMALL, width
from bprop.draw.nodes import PADDING, Edge, Node
from bprop.draw.statistics import summarise


def node(**more):
    return Node("box", "multiply_1", ["output"], "multiply_1: x * w", ("multiply_1",), "(N, 3)", **more)


def test_an_automatic_name_is_small_and_the_meaning_is_the_headline():
    assert (node().shown, node().small) == ("multiply_1", "")
    meaning = node(headline="x * w")
    assert (meaning.shown, meaning.small, meaning.name) == ("x * w", "multiply_1", "multiply_1")
    assert meaning.height > node().height


def test_a_turned_node_holds_its_shape_and_its_edge_has_no_label():
    assert (node().label, node().lines) == ("(N, 3)", ["output"])
    turned = node(turned=True)
    assert (turned.label, turned.lines) == ("", ["output", "(N, 3)"])
    assert (turned.across, turned.along) == (turned.height, turned.width)
    assert (node().across, node().along) == (node().width, node().height)


@pytest.mark.parametrize(
    "more", [{}, {"headline": "x * w"}, {"turned": True}, {"panels": [("gradient", summarise([1.5, 2.0]))]}]
)
def test_a_node_is_as_wide_as_its_text(more):
    one = node(**more)
    texts = [width(one.shown, NAME), width(one.small, SMALL), *(width(line, BODY) for line in one.lines)]
    assert one.width >= max(texts) + 2 * PADDING - 1e-9


def test_an_edge_of_a_penalty():
    penalty = Node("penalty", "l2_1", [], "", ("l2_1",))
    assert Edge(node(), penalty, False).penalised and Edge(penalty, node(), False).penalised
    assert not Edge(node(), node(), True).penalised
