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


def test_a_box_shows_its_mathematics_its_settings_and_its_children():
    html = bp.leaky_relu(bp.Input("<b>a", (3,)), slope=0.2, name="h")._repr_html_()
    assert html.count("<math") == 2 and "slope" in html and "&lt;b&gt;a" in html and "<b>a" not in html
    assert "<math" not in bp.Input("x", (3,))._repr_html_()


@pytest.mark.parametrize("cls", bp.boxes.catalogue(), ids=lambda cls: cls.__name__)
def test_every_box_has_a_card(cls):
    arrays = list(next(iter(cls.examples(np.random.default_rng(1)))))
    hyper = arrays.pop() if isinstance(arrays[-1], dict) else {}
    children = [
        bp.Input(f"x{k}", np.shape(a)[1:], dtype=np.asarray(a).dtype) if np.ndim(a) else bp.Constant(a)
        for k, a in enumerate(arrays)
    ]
    try:
        box = cls(*children, **hyper)
    except bp.errors.BpropError:
        box = cls(*(bp.Parameter(f"x{k}", np.shape(a)) for k, a in enumerate(arrays)), **hyper)
    html = box._repr_html_()
    assert cls.__name__ in html and "<script" not in html and len(html) < 30_000


def test_a_box_of_ones_own_without_a_formula_has_a_card():
    class Odd(bp.Box):
        def fprop(self, a):
            return a + (1.0 if float(np.asarray(a).ravel()[0]) > 0 else 2.0) * 0

        def bprop(self, grad, value, a):
            return grad

    assert "Odd" in Odd(bp.Input("a", (2,)))._repr_html_()
