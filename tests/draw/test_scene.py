"""What is drawn of a graph."""

import numpy as np

import bprop as bp
from bprop.draw.scene import build


def nodes(graph, **settings):
    return {node.name: node for node in build(graph, **settings).nodes}


def test_every_box_is_drawn_once_but_bare_numbers(graph):
    scene = build(graph, collapse=False)
    members = [name for node in scene.nodes for name in node.members]
    bare = {n for n, box in graph.constants.items() if not box.name}
    assert sorted(members) == sorted(graph.boxes.keys() - bare)
    ends = {(edge.source, edge.target) for edge in scene.edges}
    assert len(ends) == len(scene.edges)


def test_collapsed_layers_hold_their_boxes(graph):
    members = [name for node in build(graph, collapse=True).nodes for name in node.members]
    assert len(members) == len(set(members))
    assert set(members) >= graph.parameters.keys()


def test_kinds_and_lines():
    found = nodes(bp.mlp([4, 5, 3], l2=0.1, dropout=0.2))
    kinds = {name: node.kind for name, node in found.items()}
    assert kinds == {
        "x": "input", "W1": "parameter", "b1": "parameter", "a1": "box", "h1": "box", "d1": "box", "W2": "parameter",
        "b2": "parameter", "a2": "box", "f": "box", "y": "input", "loss": "loss", "l2_1": "penalty",
        "multiply_1": "penalty", "objective": "objective",
    }  # fmt: skip
    assert found["d1"].lines == ["dropout rate=0.2"]
    assert (found["multiply_1"].shown, found["multiply_1"].small) == ("0.1 * l2(W1, W2)", "multiply_1")
    assert found["f"].lines[:2] == ["softmax", "output"] and found["f"].output
    assert found["objective"].lines == ["mean of loss", "+ 0.1 * l2(W1, W2)"]
    assert found["loss"].title == "loss: nll(f, y), shape (N,), computed stably as cross_entropy(a2, y)"
    assert found["W1"].shape == "(4, 5)"


def test_a_box_that_is_computed_in_one_with_another_says_why_it_has_no_gradient(rng):
    graph = bp.mlp([4, 5, 3])
    data = {"x": rng.normal(size=(6, 4)), "y": rng.integers(3, size=6)}
    values = graph.fprop(graph.init(0), data)
    found = {node.name: node for node in build(graph, False, values, graph.bprop(values)).nodes}
    assert [what for what, _ in found["f"].panels] == ["value"]
    assert found["f"].lines[2:] == ["no gradient: loss is", "computed from a2 directly"]
    assert found["loss"].lines == ["nll, computed as", "cross_entropy(a2, y)"]
    assert "no gradient" not in " ".join(line for name in ("a1", "h1", "a2", "loss") for line in found[name].lines)
    assert "no gradient of its own: loss is computed from a2 directly" in found["f"].title


def test_a_box_that_has_its_gradient_says_nothing_of_it():
    x, y, W = bp.Input("x", (4,)), bp.Input("y", dtype="int"), bp.Parameter("W", (4, 3))
    unstable = bp.Graph(loss=bp.nll(bp.softmax(x @ W, name="f"), y, name="loss"), stable=False)
    assert nodes(unstable)["f"].lines == ["softmax"]
    assert nodes(unstable)["loss"].lines == ["nll"]
    alone = bp.Graph(outputs={"f": bp.log(bp.softmax(x @ W, name="s"))})
    assert "no gradient" not in " ".join(nodes(alone)["s"].lines)


def test_labels_and_codes_have_no_magnitude(rng):
    graph = bp.mlp([4, 5, 3])
    data = {"x": rng.normal(size=(6, 4)), "y": [0, 1, 2, 2, 1, 0]}
    (panel,) = {n.name: n for n in build(graph, False, graph.fprop(graph.init(0), data)).nodes}["y"].panels
    assert panel[1].lines() == ["3 different", "0 … 2"]


def test_a_penalty_that_is_a_number():
    graph = bp.Graph(loss=bp.square(bp.Input("x")), penalty=0.5)
    assert nodes(graph)["objective"].lines == ["mean of square + 0.5"]


def test_a_long_objective_takes_two_lines():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    loss = bp.squared_error(x * w, x, name="a_loss_of_some_length")
    found = nodes(bp.Graph(loss=loss, penalty=0.1 * bp.l2(w)))
    assert found["objective"].lines == ["mean of a_loss_of_some_length", "+ 0.1 * l2(w)"]


def test_outputs_by_other_names_and_what_is_not_trained():
    x, m = bp.Input("x", (3,)), bp.Parameter("m", (3,), trainable=False)
    h = bp.tanh(x * m, name="h1")
    found = nodes(bp.Graph(outputs={"first": h, "second": h}))
    assert found["h1"].lines == ["tanh", "output first, second"]
    assert found["m"].lines == ["not trained"]


def test_a_long_name_is_short_in_the_box_and_whole_in_the_title():
    name = "a_name_that_no_box_could_hold_in_one_line" * 2
    node = nodes(bp.Graph(outputs={"f": bp.tanh(bp.Input("x"), name=name)}))[name]
    assert "…" in node.shown and len(node.shown) < len(name)
    assert node.shown.startswith("a_name") and node.shown.endswith("one_line")
    assert node.title.startswith(name)


def test_values_and_gradients(values_of):
    graph = bp.mlp([4, 5, 3])
    params, batch = values_of(graph)
    values = graph.fprop(params, batch)
    grads = graph.bprop(values)
    found = nodes(graph, values=values, grads=grads, objective=float(values.objective))
    panels = {name: dict(node.panels) for name, node in found.items()}
    assert list(panels["h1"]) == ["value", "gradient"]
    assert np.isclose(panels["h1"]["gradient"].rms, np.sqrt(np.mean(grads["h1"] ** 2)))
    assert list(panels["f"]) == ["value"]  # computed in one with the loss
    assert panels["h1"]["value"].note.endswith("saturated")
    assert f"= {float(values.objective):.4g}" in found["objective"].lines
    through = bp.mlp([4, 5, 3], dropout=0.5)
    dropped = nodes(through, collapse=True, values=through.fprop(params, batch))["layer 1"]
    assert [(what, bool(summary.note)) for what, summary in dropped.panels] == [("d1 value", True)]
    layers = nodes(graph, collapse=True, values=values, grads=grads)
    assert [what for what, _ in layers["layer 1"].panels] == ["h1 value", "h1 gradient"]
