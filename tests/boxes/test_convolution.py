import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


def by_hand(x, W, stride=(1, 1), pads=((0, 0), (0, 0)), dilation=(1, 1), groups=1):
    """y[n, o, p, j], sum by sum."""
    x = np.pad(x, ((0, 0), *pads, (0, 0)))
    (N, H, V, _), (KH, KW, D, J) = x.shape, W.shape
    P = [(n - (k - 1) * d - 1) // s + 1 for n, k, d, s in zip((H, V), (KH, KW), dilation, stride, strict=True)]
    y = np.zeros((N, *P, J))
    for n, o, p, j, k, m, c in np.ndindex(N, *P, J, KH, KW, D):
        row, column = o * stride[0] + k * dilation[0], p * stride[1] + m * dilation[1]
        y[n, o, p, j] += x[n, row, column, j // (J // groups) * D + c] * W[k, m, c, j]
    return y


@pytest.mark.parametrize(("settings", "pads", "channels"), [
    ({}, ((0, 0), (0, 0)), 2),
    ({"padding": "same"}, ((1, 1), (0, 1)), 2),
    ({"padding": (2, 0), "stride": (1, 2)}, ((2, 2), (0, 0)), 2),
    ({"dilation": 2, "padding": 1}, ((1, 1), (1, 1)), 2),
    ({"groups": 2}, ((0, 0), (0, 0)), 4),
    ({"groups": 4, "stride": 2}, ((0, 0), (0, 0)), 4),
])  # fmt: skip
def test_a_convolution_is_the_sum_over_the_kernel_at_every_place(bare, rng, settings, pads, channels):
    groups = settings.get("groups", 1)
    x, W = rng.normal(size=(2, 6, 5, channels)), rng.normal(size=(3, 2, channels // groups, 4))
    wide = lambda n: (n, n) if isinstance(n, int) else n  # noqa: E731
    expected = by_hand(x, W, wide(settings.get("stride", 1)), pads, wide(settings.get("dilation", 1)), groups)
    np.testing.assert_allclose(bare(boxes.Conv2d, **settings).fprop(x, W), expected, atol=1e-13)


def test_along_a_sequence_it_is_that_of_a_picture_one_high(bare, rng):
    x, W = rng.normal(size=(2, 7, 3)), rng.normal(size=(3, 3, 4))
    found = bare(boxes.Conv1d, stride=2, padding=1).fprop(x, W)
    flat = bare(boxes.Conv2d, stride=(1, 2), padding=(0, 1)).fprop(x[:, None], W[None])
    np.testing.assert_allclose(found, flat[:, 0], atol=1e-14)


def test_a_kernel_of_1_is_a_linear_layer_of_every_place(bare, rng):
    x, W = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(1, 1, 5, 6))
    np.testing.assert_allclose(bare(boxes.Conv2d).fprop(x, W), x @ W[0, 0], atol=1e-14)


@pytest.mark.parametrize(("size", "stride", "count"), [(28, 1, 28), (28, 2, 14), (7, 3, 3), (1, 1, 1)])
def test_same_has_as_many_windows_as_strides_fit(size, stride, count):
    x, W = bp.Input("x", (size, 2)), bp.Parameter("W", (3, 2, 4))
    assert bp.conv1d(x, W, padding="same", stride=stride).dims == ("N", count, 4)


def test_a_bias_is_added_and_the_name_is_that_of_the_whole():
    x, W, b = bp.Input("x", (8, 8, 1)), bp.Parameter("W", (3, 3, 1, 4)), bp.Parameter("b", (4,))
    whole, alone = bp.conv2d(x, W, b, name="a1"), bp.conv2d(x, W, name="a1")
    assert (type(whole), whole.name, whole.children[1]) == (bp.Add, "a1", b)
    assert (type(alone), alone.name) == (bp.Conv2d, "a1")


@pytest.mark.parametrize("settings", [
    {"stride": 0}, {"stride": (1, 1, 1)}, {"stride": 1.5}, {"padding": "full"}, {"padding": -1}, {"dilation": True},
    {"groups": 0},
])  # fmt: skip
def test_settings_that_are_no_such_numbers_are_refused(settings):
    with pytest.raises(errors.SettingError, match=next(iter(settings))):
        bp.conv2d(bp.Input("x", (8, 8, 2)), bp.Parameter("W", (3, 3, 2, 4)), **settings)


@pytest.mark.parametrize(("x", "W", "settings"), [
    ((8, 8), (3, 3, 2, 4), {}), ((8, 8, 3), (3, 3, 2, 4), {}), ((8, 8, 2), (3, 2, 4), {}),
    ((8, 8, 4), (3, 3, 2, 3), {"groups": 2}), ((2, 8, 2), (3, 3, 2, 4), {}),
])  # fmt: skip
def test_shapes_that_do_not_fit_are_refused(x, W, settings):
    with pytest.raises(errors.ShapeError, match=r"kernel is larger|x must be"):
        bp.conv2d(bp.Input("x", x), bp.Parameter("W", W), **settings)


def test_a_number_of_channels_in_the_place_of_weights_says_what_to_type():
    with pytest.raises(errors.BoxError, match=r"bp.Parameter\('W', \(3, 3, C, 32\)\)"):
        bp.conv2d(bp.Input("x", (8, 8, 1)), 32, 3)


def test_only_wanted_gradients_are_computed(bare, rng):
    x, W = rng.normal(size=(2, 5, 4)), rng.normal(size=(3, 2, 4))
    for settings in ({"groups": 2}, {"groups": 1}):
        W = rng.normal(size=(3, 4 // settings["groups"], 4))
        box = bare(boxes.Conv1d, **settings)
        grad = box.fprop(x, W)
        assert [one is None for one in box.bprop(grad, None, x, W, wanted=(False, True))] == [True, False]


def test_untrusted_files_cannot_ask_for_much_memory_by_their_padding():
    limit = bp.Conv2d.size_limit({"padding": 10**6}, [(3, 28, 28, 1), (5, 5, 1, 6)])
    assert limit > 10**12
    real = bp.conv2d(bp.Input("x", (28, 28, 1)), bp.Parameter("W", (5, 5, 1, 6)), padding="same").spec.shapes[1]
    assert np.prod(real) <= bp.Conv2d.size_limit({"padding": "same"}, [(3, 28, 28, 1), (5, 5, 1, 6)])


def test_a_convolutional_network_trains_and_its_drawing_names_its_parts(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 6, 6, 1)), np.arange(60) % 2
    x[y == 1, 2:4, :] += 2  # a bar
    a = bp.max_pool2d(
        bp.relu(bp.conv2d(bp.Input("x", (6, 6, 1)), bp.Parameter("W", (3, 3, 1, 4)), bp.Parameter("b", (4,)))), size=2
    )
    f = bp.linear(bp.reshape(a, (-1, 16)), bp.Parameter("V", (16, 2)), bp.Parameter("c", (2,)))
    graph = bp.Graph(loss=bp.cross_entropy(f, bp.Input("y", dtype="int")), outputs={"f": bp.softmax(f)})
    fit = bp.train(
        graph, {"x": x, "y": y}, rule=bp.Adam(0.01), batch_size=10, epochs=15, engine="numpy", progress=False
    )
    assert fit.history[-1].metrics["accuracy"] > 0.9
    picture = graph.draw().svg()
    assert "conv2d" in picture
    assert "max_pool2d" in picture


@pytest.mark.parametrize(("box", "x", "axes"), [("conv1d", (8, 3), "(N, L, C)"), ("conv2d", (8, 8, 3), "(N, H, W, C)")])
def test_the_error_of_shapes_names_the_axes_of_its_kind(box, x, axes):
    kernel = (3,) * (len(x) - 1)
    with pytest.raises(errors.ShapeError) as caught:
        getattr(bp, box)(bp.Input("x", x), bp.Parameter("W", (*kernel, 5, 4)))
    assert axes in str(caught.value)


@pytest.mark.parametrize(
    ("name", "shape", "kernel", "orders", "settings", "expected"),
    [
        ("conv1d", (9, 2), (3, 2, 4), ([0, 2, 1], [2, 1, 0], [0, 2, 1]), {},
         {"kernel_shape": [3], "strides": [1], "dilations": [1], "pads": [0, 0], "group": 1}),
        ("conv1d", (9, 2), (4, 1, 4), ([0, 2, 1], [2, 1, 0], [0, 2, 1]),
         {"stride": 2, "padding": "same", "dilation": 2, "groups": 2},
         {"kernel_shape": [4], "strides": [2], "dilations": [2], "pads": [3, 3], "group": 2}),
        ("conv2d", (9, 8, 2), (3, 2, 2, 4), ([0, 3, 1, 2], [3, 2, 0, 1], [0, 2, 3, 1]),
         {"stride": (1, 2), "padding": (2, 0), "dilation": (1, 3)},
         {"kernel_shape": [3, 2], "strides": [1, 2], "dilations": [1, 3], "pads": [2, 0, 2, 0], "group": 1}),
        ("conv2d", (9, 8, 2), (3, 2, 2, 4), ([0, 3, 1, 2], [3, 2, 0, 1], [0, 2, 3, 1]), {"padding": "same"},
         {"kernel_shape": [3, 2], "strides": [1, 1], "dilations": [1, 1], "pads": [1, 0, 1, 1], "group": 1}),
    ],
)  # fmt: skip
def test_in_onnx_the_channels_come_first(op, op_in_double, name, shape, kernel, orders, settings, expected):
    box = getattr(bp, name)(bp.Input("x", shape), bp.Parameter("W", kernel), **settings)
    x, W = (("Transpose", of, {"perm": order}) for of, order in zip("xW", orders[:2], strict=True))
    assert box.onnx(op, "x", "W") == ("Transpose", ("Conv", x, W, expected), {"perm": orders[2]})
    assert box.onnx(op_in_double, "x", "W") is NotImplemented
