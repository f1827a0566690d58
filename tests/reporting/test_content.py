"""All that a page shows, as plain data."""

import json

from bprop.reporting.content import drawing_of, follows, page_of, run_of, title_of
from bprop.reporting.facts import Facts


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
