"""The page of a search."""

import json
import re

import pytest

import bprop as bp
from bprop.tuning import page as pages


def data_of(path):
    html = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="page-data">(.*?)</script>', html, re.DOTALL)[1])


@pytest.fixture
def lost(search):
    return search({"lr": "0.01|1e30", "rule": "sgd|adamw"}, trials=6, seed=1)


def test_the_page_has_all_trials_and_what_was_searched(lost, tmp_path):
    lost.report(tmp_path / "p.html")
    page = data_of(tmp_path / "p.html")
    assert [trial["number"] for trial in page["trials"]] == [1, 2, 3, 4, 5, 6] and page["best"] == lost.best.number
    assert {one["name"]: one["values"] for one in page["settings"]}["lr"] == ["0.01", "1e+30"]
    assert {one["name"]: one["log"] for one in page["settings"]}["weight_decay"]
    shown = dict(page["headline"])
    assert shown["validation loss"] == pytest.approx(lost.best.value, rel=1e-4)
    assert shown["test accuracy"] == pytest.approx(lost.test["accuracy"], rel=1e-4)
    assert all(trial["value"] is None for trial in page["trials"] if trial["state"] == "diverged")
    assert page["command"] is None and dict(page["search"])["study"] == "none"


def test_a_page_has_bounds(lost, monkeypatch):
    for name, most in (("MOST_TRIALS", 3), ("MOST_CURVES", 2), ("MOST_POINTS", 2)):
        monkeypatch.setattr(pages, name, most)
    page = pages.page_of(lost)
    assert (len(page["trials"]), page["more"]) == (3, 3)
    assert lost.best.number in [trial["number"] for trial in page["trials"]]
    assert sorted(len(trial["curve"]) for trial in page["trials"]) == [0, 2, 2]


def test_names_are_text_and_never_markup(arrays, tmp_path):
    def network(units):
        return bp.mlp([3, units, 2])

    space = {"units": "2..4", "epochs": 2}
    tuned = bp.tune(arrays, graph=network, space=space, trials=2, engine="numpy", progress=False)
    tuned.name = "<script>alert(1)</script>"
    tuned.report(tmp_path / "p.html")
    assert "<script>alert" not in (tmp_path / "p.html").read_text(encoding="utf-8")
