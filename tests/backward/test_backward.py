"""The backward graph: every box of the catalogue, twice, on every engine, beside JAX; and what else a graph can do."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop.boxes import catalogue
from bprop.errors import BoxError, GraphError

ENGINES = ("numpy", "native", "xla")


def children_of(cls, arrays, hyper):
    """(children, data, theta) of a box: whole numbers and truth values are inputs; of the floats, those that may be."""
    first = arrays[0]
    for rule in (lambda i, a: i == 0, lambda i, a: len(a) == len(first), lambda i, a: False):
        kids, data, theta = [], {}, {}
        for i, a in enumerate(arrays):
            kind = {"f": "float", "i": "int", "b": "bool"}[a.dtype.kind]
            if a.ndim and (kind != "float" or rule(i, a)):
                kids.append(bp.Input(f"x{i}", a.shape[1:], kind))
                data[f"x{i}"] = a
            else:
                kids.append(bp.Parameter(f"p{i}", a.shape))
                theta[f"p{i}"] = a.astype(float)
        try:
            cls(*kids, **hyper)
        except (BoxError, bp.errors.ShapeError, bp.errors.DTypeError):
            continue
        if len({len(a) for a in data.values()}) < 2:
            return kids, data, theta
    raise AssertionError(cls)


def graph_of(cls, index):
    """(graph, theta, data): a penalty that is a curved function of a box whose float children are scaled by s."""
    arrays = list(list(cls.examples(np.random.default_rng(1)))[index])
    hyper = arrays.pop() if isinstance(arrays[-1], dict) else {}
    kids, data, theta = children_of(cls, [np.asarray(a) for a in arrays], hyper)
    s, d = bp.Parameter("s", ()), bp.Input("d")
    theta["s"] = np.array(1.02)
    data["d"] = np.linspace(0.5, 1.5, len(next(iter(data.values()))) if data else 3)
    box = cls(*(kid * s if kid.spec.kind == "float" else kid for kid in kids), name="box", **hyper)
    return bp.Graph(loss=bp.square(d * s), penalty=bp.sum(bp.square(box)) + bp.sum(bp.sin(box))), theta, data


def only(graph, theta, data):
    """What a graph has of theta and data."""
    return {n: theta[n] for n in graph.parameters}, {n: data[n] for n in graph.inputs}


def outputs(graph, theta, data, engine="numpy"):
    """{parameter: gradient} of a backward graph."""
    found = graph.functions(engine, dtype="float64").outputs(*only(graph, theta, data))
    return {name.rpartition(" / d ")[2]: np.asarray(array) for name, array in found.items()}


def directions(theta):
    rng = np.random.default_rng(5)
    return {name: rng.normal(size=a.shape) for name, a in theta.items()}


def along(backward, v):
    """The graph of the product of the Hessian with v: the gradient of sum_k <gradient k, v_k>."""
    parts = [bp.sum(box * v[name.rpartition(" / d ")[2]]) for name, box in backward.outputs.items()]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return bp.Graph(outputs={"q": total}).backward("q")


def close(found, expected, tolerance=1e-9):
    for name, array in found.items():
        scale = max(1.0, float(np.abs(expected[name]).max()))
        np.testing.assert_allclose(array, expected[name], rtol=0, atol=tolerance * scale, err_msg=name)


CASES = [
    pytest.param(cls, index, id=f"{cls.__name__}-{index}")
    for cls in catalogue()
    for index in range(len(list(cls.examples(np.random.default_rng(1)))))
]
FIRST = [case for case in CASES if case.id.endswith("-0") and not case.values[0].stops_gradient]
"""JAX would differentiate the fprop of a box that stops gradients."""


@pytest.mark.parametrize(("cls", "index"), CASES)
def test_the_backward_graph_of_every_box_computes_what_bprop_computes(cls, index):
    graph, theta, data = graph_of(cls, index)
    expected = graph.bprop(graph.fprop(theta, data))
    backward = graph.backward()
    assert list(backward.outputs) == [f"d objective / d {name}" for name in graph.trained]
    close(outputs(backward, theta, data), expected, 1e-12)


@pytest.mark.parametrize(("cls", "index"), FIRST)
def test_the_gradient_of_the_gradient_of_every_box_agrees_with_jax(cls, index, jax):
    graph, theta, data = graph_of(cls, index)
    v = directions(theta)
    second = along(graph.backward(), v)
    with jax.enable_x64(True):
        loss = graph.functions("xla", dtype="float64").objective
        word = np.array([bp.noise.key_of(0)], np.uint32)
        slope = jax.grad(lambda theta: loss(theta, data, word, 0, None))
        _, product = jax.jit(lambda theta, v: jax.jvp(slope, (theta,), (v,)))(theta, v)
    found = outputs(second, theta, data)
    close(found, product)
    for name in product.keys() - found.keys():  # nothing of the first gradient depends on it
        assert not np.any(product[name])


def lecture(dropout=0.0, norm=False):
    x, y = bp.Input("x", (6,)), bp.Input("y", dtype="int")
    W1, b1, W2, b2 = (bp.Parameter(n, s) for n, s in (("W1", (6, 5)), ("b1", (5,)), ("W2", (5, 3)), ("b2", (3,))))
    a1 = bp.linear(x, W1, b1, name="a1")
    if norm:
        running = [
            bp.Parameter(n, (5,), init=i, trainable=False) for n, i in (("m", bp.init.zeros), ("v", bp.init.ones))
        ]
        a1 = bp.batch_norm(a1, bp.Parameter("g", (5,), init=bp.init.ones), bp.Parameter("c", (5,)), *running, name="n1")
    h1 = bp.tanh(a1, name="h1")
    h1 = bp.dropout(h1, dropout, name="drop") if dropout else h1
    a2 = bp.linear(h1, W2, b2, name="a2")
    f = bp.softmax(a2)
    return bp.Graph(loss=bp.nll(f, y, name="loss"), penalty=1e-2 * bp.l2(W1, W2), outputs={"f": f})


@pytest.fixture
def batch():
    rng = np.random.default_rng(3)
    return {"x": rng.normal(size=(7, 6)), "y": rng.integers(3, size=7)}


@pytest.mark.parametrize("engine", ENGINES)
def test_gradients_and_products_with_the_hessian_are_the_same_on_every_engine(engine, batch):
    if engine != "numpy":
        pytest.importorskip({"native": "llvmlite", "xla": "jax"}[engine])
    graph = lecture(dropout=0.3, norm=True)
    theta = graph.init(0)
    backward = graph.backward()
    close(outputs(backward, theta, batch, engine), graph.bprop(graph.fprop(theta, batch)), 1e-12)
    second = along(backward, directions(theta))
    close(outputs(second, theta, batch, engine), outputs(second, theta, batch), 1e-12)


def test_noise_in_the_backward_graph_is_that_of_the_forward_graph_for_every_seed(batch):
    graph = lecture(dropout=0.5)
    theta, backward = graph.init(0), graph.backward()
    for seed in (0, 4):
        values = backward.fprop(*only(backward, theta, batch), seed=seed)
        expected = graph.bprop(graph.fprop(theta, batch, seed=seed))
        close({n: values[f"d objective / d {n}"] for n in graph.trained}, expected, 1e-12)


def test_a_backward_graph_counts_example_weights_as_the_loss_does(batch):
    graph = lecture(norm=True)
    theta, backward = graph.init(0), graph.backward()
    weights = np.array([0.0, 1, 2, 0.5, 1, 0, 3])
    values = backward.fprop(*only(backward, theta, batch), weights=weights)
    expected = graph.bprop(graph.fprop(theta, batch, weights=weights))
    close({n: values[f"d objective / d {n}"] for n in graph.trained}, expected, 1e-12)


def test_outside_training_dropout_is_the_identity_and_running_averages_normalise(batch):
    graph = lecture(dropout=0.5, norm=True)
    theta = graph.init(0)
    expected = graph.bprop(graph.fprop(theta, batch, training=False))
    close(outputs(graph.backward(training=False), theta, batch), expected, 1e-12)


def test_the_gradient_of_an_input_and_of_a_box_of_ones_choice(batch):
    graph = lecture()
    theta = graph.init(0)
    expected = graph.bprop(graph.fprop(theta, batch), ["x", "h1"])
    backward = graph.backward(inputs=["x", "h1"])
    assert list(backward.outputs)[-2:] == ["d objective / d x", "d objective / d h1"]
    close(outputs(backward, theta, batch), expected, 1e-12)
    loss = outputs(graph.backward("loss"), theta, batch)  # without the penalty
    close({"W2": loss["W2"] + 0.02 * theta["W2"]}, expected, 1e-12)


@pytest.mark.usefixtures("compilers")
def test_a_loss_may_contain_a_gradient_and_be_trained(batch):
    graph = lecture()
    slope = graph.backward("loss", inputs="x").outputs["d loss / d x"]
    both = bp.Graph(loss=graph.loss, penalty=0.5 * bp.sum(bp.square(slope)))
    theta = graph.init(0)
    assert bp.check_gradients(both, theta, batch).ok
    results = [
        bp.train(both, batch, params=theta, epochs=2, batch_size=7, engine=engine, dtype="float64", progress=False)
        for engine in ENGINES[:2]
    ]
    close(results[0].params, results[1].params, 1e-12)
    again = both.backward()
    assert list(again.outputs) == [f"d objective / d {name}" for name in graph.trained]
    close(outputs(again, theta, batch), both.bprop(both.fprop(theta, batch)), 1e-12)


def test_a_backward_graph_is_saved_as_plain_data_and_drawn_gradient_by_gradient(batch):
    backward = lecture(dropout=0.3).backward()
    again = bp.Graph.from_description(json.loads(json.dumps(backward.describe())))
    assert str(again) == str(backward)
    theta = lecture().init(0)
    close(outputs(again, theta, batch), outputs(backward, theta, batch), 0)
    drawn = backward.draw().svg()
    assert 'data-name="d objective / d h1"' in drawn and 'data-name="bprop loss: exp"' not in drawn
    assert 'data-name="bprop loss: exp"' in backward.draw(collapse=False).svg()


def test_every_box_of_a_bprop_has_a_name_that_says_whose_it_is():
    backward = lecture().backward()
    forward = {"x", "y", "W1", "b1", "W2", "b2", "a1", "h1", "a2", "loss"}
    others = [name for name in backward.names.values() if name not in forward and "constant_" not in name]
    assert others and all(name.startswith(("d objective / d ", "bprop ")) for name in others)


def test_a_gradient_that_nothing_reaches_is_zeros():
    x, w, v = bp.Input("x"), bp.Parameter("w"), bp.Parameter("v", (2,))
    graph = bp.Graph(loss=bp.square(w * x) + bp.sum(bp.stop_gradient(v)))
    found = graph.backward().predict({"w": 2.0}, x=[1.0, 3.0])
    assert found["d objective / d w"] == 20 and found["d objective / d v"].tolist() == [0, 0]


class Cubed(bp.Box):
    """a ** 3 of someone else's, whose bprop looks at the numbers."""

    def fprop(self, a):
        return a**3

    def bprop(self, grad, value, a):
        return grad * 3 * a * a if float(abs(a).max()) < 1e9 else grad * 0


def test_box_code_that_cannot_become_boxes_is_refused_by_the_name_of_the_box():
    x, w = bp.Input("x"), bp.Parameter("w")
    graph = bp.Graph(loss=Cubed(w * x, name="cubed"))
    with pytest.raises(GraphError, match=r"the bprop of the box 'cubed' \(Cubed\) cannot become boxes: .*branches"):
        graph.backward()


class Wrong(bp.Box):
    """A bprop that forgets to sum over a broadcast axis."""

    def fprop(self, a, b):
        return a + b

    def bprop(self, grad, value, a, b):
        return grad, grad


def test_a_gradient_of_another_shape_than_the_child_is_refused():
    graph = bp.Graph(loss=bp.sum(Wrong(bp.Input("x", (3,)), bp.Parameter("b", (3,)), name="wrong"), axis=1))
    with pytest.raises(GraphError, match=r"'wrong' \(Wrong\).*child 1, whose value has shape \(3,\)"):
        graph.backward()


def test_what_has_no_gradient_is_refused():
    graph = lecture()
    with pytest.raises(GraphError, match="'y' has no gradient: it holds no floats"):
        graph.backward(inputs="y")
    with pytest.raises(GraphError, match="'f' has no gradient here: for stability"):
        graph.backward(inputs="f")
    with pytest.raises(GraphError, match=r"'a1' has the shape \(N, 5\)"):
        graph.backward("a1")
    with pytest.raises(GraphError, match="'a2' has no gradient: h1_sum does not depend on it"):
        bp.Graph(
            loss=bp.sum(graph.boxes["a2"], axis=1), outputs={"h": bp.sum(graph.boxes["h1"], name="h1_sum")}
        ).backward("h1_sum", inputs="a2")
    with pytest.raises(GraphError, match="no loss"):
        bp.Graph(outputs={"h": bp.tanh(bp.Input("x"))}).backward()
    with pytest.raises(GraphError, match="depends on no trainable parameter"):
        bp.Graph(loss=bp.square(bp.Input("x"))).backward()


def test_a_graph_of_gradients_is_checked_by_itself(batch):
    graph = lecture(dropout=0.3)
    theta, backward = graph.init(0), graph.backward()
    report = bp.check_gradients(backward, *only(backward, theta, batch))
    assert report.ok and {row.name for row in report.rows} >= {"W1", "b1", "W2", "b2", "x"}


def test_a_backward_graph_is_saved_in_a_file_and_written_in_onnx(batch, tmp_path):
    graph = lecture(norm=True)
    theta, backward = graph.init(0), graph.backward()
    few, data = only(backward, theta, batch)
    model = bp.Model(backward, few)
    bp.save(tmp_path / "gradients.bprop", model)
    close(bp.load(tmp_path / "gradients.bprop").predict(data), backward.predict(few, data), 0)
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    bp.to_onnx(model, tmp_path / "gradients.onnx")
    session = runtime.InferenceSession(str(tmp_path / "gradients.onnx"))
    results = session.run(
        None, {i.name: data[i.name].astype({"x": float, "y": int}[i.name]) for i in session.get_inputs()}
    )
    close(dict(zip(backward.outputs, results, strict=True)), backward.predict(few, data), 1e-9)
