import json
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bprop as bp
from bprop import boxes, errors
from bprop.structure import describe
from bprop.structure.describe import UnsavedInitialiser, decode, encode
from bprop.structure.size_guard import SizeLimit


class Stretch(bp.Box):
    """factor a. Shapes: (...) -> (...)."""

    factor: float = 2.0

    def fprop(self, a):
        return self.factor * a

    def bprop(self, grad, value, a):
        return grad * self.factor


def there_and_back(graph, **settings):
    return bp.Graph.from_description(json.loads(json.dumps(graph.describe(), allow_nan=False)), **settings)


@st.composite
def graphs(draw):
    """A random graph over an input x (N, 3), parameters and constants; most boxes keep the shape (N, 3)."""
    x, y = bp.Input("x", (3,)), bp.Input("y", (), "int")
    W = bp.Parameter("W", (3, 3), init=draw(st.sampled_from([None, bp.init.he_normal, bp.init.Uniform(0.5)])))
    b = bp.Parameter("b", (3,), init=bp.init.constant(0.25))
    pool = [x]
    ways = [
        lambda a, c: bp.linear(a, W, b),
        lambda a, c: bp.tanh(a),
        lambda a, c: Stretch(a, factor=draw(st.floats(-2, 2))),
        lambda a, c: bp.leaky_relu(a, slope=draw(st.sampled_from([0.1, 0.2]))),
        lambda a, c: a + c,
        lambda a, c: a * np.array([1.0, -0.5, 2.0]),
        lambda a, c: 2 - a,
        lambda a, c: bp.softmax(a),
        lambda a, c: a[:, ::-1],
        lambda a, c: bp.concat([a[:, :1], c[:, 1:]]),
        lambda a, c: bp.clip(a, float("-inf"), 0.75),
        lambda a, c: bp.reshape(bp.transpose(bp.reshape(a, (-1, 3, 1)), (0, 2, 1)), (-1, 3)),
        lambda a, c: a - bp.mean(c, axis=-1, keepdims=True),
        lambda a, c: bp.dropout(a, 0.25),
    ]
    for _ in range(draw(st.integers(1, 8))):
        made = draw(st.sampled_from(ways))(draw(st.sampled_from(pool)), draw(st.sampled_from(pool)))
        pool.append(made)
    top = pool[-1]
    loss = draw(st.sampled_from([lambda: bp.nll(bp.softmax(top), y), lambda: bp.sum(top * top, axis=1) + 0 * y]))()
    penalty = draw(st.sampled_from([None, lambda: 0.125 * bp.l2(W) + bp.l1(b), lambda: 1e-3 * bp.l1(W)]))
    outputs = {f"out{i}": box for i, box in enumerate(draw(st.lists(st.sampled_from(pool), max_size=2)))}
    return bp.Graph(loss, penalty and penalty(), outputs, stable=draw(st.booleans()))


@settings(max_examples=60)
@given(graph=graphs())
def test_a_random_graph_comes_back_with_the_same_description_and_values(graph):
    back = there_and_back(graph)
    assert back.describe() == graph.describe()
    assert str(back) == str(graph)
    assert back.rewrites == graph.rewrites
    assert (list(back.inputs), list(back.parameters), back.trainable) == (
        list(graph.inputs), list(graph.parameters), graph.trainable,
    )  # fmt: skip
    theta = graph.init(3)
    for name, array in back.init(3).items():
        np.testing.assert_array_equal(array, theta[name])
    rng = np.random.default_rng(0)
    data = {name: a for name, a in {"x": rng.normal(size=(4, 3)), "y": rng.integers(3, size=4)}.items()
            if name in graph.inputs}  # fmt: skip
    one, two = graph.fprop(theta, data, seed=1), back.fprop(theta, data, seed=1)
    assert set(one) == set(two)
    for name in one:
        assert one[name].tobytes() == two[name].tobytes()
    for name, grad in graph.bprop(one).items():
        assert grad.tobytes() == back.bprop(two)[name].tobytes()


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 0.1, "text", float("inf"), float("-inf"), (1, (2, None)), (), Ellipsis,
        slice(1, None, -2), (slice(None), Ellipsis, 0, None),
        bp.init.zeros, bp.init.glorot_uniform, bp.init.he_normal, bp.init.Uniform(0.3), bp.init.Normal(2.0),
    ],
)  # fmt: skip
def test_hyper_parameters_come_back(value):
    back = decode(json.loads(json.dumps(encode(value), allow_nan=False)))
    assert back == value and type(back) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.array(0.1), np.arange(6, dtype=np.int32).reshape(2, 3), np.array([True, False]), np.zeros((0, 3)),
        np.array([0.1, 1 / 3], np.float32), np.array([np.pi, 1e-300]), np.array([2**63], np.uint64),
    ],
)  # fmt: skip
def test_arrays_come_back_bit_for_bit(array):
    back = decode(json.loads(json.dumps(encode(array))))
    assert back.dtype == array.dtype and back.shape == array.shape and back.tobytes() == array.tobytes()


def test_nan_comes_back():
    assert np.isnan(decode(encode(float("nan"))))


def test_a_hyper_parameter_that_cannot_be_described_is_refused_by_type():
    with pytest.raises(errors.GraphError, match="type dict"):
        encode({"a": 1})


def test_initialisers_and_slices_of_numpy_numbers_are_json_too():
    x = bp.Input("x", (4,))
    b = bp.Parameter("b", (2,), init=bp.init.Constant(np.float32(0.5)))
    graph = bp.Graph(outputs={"f": x[:, slice(np.int64(0), np.int64(2))] + b})
    back = there_and_back(graph)
    assert back.describe() == graph.describe()
    np.testing.assert_array_equal(back.init()["b"], [0.5, 0.5])


def test_names_of_boxes_come_back():
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3,))
    h = bp.tanh(bp.Constant([1.0, 2.0, 3.0], name="factors") * x, name="hidden")
    back = there_and_back(bp.Graph(outputs={"f": bp.sum(h * W, axis=1)}))
    assert [(name, back.boxes[name].name) for name in back.boxes] == [
        ("factors", "factors"),
        ("x", "x"),
        ("multiply_1", None),
        ("hidden", "hidden"),
        ("W", "W"),
        ("multiply_2", None),
        ("f", None),
    ]


def test_an_initialiser_of_your_own_is_remembered_by_name_only():
    def mine(rng, shape):
        return np.ones(shape)

    graph = bp.Graph(outputs={"f": bp.Input("x", (2,)) * bp.Parameter("W", (2,), init=mine)})
    back = there_and_back(graph)
    assert back.describe() == graph.describe() == there_and_back(back).describe()
    assert isinstance(back.parameters["W"].init, UnsavedInitialiser)
    with pytest.raises(errors.GraphError, match="mine"):
        back.init()
    np.testing.assert_array_equal(back.predict(graph.init(), x=[[3.0, 4.0]]), [[3, 4]])


# --- boxes of your own ---


def stretched():
    return bp.Graph(outputs={"f": Stretch(bp.Input("x", (2,)), factor=3.0)})


def renamed(graph, key):
    description = graph.describe()
    description["boxes"][-1]["type"] = key
    return description


def test_a_box_of_your_own_comes_back_where_it_is_defined():
    graph = there_and_back(stretched())
    assert type(graph.outputs["f"]) is Stretch and graph.outputs["f"].factor == 3.0


def test_a_box_that_is_not_defined_here_is_refused_by_name():
    description = renamed(stretched(), "elsewhere:Unheard")
    with pytest.raises(errors.UnknownNameError, match=r"'elsewhere:Unheard' is not defined here.*boxes="):
        bp.Graph.from_description(description)


def test_a_description_never_imports_a_module():
    with pytest.raises(errors.UnknownNameError):
        bp.Graph.from_description(renamed(stretched(), "antigravity:Box"))
    assert "antigravity" not in sys.modules


def test_a_passed_class_is_used_by_its_name_whatever_its_module():
    back = bp.Graph.from_description(renamed(stretched(), "elsewhere:Outer.Stretch"), boxes=[Stretch])
    assert type(back.outputs["f"]) is Stretch


def test_a_class_passed_wins_over_one_defined_under_the_same_name():
    def other():
        class Stretch(bp.Box):
            factor: float = 1.0

            def fprop(self, a):
                return self.factor * a

            def bprop(self, grad, value, a):
                return grad * self.factor

        return Stretch

    passed = other()
    assert type(there_and_back(stretched(), boxes=[passed]).outputs["f"]) is passed
    assert type(there_and_back(stretched()).outputs["f"]) is Stretch


def test_a_class_passed_cannot_stand_in_for_one_of_ours():
    class Tanh(bp.Box):
        def fprop(self, a):
            return a

        def bprop(self, grad, value, a):
            return grad

    back = there_and_back(bp.Graph(outputs={"h": bp.tanh(bp.Input("x", (2,)))}), boxes=[Tanh])
    assert type(back.outputs["h"]) is bp.Tanh


# --- descriptions that are none ---


def entry(name, type_, children=(), **hyper):
    return {"name": name, "named": True, "type": type_, "children": list(children), "hyper": hyper}


def description(*boxes, **changes):
    return {"format": 1, "boxes": list(boxes), "loss": None, "penalty": None,
            "outputs": {"f": boxes[-1]["name"]}, "stable": True} | changes  # fmt: skip


X = entry("x", "Input", shape={"tuple": [2]}, dtype="float")


def test_a_description_by_hand():
    graph = bp.Graph.from_description(description(entry("h", "Tanh", ["x"]), X, entry("f", "Tanh", ["h"])))
    np.testing.assert_allclose(graph.predict({}, x=[[1.0, 2.0]]), np.tanh(np.tanh([[1.0, 2.0]])))


def test_a_cycle_is_refused():
    with pytest.raises(errors.GraphError, match="cycle: h needs g needs h"):
        bp.Graph.from_description(description(X, entry("h", "Add", ["x", "g"]), entry("g", "Tanh", ["h"])))


@pytest.mark.parametrize(
    "broken",
    [
        None,
        {},
        [],
        "text",
        description(X, entry("f", "Tanh", ["nobody"])),
        description(X, entry("f", "Tanh", ["x"]), outputs={"f": "nobody"}),
        description(X, entry("f", "Tanh", ["x"]), loss="nobody"),
        description(X, X),
        description(X, {"name": "f"}),
        description(X, entry("f", "Sum", ["x"], axis={"initialiser": "Nobody"})),
        description(X, entry("f", "Sum", ["x"], axis={"unheard": 1})),
        description(X, entry("f", "Loss", ["x", "x"])),
        description(X, format="one"),
        description(X, format=99),
        description(entry("x", "Constant", value={"array": [1, 2], "shape": [3], "dtype": "int64"})),
    ],
)
def test_an_object_that_is_no_description_is_refused(broken):
    with pytest.raises(errors.GraphError):
        bp.Graph.from_description(broken)


def test_illegal_boxes_in_a_description_are_refused_as_when_made_by_hand():
    for box in (entry("f", "Tanh", ["x", "x"]), entry("f", "Tanh", ["x"], slope=1.0), entry("f", "Clip", ["x"])):
        with pytest.raises(errors.BoxError):
            bp.Graph.from_description(description(X, box))
    with pytest.raises(errors.UnknownNameError, match="'Unheard'"):
        bp.Graph.from_description(description(X, entry("f", "Unheard", ["x"])))


def test_hyper_parameters_are_written_as_files_have_them():
    """Files of all versions: what a value is written as does not change."""
    index = (slice(1, None, -2), Ellipsis, 0, None)
    assert encode(index) == {"tuple": [{"slice": [1, None, -2]}, {"ellipsis": True}, 0, None]}
    assert [encode(float(text)) for text in ("inf", "-inf", "nan")] == [{"float": t} for t in ("inf", "-inf", "nan")]
    assert encode(np.array([[1.5, 2.0]], "float32")) == {"array": [1.5, 2.0], "shape": [1, 2], "dtype": "float32"}
    assert encode(bp.init.Uniform(2.0)) == {"initialiser": "Uniform", "bound": 2.0}
    assert encode(len) == {"initialiser": "unsaved", "repr": "len"}


def test_in_an_untrusted_file_a_users_box_is_checked_before_it_is_made():
    class DescribedLarge(bp.Box):
        size: int

        def fprop(self, a):
            return np.zeros((len(a), self.size))

        def bprop(self, grad, value, a):
            return 0 * a

    graph = bp.Graph(outputs={"f": DescribedLarge(bp.Input("x", (2,)), size=40)})
    size_limit = SizeLimit(0)
    size_limit.each = 3 * 40
    bp.Graph.from_description(graph.describe(), [DescribedLarge], size_limit)
    size_limit.each = 3 * 37 - 1  # it is made with sizes of 16, 18, 20, ... 37
    with pytest.raises(errors.GraphError, match=r"the box 'f' .* would hold more than the 110 numbers"):
        bp.Graph.from_description(graph.describe(), [DescribedLarge], size_limit)


def test_a_small_array_to_start_from_is_described_and_a_large_one_is_named():
    x = bp.Input("x", (2,))
    small = bp.Graph(outputs={"f": x @ bp.Parameter("W", init=np.array([[0.1, 0.2], [0.3, 0.4]]))})
    back = bp.Graph.from_description(json.loads(json.dumps(small.describe())))
    np.testing.assert_array_equal(back.init()["W"], small.init()["W"])
    large = bp.Graph(outputs={"f": bp.Input("x", (70,)) @ bp.Parameter("W", init=np.ones((70, 70)))})
    assert len(json.dumps(large.describe())) < 1000
    with pytest.raises(bp.errors.GraphError, match="array \\(70, 70\\)"):
        bp.Graph.from_description(large.describe()).init()


def test_a_constant_without_a_name_keeps_the_name_that_the_description_gives_it():
    graph = bp.Graph(outputs={"f": bp.Input("x") * 3.0 + 4.0})
    text = json.dumps(graph.describe())
    old, new = sorted(graph.constants), ["constant_31", "constant_30"]
    for k, name in enumerate(old):
        text = text.replace(json.dumps(name), f'"name {k}"')
    for k, name in enumerate(new):
        text = text.replace(f'"name {k}"', json.dumps(name))
    assert sorted(bp.Graph.from_description(json.loads(text)).constants) == sorted(new)


def test_the_class_of_an_installed_package_is_not_mistaken_for_its_namesakes(monkeypatch):
    made = {}

    def load():
        for module in ("pack_a", "pack_b"):
            if module not in made:
                members = {"fprop": lambda self, a: 2 * a, "bprop": lambda self, a, f, g_f: (2 * g_f,)}
                made[module] = type("Doubled", (boxes.Box,), {"__module__": module, **members})

    monkeypatch.setattr(describe.plugins, "load", load)
    assert describe.find_class("pack_b:Doubled", {}) is made["pack_b"]
    assert describe.find_class("pack_a:Doubled", {}) is made["pack_a"]
