"""All that a page shows, as plain data."""

import json

import bprop as bp
from bprop.reporting.about import Facts
from bprop.reporting.content import drawing_of, follows, page_of, run_of, title_of


def test_a_page_is_plain_data(classes):
    fit, _ = classes
    page = page_of(fit, Facts(), None)
    json.dumps(page, allow_nan=False)
    assert page["run"] == {
        "status": "epochs", "epochs": 8, "best_epoch": None, "kept_epoch": None, "within_epoch": False, "failure": None,
    }  # fmt: skip
    assert page["records"][-1]["health"]["boxes"]["h1"][3] > 0


def test_titles_drawings_and_what_follows(classes, values):
    assert title_of(classes[0]) == "Training on pets"
    assert title_of(values[0]) == "Training report"
    assert 'data-name="h1"' in drawing_of(classes[0].graph)
    assert run_of(values[0])["status"] == "epochs"
    assert follows([]) == {"timings": [], "advice": []}


def test_how_training_ended_is_told(classes):
    fit, _ = classes
    fit.stopped, fit.best_epoch = "patience", 5
    assert run_of(fit)["kept_epoch"] == 5 and run_of(fit)["within_epoch"] is False
    fit.stopped = "interrupted"
    assert run_of(fit)["kept_epoch"] is None and run_of(fit)["within_epoch"] is True
    fit.stopped, fit.failure = "diverged", "training diverged at epoch 9: " + "x" * 1000
    run = run_of(fit)
    assert run["failure"].startswith("training diverged at epoch 9") and len(run["failure"]) <= 600


def test_what_ended_the_run_stands_once(classes):
    fit, _ = classes
    fit.stopped, fit.failure = "diverged", "training diverged at epoch 9"
    assert fit.failure not in follows(fit.history, fit)["advice"]
    assert follows(fit.history, fit)["advice"] == follows(fit.history)["advice"]


def test_a_model_of_a_file_tells_whose_weights_it_holds(classes, tmp_path):
    fit, _ = classes
    fit.stopped, fit.best_epoch = "patience", 5
    fit.save(tmp_path / "net.bprop")
    run = run_of(bp.load(tmp_path / "net.bprop"))
    assert (run["status"], run["best_epoch"], run["kept_epoch"]) == ("saved", 5, 5)


def test_equal_layers_are_drawn_apart_because_each_has_its_health():
    drawing = drawing_of(bp.mlp([4, *[5] * 40, 3]))
    assert all(f'data-box="layer {k}"' in drawing for k in range(1, 42))
