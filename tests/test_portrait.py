"""A model as a card."""

import numpy as np
import pytest

import bprop as bp

X = np.linspace(-1, 1, 40).reshape(20, 2)
DATA = {"x": X, "y": (X[:, 0] > 0).astype(int)}


@pytest.fixture(scope="module")
def fit():
    return bp.train(
        bp.mlp([2, 3, 2]), DATA, rule=bp.SGD(0.5), epochs=6, validation=DATA, engine="numpy", progress=False,
        notes={"classes": ["<b>no", "yes"]},
    )  # fmt: skip


def test_a_fit_says_how_it_ended_and_whose_numbers_it_shows(fit):
    html = fit._repr_html_()
    for part in ("6 epochs", "numpy engine", "all epochs done", f"epoch {fit.kept_epoch}, the best", "&lt;b&gt;no"):
        assert part in html
    assert "<b>no" not in html and "kept" in html and html.count("role='img'") == 2
    assert "<svg" in html.partition("the graph")[2]


def test_a_model_that_was_never_trained_here_and_an_ensemble(fit):
    assert "not trained here" in bp.Model(fit.graph, fit.params)._repr_html_()
    assert "the mean of 2 networks" in bp.ensemble([fit, fit])._repr_html_()


def test_a_failed_fit_says_why():
    with pytest.raises(bp.errors.NonFiniteError) as caught:
        graph, data = bp.mlp([2, 3, 1], activation="relu", task="regression"), {"x": 1e9 * X, "y": X[:, 0]}
        bp.train(graph, data, rule=bp.SGD(1e9), epochs=9, engine="numpy", progress=False)
    html = caught.value.fit._repr_html_()
    assert "DIVERGED" in html and "bad" in html


def test_a_large_graph_is_not_drawn_in_the_card():
    box = bp.Input("x") * bp.Parameter("w", ())
    for _ in range(300):
        box = box + 0.5
    html = bp.Model(bp.Graph(loss=box), {"w": 1.0})._repr_html_()
    assert "draw().save(" in html and len(html) < 20_000
