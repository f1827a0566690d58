"""`bprop report`: the page of a saved model."""

import json
import re

import pytest

pytestmark = pytest.mark.usefixtures("typer")
BASE = "--engine numpy --epochs 3 --hidden 4 --recipe fast --no-progress"


def page_of(path):
    html = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.S)[1])


def shown_scores(page):
    return {one[0]: one[1:4] for one in page["outcome"]["heads"][0]["scores"]}


def test_the_page_has_the_numbers_of_evaluate(run, folder):
    run(f"train pets.csv {BASE} --out pets.bprop")
    told = json.loads(run("evaluate pets.bprop pets.csv --json").stdout)
    run("report pets.bprop pets.csv --out r.html")
    page = page_of(folder / "r.html")
    scores = shown_scores(page)
    for name, shown in (("roc_auc", "ROC AUC"), ("log_loss", "log loss (nats)"), ("accuracy", "accuracy")):
        assert scores[shown] == pytest.approx([told[name], *told["intervals"][name]], rel=1e-4)
    assert page["outcome"]["name"] == "pets" and page["outcome"]["count"] == told["examples"]
    assert [row[0] for row in page["outcome"]["heads"][0]["per_class"]] == list(told["classes"])
    settings = dict(page["settings"])
    assert settings["epochs"] == 3 and "engine" in settings  # of the training, as the model notes them


def test_the_page_of_the_test_rows_is_that_of_training(run, folder):
    run(f"train pets.csv {BASE} --out pets.bprop --report first.html")
    run("report pets.bprop --held-out --out again.html")
    first, again = (page_of(folder / name)["outcome"] for name in ("first.html", "again.html"))
    for part in ("heads", "confusion", "features", "importance", "worst", "count"):
        assert first[part] == again[part], part
    assert first["worst"][0]["row"].startswith("pets.csv, line ")


def test_a_model_has_a_page_without_rows_too_under_a_free_name(run, folder):
    run(f"train pets.csv {BASE} --out pets.bprop")
    (folder / "pets.html").write_text("mine")
    assert run("report pets.bprop").stdout.strip() == "report pets-2.html"
    page = page_of(folder / "pets-2.html")
    assert page["outcome"] is None and len(page["records"]) == 3 and page["layers"]["parameters"] > 0
    assert (folder / "pets.html").read_text() == "mine"


def test_a_folder_of_checkpoints_has_a_page(run, folder):
    run(f"train pets.csv {BASE} --out pets.bprop --checkpoint saved/ --every 1epochs")
    run("report saved pets.csv --out r.html")
    assert page_of(folder / "r.html")["outcome"]["count"] > 0


def test_another_threshold_decides_the_page(run, folder):
    (folder / "two.csv").write_text("a,y\n" + "".join(f"{k % 17},{'yes' if k % 3 else 'no'}\n" for k in range(90)))
    run(f"train two.csv {BASE} --out two.bprop")
    run("report two.bprop two.csv --threshold 0.99 --out r.html")
    head = page_of(folder / "r.html")["outcome"]["heads"][0]
    assert head["threshold"]["own"] == 0.99 and head["threshold"]["now"] == [0, 0]


def test_what_cannot_be_is_refused_before_anything_is_written(run, refused, folder):
    run(f"train pets.csv {BASE} --out pets.bprop")
    refused("report nofile.bprop pets.csv --out r.html", "nofile.bprop")
    refused("report pets.bprop pets.csv --out r.csv", "a page is an .html file")
    refused("report pets.bprop pets.csv --out no/r.html", "cannot be written")
    refused("report pets.bprop --threshold 0.2", "name it, or add --held-out")
    assert not list(folder.glob("*.html"))
