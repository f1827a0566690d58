"""The card of a search."""

import pytest

import bprop as bp


def test_the_card_has_the_best_settings_and_a_row_for_each_trial():
    pytest.importorskip("optuna")
    rows = {"size": [1.0, 2.0, 3.0, 4.0, 5.0] * 8, "price": [2.0, 4.1, 5.9, 8.0, 10.2] * 8}
    space = {"hidden": "4|8", "lr": "0.001..0.1", "epochs": 1}
    tuned = bp.tune(rows, "price", space=space, trials=2, engine="numpy", progress=False)
    html = tuned._repr_html_()
    assert "2 trials: 2 complete" in html and f"trial {tuned.best.number}" in html
    assert html.count("<td class='bprop-n'>1</td>") >= 2 and "its settings" in html
