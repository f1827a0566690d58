"""`graph.draw(...)`: what it takes and refuses."""

import numpy as np
import pytest

import bprop as bp
from bprop.draw import Drawing
from bprop.errors import SettingError, ShapeError


def test_a_batch_is_a_dict_or_keywords(values_of):
    graph = bp.mlp([4, 5, 3])
    params, batch = values_of(graph)
    drawing = graph.draw(params, batch)
    assert isinstance(drawing, Drawing)
    assert drawing.svg() == graph.draw(params, **batch).svg() == graph.draw(params, batch=batch).svg()
    assert drawing.svg() != graph.draw().svg()


def test_one_without_the_other_is_refused(values_of):
    graph = bp.mlp([4, 5, 3])
    params, batch = values_of(graph)
    with pytest.raises(SettingError, match="pass the parameters too"):
        graph.draw(batch=batch)
    with pytest.raises(SettingError, match="pass a batch too"):
        graph.draw(params)
    with pytest.raises(SettingError, match="collapse is 'auto', True or False, not 'yes'"):
        graph.draw(collapse="yes")
    with pytest.raises(ShapeError, match="needs shape"):
        graph.draw(params, x=np.ones((3, 5)), y=[0, 1, 2])


def test_a_graph_without_a_loss_has_values_alone():
    graph = bp.Graph(outputs={"f": bp.tanh(bp.Input("x", (3,)))})
    text = graph.draw({}, x=np.ones((2, 3))).text()
    assert "value" in text and "gradient" not in text


def test_the_seed_is_that_of_dropout(values_of):
    graph = bp.mlp([4, 50, 3], dropout=0.5)
    params, batch = values_of(graph)
    assert graph.draw(params, batch, seed=1).svg() == graph.draw(params, batch, seed=1).svg()
    assert graph.draw(params, batch, seed=1).svg() != graph.draw(params, batch, seed=2).svg()


def test_a_chain_of_three_thousand_boxes_is_drawn():
    box = bp.Input("x", ())
    for _ in range(3_000):
        box = bp.tanh(box)
    assert bp.Graph(outputs={"f": box}).draw().svg().count("data-name") == 3_001
