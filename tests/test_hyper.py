import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.hyper import REQUIRED, plain


class Affine1(bp.Box):
    """scale a + offset, elementwise."""

    scale: float
    offset: float = 0.0

    def fprop(self, a):
        return self.scale * a + self.offset

    def bprop(self, grad, value, a):
        return grad * self.scale


@pytest.fixture
def x():
    return bp.Input("x", (4,))


def test_annotations_are_the_hyper_parameters(x):
    box = Affine1(x, scale=2.0)
    assert box.hyper == {"scale": 2.0, "offset": 0.0}
    assert Affine1.hyper_defaults == {"scale": REQUIRED, "offset": 0.0}
    np.testing.assert_array_equal(box.fprop(np.array([1.0, 2.0])), [2, 4])


def test_class_variables_are_not_hyper_parameters():
    assert boxes.Dropout.hyper_defaults == {"rate": 0.5}
    assert boxes.Add.hyper_defaults == {}


def test_hyper_parameters_are_inherited_and_their_defaults_overridden(x):
    class Shifted(Affine1):
        offset = 5.0

    class Steeper(Affine1):
        scale: float = 3.0
        power: int = 1

    assert Shifted(x, scale=1.0).offset == 5.0
    assert Affine1(x, scale=1.0).offset == 0.0
    assert Steeper(x).hyper == {"scale": 3.0, "offset": 0.0, "power": 1}


def test_string_annotations_count_too(x):
    class Later(Affine1):
        __annotations__ = {"kind": "str", "table": "ClassVar[int]"}
        kind = "a"
        table = 3

    assert Later(x, scale=1.0).hyper == {"scale": 1.0, "offset": 0.0, "kind": "a"}


def test_a_missing_an_unknown_and_an_ill_typed_hyper_parameter_are_refused(x):
    with pytest.raises(errors.BoxError, match="needs the hyper-parameter 'scale'"):
        Affine1(x)
    with pytest.raises(errors.BoxError, match="no hyper-parameter 'slop'; it has: scale, offset"):
        Affine1(x, scale=1.0, slop=2.0)
    for bad in ("2", True, None, [1.0]):
        with pytest.raises(errors.BoxError, match="scale must be float"):
            Affine1(x, scale=bad)
    with pytest.raises(errors.BoxError, match="axis must be int"):
        bp.concat([x, x], axis=1.0)


def test_plain_makes_hyper_parameters_that_describe_themselves():
    assert plain(np.float32(0.5)) == 0.5 and type(plain(np.float32(0.5))) is float
    assert plain([1, [np.int64(2), 3]]) == (1, (2, 3))
    found = plain(slice(np.int64(1), None, np.int8(2)))
    assert found == slice(1, None, 2) and type(found.start) is type(found.step) is int
