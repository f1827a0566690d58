"""Equal layers as one box."""

import numpy as np

import bprop as bp
from bprop.draw.folds import folded
from bprop.draw.scene import build


def folded_nodes(graph, **settings):
    return {node.name: node for node in folded(build(graph, **settings)).nodes}


def test_equal_layers_are_one_box_with_their_number_and_all_their_members():
    graph = bp.mlp([4, *[5] * 50, 3], l2=0.1)
    nodes = folded_nodes(graph)
    assert [name for name in nodes if "layer" in name] == ["layer 1", "layers 2 … 50", "layer 51"]
    fold = nodes["layers 2 … 50"]
    assert fold.times == 49 and fold.lines == ["linear → tanh", "× 49"] and fold.shape == "(N, 5)"
    assert set(fold.members) == {f"{part}{k}" for part in ("W", "b", "a", "h") for k in range(2, 51)}
    assert fold.title.startswith(
        "49 equal layers, from layer 2 to layer 50; the first: layer 2: a2 = linear(h1, W2, b2)"
    )
    ends = {(edge.source.name, edge.target.name) for edge in folded(build(graph)).edges}
    assert {("layer 1", fold.name), (fold.name, "layer 51"), (fold.name, "l2_1")} <= ends


def test_layers_that_differ_are_not_folded():
    for graph in (
        bp.mlp([4, 5, 6, 7, 8, 9, 3]),
        bp.mlp([4, *[5] * 6, 3], activation=["relu", "tanh"] * 3),
        bp.Graph(outputs={f"h{k}": box for k, box in enumerate(chain(6))}),
    ):
        assert not [node for node in folded_nodes(graph, collapse=True).values() if node.times > 1 and node.times != 3]


def chain(length):
    box, boxes = bp.Input("x", (3,)), []
    for _ in range(length):
        box = bp.tanh(box)
        boxes.append(box)
    return boxes


def test_groups_of_two_layers_that_repeat_are_folded():
    nodes = folded_nodes(bp.mlp([5, *[5] * 9, 3], activation=["tanh", "relu"] * 4 + ["tanh"]), collapse=True)
    assert [(name, node.times) for name, node in nodes.items() if node.times > 1] == [("layers 1 … 8", 4)]
    assert nodes["layers 1 … 8"].lines == ["linear → tanh → linear → relu", "× 4"]


def residual(blocks, swapped=()):
    h = bp.Input("x", (8,))
    for k in range(blocks):
        a = bp.relu(bp.linear(h, bp.Parameter(f"V{k}", (8, 8)), bp.Parameter(f"c{k}", (8,))))
        h = bp.subtract(a, h) if k in swapped else bp.subtract(h, a)
    return bp.Graph(outputs={"f": bp.tanh(h)})


def test_residual_blocks_are_folded_with_their_skips():
    nodes = folded_nodes(residual(12))
    (fold,) = [node for node in nodes.values() if node.times > 1]
    assert fold.times == 12 and fold.headline == "linear → relu → -" and fold.lines == ["× 12"]
    assert set(nodes) == {"x", fold.name, "f"}


def test_the_order_of_children_counts():
    assert [node.times for node in folded_nodes(residual(12, swapped=[5])).values() if node.times > 1] == [5, 6]


def test_steps_of_an_unrolled_network_share_their_parameters():
    x, W, b = bp.Input("x0", (3,)), bp.Parameter("W", (3, 3)), bp.Parameter("b", (3,))
    h = bp.tanh(x @ W + b)
    for t in range(1, 12):
        h = bp.tanh(bp.Input(f"x{t}", (3,)) @ W + h @ W + b)
    nodes = folded_nodes(bp.Graph(outputs={"f": bp.sigmoid(h)}))
    (fold,) = [node for node in nodes.values() if node.times > 1]
    assert fold.times >= 10
    assert {"W", "b", "x0", "f"} <= nodes.keys()
    assert "x5" in fold.members and "W" not in fold.members


def test_a_number_that_differs_is_not_equal():
    box = bp.Input("x", (3,))
    for k in range(8):
        box = bp.leaky_relu(box, slope=0.1 if k == 4 else 0.2)
    assert [n.times for n in folded_nodes(bp.Graph(outputs={"f": bp.tanh(box)})).values() if n.times > 1] == [4, 3]
    box = bp.Input("x", (3,))
    for k in range(8):
        box = box * (2.0 if k == 4 else 3.0)
    assert [n.times for n in folded_nodes(bp.Graph(outputs={"f": bp.tanh(box)})).values() if n.times > 1] == [4, 3]


def test_every_box_is_in_the_folded_scene_once_and_edges_are_without_doubles(graph):
    scene = folded(build(graph, collapse=True))
    members = [name for node in scene.nodes for name in node.members]
    assert sorted(members) == sorted(name for node in build(graph, collapse=True).nodes for name in node.members)
    ends = [(edge.source, edge.target) for edge in scene.edges]
    assert len(ends) == len(set(ends)) and all(one is not other for one, other in ends)


def test_values_are_folded_only_when_asked_for():
    graph = bp.mlp([4, *[5] * 40, 3])
    values = (graph.init(0), {"x": np.ones((2, 4)), "y": [0, 1]})
    assert max(node.times for node in graph.draw().scene.nodes) == 39
    assert max(node.times for node in graph.draw(fold=False).scene.nodes) == 1
    assert max(node.times for node in graph.draw(*values).scene.nodes) == 1
    (fold,) = [node for node in graph.draw(*values, fold=True).scene.nodes if node.times > 1]
    assert [what for what, _ in fold.panels] == ["h40 value", "h40 gradient"]
