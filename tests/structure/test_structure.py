"""A structure: which boxes it has, in which order, under which names, and which of them are computed as others."""

import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.structure.structure import Structure


def parts():
    """The boxes of nll(softmax(dropout(x W) c), y) with a penalty on W, by their names."""
    x, y = bp.Input("x", (3,)), bp.Input("y", (), "int")
    W, c = bp.Parameter("W", (3, 2)), bp.Parameter("c", (2,), trainable=False)
    a = bp.matmul(x, W, name="a")
    h = bp.dropout(a, 0.5, name="h")
    s = bp.multiply(h, c, name="s")
    f = bp.softmax(s, name="f")
    return {
        "x": x, "W": W, "a": a, "h": h, "c": c, "s": s, "f": f, "y": y,
        "l": bp.nll(f, y, name="l"), "p": bp.l2(W, name="p"),
    }  # fmt: skip


def structure_of(box, **more):
    return Structure(box["l"], box["p"], {"out": box["f"]}, **more)


def test_a_structure_lists_its_boxes_children_first_each_by_its_name():
    box = parts()
    structure = structure_of(box)
    assert list(structure.boxes) == list(box)
    assert structure.boxes == box
    assert structure.order == list(box.values())
    assert structure.names == {one: name for name, one in box.items()}
    assert structure.inputs == {"x": box["x"], "y": box["y"]}
    assert structure.parameters == {"W": box["W"], "c": box["c"]}
    assert structure.constants == {}
    assert structure.trainable == ("W",)
    assert structure.losses == {"l": box["l"]}
    assert structure.roots == [box["l"], box["p"], box["f"]]
    assert structure.weight_count == 3 * 2 + 2
    assert structure.whole is structure
    assert repr(structure) == "<Structure: 10 boxes, 1 trainable parameters>"


def test_a_number_is_a_penalty_and_a_constant():
    structure = Structure(parts()["l"], 0.5)
    assert structure.penalty.value == 0.5
    assert list(structure.constants.values()) == [structure.penalty]
    assert Structure(parts()["l"]).penalty is None


def test_what_is_computed_in_the_place_of_a_box():
    box = parts()
    structure = structure_of(box)
    new = structure.computed(box["l"])
    assert (type(new), new.children, new.name) == (boxes.CrossEntropy, (box["s"], box["y"]), "l")
    assert [one for one in box.values() if structure.computed(one) is not one] == [box["l"]]
    assert structure.rewrites == {"l": "cross_entropy(s, y)"}
    assert structure.merged == {"f": ("l", ["s"])}
    assert structure.bypassed_boxes == {box["f"]}


def test_nothing_is_rewritten_where_that_is_not_wanted():
    box = parts()
    structure = structure_of(box, stable=False)
    assert structure.computed(box["l"]) is box["l"]
    assert (structure.rewrites, structure.merged, structure.bypassed_boxes) == ({}, {}, set())
    assert structure.stable is False and structure_of(box).stable is True


def test_what_is_computed_outside_training():
    box = parts()
    structure = structure_of(box)
    after = {name: structure.evaluated_as(one) for name, one in box.items()}
    assert after["h"] is box["a"]  # no dropout
    assert type(after["l"]) is boxes.CrossEntropy
    assert all(after[name] is box[name] for name in box if name not in ("h", "l"))
    assert all(structure.evaluated_as(one) is after[name] for name, one in box.items())  # the same one each time
    assert structure.evaluated_as(structure.computed(box["l"])) is after["l"]


def test_gradients_reach_the_parameters_that_are_trained():
    x, y = bp.Input("x", (2,)), bp.Input("y", (2,))
    names = ("used", "stopped", "penalised", "shown")
    used, stopped, penalised, shown = (bp.Parameter(name, (2,)) for name in names)
    fixed = bp.Parameter("fixed", (2,), trainable=False)
    f = x * used + bp.stop_gradient(x * stopped) + fixed
    loss, outputs = bp.squared_error(f, y), {"f": f * shown}
    structure = Structure(loss, bp.l2(penalised), outputs)
    assert structure.trainable == ("used", "stopped", "penalised", "shown")
    assert structure.trained == ("used", "penalised")
    assert Structure(loss, None, outputs).trained == ("used",)
    assert Structure(None, None, outputs).trained == ("used", "stopped", "shown")


def test_frozen_parameters_are_not_trained_with_or_without_a_loss():
    box = parts()
    for structure in (structure_of(box), Structure(outputs={"f": box["f"]})):
        assert structure.trained == ("W",)
        del structure.trained
        structure.frozen = frozenset({"W"})
        assert structure.trained == ()


def test_a_box_is_named_by_itself_its_name_or_an_output():
    box = parts()
    structure = structure_of(box)
    assert [structure.name_of(one) for one in box.values()] == list(box)
    assert [structure.name_of(name) for name in box] == list(box)
    assert structure.name_of("out") == "f"
    with pytest.raises(
        errors.UnknownNameError, match=r"^no box is called 'ff'; there are: x, W, a, h, c, s, f, y, l, p"
    ):
        structure.name_of("ff")
    with pytest.raises(errors.UnknownNameError, match=r"^<?Input 'x'.* is not in this graph$"):
        structure.name_of(bp.Input("x", (3,)))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda box: Structure(), "a graph needs a loss, or outputs, or both"),
        (lambda box: Structure(penalty=box["p"]), "a graph needs a loss, or outputs, or both"),
        (lambda box: Structure(box["l"], outputs=[box["f"]]), "outputs must be a dict, {name: box}, not list"),
        (lambda box: Structure(3.0), "loss must be a box, not float"),
        (lambda box: Structure(box["l"], outputs={"f": box["f"], "g": 3}), "g must be a box, not int"),
        (
            lambda box: Structure(box["f"]),
            "the loss must be one number an example, shape (N,), but <Softmax 'f' (N, 2)> is not: "
            "the graph itself takes the mean over the examples",
        ),
        (
            lambda box: Structure(box["l"], box["W"]),
            "the penalty must be one number, shape (), but <Parameter 'W' (3, 2)> is not",
        ),
    ],
)
def test_what_is_no_graph_is_refused(make, text):
    with pytest.raises(errors.GraphError) as caught:
        make(parts())
    assert str(caught.value) == text


def test_a_graph_of_outputs_has_no_loss():
    box = parts()
    assert structure_of(box).need_loss() is box["l"]
    structure = Structure(outputs={"f": box["f"]})
    assert (structure.loss, structure.penalty, structure.roots, structure.losses) == (None, None, [box["f"]], {})
    with pytest.raises(errors.GraphError) as caught:
        structure.need_loss()
    assert str(caught.value) == ("this graph has no loss: Graph(loss=...) is needed to train and to backpropagate")
