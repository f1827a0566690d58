"""`bprop compare`: several saved models in one page."""

import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("typer")
BASE = "--engine numpy --recipe fast --no-progress"


def page_of(path):
    html = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.S)[1])


def test_the_scores_of_all_models_are_those_of_evaluate(run, folder):
    run(f"train pets.csv {BASE} --epochs 2 --hidden 4 --out small.bprop")
    run(f"train pets.csv {BASE} --epochs 4 --hidden 8 --lr 0.01 --out large.bprop")
    result = run("compare small.bprop large.bprop --data pets.csv --out both.html")
    assert result.stderr.count("were used for training") == 2
    page = page_of(folder / "both.html")
    assert [one["name"] for one in page["runs"]] == ["small", "large"]
    assert [len(one["records"]) for one in page["runs"]] == [2, 4]
    measures = {name: cells for name, _, cells in page["scores"]["measures"]}
    for k, name in enumerate(("small", "large")):
        told = json.loads(run(f"evaluate {name}.bprop pets.csv --json").stdout)
        assert measures["ROC AUC"][k] == pytest.approx([told["roc_auc"], *told["intervals"]["roc_auc"]], rel=1e-4)
        assert measures["loss"][k][0] == pytest.approx(told["loss"], rel=1e-4)
    assert {"network", "epochs", "parameters"} <= {row[0] for row in page["differ"]}


def test_without_data_there_are_curves_and_settings(run, folder):
    run(f"train pets.csv {BASE} --epochs 2 --hidden 4 --out a.bprop")
    result = run("compare a.bprop ./a.bprop")
    assert "warning: a.bprop (2) and a.bprop (1) are the same file, a.bprop: they do not differ" in result.stderr
    page = page_of(folder / "comparison.html")
    assert page["scores"] is None and page["differ"] == []
    assert [one["name"] for one in page["runs"]] == ["a.bprop (1)", "a.bprop (2)"]


def test_models_of_different_targets_are_refused(run, refused, folder):
    run(f"train pets.csv {BASE} --epochs 1 --hidden 4 --out pets.bprop")
    run(f"train house.csv --target price {BASE} --epochs 1 --hidden 4 --out house.bprop")
    refused("compare pets.bprop house.bprop", "pets predicts kind", "house predicts price")
    refused("compare pets.bprop", "name 2 to 16 models")
    assert not list(folder.glob("*.html"))


def test_models_are_named_by_what_tells_them_apart():
    from bprop.cli.compare import names_of

    assert names_of([Path("a/m.bprop"), Path("b/m.bprop"), Path("n.bprop")]) == ["a/m.bprop", "b/m.bprop", "n"]
