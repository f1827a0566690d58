"""The methods of the benchmark of tables: each takes tables as people have them, and answers in one form."""

import sys
from pathlib import Path

import numpy as np
import pytest

pd = pytest.importorskip("pandas")
pytest.importorskip("sklearn")

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks are beside the package, not in it

from benchmarks.peers import UnavailableError  # noqa: E402
from benchmarks.tables.measures import MAIN, errors  # noqa: E402
from benchmarks.tables.methods import METHODS, UNUSUAL, Method, choose  # noqa: E402
from benchmarks.tables.table import CLASSES, VALUES, table_of  # noqa: E402

QUICK = [name for name in METHODS if METHODS[name].module in ("scikit", "trees") and name != "constant"]


def messy(task):
    """A table with gaps among its numbers and words, names that some packages refuse, and a class for each word."""
    random = np.random.default_rng(0)
    word = random.choice(["a", "b", "c"], 240)
    x = random.standard_normal(240)
    x[::20] = np.nan
    signal = np.array([{"a": 0.0, "b": 2.0, "c": 4.0}[w] for w in word])
    y = np.array(["low", "middle", "high"])[(signal / 2).astype(int)] if task == CLASSES else signal + np.nan_to_num(x)
    features = {"x[1]: {size}": x, "a word, in full": pd.Series(word).where(np.arange(240) % 30 > 0, None)}
    return table_of("messy", pd.DataFrame({**features, "the y": y}), "the y")


def judged(name, task, **settings):
    """The errors of a method and of the constant one, on rows of which one has a word that training did not show."""
    method = METHODS[name]
    table = messy(task)
    train, test = table.rows(np.arange(200)), table.rows(np.arange(200, 240))
    test.features.iloc[0, 1] = "new"
    prediction = method.__class__(method.module, method.function, method.package, settings).fit(train, 0)(test.features)
    constant = METHODS["constant"].fit(train, 0)(test.features)
    return errors(task, test.target, np.asarray(prediction)), errors(task, test.target, constant)


@pytest.mark.parametrize("task", [CLASSES, VALUES])
@pytest.mark.parametrize("name", QUICK)
def test_a_method_learns_from_a_messy_table(name, task):
    pytest.importorskip({"LightGBM": "lightgbm", "XGBoost": "xgboost", "CatBoost": "catboost"}.get(name, "sklearn"))
    ours, constant = judged(name, task)
    assert ours[MAIN[task]] < 0.7 * constant[MAIN[task]]


@pytest.mark.parametrize("task", [CLASSES, VALUES])
def test_bprop_learns_from_a_messy_table(task):
    ours, constant = judged("bprop", task, recipe="lecture", epochs=20, engine="numpy")
    assert ours[MAIN[task]] < 0.7 * constant[MAIN[task]]


@pytest.mark.filterwarnings("ignore")  # of PyTorch and Lightning
@pytest.mark.parametrize("task", [CLASSES, VALUES])
@pytest.mark.parametrize(("name", "epochs"), [("RealMLP", 2), ("TabM", 1)])
def test_the_networks_of_pytabkit_answer_in_the_same_form(name, epochs, task):
    pytest.importorskip("pytabkit")
    ours, _ = judged(name, task, n_epochs=epochs)
    assert np.isfinite(ours[MAIN[task]])


def test_bprop_has_no_options_but_that_no_rows_are_held_out_for_a_test(monkeypatch):
    import bprop as bp

    calls = []

    class Model:
        classes = np.array([0, 1, 2])

    def fit(self, *, test=None, seed=None, **more):
        calls.append((len(self), self.task, self.target, test, more))
        return Model()

    monkeypatch.setattr(type(bp.table({"x": [1.0, 2.0] * 10, "y": [0.5, 1.5] * 10})), "fit", fit)
    METHODS["bprop"].fit(messy(CLASSES), 0)
    assert calls == [(240, CLASSES, "the y", 0, {})]


def test_a_setting_that_this_version_of_bprop_lacks_is_a_reason_to_leave_it_out():
    with pytest.raises(UnavailableError, match="has no magic="):
        Method("ours", "fit", "bprop", {"magic": True}).fit(messy(CLASSES), 0)


def test_methods_are_chosen_by_name():
    assert choose("linear, CatBoost") == ["linear", "CatBoost"]
    assert choose("all") == [*METHODS]
    assert choose("") == [name for name in METHODS if name not in UNUSUAL]
    with pytest.raises(SystemExit, match="there is no method 'cat'"):
        choose("cat")


def test_a_package_that_is_not_installed_has_no_version():
    assert Method("scikit", "linear", "no-such-package").version == ""
    assert METHODS["linear"].version
