"""Several runs in one page."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import NonFiniteError, SettingError


@pytest.fixture
def data(rng):
    x = rng.normal(size=(120, 3))
    return {"x": x, "y": (x[:, 0] + 0.3 * rng.normal(size=120) > 0).astype(int)}


def run(data, units=4, epochs=6, lr=0.3, **more):
    graph = bp.mlp([3, units, 2])
    return bp.train(graph, data, rule=bp.SGD(lr), epochs=epochs, engine="numpy", progress=False, **more)


def page_of(tmp_path, data_of, runs, *data, **more):
    bp.compare(runs, tmp_path / "runs.html", *data, **more)
    return data_of((tmp_path / "runs.html").read_text(encoding="utf-8"))


def test_runs_of_different_lengths_share_their_epochs(tmp_path, data_of, data):
    page = page_of(tmp_path, data_of, {"short": run(data, epochs=700), "long": run(data, epochs=2000)})
    short, long = ({record["epoch"] for record in one["records"]} for one in page["runs"])
    assert len(long) < 700 and max(long) == 2000 and max(short) == 700
    assert short - {700} <= long


def test_only_the_settings_that_differ_stand_apart(tmp_path, data_of, data):
    page = page_of(tmp_path, data_of, [run(data, lr=0.3), run(data, lr=0.1, units=5)])
    differ, same = {row[0]: row[1:] for row in page["differ"]}, dict(page["same"])
    assert set(differ) == {"rule", "network", "parameters"} and "seed" in same
    assert "learning_rate=0.3" in differ["rule"][0] and "learning_rate=0.1" in differ["rule"][1]
    assert [one["name"] for one in page["runs"]] == ["run 1", "run 2"]


def test_the_scores_are_those_of_each_run_and_differences_are_paired(tmp_path, data_of, data):
    runs = {"good": run(data, epochs=60), "bad": run(data, epochs=1, lr=0.001)}
    page = page_of(tmp_path, data_of, runs, data)
    measures = {name: cells for name, _, cells in page["scores"]["measures"]}
    for k, fit in enumerate(runs.values()):
        scores = fit.scores(data)
        assert measures["ROC AUC"][k][0] == pytest.approx(scores["roc_auc"], rel=1e-4)
        assert measures["accuracy"][k][0] == pytest.approx(scores["accuracy"], rel=1e-4)
    larger = {name: which for name, which, _ in page["scores"]["measures"]}
    assert larger["accuracy"] is True and larger["loss"] is False
    wrong = [(fit.predict(x=data["x"]).argmax(axis=1) != data["y"]) * 1.0 for fit in runs.values()]
    difference = wrong[1] - wrong[0]
    found = page["scores"]["differences"]
    assert found["best"] == 0 and found["runs"][0] == [0, 0, 0]
    half = 1.96 * difference.std() / np.sqrt(120)
    assert found["runs"][1] == pytest.approx([difference.mean() + sign * half for sign in (0, -1, 1)], rel=1e-4)


def test_a_run_that_diverged_has_its_failure_and_no_scores(tmp_path, data_of):
    data = {"x": 1e3 * np.eye(6, 4), "y": np.arange(6.0)}
    graph = bp.mlp([4, 5, 1], activation="relu", task="regression")
    settings = {"engine": "numpy", "progress": False}
    with pytest.raises(NonFiniteError) as caught:
        bp.train(graph, data, rule=bp.SGD(1e30), epochs=50, **settings)
    fine = bp.train(graph, data, rule=bp.SGD(1e-9), epochs=2, **settings)
    page = page_of(tmp_path, data_of, {"broken": caught.value.fit, "fine": fine}, data)
    assert page["runs"][0]["ended"] == "diverged" and "step" in page["runs"][0]["failure"]
    assert all(cells[0] == [None, None, None] and cells[1][0] is not None for _, _, cells in page["scores"]["measures"])


def test_runs_that_predict_different_things_are_refused_before_anything_is_written(tmp_path, data):
    other = bp.train(bp.mlp([3, 3]), data, epochs=1, engine="numpy", progress=False)
    with pytest.raises(SettingError, match=r"a predicts one of 2 classes, and b predicts one of 3 classes"):
        bp.compare({"a": run(data), "b": other}, tmp_path / "x.html")
    named = [run(data, notes={"target": target}) for target in ("price", "size")]
    with pytest.raises(SettingError, match=r"price: .*size: "):
        bp.compare(named, tmp_path / "x.html")
    with pytest.raises(SettingError, match="2 to 16 runs"):
        bp.compare([run(data)], tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


def test_models_from_files_and_fits_stand_side_by_side(tmp_path, data_of, data):
    fit = run(data)
    bp.save(tmp_path / "m.bprop", fit)
    page = page_of(tmp_path, data_of, {"file": bp.load(tmp_path / "m.bprop"), "fit": fit}, data)
    assert page["runs"][0]["records"] == page["runs"][1]["records"]
    first, second = zip(*(cells for _, _, cells in page["scores"]["measures"]), strict=True)
    assert first == second


def test_a_run_that_errs_as_the_best_does_is_said_to_be_the_same(tmp_path, data, browser):
    fit = run(data)
    bp.compare({"one": fit, "two": fit}, tmp_path / "runs.html", data)
    page = browser.new_page()
    page.goto((tmp_path / "runs.html").as_uri())
    assert "two: the same as one for every example" in page.locator("#differences").inner_text()
    page.close()
