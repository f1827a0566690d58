"""The temperature of a model of a table, and its conformal intervals and sets."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.tables.certainty import KEY, Conformal, Watched, calibrated, certain, temperature_for
from bprop.temperature import temperature_in

QUICK = {"recipe": "lecture", "epochs": 3, "engine": "numpy", "progress": False, "rule": "adam"}


@pytest.fixture
def classes(rng):
    """600 rows of 3 classes that overlap."""
    kind = rng.integers(3, size=600)
    x = rng.normal(size=(600, 2)) + kind[:, None]
    return {"a": x[:, 0], "b": x[:, 1], "kind": np.array(["x", "y", "z"])[kind].tolist()}


@pytest.fixture
def values(rng):
    """600 rows whose noise grows with a."""
    a = rng.uniform(1, 3, size=600)
    return {"a": a, "b": rng.normal(size=600), "price": 100 * a + 20 * a**2 * rng.normal(size=600)}


def parts_of(data):
    return bp.table(data).split(test=0.4, validation=0.4)


def test_sets_hold_the_true_class_about_as_often_as_asked_for(classes):
    train, _, test = parts_of(classes)
    fit = train.fit(hidden=8, **QUICK)
    sets = fit.sets(test, 0.8)
    true = np.array([fit.classes.tolist().index(kind) for kind in test.frame.column("kind").cells])
    covered = sets[np.arange(len(true)), true].mean()
    assert 0.7 < covered < 0.9
    measured = fit.scores(test, interval=0.8)["interval"]
    assert measured["coverage"] == pytest.approx(covered) and measured["mean_size"] == pytest.approx(sets.sum(1).mean())
    assert measured["empty"] == pytest.approx((sets.sum(1) == 0).mean()) and measured["source"] == "validation"
    assert measured["calibrated_on"] == 144
    assert sets.sum() < fit.sets(test, 0.95).sum()


def test_intervals_hold_the_true_value_in_the_units_of_the_table(values):
    train, _, test = parts_of(values)
    fit = train.fit(hidden=8, **QUICK)
    ends = fit.intervals(test, 0.8)
    y = np.asarray(test.frame.column("price").cells, float)
    covered = ((ends[:, 0] <= y) & (y <= ends[:, 1])).mean()
    assert 0.7 < covered < 0.9 and fit.scores(test, interval=0.8)["interval"]["coverage"] == pytest.approx(covered)
    np.testing.assert_allclose(ends.mean(axis=1), fit.predict(test), rtol=1e-4)
    assert np.ptp(ends[:, 1] - ends[:, 0]) < 1e-3 and ends[0, 1] - ends[0, 0] > 10


def test_intervals_of_the_quantile_loss_are_wide_where_the_noise_is(values):
    train, _, test = parts_of(values)
    fit = train.fit(hidden=16, loss="quantile", **{**QUICK, "epochs": 40})
    ends, q = fit.intervals(test, 0.8), fit.quantiles(test)
    y, a = (np.asarray(test.frame.column(name).cells, float) for name in ("price", "a"))
    assert 0.68 < ((ends[:, 0] <= y) & (y <= ends[:, 1])).mean() < 0.92
    width = ends[:, 1] - ends[:, 0]
    assert width[a > 2.5].mean() > 1.2 * width[a < 1.5].mean()
    assert q.shape == (len(test), 3) and (np.diff(q, axis=1) >= 0).all()
    assert 50 < np.median(q[:, 1]) < 500  # in the units of the table
    assert fit.scores(test)["rmse"] == pytest.approx(np.sqrt(((fit.predict(test) - y) ** 2).mean()), rel=1e-4)


def test_each_of_several_columns_has_its_intervals_and_quantiles(values):
    data = {**values, "other": np.asarray(values["price"]) / 1000 - 5}
    table = bp.table(data, target=("price", "other"))
    for loss in (None, "quantile"):
        fit = table.fit(hidden=8, loss=loss, test=0, validation=0.5, **QUICK)
        ends = fit.intervals(data, 0.8)
        assert ends.shape == (600, 2, 2)
        widths = (ends[..., 1] - ends[..., 0]).mean(axis=0)
        assert 300 < widths[0] / widths[1] < 3000
        covered = fit.scores(data, interval=0.8)["interval"]["coverage"]
        assert all(0.7 < share < 0.9 for share in covered)
    assert fit.quantiles(data).shape == (600, 2, 3)


def test_a_temperature_lowers_the_loss_of_a_network_that_is_too_sure(classes):
    train, _, test = parts_of(classes)
    settings = {"hidden": (64, 64), **QUICK, "epochs": 60, "batch_size": 8, "lr": 0.01}
    plain, warm = train.fit(**settings), train.fit(calibrate=True, **settings)
    assert temperature_in(plain.graph) is None and temperature_in(warm.graph) > 1.1
    before, after = plain.scores(test), warm.scores(test)
    assert after["log_loss"] < before["log_loss"] and after["accuracy"] == before["accuracy"]
    assert after["loss"] == pytest.approx(after["log_loss"], rel=1e-4)
    warm.save("warm.bprop")
    again = bp.load("warm.bprop")
    np.testing.assert_array_equal(again.predict_proba(test), warm.predict_proba(test))
    np.testing.assert_array_equal(again.sets(test, 0.9), warm.sets(test, 0.9))


def test_the_temperature_of_watched_rows_is_that_of_the_graph(classes):
    train, held, _ = parts_of(classes)
    fit = train.fit(hidden=8, **QUICK)
    watched = Watched.of(fit, held.data())
    graph, after, temperature = calibrated(fit, watched)
    assert temperature == temperature_in(graph)
    fit.graph = graph
    np.testing.assert_allclose(after.f, fit.predict_proba(held), rtol=1e-4)
    assert temperature_for(graph, after) == pytest.approx(1.0, abs=0.05)


def test_several_columns_of_yes_and_no_have_a_temperature_and_no_sets(rng):
    x = rng.normal(size=300)
    noise = rng.normal(size=(300, 2))
    data = {"x": x, "p": ((x + noise[:, 0]) > 0) * 1, "q": ((x + noise[:, 1]) > 1) * 1}
    fit = bp.table(data, target=("p", "q")).fit(hidden=32, calibrate=True, **{**QUICK, "epochs": 20})
    assert temperature_in(fit.graph) is not None and KEY not in fit.notes
    with pytest.raises(errors.SettingError, match="no conformal scores"):
        fit.sets(data)


def test_weights_of_classes_count_for_the_temperature_but_not_for_coverage(classes):
    train, held, _ = parts_of(classes)
    fit = train.fit(hidden=8, class_weight={"x": 5.0}, **QUICK)
    plain = Watched.of(fit, held.data())
    of_class = np.array([5.0, 1.0, 1.0])
    weighted = Watched.of(fit, held.data(class_weight={"x": 5.0}), of_class)
    np.testing.assert_allclose(plain.weights, weighted.weights)
    noted = Conformal.from_notes(fit.notes)
    assert noted.sets(plain.f, 0.8)[np.arange(len(plain.y)), plain.y].mean() == pytest.approx(0.8, abs=0.02)
    assert temperature_for(fit.graph, plain, of_class) != temperature_for(fit.graph, plain)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"loss": "hinge", "calibrate": True}, "gives none"),
        ({"validation": 0, "calibrate": True}, "hold some out"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_before_training(classes, settings, message):
    with pytest.raises(errors.SettingError, match=message):
        bp.table(classes).fit(hidden=4, **QUICK, **settings)


def test_a_model_without_rows_held_out_has_no_intervals(values, classes):
    fit = bp.table(values).fit(hidden=4, validation=0, test=0, **QUICK)
    with pytest.raises(errors.SettingError, match="no rows were held out"):
        fit.intervals(values)
    few = bp.table(values).fit(hidden=4, validation=5, test=0, **QUICK)
    with pytest.raises(errors.SettingError, match=r"5 rows .* are too few for this level: they allow up to 0.8333"):
        few.intervals(values)
    with pytest.raises(errors.SettingError, match="predicts values"):
        few.sets(values)
    with pytest.raises(errors.SettingError, match="predicts classes"):
        bp.table(classes).fit(hidden=4, **QUICK).intervals(classes)
    with pytest.raises(errors.UnsupportedError, match="no quantiles"):
        few.quantiles(values)


def test_a_network_whose_numbers_are_not_finite_is_left_as_it_is(classes):
    train, held, _ = parts_of(classes)
    fit = train.fit(hidden=4, **QUICK)
    graph, noted = fit.graph, fit.notes.pop(KEY)
    assert noted["scores"]
    fit.params["W1"][:] = np.nan
    assert certain(fit, held.data(), calibrate=True) == ""
    assert fit.graph is graph and KEY not in fit.notes


@pytest.mark.parametrize("loss", [None, "quantile"])
def test_an_ensemble_has_intervals_and_quantiles_in_the_units_of_the_table(values, loss):
    train, held, test = parts_of(values)
    model = bp.ensemble([train.fit(hidden=8, seed=seed, loss=loss, **QUICK) for seed in (0, 1)])
    noted = Conformal.of(model.graph, Watched.of(model, held.data()), "validation")
    assert noted is not None
    model.notes.update(noted.to_notes())
    ends = model.intervals(test, 0.8)
    y = np.asarray(test.frame.column("price").cells, float)
    assert 0.68 < ((ends[:, 0] <= y) & (y <= ends[:, 1])).mean() < 0.92
    assert model.spread(test).max() < 500
    if loss:
        q, f = model.quantiles(test), model.predict(test)
        assert q.shape == (len(test), 3) and (q[:, 0] <= f + 1e-3).all() and (f <= q[:, -1] + 1e-3).all()


@pytest.mark.parametrize("change", [{"kind": "x"}, {"scores": []}, {"scores": None}, {"scores": [{}]}])
def test_damaged_notes_are_refused(values, change):
    notes = bp.table(values).fit(hidden=4, **QUICK).notes
    Conformal.from_notes(json.loads(json.dumps(notes)))
    with pytest.raises(errors.DataError, match="damaged"):
        Conformal.from_notes({**notes, KEY: {**notes[KEY], **change}})
    with pytest.raises(errors.DataError, match="damaged"):
        Conformal.from_notes(notes, columns=2)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
