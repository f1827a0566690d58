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
    with pytest.raises(SettingError, match="fold is 'auto', True or False, not 50"):
        graph.draw(fold=50)
    with pytest.raises(SettingError, match="direction is 'up' or 'right', not 'down'"):
        graph.draw(direction="down")
    for width in (0, float("nan"), float("inf"), "wide"):
        with pytest.raises(SettingError, match="width is a number of pixels from 200 on, not"):
            graph.draw(width=width)
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
    assert bp.Graph(outputs={"f": box}).draw(fold=False).svg().count("data-name") == 3_001
    folded = bp.Graph(outputs={"f": box}).draw()
    assert [node.times for node in folded.scene.nodes] == [1, 2_999, 1]


def test_an_input_may_be_called_like_a_setting():
    inputs = [bp.Input(name, (2,)) for name in ("width", "direction", "fold")]
    graph = bp.Graph(outputs={"f": bp.concat(*inputs)})
    data = {box.name: np.ones((3, 2)) for box in inputs}
    assert graph.draw({}, **data).svg() == graph.draw({}, batch=data).svg()
    assert graph.draw({}, batch=data, direction="right").scene.turned
    with pytest.raises(SettingError, match="pass the parameters too"):
        graph.draw(width=np.ones((3, 2)))


def test_a_drawing_from_left_to_right_has_the_same_boxes_and_edges(graph):
    up, right = graph.draw(), graph.draw(direction="right")
    assert [node.name for node in up.scene.nodes] == [node.name for node in right.scene.nodes]
    places = {frame.node.name: frame for frame in right.layout.frames}
    for line in right.layout.lines:
        source, target = places[line.edge.source.name], places[line.edge.target.name]
        on_one_line = source.y < target.y + target.height and target.y < source.y + source.height
        beside = source.x < target.x + target.width and target.x < source.x + source.width
        assert beside or not on_one_line or source.x < target.x


def test_a_width_is_kept_if_the_boxes_can():
    graph = bp.tabular([0, 16, 2], {f"col{k}": (50, 8) for k in range(20)})
    for width in (420, 1024, 1440):
        assert int(graph.draw(collapse=True, width=width).svg().partition('width="')[2].partition('"')[0]) <= width
