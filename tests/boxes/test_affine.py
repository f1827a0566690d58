import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


def test_linear_is_the_lectures_pre_activation(bare):
    h, W, b = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]]), np.array([10.0, 20.0, 30.0])
    np.testing.assert_array_equal(bare(boxes.Linear).fprop(h, W, b), [[15, 22, 29]])


def test_linears_gradients_are_the_lectures(bare, rng):
    h, W, b, grad = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(4, 2))
    grad_h, grad_W, grad_b = bare(boxes.Linear).bprop(grad, None, h, W, b)
    for t in range(4):
        np.testing.assert_allclose(grad_h[t], W @ grad[t])
    np.testing.assert_allclose(grad_W, sum(np.outer(h[t], grad[t]) for t in range(4)))
    np.testing.assert_allclose(grad_b, sum(grad))


def test_positions_of_an_example_share_the_weights(bare, rng):
    h, W, b = rng.normal(size=(2, 5, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    grad, box = rng.normal(size=(2, 5, 2)), bare(boxes.Linear)
    flat = box.bprop(grad.reshape(10, 2), None, h.reshape(10, 3), W, b)
    whole = box.bprop(grad, None, h, W, b)
    np.testing.assert_allclose(whole[0].reshape(10, 3), flat[0])
    np.testing.assert_allclose(whole[1], flat[1])
    np.testing.assert_allclose(whole[2], flat[2])


def test_gradients_that_nobody_wants_are_not_computed(bare, rng):
    h, W, b, grad = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=(4, 2))
    grad_h, grad_W, grad_b = bare(boxes.Linear).bprop(grad, None, h, W, b, wanted=(False, True, False))
    assert grad_h is None and grad_b is None
    np.testing.assert_allclose(grad_W, h.T @ grad)


@pytest.mark.parametrize(
    ("h", "W", "b"),
    [
        ((4,), (5, 3), (3,)),  # h and W disagree
        ((4,), (4, 3), (4,)),  # W and b disagree
        ((4,), (4, 3), (1,)),  # b would broadcast
        ((4,), (4, 3), ()),
        ((4,), (4,), ()),  # W is no matrix
        ((), (1, 3), (3,)),  # h has no features
    ],
)
def test_shapes_that_are_not_a_layers_are_refused(h, W, b):
    with pytest.raises(errors.ShapeError, match="Linear"):
        bp.linear(bp.Input("h", h), bp.Parameter("W", W), bp.Parameter("b", b))


def test_linear_equals_matmul_plus_bias():
    x, W, b = bp.Input("x", (3,)), bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,))
    graph = bp.Graph(outputs={"one": bp.linear(x, W, b), "two": x @ W + b})
    theta = graph.init(0) | {"b": np.array([0.5, -0.5])}
    values = graph.fprop(theta, x=np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(values["one"], values["two"])


def test_transposed_weights_give_the_same_as_linear():
    x, V, b = bp.Input("x", (3,)), bp.Parameter("V", (2, 3)), bp.Parameter("b", (2,))
    turned = bp.transpose(V, (1, 0))
    graph = bp.Graph(outputs={"one": bp.linear_transposed(x, V, b), "two": bp.linear(x, turned, b)})
    theta = graph.init(0) | {"b": np.array([0.5, -0.5])}
    values = graph.fprop(theta, x=np.arange(6.0).reshape(2, 3))
    np.testing.assert_allclose(values["one"], values["two"], rtol=1e-15)


def test_transposed_weights_of_another_shape_are_refused():
    with pytest.raises(errors.ShapeError, match="LinearTransposed"):
        bp.linear_transposed(bp.Input("h", (4,)), bp.Parameter("V", (4, 3)), bp.Parameter("b", (3,)))


@pytest.mark.parametrize("rows", [(), (7,), (7, 2)])
def test_the_shape_is_inferred_without_the_product(rows):
    h, W, b = bp.Input("h", (*rows, 5)), bp.Parameter("W", (5, 4)), bp.Parameter("b", (4,))
    V = bp.Parameter("V", (4, 5))
    assert bp.linear(h, W, b).dims == bp.linear_transposed(h, V, b).dims == ("N", *rows, 4)


class Turned(boxes.Linear):
    """h W^T + b, of square weights: a class that computes something else than the one it inherits from."""

    def fprop(self, h, W, b):
        return h @ W.T + b


class TurnedBack(boxes.LinearTransposed):
    """h V + b."""

    def fprop(self, h, V, b):
        return h @ V + b


@pytest.mark.parametrize("cls", [Turned, TurnedBack])
def test_a_class_that_inherits_may_compute_another_product(cls):
    square = bp.Parameter("W", (5, 5)), bp.Parameter("b", (5,))
    assert cls(bp.Input("h", (5,)), *square).dims == ("N", 5)


def members_of_three(rng, shared):
    """h (4, 3, 5), or (4, 1, 5) if the networks share it, W, r, s, b."""
    return [rng.normal(size=shape) for shape in ((4, 1 if shared else 3, 5), (5, 2), (3, 5), (3, 2), (3, 2))]


@pytest.mark.parametrize("shared", [False, True])
def test_an_ensemble_that_shares_weights_is_a_linear_box_for_each_member(bare, rng, shared):
    h, W, r, s, b = members_of_three(rng, shared)
    value = bare(boxes.EnsembleLinear).fprop(h, W, r, s, b)
    assert value.shape == (4, 3, 2)
    for k in range(3):
        own = np.outer(r[k], s[k]) * W
        np.testing.assert_allclose(value[:, k], h[:, 0 if shared else k] @ own + b[k], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("shared", [False, True])
def test_its_gradients_add_up_those_of_the_members(bare, rng, shared):
    h, W, r, s, b = members_of_three(rng, shared)
    box, grad = bare(boxes.EnsembleLinear), rng.normal(size=(4, 3, 2))
    grad_h, grad_W, grad_r, grad_s, grad_b = box.bprop(grad, None, h, W, r, s, b)
    sum_W, sum_h = np.zeros_like(W), np.zeros_like(h)
    for k in range(3):
        place = 0 if shared else k
        own = bare(boxes.Linear).bprop(grad[:, k], None, h[:, place], np.outer(r[k], s[k]) * W, b[k])
        sum_h[:, place] += own[0]
        sum_W += own[1] * np.outer(r[k], s[k])
        np.testing.assert_allclose(grad_r[k], (own[1] * W) @ s[k], rtol=1e-12)
        np.testing.assert_allclose(grad_s[k], r[k] @ (own[1] * W), rtol=1e-12)
        np.testing.assert_allclose(grad_b[k], own[2], rtol=1e-12)
    np.testing.assert_allclose(grad_W, sum_W, rtol=1e-12)
    np.testing.assert_allclose(grad_h, sum_h, rtol=1e-12)


@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 5), (5, 2), (3, 5), (3, 2), (3, 2)), ((5,), (5, 2), (3, 5), (3, 2), (3, 2)),
        ((3, 5), (4, 2), (3, 5), (3, 2), (3, 2)), ((3, 5), (5, 2), (3, 4), (3, 2), (3, 2)),
        ((3, 5), (5, 2), (3, 5), (3, 3), (3, 2)), ((3, 5), (5, 2), (3, 5), (3, 2), (2,)),
    ],
)  # fmt: skip
def test_an_ensemble_needs_a_row_of_r_s_and_b_for_each_member(shapes):
    h, *rest = shapes
    with pytest.raises(errors.ShapeError, match="EnsembleLinear"):
        bp.ensemble_linear(bp.Input("h", h), *(bp.Parameter(n, s) for n, s in zip("Wrsb", rest, strict=True)))


def tabm(members=4):
    """Networks that share W1 and W2; the loss is the mean of theirs, f the mean of their probabilities."""
    x, y, ones = bp.Input("x", (3,)), bp.Input("y", dtype="int"), bp.init.ones
    h = x[:, None, :]
    for k, (inputs, units) in enumerate(((3, 5), (5, 2)), 1):
        r = bp.Parameter(f"r{k}", (members, inputs), init=bp.init.signs if k == 1 else ones)
        s, b = bp.Parameter(f"s{k}", (members, units), init=ones), bp.Parameter(f"b{k}", (members, units))
        a = bp.ensemble_linear(h, bp.Parameter(f"W{k}", (inputs, units)), r, s, b, name=f"a{k}")
        h = bp.relu(a)
    each = bp.log_softmax(a)
    mean = bp.log_mean_exp(each, axis=1)
    labels = bp.stack([y] * members, axis=1)
    return bp.Graph(loss=bp.cross_entropy(a, labels) / members, outputs={"f": bp.softmax(mean)})


@pytest.mark.parametrize("engine", ["native", "xla"])
def test_networks_that_share_weights_train_alike_on_every_engine(engine, rng):
    pytest.importorskip({"native": "llvmlite", "xla": "jax"}.get(engine, "numpy"))
    graph, data = tabm(), {"x": rng.normal(size=(12, 3)), "y": rng.integers(2, size=12)}
    fits = [bp.train(graph, data, rule=bp.Adam(0.1), epochs=3, batch_size=5, dtype="float64", engine=e, progress=False)
            for e in ("numpy", engine)]  # fmt: skip
    for name, array in fits[0].params.items():
        np.testing.assert_allclose(fits[1].params[name], array, rtol=1e-9, atol=1e-12)
    assert fits[1].engine == engine
    np.testing.assert_allclose(fits[1].predict(x=data["x"]).sum(axis=1), 1, rtol=1e-12)


def test_networks_that_share_weights_are_saved_and_exported(tmp_path, rng):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    graph, x = tabm(), rng.normal(size=(6, 3)).astype("f")
    model = bp.Model(graph, graph.init(0, "float32"))
    model.save(tmp_path / "tabm.bprop")
    f = bp.load(tmp_path / "tabm.bprop").predict(x=x)
    np.testing.assert_array_equal(f, model.predict(x=x))
    session = runtime.InferenceSession(bp.to_onnx(model).SerializeToString())
    np.testing.assert_allclose(session.run(None, {"x": x})[0], f, rtol=1e-5, atol=1e-6)


def test_a_layer_without_a_bias_is_the_product_alone(rng):
    h, W, b = bp.Input("h", (3,)), bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,))
    V, X = bp.Parameter("V", (2, 3)), rng.normal(size=(4, 3))
    graph = bp.Graph(outputs={
        "one": bp.linear(h, W), "two": bp.linear(h, W, None), "zero": bp.linear(h, W, b),
        "keyword": bp.linear(h, W, b=b), "transposed": bp.linear_transposed(h, V),
    })  # fmt: skip
    theta = graph.init() | {"V": graph.init()["W"].T}
    values = graph.predict(theta, h=X)
    for name in ("two", "zero", "keyword", "transposed"):
        np.testing.assert_allclose(values[name], values["one"], rtol=1e-14)


def test_a_number_of_units_says_what_the_weights_are():
    with pytest.raises(bp.errors.BoxError, match=r"Type W = bp.Parameter\('W', \(D, H\)\)"):
        bp.linear(bp.Input("h", (3,)), 10)


def test_an_ensemble_computes_the_gradients_that_are_wanted(bare, rng):
    h, W, r, s, b = (rng.normal(size=shape) for shape in ((5, 2, 3), (3, 4), (2, 3), (2, 4), (2, 4)))
    box, grad = bare(boxes.EnsembleLinear), rng.normal(size=(5, 2, 4))
    every = box.bprop(grad, None, h, W, r, s, b)
    for k in range(5):
        wanted = tuple(j == k for j in range(5))
        some = box.bprop(grad, None, h, W, r, s, b, wanted=wanted)
        assert [part is not None for part in some] == list(wanted)
        np.testing.assert_array_equal(some[k], every[k])


def test_the_sizes_of_affine_maps_are_known_from_the_shapes():
    assert boxes.Linear.size_limit({}, [(7, 2, 3), (3, 5), (5,)]) == 7 * 2 * 5
    assert boxes.LinearTransposed.size_limit({}, [(7, 2, 3), (5, 3), (5,)]) == 7 * 2 * 5
