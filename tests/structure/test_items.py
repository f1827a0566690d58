import pytest

import bprop as bp


def test_a_box_is_an_item_of_its_graph():
    graph = bp.mlp([3, 4, 2])
    assert graph["h1"] is graph.boxes["h1"] and graph[graph["h1"]] is graph["h1"]
    assert graph["f"] is graph.outputs["f"]
    assert (
        "h1" in graph and graph["h1"] in graph and "h9" not in graph and bp.Input("x") not in graph and 3 not in graph
    )
    with pytest.raises(bp.errors.UnknownNameError, match=r"no box is called 'los'; .*did you mean 'loss'"):
        graph["los"]
    with pytest.raises(TypeError):
        list(graph)
