"""The settings of `train`, one by one: what is refused, and what is made of the rest."""

from inspect import signature

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.engines import Engine
from bprop.graph.representable import need_total
from bprop.training import settings as module
from bprop.training.settings import TrainSettings

SINGLE = np.dtype("float32")
GRAPH = bp.Graph(loss=bp.square(bp.Input("x") * bp.Parameter("w", ())))


def job(rows=10, of_rows=None, **settings):
    return TrainSettings(weights=of_rows, **settings).make_job(GRAPH, {"x": np.arange(float(rows))})


@pytest.mark.parametrize("value", [1, np.int64(1), 7])
def test_whole_numbers_are_those_of_python_and_numpy(value):
    found = module.whole("epochs", value)
    assert (found, type(found)) == (value, int)
    assert module.whole("seed", 0, least=0) == 0


@pytest.mark.parametrize("value", [0, -1, 1.0, "1", True, None])
def test_what_is_no_whole_number_of_at_least_one_is_refused(value):
    with pytest.raises(errors.SettingError, match=r"^epochs is a whole number, 1 or more, not "):
        module.whole("epochs", value)


def test_a_batch_has_32_examples_or_all_and_no_more_than_there_are():
    assert [job(rows).batch_size for rows in (31, 32, 33, 1000)] == [31, 32, 32, 32]
    assert [job(9, batch_size=size).batch_size for size in (1, 9)] == [1, 9]
    with pytest.raises(errors.SettingError, match="batch_size 10 is larger than the training set of 9 examples"):
        job(9, batch_size=10)
    with pytest.raises(errors.SettingError, match="batch_size is a whole number, 1 or more, not 0"):
        TrainSettings(batch_size=0)


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
    made, mixed = module.precision_of(dtype)
    assert (made, mixed) == (np.dtype(found), narrow)
    assert made.isnative


@pytest.mark.parametrize("dtype", ["float16", "int32", "bool", "abc", "complex64", object(), "f4,f4", ""])
def test_what_is_no_precision_is_refused(dtype):
    with pytest.raises(errors.SettingError, match=r"^dtype must be float32, float64, longdouble or bfloat16, not "):
        module.precision_of(dtype)


def test_sixteen_bits_are_computed_by_xla_alone():
    def engine(name, dtype="bfloat16"):
        return TrainSettings(engine=name, dtype=dtype).make_engine().name

    assert engine("numpy", "float32") == "numpy"
    with pytest.raises(errors.UnknownNameError, match="abacus"):
        engine("abacus")
    with pytest.raises(errors.SettingError, match="engine 'numpy' does not compute in bfloat16: use engine='xla'"):
        engine("numpy")
    pytest.importorskip("jax")
    assert engine("auto") == engine("xla") == "xla"


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

    assert module.TrainSettings(callbacks=one).callbacks == module.TrainSettings(callbacks=(one,)).callbacks == [one]
    assert module.TrainSettings(callbacks=()).callbacks == []


def sets(validation, weights=None, **more):
    """(training set, validation set)"""
    made = job(validation=validation, validation_weights=weights, **more)
    return made.data, made.validation


def test_a_validation_set_is_read_with_its_own_weights():
    kept, held = sets({"x": np.ones(3)}, [1, 2, 3])
    assert len(kept) == 10
    assert (held.arrays["x"].tolist(), held.weights.tolist()) == ([1, 1, 1], [1, 2, 3])
    assert sets(None)[1] is None
    with pytest.raises(errors.DataError, match="validation_weights"):
        sets({"x": np.ones(3)}, [1, -2, 3])


def test_a_share_is_held_out_by_the_seed():
    kept, held = sets(0.3)
    assert (len(kept), len(held)) == (7, 3)
    assert sorted([*kept.arrays["x"], *held.arrays["x"]]) == list(range(10))
    assert sets(0.3)[1].arrays["x"].tolist() == held.arrays["x"].tolist()
    assert any(sets(0.3, seed=s)[1].arrays["x"].tolist() != held.arrays["x"].tolist() for s in range(1, 4))


@pytest.mark.parametrize(
    ("validation", "weights", "said"),
    [
        (True, None, r"validation is a set like the data, or a share in \(0, 1\), not True"),
        ("0.1", None, r"validation is a set like the data, or a share in \(0, 1\), not '0.1'"),
        (0.1, [1], "validation_weights need a validation set of their own"),
        (None, [1], "validation_weights need a validation set of their own"),
        (0.0, None, "share"),
        (1, None, "share"),
    ],
)
def test_what_is_no_validation_set_is_refused(validation, weights, said):
    with pytest.raises(errors.SettingError, match=said):
        sets(validation, weights)


def test_neither_part_may_have_nothing_but_weights_of_0():
    held = sets(0.3)[1].arrays["x"].astype(int)
    for zero, what in ((held, "validation"), (np.setdiff1d(np.arange(10), held), "training")):
        weights = np.ones(10)
        weights[zero] = 0
        with pytest.raises(errors.DataError, match=f"all examples of the {what} set have weight 0"):
            sets(0.3, of_rows=weights)


def test_parameters_are_checked_by_name_before_training():
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.square(x * w))
    settings = {"epochs": 1, "progress": False, "engine": "numpy"}
    with pytest.raises(errors.DataError, match="parameter 'w': nan"):
        bp.train(graph, {"x": [1.0]}, params={"w": np.nan}, **settings)
    with pytest.raises(errors.DataError, match=r"parameter 'w'.*float32"):
        bp.train(graph, {"x": [1.0]}, params={"w": 1e300}, **settings)
    fit = bp.train(graph, {"x": [1.0]}, params={"w": 2.0}, rule=bp.SGD(0.0), **settings)
    assert fit.params["w"] == 2.0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epochs": 0}, "epochs is a whole number, 1 or more"),
        ({"seed": -1}, "seed is a whole number, 0 or more"),
        ({"patience": 2}, "patience needs a validation set"),
        ({"keep_best": True}, "keep_best needs a validation set"),
        ({"every": "5epochs"}, "say where, with checkpoint="),
        ({"validation_weights": [1.0]}, "validation_weights need a validation set of their own"),
        ({"callbacks": [3]}, "a callback is a function"),
        ({"monitor": "accuracy"}, "monitor='accuracy' needs a validation set"),
    ],
)
def test_settings_that_need_no_data_are_refused_without_any(settings, said):
    with pytest.raises(errors.SettingError, match=said):
        TrainSettings(**settings)


def test_settings_have_the_defaults_of_train():
    def defaults(function):
        return {n: p.default for n, p in signature(function).parameters.items() if n not in ("graph", "data")}

    assert defaults(TrainSettings) == defaults(bp.train)


def test_settings_take_all_that_train_is_given():
    seen = {}

    def noting(self, graph, data):
        seen.update(vars(self))
        raise KeyError

    class Own(Engine):
        name = "settings-own"

        def start(self, job, params):
            raise NotImplementedError

    odd = {
        "rule": bp.Adam(0.5), "batch_size": 3, "epochs": 7, "seed": 11, "validation": {"x": np.ones(2)},
        "params": {"w": 1.0}, "weights": np.ones(5), "validation_weights": np.ones(2), "shuffle": False,
        "patience": 4, "monitor": "accuracy", "dtype": "float64", "engine": Own(), "callbacks": [print],
        "checkpoint": "somewhere", "every": "9steps", "resume": True, "progress": False, "notes": {"a": 1},
        "health": True, "keep_best": True, "freeze": ["w"], "class_weight": "balanced",
        "metrics": {"f1": "f1"}, "mode": "max", "augment": lambda batch, rng: batch, "distributed": True,
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyError):
        patch.setattr(TrainSettings, "make_job", noting)
        bp.train(GRAPH, {"x": np.ones(5)}, **odd)
    assert {*odd, "sample_weight"} == set(seen)  # another name of weights
    assert all(seen[name] is value or seen[name] == value for name, value in odd.items())


class Lower:
    higher_is_better = False

    def __call__(self, f, y):
        return 0.0


def stopping_of(**settings):
    return TrainSettings(validation=0.2, patience=2, **settings).make_stopping()


@pytest.mark.parametrize(
    ("settings", "higher"),
    [
        ({}, False),
        ({"mode": "min"}, False),
        ({"monitor": "accuracy"}, True),
        ({"monitor": "accuracy", "mode": "max"}, True),
        ({"metrics": {"own": Lower()}, "monitor": "own"}, False),
        ({"metrics": {"own": Lower()}, "monitor": "own", "mode": "min"}, False),
        ({"metrics": {"own": lambda f, y: 0.0}, "monitor": "own", "mode": "min"}, False),
        ({"metrics": {"own": lambda f, y: 0.0}, "monitor": "own", "mode": "max"}, True),
    ],
)
def test_which_value_of_a_monitor_is_better(settings, higher):
    stopping = stopping_of(**settings)
    assert stopping.higher is higher
    assert (stopping.patience, stopping.monitor) == (2, settings.get("monitor", "loss"))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"metrics": {"own": lambda f, y: 0.0}, "monitor": "own"},
            "is a larger 'own' better? Say mode='max', or mode='min' if a smaller one is",
        ),
        ({"mode": "max"}, "mode='max': a smaller 'loss' is better; leave mode out"),
        ({"monitor": "accuracy", "mode": "min"}, "mode='min': a larger 'accuracy' is better; leave mode out"),
        (
            {"metrics": {"own": Lower()}, "monitor": "own", "mode": "max"},
            "mode='max': a smaller 'own' is better; leave mode out",
        ),
    ],
)
def test_a_mode_that_contradicts_a_monitor_or_is_missing_is_refused(settings, said):
    with pytest.raises(errors.SettingError) as caught:
        stopping_of(**settings)
    assert str(caught.value) == said


def test_without_anything_to_look_for_there_is_no_search():
    assert TrainSettings().make_stopping() is None


def described(**settings):
    ready = TrainSettings(rule=bp.SGD(0.5), batch_size=2, epochs=3, seed=7, engine="numpy", dtype="float64", **settings)
    job = ready.make_job(bp.mlp([2, 2]), {"x": np.eye(4, 2), "y": [0, 1, 0, 1]})
    return ready.describe(job, ready.make_engine())


def test_a_training_is_described_for_people():
    plain = {
        "rule": repr(bp.SGD(0.5)), "batch_size": 2, "seed": 7, "dtype": "float64", "examples": 4,
        "validation_examples": None, "engine": "numpy", "epochs": 3, "shuffle": True,
    }  # fmt: skip
    assert described() == plain
    held = plain | {"examples": 2, "validation_examples": 2, "monitor": "loss"}
    assert described(validation=0.5, patience=3) == held | {"patience": 3}
    assert described(validation=0.5, keep_best=True) == held | {"keep_best": True}
    assert described(shuffle=False, class_weight={0: 2.0}) == plain | {"class_weight": "{0: 2.0}", "shuffle": False}
    assert described(freeze=["W1"]) == plain | {"freeze": ["W1"]}


def test_notes_are_a_dict_of_their_own():
    notes = {"source": "a.csv"}
    settings = TrainSettings(notes=notes)
    notes["source"] = "b.csv"
    assert settings.notes == {"source": "a.csv"}
    assert TrainSettings().notes == {}
