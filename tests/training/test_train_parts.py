"""The arguments of `train`, one by one: what is refused, and what is made of what is given."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop import training as module
from bprop.data import DataSet
from bprop.graph.representable import need_total

SINGLE = np.dtype("float32")


@pytest.mark.parametrize("value", [1, np.int64(1), 7])
def test_whole_numbers_are_those_of_python_and_numpy(value):
    found = module._whole("epochs", value)
    assert (found, type(found)) == (value, int)
    assert module._whole("seed", 0, least=0) == 0


@pytest.mark.parametrize("value", [0, -1, 1.0, "1", True, None])
def test_what_is_no_whole_number_of_at_least_one_is_refused(value):
    with pytest.raises(errors.SettingError, match=r"^epochs is a whole number, 1 or more, not "):
        module._whole("epochs", value)


def test_a_batch_has_32_examples_or_all_and_no_more_than_there_are():
    assert [module._batch_size(None, rows) for rows in (31, 32, 33, 1000)] == [31, 32, 32, 32]
    assert [module._batch_size(size, 9) for size in (1, 9)] == [1, 9]
    with pytest.raises(errors.SettingError, match="batch_size 10 is larger than the training set of 9 examples"):
        module._batch_size(10, 9)


@pytest.mark.parametrize(
    ("dtype", "found", "narrow"),
    [
        ("float32", "float32", None),
        (np.float64, "float64", None),
        (">f4", "float32", None),
        (float, "float64", None),
        ("longdouble", "longdouble", None),
        ("bfloat16", "float32", "bfloat16"),
        (type("bfloat16", (), {}), "float32", "bfloat16"),
    ],
)
def test_precisions(dtype, found, narrow):
    made, mixed = module._precision(dtype)
    assert (made, mixed) == (np.dtype(found), narrow)
    assert made.isnative


@pytest.mark.parametrize("dtype", ["float16", "int32", "bool", "abc", "complex64", object(), "f4,f4", ""])
def test_what_is_no_precision_is_refused(dtype):
    with pytest.raises(errors.SettingError, match=r"^dtype must be float32, float64, longdouble or bfloat16, not "):
        module._precision(dtype)


def test_sixteen_bits_are_computed_by_xla_alone():
    assert module._able("native", None) == "native"
    assert module._able("auto", "bfloat16") == module._able("xla", "bfloat16") == "xla"
    assert module._able("abacus", "bfloat16") == "abacus"  # refused by its name, elsewhere
    with pytest.raises(errors.SettingError, match="engine 'numpy' does not compute in bfloat16: use engine='xla'"):
        module._able("numpy", "bfloat16")


@pytest.mark.parametrize(
    ("weights", "legal"),
    [
        ([1.0, 2.0], True),
        ([1e-38, 2e-38], True),
        ([float(np.finfo(SINGLE).tiny), float(np.finfo(SINGLE).tiny)], True),
        ([1e-38, 1e-38], False),
        ([3.3e38, 0.0], True),
        ([3.3e38, 1e38], False),
        ([np.inf, 1.0], False),
    ],
)
def test_weights_are_within_the_range_of_the_precision(weights, legal):
    array = np.array(weights)
    if legal:
        need_total(array, SINGLE, "w")
    else:
        with pytest.raises(errors.DataError, match=r"^w: .*, the largest, is out of the range of float32; only their"):
            need_total(array, SINGLE, "w")
    need_total(None, SINGLE, "w")


def test_callbacks_are_one_function_or_several():
    def one(record, fit):
        pass

    assert module._callbacks(one) == module._callbacks([one]) == module._callbacks((one,)) == [one]
    assert module._callbacks(()) == []
    with pytest.raises(errors.SettingError, match="callbacks are functions"):
        module._callbacks([one, 3])


def hold_out(validation, weights=None, rows=10, seed=0, of_rows=None):
    examples = DataSet({"x": np.arange(float(rows))}, of_rows)
    return module._hold_out(lambda data, w, name: (data, w, name), examples, validation, weights, seed)


def test_a_validation_set_is_read_with_its_own_weights():
    given = {"x": np.ones(3)}
    kept, held = hold_out(given, [1, 2, 3])
    assert len(kept) == 10
    assert held == (given, [1, 2, 3], "validation_weights")
    assert hold_out(None)[1] is None


def test_a_share_is_held_out_by_the_seed():
    kept, held = hold_out(0.3)
    assert (len(kept), len(held)) == (7, 3)
    assert sorted([*kept.arrays["x"], *held.arrays["x"]]) == list(range(10))
    assert hold_out(0.3)[1].arrays["x"].tolist() == held.arrays["x"].tolist()
    assert any(hold_out(0.3, seed=s)[1].arrays["x"].tolist() != held.arrays["x"].tolist() for s in range(1, 4))


@pytest.mark.parametrize(
    ("validation", "weights", "said"),
    [
        (True, None, r"validation is a set like the data, or a share in \(0, 1\), not True"),
        ("0.1", None, r"validation is a set like the data, or a share in \(0, 1\), not '0.1'"),
        (0.1, [1], "validation_weights are of a validation set of its own"),
        (None, [1], "validation_weights are of a validation set of its own"),
        (0.0, None, "share"),
        (1, None, "share"),
    ],
)
def test_what_is_no_validation_set_is_refused(validation, weights, said):
    with pytest.raises(errors.SettingError, match=said):
        hold_out(validation, weights)


def test_neither_part_may_have_nothing_but_weights_of_0():
    held = hold_out(0.3)[1].arrays["x"].astype(int)
    for zero, what in ((held, "validation"), (np.setdiff1d(np.arange(10), held), "training")):
        weights = np.ones(10)
        weights[zero] = 0
        with pytest.raises(errors.DataError, match=f"all examples of the {what} set have weight 0"):
            hold_out(0.3, of_rows=weights)


def test_parameters_are_checked_by_name_before_training():
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.square(x * w))
    settings = {"epochs": 1, "progress": False, "engine": "numpy"}
    with pytest.raises(errors.DataError, match="parameter 'w': nan"):
        bp.train(graph, {"x": [1.0]}, params={"w": np.nan}, **settings)
    fit = bp.train(graph, {"x": [1.0]}, params={"w": 2.0}, rule=bp.SGD(0.0), **settings)
    assert fit.params["w"] == 2.0
