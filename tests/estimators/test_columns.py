"""A graph of several inputs behind an estimator, by names and numbers of columns, and from a ColumnTransformer."""

import pickle
from functools import partial

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("pandas")

import pandas
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

import bprop as bp
from bprop.errors import DataError, SettingError, ShapeError
from bprop.estimators.columns import columns_of

RNG = np.random.default_rng(0)
CITIES = np.array(["Bern", "Oslo", "Rome", "Wien"])
CODES = RNG.integers(4, size=80)
AGE, INCOME = RNG.normal(40, 10, 80), RNG.normal(5e4, 1e4, 80)
FRAME = pandas.DataFrame({"city": CITIES[CODES], "age": AGE, "income": INCOME})
CODED = pandas.DataFrame({"age": (AGE - 40) / 10, "city": CODES, "income": (INCOME - 5e4) / 1e4})
Y = np.where((AGE > 40) == CODES % 2, "yes", "no")
SHORT = {"max_iter": 40, "learning_rate_init": 0.05, "batch_size": 20, "random_state": 0, "engine": "numpy"}


def embedded(features=3, classes=2, width=2):
    """Numbers x (2,) beside the embedding of a city."""
    x, city, y = bp.Input("x", (2,)), bp.Input("city", (), dtype="int"), bp.Input("y", (), dtype="int")
    E = bp.Parameter("E", (4, width), init=bp.init.normal(0.5))
    W, U = bp.Parameter("W", (2 + width, 8)), bp.Parameter("U", (8, classes))
    f = bp.softmax(bp.tanh(bp.concat([x, bp.take(E, city)]) @ W) @ U)
    return bp.Graph(loss=bp.nll(f, y), outputs={"f": f})


def coded(**output):
    transformer = ColumnTransformer([("city", OrdinalEncoder(), ["city"]), ("x", StandardScaler(), ["age", "income"])])
    return transformer.set_output(**output) if output else transformer


def test_columns_by_their_names():
    model = bp.GraphClassifier(embedded(), **SHORT).fit(CODED, Y)
    assert model.n_features_in_ == 3 and model.feature_names_in_.tolist() == ["age", "city", "income"]
    assert model.score(CODED, Y) > 0.8
    named = bp.GraphClassifier(embedded(), inputs={"x": ["age", "income"], "city": "city"}, **SHORT).fit(CODED, Y)
    assert np.array_equal(named.predict_proba(CODED), model.predict_proba(CODED))
    p = model.graph_.predict(model.params_, x=CODED[["age", "income"]].to_numpy(), city=CODES)
    assert np.allclose(model.predict_proba(CODED), p)
    assert model.check_gradients(CODED[:5], Y[:5]).ok
    with pytest.raises(SettingError, match="needs rows"):
        model.check_gradients()


@pytest.mark.parametrize(
    "inputs", [{"x": [0, 2], "city": 1}, {"x": [0, -1], "city": [1]}, {"city": 1, "x": slice(0, 3, 2)}]
)
def test_columns_by_their_numbers(inputs):
    model = bp.GraphClassifier(embedded(), inputs=inputs, **SHORT).fit(CODED.to_numpy(), Y)
    named = bp.GraphClassifier(embedded(), **SHORT).fit(CODED, Y)
    assert np.array_equal(model.predict_proba(CODED.to_numpy()), named.predict_proba(CODED))


def test_a_frame_of_polars():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({name: CODED[name].to_numpy() for name in CODED})
    model = bp.GraphClassifier(embedded(), **SHORT).fit(frame, Y)
    named = bp.GraphClassifier(embedded(), **SHORT).fit(CODED, Y)
    assert np.array_equal(model.predict_proba(frame), named.predict_proba(CODED))
    assert model.feature_names_in_.tolist() == ["age", "city", "income"]


@pytest.mark.parametrize("output", [{"transform": "pandas"}, {}])
def test_the_names_of_a_column_transformer_are_those_of_the_inputs(output):
    inputs = None if output else {"city": 0, "x": [1, 2]}
    pipeline = make_pipeline(coded(**output), bp.GraphClassifier(embedded(), inputs=inputs, **SHORT)).fit(FRAME, Y)
    assert pipeline.score(FRAME, Y) > 0.8
    first = pipeline[0].transform(FRAME)
    first = first.to_numpy() if output else first
    p = pipeline[-1].graph_.predict(pipeline[-1].params_, x=first[:, 1:], city=first[:, 0].astype(int))
    assert np.allclose(pipeline.predict_proba(FRAME), p)


def test_embeddings_are_searched_over():
    graphs = [partial(embedded, width=1), partial(embedded, width=3)]
    settings = {**SHORT, "max_iter": 3}
    pipeline = make_pipeline(coded(transform="pandas"), bp.GraphClassifier(embedded, **settings))
    search = GridSearchCV(pipeline, {"graphclassifier__graph": graphs}, cv=2).fit(FRAME, Y)
    best = search.best_estimator_[-1]
    assert best.params_["E"].shape == (4, search.best_params_["graphclassifier__graph"].keywords["width"])


def test_clones_parameters_and_copies():
    inputs = {"x": ["age", "income"], "city": "city"}
    model = bp.GraphRegressor(of_numbers(), inputs=inputs, **SHORT).fit(CODED, AGE)
    assert model.get_params()["inputs"] is inputs
    copy = clone(model).set_params(inputs=None)
    assert copy.inputs is None and not hasattr(copy, "params_")
    assert np.allclose(copy.fit(CODED, AGE).predict(CODED), model.predict(CODED))
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict(CODED), model.predict(CODED))
    other = CODED[["city", "income", "age"]]
    model.set_params(warm_start=False).fit(other, AGE)
    p = model.graph_.predict(model.params_, x=CODED[["age", "income"]].to_numpy(), city=CODES)
    assert np.allclose(model.predict(other), np.ravel(p))


def of_numbers():
    x, city, y = bp.Input("x", (2,)), bp.Input("city", (), dtype="int"), bp.Input("y", ())
    f = x @ bp.Parameter("w", (2,)) + bp.take(bp.Parameter("E", (4, 1)), city)[:, 0]
    return bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f})


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize(("inputs", "X", "error", "says"), [
    (None, CODED.to_numpy(), SettingError, r"X has no names of columns: .*inputs=\{'x': slice\(0, 2\), 'city': 2\}"),
    (None, CODED.rename(columns={"city": "town"}), SettingError, "no column is 'x', 'city'; say which are whose"),
    ({"x": ["age", "income"]}, CODED, SettingError, "inputs must say the columns of each input"),
    ({"x": ["age", "incme"], "city": "city"}, CODED, SettingError, "no column 'incme'"),
    ({"x": ["age"], "city": "city"}, CODED, ShapeError, "needs 2 columns of X, but gets 1: 'age'"),
    ({"x": [0, 7], "city": 1}, CODED, SettingError, "7 is no column of X, which has 3"),
    ({"x": ["city", "income"], "city": "age"}, CODED, DataError, "row 0: the input 'city' takes whole numbers"),
    (None, CODED.assign(city=CODES + 1), DataError, "outside 0..3"),
])  # fmt: skip
def test_what_does_not_fit_is_refused(inputs, X, error, says):
    with pytest.raises(error, match=says):
        bp.GraphClassifier(embedded(), inputs=inputs, **SHORT).fit(X, Y)


def test_a_column_of_its_own_name_comes_before_what_is_left():
    inputs = {"x": bp.Input("x", (2,)), "city": bp.Input("city", ())}
    assert columns_of(inputs, None, ["b", "city", "a"], 3) == {"x": [0, 2], "city": [1]}
    assert columns_of(inputs, None, ["city__c", "x__b", "x__a"], 3) == {"x": [1, 2], "city": [0]}


def test_such_a_model_is_saved_and_exported(tmp_path):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    model = bp.GraphClassifier(embedded(), **SHORT).fit(CODED, Y)
    bp.save(tmp_path / "net.bprop", model)
    x = CODED[["age", "income"]].to_numpy(np.float64)
    assert np.allclose(bp.load(tmp_path / "net.bprop").predict(x=x, city=CODES), model.predict_proba(CODED))
    session = runtime.InferenceSession(bp.to_onnx(model).SerializeToString())
    label, p = session.run(["label", "probabilities"], {"x": x, "city": CODES.astype(np.int64)})
    assert label.tolist() == model.predict(CODED).tolist() and np.allclose(p, model.predict_proba(CODED))
