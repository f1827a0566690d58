import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors


def dropped(rate, shape=(2000,), **settings):
    x = bp.Input("x", shape)
    graph = bp.Graph(outputs={"h": bp.dropout(x, rate)})
    return graph.fprop({}, x=np.ones((10, *shape)), **settings)["h"]


def test_an_element_is_kept_where_the_noise_reaches_the_rate(bare):
    box, noise = bare(boxes.Dropout, rate=0.75), np.array([0.0, 0.7, 0.75, 0.9])
    np.testing.assert_array_equal(box.fprop(np.array([1.0, 2.0, 3.0, 4.0]), noise), [0, 0, 12, 16])
    np.testing.assert_array_equal(box.bprop(np.ones(4), None, None, noise), [0, 0, 4, 4])


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_share_dropped_is_the_rate_and_the_mean_stays(rate):
    h = dropped(rate)
    assert (h == 0).mean() == pytest.approx(rate, abs=0.01)
    assert h.mean() == pytest.approx(1, abs=0.03)
    np.testing.assert_allclose(h[h != 0], 1 / (1 - rate), rtol=1e-15)


def test_a_rate_of_zero_drops_nothing():
    np.testing.assert_array_equal(dropped(0.0), 1)


def test_dropout_is_the_identity_outside_training():
    np.testing.assert_array_equal(dropped(0.8, training=False), 1)
    box = bp.dropout(bp.Input("x", (3,)))
    assert box.evaluation() is box.children[0]


def test_a_seed_draws_the_same_units_and_another_seed_others():
    np.testing.assert_array_equal(dropped(0.5, seed=4), dropped(0.5, seed=4))
    assert (dropped(0.5, seed=4) != dropped(0.5, seed=5)).mean() == pytest.approx(0.5, abs=0.05)


def test_two_dropouts_of_one_graph_draw_different_noise():
    x = bp.Input("x", (2000,))
    graph = bp.Graph(outputs={"one": bp.dropout(x), "two": bp.dropout(x)})
    values = graph.fprop({}, x=np.ones((1, 2000)))
    assert (values["one"] != values["two"]).mean() == pytest.approx(0.5, abs=0.06)


def test_backpropagation_drops_the_elements_that_forward_propagation_dropped():
    x = bp.Input("x", (50,))
    graph = bp.Graph(loss=bp.sum(bp.dropout(x, 0.3, name="h"), axis=1))
    values = graph.fprop({}, x=np.ones((4, 50)))
    np.testing.assert_allclose(graph.bprop(values, "x")["x"], values["h"] / 4, rtol=1e-15)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, float("nan")])
def test_an_illegal_rate_is_refused(rate):
    with pytest.raises(errors.SettingError, match="rate"):
        bp.dropout(bp.Input("x", (3,)), rate, name="d1")


def test_the_rate_may_change_without_compiling():
    assert "rate" in boxes.Dropout.runtime
