"""What classes of boxes say of themselves (`bounds`, `rectifies`, `as_floats`, ...), against what their fprop does."""

import numpy as np
import pytest

import bprop as bp
from bprop import boxes
from bprop.box import Box

CATALOGUE = boxes.catalogue()
every_box = pytest.mark.parametrize("cls", CATALOGUE, ids=lambda cls: cls.__name__)
EVERYWHERE = np.concatenate([np.linspace(-4.0, 4.0, 81), [-1e3, 1e3]])
PRODUCTS = {bp.Conv1d, bp.Conv2d, bp.EnsembleLinear, bp.Linear, bp.LinearTransposed, bp.MatMul}
FLOATS_FIRST = {
    bp.AbsoluteError, bp.Add, bp.Divide, bp.Huber, bp.Multiply, bp.Poisson, bp.Quantile, bp.SquaredError, bp.Subtract,
}  # fmt: skip


def made(cls, **hyper):
    """A box without children, whose fprop can be called."""
    box = object.__new__(cls)
    box.__dict__.update({**cls.hyper_defaults, **hyper})
    return box


def values(cls):
    """The value of a box of one child at numbers everywhere. None where it is no function of each number alone."""
    example = next(iter(cls.examples(np.random.default_rng(1))))
    hyper = example[-1] if isinstance(example[-1], dict) else {}
    if len(example) - bool(hyper) != 1 or cls.needs:
        return None
    box = made(cls, **hyper)
    try:
        with np.errstate(all="ignore"):
            one_by_one = np.array([box.fprop(np.array([[a]])).item() for a in EVERYWHERE])
            together = box.fprop(EVERYWHERE[:, None])
    except (TypeError, ValueError, IndexError, AttributeError):
        return None
    alike = together.shape == (len(EVERYWHERE), 1) and np.array_equal(together[:, 0], one_by_one, equal_nan=True)
    return one_by_one if alike else None


def test_values_are_of_the_activations():
    assert values(bp.Relu) is not None
    assert values(bp.Sigmoid) is not None
    assert values(bp.Linear) is None


@every_box
def test_an_activation_that_saturates_tells_its_bounds(cls):
    value = values(cls)
    if cls.bounds is not None:
        assert value is not None
        assert (value.min(), value.max()) == pytest.approx(cls.bounds, abs=1e-12)
    elif value is not None and np.isfinite(value).all() and np.all(np.diff(value[:81]) > 0):
        assert value.max() > 100, "it is bounded, and does not say so"


@every_box
def test_a_unit_that_can_die_rectifies(cls):
    value = values(cls)
    flat = value is not None and (value[EVERYWHERE < 0] == 0).all() and (value[EVERYWHERE > 0] > 0).all()
    assert cls.rectifies == (flat and cls is not bp.Clip)  # a clip is flat where its settings say


@every_box
def test_products_say_that_they_are_products(cls):
    assert cls.is_product == (cls in PRODUCTS)


@every_box
def test_boxes_of_floats_and_whole_numbers_say_that_they_make_floats_first(cls):
    assert cls.as_floats == (cls in FLOATS_FIRST)


@every_box
def test_stop_gradient_alone_stops_the_gradient(cls):
    assert cls.stops_gradient == (cls is bp.StopGradient)


@every_box
def test_noise_and_weights_are_asked_for_by_name(cls):
    needs = {"BatchNorm": ("weights",), "BatchWeight": ("weights",), "Dropout": ("noise",), "GaussianNoise": ("noise",)}
    assert cls.needs == needs.get(cls.__name__, ())


def test_a_box_of_ones_own_says_nothing_of_itself():
    class Plain(bp.Box):
        def fprop(self, a):
            return a

        def bprop(self, grad, value, a):
            return grad

    for box in (Box, Plain):
        assert (box.needs, box.runtime, box.symbol, box.bounds, box.onnx) == ((), (), "", None, None)
        assert not any((box.rectifies, box.as_floats, box.is_product, box.stops_gradient))
        assert box.keeps_rows is None
        assert box.in_catalogue
