"""bp.train: its arguments, its defaults, and what it refuses before anything is trained."""

import inspect
import re

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.training import trainer


@pytest.fixture(params=["numpy", "xla"])
def engine(request):
    if request.param == "xla":
        pytest.importorskip("jax")
    return request.param


def network():
    x, y = bp.Input("x", (4,)), bp.Input("y", (), dtype="int")
    W, b = bp.Parameter("W", (4, 3)), bp.Parameter("b", (3,))
    f = bp.softmax(bp.linear(x, W, b))
    return bp.Graph(loss=bp.nll(f, y), outputs={"f": f})


def data(count=20):
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(count, 4)), "y": rng.integers(3, size=count)}


def train(graph=None, given=None, **settings):
    settings = {"engine": "numpy", "progress": False, "epochs": 2} | settings
    return bp.train(network() if graph is None else graph, data() if given is None else given, **settings)


# --- the contract ---


def test_the_arguments_are_those_of_the_contract():
    found = inspect.signature(bp.train).parameters
    promised = (
        "rule", "batch_size", "epochs", "seed", "validation", "params", "shuffle", "dtype", "engine", "weights",
        "patience", "callbacks", "checkpoint", "progress",
    )  # fmt: skip
    assert list(found)[:2] == ["graph", "data"]
    assert set(promised) <= set(found)
    assert all(found[name].kind is inspect.Parameter.KEYWORD_ONLY for name in promised)
    assert (found["shuffle"].default, found["dtype"].default, found["engine"].default) == (True, "float32", "auto")


def test_the_contracts_session_runs(tmp_path, engine):
    x, y = bp.Input("x", (7,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (7, 5)), bp.Parameter("b1", (5,), init=bp.init.zeros)
    W2, b2 = bp.Parameter("W2", (5, 3)), bp.Parameter("b2", (3,), init=bp.init.zeros)
    f = bp.softmax(bp.linear(bp.tanh(bp.linear(x, W1, b1)), W2, b2))
    graph = bp.Graph(loss=bp.nll(f, y), penalty=1e-4 * bp.l2(W1, W2), outputs={"f": f})
    rng = np.random.default_rng(0)
    X, Y, Xv, Yv = rng.normal(size=(30, 7)), rng.integers(3, size=30), rng.normal(size=(9, 7)), rng.integers(3, size=9)
    theta = graph.init(seed=0)
    assert bp.check_gradients(graph, theta, x=X, y=Y).ok
    fit = bp.train(
        graph, {"x": X, "y": Y}, rule=bp.SGD(0.1), batch_size=1, epochs=2, seed=0, validation={"x": Xv, "y": Yv},
        engine=engine, progress=False,
    )  # fmt: skip
    assert len(fit.history) == 2
    bp.save(tmp_path / "net.bprop", fit)
    np.testing.assert_array_equal(bp.load(tmp_path / "net.bprop").predict(x=X), fit.predict(x=X))


def test_a_fit_is_a_model():
    fit = train()
    assert isinstance(fit, bp.Fit)
    assert isinstance(fit, bp.Model)
    assert fit.graph.names
    assert set(fit.params) == {"W", "b"}


def test_defaults_are_sgd_and_batches_of_32_or_all():
    fit = train(given=data(100), epochs=1)
    assert fit.updates == 4
    assert fit.history[0].learning_rate == bp.SGD().learning_rate
    assert train(given=data(5), epochs=1).updates == 1


def test_training_starts_from_graph_init_or_from_params(engine):
    still = {"rule": bp.SGD(0.0), "engine": engine, "dtype": "float64"}
    graph = network()
    np.testing.assert_array_equal(train(graph, seed=7, **still).params["W"], graph.init(7)["W"])
    given = {"W": np.arange(12).reshape(4, 3), "b": np.ones(3, "float32")}
    fit = train(graph, params=given, **still)
    np.testing.assert_array_equal(fit.params["W"], given["W"])
    assert fit.params["W"].dtype == fit.params["b"].dtype == np.float64


def test_a_fits_params_are_where_to_go_on(engine):
    first = train(engine=engine)
    second = train(engine=engine, params=first.params)
    assert second.history[0].loss < first.history[0].loss


def test_the_seed_decides_everything_and_the_given_stay_as_they_are(engine):
    given, theta = data(), network().init(0)
    kept = {name: array.copy() for name, array in (given | theta).items()}
    one, two, other = (train(given=given, params=theta, seed=s, batch_size=3, engine=engine) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.params["W"], two.params["W"])
    assert not np.array_equal(one.params["W"], other.params["W"])
    for name, array in kept.items():
        np.testing.assert_array_equal((given | theta)[name], array)


@pytest.mark.parametrize("dtype", ["float32", "float64", np.float64, np.dtype("float32")])
def test_the_precision_asked_for_is_the_fits(engine, dtype):
    assert train(engine=engine, dtype=dtype).params["W"].dtype == np.dtype(dtype)


def test_numpy_trains_in_longdouble():
    assert train(dtype="longdouble").params["W"].dtype == np.longdouble


def test_lists_and_narrow_arrays_are_data(engine):
    X, Y = data().values()
    one = train(given={"x": X.tolist(), "y": Y.tolist()}, engine=engine)
    two = train(given={"x": X, "y": Y.astype("uint8")}, engine=engine)
    np.testing.assert_array_equal(one.params["W"], two.params["W"])


def test_a_graph_without_parameters_to_train_trains_nothing(engine):
    x = bp.Input("x")
    fit = train(bp.Graph(loss=bp.square(x)), {"x": np.ones(5)}, engine=engine)
    assert fit.params == {}
    assert fit.history[-1].loss == 1.0


# --- bad input: each is refused, and nothing is trained ---

GOOD = data()


def spoilt(name, index, value):
    """A copy of one of the good arrays with one bad value."""
    array = GOOD[name].copy()
    array[index] = value
    return array


NAN, INFINITE = spoilt("x", (3, 1), np.nan), spoilt("x", (4, 0), -np.inf)
TOO_LARGE, NEGATIVE = spoilt("y", 5, 3), spoilt("y", 6, -1)

BAD_DATA = {
    "a missing input": ({"x": GOOD["x"]}, errors.UnknownNameError, "missing inputs: 'y'"),
    "an unknown input": ({**GOOD, "z": GOOD["y"]}, errors.UnknownNameError, "unknown inputs: 'z'"),
    "a wrong shape": ({**GOOD, "x": GOOD["x"][:, :3]}, errors.ShapeError, r"input 'x': needs shape \(N, 4\)"),
    "no batch axis": ({**GOOD, "x": GOOD["x"][0]}, errors.ShapeError, "input 'x'"),
    "targets as two columns": ({**GOOD, "y": np.ones((20, 2), int)}, errors.ShapeError, "input 'y'"),
    "unequal lengths": ({**GOOD, "y": GOOD["y"][:-1]}, errors.ShapeError, "number of examples"),
    "ragged rows": ({**GOOD, "x": [[1.0, 2, 3, 4], [1.0]]}, errors.ShapeError, "input 'x'"),
    "labels between whole numbers": ({**GOOD, "y": GOOD["y"] + 0.5}, errors.DTypeError, "needs whole numbers"),
    "text": ({**GOOD, "x": np.full((20, 4), "a")}, errors.DTypeError, "needs numbers"),
    "complex numbers": ({**GOOD, "x": GOOD["x"] * 1j}, errors.DTypeError, "needs numbers"),
    "NaN": ({**GOOD, "x": NAN}, errors.DataError, r"'x': nan at row 3, index \(1,\)"),
    "infinity": ({**GOOD, "x": INFINITE}, errors.DataError, r"'x': -inf at row 4, index \(0,\)"),
    "a label too large": ({**GOOD, "y": TOO_LARGE}, errors.DataError, r"'y': 3 at row 5 is outside 0\.\.2"),
    "a negative label": ({**GOOD, "y": NEGATIVE}, errors.DataError, r"'y': -1 at row 6 is outside 0\.\.2"),
    "an empty set": ({"x": np.zeros((0, 4)), "y": np.zeros(0, int)}, errors.DataError, "empty"),
}
BAD_SETTINGS = {
    "a batch larger than the set": ({"batch_size": 21}, errors.SettingError, "larger than the training set of 20"),
    "a batch larger than what is left": ({"batch_size": 17, "validation": 0.2}, errors.SettingError, "of 16 examples"),
    "no batch": ({"batch_size": 0}, errors.SettingError, "batch_size is a whole number"),
    "half a batch": ({"batch_size": 2.5}, errors.SettingError, "batch_size"),
    "no epochs": ({"epochs": 0}, errors.SettingError, "epochs is a whole number, 1 or more"),
    "more epochs than are counted": ({"epochs": 2**63}, errors.SettingError, r"at most 9,223,372,036,854,775,807\)"),
    "epochs in words": ({"epochs": "ten"}, errors.SettingError, "epochs"),
    "a negative seed": ({"seed": -1}, errors.SettingError, "seed"),
    "a seed that is no number": ({"seed": None}, errors.SettingError, "seed"),
    "whole numbers as precision": ({"dtype": "int32"}, errors.SettingError, "dtype must be float32"),
    "half precision": ({"dtype": "float16"}, errors.SettingError, "dtype must be float32"),
    "a precision that is no text": ({"dtype": "flo\udcff"}, errors.SettingError, "dtype must be float32"),
    "a precision in brackets": ({"dtype": "(2,f4"}, errors.SettingError, "dtype must be float32"),
    "an unknown precision": ({"dtype": "double precision"}, errors.SettingError, "dtype must be float32"),
    "an unknown engine": ({"engine": "torch"}, errors.UnknownNameError, "torch"),
    "no rule": ({"rule": 0.1}, errors.SettingError, "rule must be"),
    "a class as rule": ({"rule": bp.SGD}, errors.SettingError, "rule must be"),
    "patience without validation": ({"patience": 3}, errors.SettingError, "patience needs a validation set"),
    "no patience": ({"patience": 0, "validation": 0.2}, errors.SettingError, "patience is a number of epochs"),
    "an unknown metric": (
        {"patience": 1, "validation": 0.2, "monitor": "speed"},
        errors.UnknownNameError,
        "cannot monitor",
    ),
    "all held out": ({"validation": 1.0}, errors.SettingError, "validation=1.0 is no share of the examples"),
    "none held out": ({"validation": 0}, errors.SettingError, "0.1 holds out a tenth of them, None holds out none"),
    "a number of examples held out": ({"validation": 5}, errors.SettingError, "which lies between 0 and 1"),
    "nothing held out": ({"validation": 0.001}, errors.SettingError, "hold out"),
    "validation that is no set": ({"validation": "some"}, errors.SettingError, "validation is a set"),
    "validation of True": ({"validation": True}, errors.SettingError, "validation is a set"),
    "validation with a wrong shape": ({"validation": {**GOOD, "x": GOOD["x"][:, :2]}}, errors.ShapeError, "input 'x'"),
    "validation with NaN": ({"validation": {**GOOD, "x": NAN}}, errors.DataError, "nan at row 3"),
    "validation without targets": ({"validation": {"x": GOOD["x"]}}, errors.UnknownNameError, "missing inputs: 'y'"),
    "too few weights": ({"weights": np.ones(19)}, errors.ShapeError, "one weight an example"),
    "negative weights": ({"weights": -np.ones(20)}, errors.DataError, "not negative"),
    "weights of NaN": ({"weights": np.full(20, np.nan)}, errors.DataError, "weights must be finite"),
    "weights of 0": ({"weights": np.zeros(20)}, errors.DataError, "all are 0"),
    "weights of a share": (
        {"validation": 0.2, "validation_weights": np.ones(4)},
        errors.SettingError,
        "a validation set of their own",
    ),
    "validation weights of nothing": ({"validation_weights": np.ones(4)}, errors.SettingError, "validation_weights"),
    "too few validation weights": (
        {"validation": GOOD, "validation_weights": np.ones(3)},
        errors.ShapeError,
        "validation_weights: needs one weight",
    ),
    "negative validation weights": (
        {"validation": GOOD, "validation_weights": -np.ones(20)},
        errors.DataError,
        "validation_weights: -1",
    ),
    "weights in words": ({"weights": ["heavy"] * 20}, errors.DTypeError, "weights"),
    "no known parameter": (
        {"params": {"V": np.zeros(1)}},
        errors.UnknownNameError,
        "params has none of the graph's parameters: it has 'V'",
    ),
    "a parameter of another shape": (
        {"params": {**network().init(0), "W": np.zeros((3, 4))}},
        errors.ShapeError,
        "parameter 'W'",
    ),
    "a parameter of NaN": (
        {"params": {**network().init(0), "b": np.full(3, np.nan)}},
        errors.DataError,
        "parameter 'b': nan at row 0",
    ),
}


@pytest.fixture
def untrained(monkeypatch):
    def forbidden(self):
        raise AssertionError("training was started")

    monkeypatch.setattr(trainer.Trainer, "run", forbidden)


@pytest.mark.parametrize(("given", "error", "said"), BAD_DATA.values(), ids=BAD_DATA)
def test_bad_data_is_refused(untrained, given, error, said):
    with pytest.raises(error, match=said) as caught:
        train(given=given)
    assert isinstance(caught.value, errors.BpropError)


@pytest.mark.parametrize(("settings", "error", "said"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_bad_settings_are_refused(untrained, settings, error, said):
    with pytest.raises(error, match=said) as caught:
        train(**settings)
    assert isinstance(caught.value, errors.BpropError)


def test_a_share_whose_examples_all_weigh_0_is_refused(untrained):
    from bprop.data import split

    kept, held = split(20, 0.2, seed=0)
    for index, what in ((kept, "training"), (held, "validation")):
        weights = np.ones(20)
        weights[index] = 0
        with pytest.raises(errors.DataError, match=f"all examples of the {what} set have weight 0"):
            train(validation=0.2, weights=weights)


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_validation_and_early_stopping_see_the_weights_of_the_validation_set(engine):
    needs = {"native": "llvmlite", "xla": "jax"}.get(engine)
    if needs:
        pytest.importorskip(needs)
    held = data()
    w = np.arange(len(held["y"]), dtype=float) ** 2
    weighted = train(validation=held, validation_weights=w, engine=engine, patience=5, epochs=3)
    expected = weighted.evaluate(held, weights=w)["loss"]
    assert expected != pytest.approx(weighted.evaluate(held)["loss"], rel=1e-3)
    best = weighted.history[weighted.best_epoch - 1]
    assert best.validation_loss == pytest.approx(expected, rel=1e-5)
    chosen = train(validation=held, validation_weights=(w == w.max()) * 1.0, engine=engine, patience=5, epochs=3)
    one = {name: array[[w.argmax()]] for name, array in held.items()}
    alone = train(validation=one, engine=engine, patience=5, epochs=3)
    assert [r.validation_loss for r in chosen.history] == pytest.approx(
        [r.validation_loss for r in alone.history], 1e-5
    )
    assert chosen.best_epoch == alone.best_epoch


def test_a_graph_without_a_loss_cannot_be_trained(untrained):
    with pytest.raises(errors.GraphError, match="no loss"):
        train(bp.Graph(outputs={"f": bp.tanh(bp.Input("x"))}), {"x": np.ones(3)})


def test_nothing_is_written_for_a_run_that_is_refused(tmp_path):
    with pytest.raises(errors.DataError):
        train(given={**GOOD, "x": NAN}, checkpoint=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_single_callback_needs_no_list():
    seen = []
    train(callbacks=lambda record, fit: seen.append(record.epoch))
    assert seen == [1, 2]


def test_a_callback_that_cannot_be_called_is_refused_before_training():
    with pytest.raises(errors.SettingError, match=r"callback\(record, fit\)"):
        train(callbacks=[print, "not a function"])


@pytest.mark.parametrize("scale", [1e39, 1e-50, 1e-44])
@pytest.mark.parametrize("name", ["weights", "validation_weights"])
def test_weights_out_of_the_range_of_the_precision_are_refused(scale, name, tmp_path):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph, data = bp.Graph(loss=bp.square(x * w - 1)), {"x": np.ones(4)}
    more = {name: np.full(4, scale), "validation": data, "engine": "numpy", "epochs": 1, "progress": False}
    with pytest.raises(errors.DataError, match=re.escape(f"{name}: {scale:g}, the largest, is out of the range")):
        bp.train(graph, data, checkpoint=tmp_path / "run.bprop", **more)
    assert not list(tmp_path.iterdir())
    assert bp.train(graph, data, dtype="float64", **more).stopped == "epochs"


@pytest.mark.parametrize("which", ["x", "y"])
def test_what_float32_rounds_away_is_refused_before_training(which):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(50, 3)), "y": rng.normal(size=50)}
    graph = bp.mlp([3, 4, 1], task="regression")
    bp.train(graph, data, epochs=1, engine="numpy", progress=False)
    data[which] = data[which] + 1e9
    with pytest.raises(errors.DataError, match=f"input '{which}'.*float32 cannot tell numbers near 1e"):
        bp.train(graph, data, epochs=1, engine="numpy", progress=False)
    bp.train(bp.mlp([3, 4, 1], task="regression", input_scaling=(1e9, 1), target_scaling=(1e9, 1)), data, epochs=1,
             engine="numpy", progress=False, dtype="float64")  # fmt: skip
    data[which][7] = 1e39
    with pytest.raises(errors.DataError, match=f"input '{which}', row 7.*1e.39 is too large for float32"):
        bp.train(graph, data, epochs=1, engine="numpy", progress=False)


def test_as_many_epochs_as_are_counted_may_be_asked_for(engine):
    fit = train(engine=engine, epochs=2**63 - 1, callbacks=lambda record, fit: record.epoch == 2, health="auto")
    assert (fit.stopped, len(fit.history)) == ("callback", 2)
