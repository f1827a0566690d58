import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


@pytest.mark.parametrize(("cls", "reduce"), [(boxes.MaxPool2d, np.max), (boxes.MeanPool2d, np.mean)])
@pytest.mark.parametrize("settings", [{"size": 2}, {"size": 3, "stride": 1}, {"size": (2, 1), "stride": (1, 2)}])
def test_each_window_becomes_one_number(bare, rng, cls, reduce, settings):
    x = rng.normal(size=(2, 5, 4, 3))
    size = settings["size"] if isinstance(settings["size"], tuple) else (settings["size"],) * 2
    step = settings.get("stride", size)
    step = step if isinstance(step, tuple) else (step,) * 2
    found = bare(cls, **settings).fprop(x)
    for n, o, p, c in np.ndindex(found.shape):
        part = x[n, o * step[0] : o * step[0] + size[0], p * step[1] : p * step[1] + size[1], c]
        assert found[n, o, p, c] == pytest.approx(reduce(part))


@pytest.mark.parametrize("stride", [None, 2])
def test_elements_that_tie_share_the_gradient_and_what_is_left_over_has_none(bare, stride):
    x = np.array([[[3.0], [3.0], [1.0], [2.0], [9.0]]])
    box = bare(boxes.MaxPool1d, size=2, stride=stride)
    value = box.fprop(x)
    np.testing.assert_array_equal(value[0, :, 0], [3, 2])
    np.testing.assert_array_equal(box.bprop(np.array([[[10.0], [1.0]]]), value, x)[0, :, 0], [5, 5, 0, 1, 0])


def test_windows_that_overlap_add_their_gradients_up(bare):
    x = np.array([[[1.0], [5.0], [2.0]]])
    grad = np.array([[[1.0], [10.0]]])
    most, mean = bare(boxes.MaxPool1d, size=2, stride=1), bare(boxes.MeanPool1d, size=2, stride=1)
    np.testing.assert_array_equal(most.bprop(grad, most.fprop(x), x)[0, :, 0], [0, 11, 0])
    np.testing.assert_array_equal(mean.bprop(grad, None, x)[0, :, 0], [0.5, 5.5, 5])


def test_elements_that_tie_in_windows_that_overlap_share_the_gradient_of_each_window(bare):
    box = bare(boxes.MaxPool1d, size=3, stride=2)
    x = np.array([5.0, 5.0, 2.0, 4.0, 4.0]).reshape(1, 5, 1)  # windows 5 5 2 and 2 4 4
    value = box.fprop(x)
    grad = box.bprop(np.array([6.0, 8.0]).reshape(1, 2, 1), value, x)
    assert value.ravel().tolist() == [5, 4]
    assert grad.ravel().tolist() == [3, 3, 0, 4, 4]


def test_each_element_of_a_mean_has_an_equal_share(bare):
    grad = bare(boxes.MeanPool2d, size=(3, 2), stride=None).bprop(
        np.full((1, 1, 2, 1), 6.0), None, np.zeros((1, 4, 4, 1))
    )
    np.testing.assert_array_equal(grad[0, :, :, 0], [[1] * 4] * 3 + [[0] * 4])


def test_a_window_with_nan_is_nan_and_sends_no_gradient(bare):
    x = np.array([[[np.nan], [1.0], [2.0], [-np.inf]]])
    box = bare(boxes.MaxPool1d, size=2, stride=None)
    value = box.fprop(x)
    np.testing.assert_array_equal(value[0, :, 0], [np.nan, 2])
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(box.bprop(np.ones((1, 2, 1)), value, x)[0, :, 0], [0, 0, 1, 0])


@pytest.mark.parametrize("settings", [{"size": 0}, {"size": (2, 2, 2)}, {"size": 2, "stride": 0}, {"size": 1.5}])
def test_settings_that_are_no_such_numbers_are_refused(settings):
    with pytest.raises(errors.SettingError, match=r"size|stride"):
        bp.max_pool2d(bp.Input("x", (4, 4, 1)), **settings)


@pytest.mark.parametrize("shape", [(4, 4), (4, 1, 3)])
def test_other_shapes_and_windows_that_do_not_fit_are_refused(shape):
    with pytest.raises(errors.ShapeError, match=r"x must be \(N, H, W, C\)|larger than x"):
        bp.mean_pool2d(bp.Input("x", shape), size=2)


@pytest.mark.parametrize("name", ["max_pool1d", "max_pool2d", "mean_pool1d", "mean_pool2d"])
def test_functions_hand_their_settings_on(name):
    shape = (7, 3) if name.endswith("1d") else (7, 9, 3)
    x, make = bp.Input("x", shape), getattr(bp, name)
    plain, strided = make(x, 2, name="plain"), make(x, 3, 2, name="strided")
    assert type(plain).__name__ == "".join(part.capitalize() for part in name.split("_"))
    assert [box.name for box in (plain, strided)] == ["plain", "strided"]
    assert plain.dims == ("N", *(size // 2 for size in shape[:-1]), 3)
    assert strided.dims == ("N", *((size - 3) // 2 + 1 for size in shape[:-1]), 3)
    assert plain.children == strided.children == (x,)


@pytest.mark.parametrize(
    ("name", "operator", "shape", "first", "last", "size", "stride"),
    [
        ("max_pool1d", "MaxPool", (7, 3), [0, 2, 1], [0, 2, 1], 2, (2,)),
        ("mean_pool1d", "AveragePool", (7, 3), [0, 2, 1], [0, 2, 1], 3, (1,)),
        ("max_pool2d", "MaxPool", (7, 9, 3), [0, 3, 1, 2], [0, 2, 3, 1], (2, 3), (1, 2)),
        ("mean_pool2d", "AveragePool", (7, 9, 3), [0, 3, 1, 2], [0, 2, 3, 1], (2, 3), (3, 1)),
    ],
)
def test_in_onnx_the_channels_come_first(op, op_in_double, name, operator, shape, first, last, size, stride):
    box = getattr(bp, name)(bp.Input("x", shape), size, stride)
    sizes = [size] if isinstance(size, int) else list(size)
    before = ("Transpose", "x", {"perm": first})
    expected = ("Transpose", (operator, before, {"kernel_shape": sizes, "strides": list(stride)}), {"perm": last})
    assert box.onnx(op, "x") == expected
    assert box.onnx(op_in_double, "x") == (expected if operator == "MaxPool" else NotImplemented)
