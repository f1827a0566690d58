"""Scores as a dict that notebooks show."""

import json

import numpy as np
import pytest

import bprop as bp
from bprop.measures.shown import Scores


@pytest.fixture
def scores():
    graph = bp.mlp([2, 2])
    model = bp.Model(graph, {"W1": 3 * np.eye(2), "b1": np.zeros(2)}, notes={"classes": ["<b>no", "yes"]})
    return model.scores(x=np.eye(2)[[0, 1, 1]], y=[0, 1, 0], bootstrap=5)


def test_scores_are_plain_data(scores):
    assert isinstance(scores, dict) and json.loads(json.dumps(scores)) == scores
    assert repr(scores) == repr(dict(scores))


def test_a_notebook_shows_measures_intervals_the_constant_answer_and_the_confusion(scores):
    html = scores._repr_html_()
    for part in ("on 3 examples", "balanced accuracy", "95% interval", "constant answer", "true &lt;b&gt;no"):
        assert part in html
    assert "<b>no" not in html and f"{scores['accuracy']:.4g}" in html


def test_the_text_in_a_notebook_is_short(scores):
    class Printer:
        def text(self, text):
            self.said = text

    printer = Printer()
    Scores({**scores, **{f"own_{k}": 0.5 for k in range(100)}})._repr_pretty_(printer, False)
    assert len(printer.said.splitlines()) <= 30 and "accuracy" in printer.said


def test_measures_that_are_not_defined_and_several_losses():
    html = Scores(examples=2, roc_auc=None, losses={"nll_1": {"baseline": {"always": "a"}}})._repr_html_()
    assert "not defined" in html and "nll_1" in html and "always a" in html
