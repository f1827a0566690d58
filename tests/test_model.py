"""Models: predicting, evaluating, and the one file they live in."""

import copy
import json
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from safetensors import safe_open

import bprop as bp
from bprop import errors
from bprop.files import read_tensors, write_tensors
from bprop.graph import prediction
from bprop.scaling import Scaling, Units


class OwnScale(bp.Box):
    """factor * a."""

    factor: float = 2.0

    def fprop(self, a):
        return self.factor * a

    def bprop(self, grad, value, a):
        return self.factor * grad


def network(extra=None):
    x, y = bp.Input("x", (3,)), bp.Input("y", (), dtype="int")
    W1, b1 = bp.Parameter("W1", (3, 4)), bp.Parameter("b1", (4,))
    W2, b2 = bp.Parameter("W2", (4, 2), init=bp.init.he_normal), bp.Parameter("b2", (2,))
    h = bp.dropout(bp.tanh(bp.linear(x, W1, b1)), 0.5)
    a = bp.linear(h if extra is None else extra(h), W2, b2)
    f = bp.softmax(a)
    return bp.Graph(loss=bp.nll(f, y), penalty=0.01 * bp.l2(W1, W2), outputs={"f": f})


def made(dtype="float64", **settings):
    graph = network()
    history = [bp.Record(1, 10, 0.5, 0.1, 0.6, {"accuracy": 0.75}, {"loss": 0.7}, 0.1, 0.2, 50.0)]
    return bp.Model(graph, graph.init(3, dtype), history, notes={"classes": ["no", "yes"]}, **settings)


def rows(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 3)), rng.integers(2, size=count)


# --- save and load ---


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_model_comes_back_bit_for_bit(tmp_path, dtype):
    net = made(dtype)
    bp.save(tmp_path / "net.bprop", net)
    back = bp.load(tmp_path / "net.bprop")
    assert type(back) is bp.Model
    assert back.dtype == np.dtype(dtype)
    assert list(back.params) == list(net.params)
    for name, array in net.params.items():
        assert back.params[name].tobytes() == array.tobytes()
        assert back.params[name].dtype == array.dtype
    assert back.graph.describe() == net.graph.describe()
    assert back.history == net.history
    assert back.notes == net.notes
    X, _ = rows(20)
    np.testing.assert_array_equal(back.predict(x=X), net.predict(x=X))


def test_a_parameter_that_is_one_number_comes_back(tmp_path):
    x, s = bp.Input("x"), bp.Parameter("s", ())
    bp.save(tmp_path / "net.bprop", bp.Model(bp.Graph(outputs={"f": s * x}), {"s": 3.0}))
    np.testing.assert_array_equal(bp.load(tmp_path / "net.bprop").predict(x=[1.0, 2.0]), [3.0, 6.0])


def test_saving_is_also_a_method_and_takes_text_as_path(tmp_path):
    made().save(str(tmp_path / "net.bprop"))
    assert bp.load(str(tmp_path / "net.bprop")).notes == {"classes": ["no", "yes"]}


def test_a_fit_is_saved_like_a_model(tmp_path):
    X, Y = rows(30)
    fit = bp.train(network(), {"x": X, "y": Y}, epochs=2, engine="numpy", progress=False)
    fit.notes["source"] = "made up"
    bp.save(tmp_path / "net.bprop", fit)
    back = bp.load(tmp_path / "net.bprop")
    assert back.history == fit.history
    assert back.notes == {"source": "made up"}
    np.testing.assert_array_equal(back.predict(x=X), fit.predict(x=X))


def test_the_file_is_a_safetensors_file_with_json(tmp_path):
    bp.save(tmp_path / "net.bprop", made())
    with safe_open(str(tmp_path / "net.bprop"), framework="numpy") as file:
        assert set(file.keys()) == {"params/W1", "params/b1", "params/W2", "params/b2"}
        meta = json.loads(file.metadata()["bprop"])
    assert meta["graph"]["loss"] == made().graph.describe()["loss"]
    assert meta["format"] == 1


def test_only_a_model_can_be_saved(tmp_path):
    with pytest.raises(errors.ModelFileError, match="not dict"):
        bp.save(tmp_path / "net.bprop", made().params)
    with pytest.raises(errors.ModelFileError, match="the path comes first"):
        bp.save(made(), tmp_path / "net.bprop")
    assert os.listdir(tmp_path) == []


def test_a_failed_save_leaves_the_model_that_was_there(tmp_path):
    bp.save(tmp_path / "net.bprop", made())
    net = made()
    net.notes["bad"] = object()
    with pytest.raises(errors.ModelFileError):
        bp.save(tmp_path / "net.bprop", net)
    assert bp.load(tmp_path / "net.bprop").notes == {"classes": ["no", "yes"]}
    assert os.listdir(tmp_path) == ["net.bprop"]


# --- boxes of one's own ---


def test_a_box_of_ones_own_is_loaded_where_it_is_defined(tmp_path):
    graph = network(lambda h: OwnScale(h, factor=3.0))
    net = bp.Model(graph, graph.init(0))
    bp.save(tmp_path / "net.bprop", net)
    X, _ = rows(5)
    np.testing.assert_array_equal(bp.load(tmp_path / "net.bprop").predict(x=X), net.predict(x=X))


ELSEWHERE = """
import sys
import bprop as bp

class OwnScale(bp.Box):
    factor: float = 2.0
    def fprop(self, a):
        return self.factor * a
    def bprop(self, grad, value, a):
        return self.factor * grad

def passed():
    return [OwnScale]

if sys.argv[2] == "undefined":
    from bprop import registry
    del registry._CLASSES[OwnScale.type_key]
    boxes = []
else:
    boxes = [OwnScale]
try:
    net = bp.load(sys.argv[1], boxes=boxes)
except bp.errors.ModelFileError as error:
    print(type(error).__name__, error)
else:
    print(float(net.predict(x=[[1.0, 2.0, 3.0]])[0, 0]))
"""


@pytest.mark.parametrize("how", ["passed", "undefined"])
def test_in_another_process_a_box_of_ones_own_must_be_passed(tmp_path, how):
    graph = network(lambda h: OwnScale(h, factor=3.0))
    net = bp.Model(graph, graph.init(0))
    bp.save(tmp_path / "net.bprop", net)
    (tmp_path / "elsewhere.py").write_text(ELSEWHERE)
    command = [sys.executable, str(tmp_path / "elsewhere.py"), str(tmp_path / "net.bprop"), how]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if how == "passed":
        assert float(said) == net.predict(x=[[1.0, 2.0, 3.0]])[0, 0]
    else:
        assert said.startswith("ModelFileError")
        assert "OwnScale" in said
        assert "boxes=" in said


# --- files that are not right ---


def changed(tmp_path, **meta):
    """The file of a model with other entries in its JSON, checksum and all."""
    bp.save(tmp_path / "net.bprop", made())
    arrays, known = read_tensors(tmp_path / "net.bprop")
    write_tensors(tmp_path / "net.bprop", arrays, {**known, **meta})
    return tmp_path / "net.bprop"


def test_a_box_type_that_names_code_executes_nothing(tmp_path, monkeypatch):
    description = network().describe()
    for key in ("os:system", "builtins:eval", "antigravity:Box"):
        tanh = next(entry for entry in description["boxes"] if entry["type"] in ("Tanh", key) or ":" in entry["type"])
        tanh["type"] = key
        loaded = set(sys.modules)
        with pytest.raises(errors.ModelFileError, match="is not defined here"):
            bp.load(changed(tmp_path, graph=description))
        assert "antigravity" not in set(sys.modules) - loaded


@pytest.mark.parametrize(
    "meta",
    [
        {"format": 999},
        {"format": "one"},
        {"graph": None},
        {"graph": []},
        {"graph": {"format": 1, "boxes": [], "loss": None, "penalty": None, "outputs": {}, "stable": True}},
        {"history": 3},
        {"history": [{"epoch": 1}]},
        {"history": ["epoch"]},
        {"notes": 5},
    ],
)
def test_a_file_that_says_nonsense_is_refused(tmp_path, meta):
    with pytest.raises(errors.ModelFileError, match=r"net\.bprop"):
        bp.load(changed(tmp_path, **meta))


def test_a_newer_files_format_says_to_update(tmp_path):
    with pytest.raises(errors.ModelFileError, match="update bprop"):
        bp.load(changed(tmp_path, format=3))


@pytest.mark.parametrize("key", ["format", "graph", "history", "notes"])
def test_a_file_without_an_entry_is_refused(tmp_path, key):
    bp.save(tmp_path / "net.bprop", made())
    arrays, known = read_tensors(tmp_path / "net.bprop")
    write_tensors(tmp_path / "net.bprop", arrays, {k: v for k, v in known.items() if k != key})
    with pytest.raises(errors.ModelFileError):
        bp.load(tmp_path / "net.bprop")


@pytest.mark.parametrize("fault", ["missing", "shape"])
def test_parameters_that_do_not_fit_the_graph_are_refused(tmp_path, fault):
    bp.save(tmp_path / "net.bprop", made())
    arrays, known = read_tensors(tmp_path / "net.bprop")
    array = arrays.pop("params/W1")
    if fault == "shape":
        arrays["params/W1"] = array.T
    write_tensors(tmp_path / "net.bprop", arrays, known)
    with pytest.raises(errors.ModelFileError, match="W1"):
        bp.load(tmp_path / "net.bprop")


def test_a_model_file_cut_short_or_damaged_is_refused(tmp_path):
    path = tmp_path / "net.bprop"
    bp.save(path, made())
    content = path.read_bytes()
    for length in range(0, len(content), 41):
        path.write_bytes(content[:length])
        with pytest.raises(errors.ModelFileError):
            bp.load(path)
    for position in range(len(content) - 1, 0, -41):
        path.write_bytes(content[:position] + bytes([content[position] ^ 0x11]) + content[position + 1 :])
        with pytest.raises(errors.ModelFileError):
            bp.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(errors.ModelFileError, match="no such file"):
        bp.load(tmp_path / "nowhere.bprop")


@pytest.mark.parametrize(
    "scaling",
    [3, {"x": 3}, {"x": {"mean": [0.0], "deviation": [1.0]}}, {"f": {"mean": [0.0] * 5, "deviation": [1.0] * 5}},
     {"x": {"mean": 10**400, "deviation": 1}}, {"x": {"mean": {}, "deviation": {}}}],
    ids=repr,
)  # fmt: skip
def test_a_scaling_that_does_not_fit_is_refused_as_the_file_is_loaded_and_before_it_is_written(tmp_path, scaling):
    with pytest.raises(errors.ModelFileError, match=r"net\.bprop: the notes of this model"):
        bp.load(changed(tmp_path, notes={"scaling": scaling}, format=2))
    net = made()
    net.notes = {"scaling": scaling}
    with pytest.raises(errors.DataError):
        bp.save(tmp_path / "other.bprop", net)
    assert not (tmp_path / "other.bprop").exists()


# --- predict and evaluate ---


def test_predicting_in_parts_is_predicting_the_whole(monkeypatch):
    net, (X, _) = made(), rows(23)
    whole = net.predict(x=X)
    monkeypatch.setattr(prediction, "PART", 5)
    parts = net.predict(x=X)
    assert parts.shape == whole.shape == (23, 2)
    np.testing.assert_allclose(parts, whole, rtol=1e-14)


def test_several_outputs_come_by_name_in_parts_too(monkeypatch):
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 2))
    net = bp.Model(bp.Graph(outputs={"a": x @ W, "first": x[:, 0]}), {"W": np.ones((3, 2))})
    X, _ = rows(12)
    monkeypatch.setattr(prediction, "PART", 5)
    found = net.predict(x=X)
    np.testing.assert_allclose(found["a"], X @ np.ones((3, 2)), rtol=1e-14)
    np.testing.assert_array_equal(found["first"], X[:, 0])


def test_an_output_without_rows_is_not_computed_in_parts(monkeypatch):
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 2))
    net = bp.Model(bp.Graph(outputs={"a": x @ W, "size": bp.l2(W)}), {"W": np.ones((3, 2))})
    monkeypatch.setattr(prediction, "PART", 5)
    found = net.predict(x=np.ones((12, 3)))
    assert found["a"].shape == (12, 2)
    assert found["size"] == 6.0


def test_an_error_in_a_later_part_counts_rows_from_the_first(monkeypatch):
    X, _ = rows(23)
    X[17, 1] = np.nan
    monkeypatch.setattr(prediction, "PART", 5)
    with pytest.raises(errors.DataError, match=r"row 17, index \(1,\)"):
        made().predict(x=X)


def test_inputs_of_unequal_length_are_refused_in_parts_too(monkeypatch):
    x, z = bp.Input("x"), bp.Input("z")
    net = bp.Model(bp.Graph(outputs={"f": x + z}), {})
    monkeypatch.setattr(prediction, "PART", 5)
    with pytest.raises(errors.ShapeError, match="number of examples"):
        net.predict(x=np.ones(10), z=np.ones(12))


def test_dropout_is_off_when_predicting():
    net, (X, _) = made(), rows(6)
    np.testing.assert_array_equal(net.predict(x=X), net.predict(x=X))
    p = net.params
    h = np.tanh(X @ p["W1"] + p["b1"])
    e = np.exp(h @ p["W2"] + p["b2"])
    np.testing.assert_allclose(net.predict(x=X), e / e.sum(axis=1, keepdims=True), rtol=1e-12)


def test_targets_may_be_given_to_predict_and_are_not_looked_at():
    net, (X, Y) = made(), rows(6)
    np.testing.assert_array_equal(net.predict({"x": X, "y": Y}), net.predict(x=X))


def test_a_model_computes_in_the_precision_of_its_parameters():
    X, _ = rows(6)
    assert made("float32").predict(x=X).dtype == np.float32
    assert made("float64").predict(x=X.astype("float32")).dtype == np.float64


def test_a_model_without_parameters_computes_in_double():
    net = bp.Model(bp.Graph(outputs={"f": bp.tanh(bp.Input("x"))}), {})
    assert net.dtype == np.float64
    assert net.predict(x=np.ones(2)).dtype == np.float64


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, errors.UnknownNameError),
        ({"z": np.ones((2, 3))}, errors.UnknownNameError),
        ({"x": np.ones((2, 4))}, errors.ShapeError),
        ({"x": np.ones(3)}, errors.ShapeError),
        ({"x": 1.0}, errors.ShapeError),
        ({"x": np.ones((0, 3))}, errors.DataError),
        ({"x": np.full((2, 3), np.inf)}, errors.DataError),
        ({"x": [["a", "b", "c"]]}, errors.DTypeError),
    ],
)
def test_inputs_that_do_not_fit_are_refused(given, error):
    with pytest.raises(error):
        made().predict(given)


# --- parameters that change between predictions ---


def same_as_a_new_model(net):
    X, _ = rows(4)
    expected = bp.Model(net.graph, copy.deepcopy(net.params)).predict(x=X)
    found = net.predict(x=X)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_written_into_a_parameter_is_followed(dtype):
    net = made(dtype)
    same_as_a_new_model(net)
    net.params["W1"][...] = 0.5
    same_as_a_new_model(net)
    net.params["b2"] += np.array([1, -1], dtype)
    same_as_a_new_model(net)


def test_parameters_put_in_place_of_others_are_followed():
    net, theta = made(), network().init(8)
    same_as_a_new_model(net)
    net.params["W1"] = theta["W1"]
    same_as_a_new_model(net)
    net.params = {name: theta[name] for name in reversed(theta)}
    same_as_a_new_model(net)
    net.params = {name: array.astype("float32") for name, array in theta.items()}
    same_as_a_new_model(net)
    net.params["W2"] = np.zeros((4, 2))  # now of two precisions: the wider one counts
    for _ in range(2):
        same_as_a_new_model(net)
        net.params["W1"] *= 2


def test_a_graph_put_in_place_of_another_is_followed():
    net, (X, _) = made(), rows(4)
    net.predict(x=X)
    net.graph = network(lambda h: 0.0 * h)
    np.testing.assert_array_equal(net.predict(x=X), np.full((4, 2), 0.5))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda params: params.pop("W1"), errors.UnknownNameError, "missing parameters: 'W1'"),
        (lambda params: params.update(V=np.ones(2)), errors.UnknownNameError, "unknown parameters: 'V'"),
        (lambda params: params.update(W1=np.ones((4, 3))), errors.ShapeError, "parameter 'W1'"),
        (lambda params: params.update(W1=np.full((3, 4), "a")), errors.DTypeError, "parameter 'W1': needs floats"),
    ],
)
def test_parameters_changed_for_bad_ones_are_refused(change, error, message):
    net, (X, _) = made(), rows(4)
    net.predict(x=X)
    change(net.params)
    for _ in range(2):
        with pytest.raises(error, match=message):
            net.predict(x=X)


def test_parameters_are_made_ready_once_for_many_predictions():
    net, (X, _) = made(), rows(4)
    net.predict(x=X)
    ready = net._ready
    net.predict(x=X)
    assert ready is not None and net._ready is ready
    net.params["b1"] = net.params["b1"] + 1
    net.predict(x=X)
    assert net._ready is not ready


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_of_a_model_that_has_predicted_is_a_model_of_its_own(copier):
    net, (X, _) = made(), rows(4)
    before = net.predict(x=X)
    other = copier(net)
    np.testing.assert_array_equal(other.predict(x=X), before)
    other.params = network().init(9)
    same_as_a_new_model(other)
    np.testing.assert_array_equal(net.predict(x=X), before)


def test_evaluate_gives_loss_and_metrics():
    net, (X, Y) = made(), rows(11)
    f = net.predict(x=X)
    found = net.evaluate(x=X, y=Y)
    assert set(found) == {"loss", "accuracy"}
    assert found["loss"] == pytest.approx(-np.log(f[np.arange(11), Y]).mean(), rel=1e-12)
    assert found["accuracy"] == pytest.approx((f.argmax(axis=1) == Y).mean(), rel=1e-12)


def test_evaluate_weighs_examples():
    net, (X, Y) = made(), rows(11)
    w = np.arange(11.0)
    f = net.predict(x=X)
    found = net.evaluate({"x": X, "y": Y}, weights=w)
    assert found["loss"] == pytest.approx((-np.log(f[np.arange(11), Y]) * w).sum() / w.sum(), rel=1e-12)


def test_evaluate_refuses_labels_out_of_range():
    X, Y = rows(4)
    with pytest.raises(errors.DataError, match=r"outside 0\.\.1"):
        made().evaluate(x=X, y=Y + 5)


def test_a_model_without_a_loss_cannot_be_evaluated():
    net = bp.Model(bp.Graph(outputs={"f": bp.tanh(bp.Input("x"))}), {})
    with pytest.raises(errors.GraphError, match="no loss"):
        net.evaluate(x=np.ones(2))


def test_parameters_that_do_not_fit_are_refused():
    graph = network()
    theta = graph.init(0)
    with pytest.raises(errors.UnknownNameError, match="W1"):
        bp.Model(graph, {n: a for n, a in theta.items() if n != "W1"})
    with pytest.raises(errors.ShapeError, match="W1"):
        bp.Model(graph, {**theta, "W1": np.ones((2, 2))})


def test_a_model_prints_shortly():
    assert repr(made()) == f"<Model: {made().graph!r}, 1 epochs>"


@pytest.mark.parametrize(
    "ended",
    [None, {}, {"stopped": "well"}, {"stopped": 3}, {"stopped": "running", "best_epoch": 1}, {"stopped": ["epochs"]}],
)
def test_how_training_ended_is_not_known_where_a_file_does_not_say_it(tmp_path, ended):
    model = bp.load(changed(tmp_path, ended=ended))
    assert (model.stopped, model.best_epoch, model.kept_epoch, model.failure) == ("saved", None, None, None)


@pytest.mark.parametrize("best", [0, -1, 99, "2", 1.5, None, True])
def test_a_best_epoch_that_is_none_of_the_history_is_not_known(tmp_path, best):
    model = bp.load(changed(tmp_path, ended={"stopped": "patience", "best_epoch": best, "failure": 3}))
    assert (model.stopped, model.best_epoch, model.failure) == ("patience", None, None)


def test_a_best_epoch_of_the_history_is_known_the_first_and_the_last_too(tmp_path):
    x = bp.Input("x")
    history = [bp.Record(epoch, epoch, 1.0, 0.0, 1.0) for epoch in (1, 2, 3)]
    for best in (1, 2, 3):
        model = bp.Model(bp.Graph(loss=bp.square(x), outputs={"f": x}), {}, history)
        model.stopped, model.best_epoch = "patience", best
        model.save(tmp_path / "net.bprop")
        assert bp.load(tmp_path / "net.bprop").best_epoch == best


# --- units ---


def far_model():
    """(fit, data): numbers near 1e9, 10 apart, from times in milliseconds."""
    rng = np.random.default_rng(0)
    x = 1.7e12 + 1e4 * rng.normal(size=(200, 2))
    data = {"x": x, "y": 1e9 + (x[:, 0] - 1.7e12) / 1e3}
    units = Units({"x": Scaling.of(x), **dict.fromkeys(("y", "f"), Scaling.of(data["y"]))})
    graph = bp.mlp([2, 8, 1], task="regression")
    settings = {"epochs": 60, "engine": "numpy", "progress": False, "notes": units.to_notes(), "keep_best": False}
    return bp.train(graph, data, validation=data, **settings), data


def test_a_model_whose_notes_say_so_takes_and_gives_the_units_of_the_table(tmp_path):
    fit, data = far_model()
    bp.save(tmp_path / "m.bprop", fit)
    net = bp.load(tmp_path / "m.bprop")
    found = net.predict(x=data["x"])
    error = np.sqrt(((found - data["y"]) ** 2).mean())
    assert 1e-4 < error < 1
    assert net.evaluate(data)["rmse"] == pytest.approx(error, rel=1e-3)
    assert fit.history[-1].validation["rmse"] == pytest.approx(error, rel=1e-3)
    assert fit.history[0].metrics["rmse"] > error
    ready = fit.examples(data)
    np.testing.assert_array_equal(net.predict(ready), found)
    assert net.evaluate(ready) == net.evaluate(data)


def test_a_file_that_scales_is_of_format_2_which_older_readers_refuse(tmp_path):
    fit, _ = far_model()
    bp.save(tmp_path / "m.bprop", fit)
    assert read_tensors(tmp_path / "m.bprop")[1]["format"] == 2
    fit.notes.clear()
    bp.save(tmp_path / "m.bprop", fit)
    assert read_tensors(tmp_path / "m.bprop")[1]["format"] == 1


def test_a_model_of_a_table_predicts_no_nan():
    fit, data = far_model()
    with pytest.raises(errors.DataError, match=r"input 'x', row 1, column 0: 1e\+60 is too large for float32"):
        fit.predict(x=[data["x"][0], [1e60, 0]])
    fit.params["W1"][:], fit.params["W2"][:] = 1e9, 3e38
    with pytest.raises(errors.DataError, match="row 0: the prediction is"):
        fit.predict(x=data["x"])
    fit.notes = {"columns": ["a", "b"]}
    with pytest.raises(errors.DataError, match="row 0: the prediction is"):
        fit.predict(x=data["x"])


@pytest.mark.parametrize("weight", [1e-60, 1e-42, 1e38])
def test_weights_that_the_precision_of_a_model_does_not_hold_are_refused(weight):
    (x, y), weights = rows(9), np.full(9, weight)
    with pytest.raises(errors.DataError, match="only their ratios count: divide them by their mean"):
        made("float32").evaluate(x=x, y=y, weights=weights)
    assert made("float64").evaluate(x=x, y=y, weights=weights) == pytest.approx(made("float64").evaluate(x=x, y=y))


@pytest.mark.parametrize("how", ["made", "loaded"])
def test_masked_examples_are_refused(tmp_path, how):
    model, (x, y) = made(), rows(9)
    if how == "loaded":
        bp.save(tmp_path / "net", model)
        model = bp.load(tmp_path / "net")
    masked = np.ma.masked_array(x, x > 0)
    for call in (lambda: model.predict(x=masked), lambda: model.evaluate(x=masked, y=y)):
        with pytest.raises(errors.DataError, match=r"input 'x': .* elements are masked, the first in row"):
            call()
    np.testing.assert_array_equal(model.predict(x=np.ma.masked_array(x)), model.predict(x=x))


# --- how large what a file describes may be ---


def described(tmp_path, shape, held=None):
    """A file that tells of one parameter of some shape, and holds no such array."""
    small = bp.Model(bp.Graph(outputs={"f": 2.0 * bp.Parameter("w", (1,))}), {"w": np.ones(1)})
    bp.save(tmp_path / "net.bprop", small)
    _, known = read_tensors(tmp_path / "net.bprop")
    for entry in known["graph"]["boxes"]:
        if entry["type"] == "Parameter":
            entry["hyper"]["shape"] = {"tuple": list(shape)}
    write_tensors(tmp_path / "net.bprop", {} if held is None else {"rule/0": held}, known)
    return tmp_path / "net.bprop"


def test_a_box_may_hold_two_to_the_24_numbers_or_four_times_those_of_the_file(tmp_path):
    with pytest.raises(errors.ModelFileError, match="missing parameters: 'w'"):
        bp.load(described(tmp_path, (2**12, 2**12)))
    with pytest.raises(
        errors.ModelFileError,
        match="the box 'w' would hold 16,781,312 numbers for 3 examples: more than the 16,777,216",
    ):
        bp.load(described(tmp_path, (2**12, 2**12 + 1)))
    held = np.zeros(2**22 + 2**10, np.float32)
    with pytest.raises(errors.ModelFileError, match="missing parameters: 'w'"):
        bp.load(described(tmp_path, (2**12, 2**12 + 1), held))
    with pytest.raises(errors.ModelFileError, match="would hold"):
        bp.load(described(tmp_path, (2**12, 2**12 + 2), held))


@pytest.mark.parametrize("size", [2, 3])
def test_the_scaling_of_outputs_has_the_shape_of_an_example(size):
    graph = bp.mlp([2, 2], task="regression")
    notes = Units({"f": Scaling(np.zeros(size), np.ones(size))}).to_notes()
    model = bp.Model(graph, graph.init(0), notes=notes)
    if size == 2:
        model.check_units()
    else:
        with pytest.raises(errors.DataError, match=r"scale 'f' in the shape \(3,\), but an example has \(2,\)"):
            model.check_units()
