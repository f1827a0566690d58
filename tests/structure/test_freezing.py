"""Views of a graph some of whose parameters are not trained."""

import pytest

import bprop as bp
from bprop import errors
from bprop.structure.freezing import frozen, frozen_names


def graph():
    return bp.mlp([3, 4, 2], normalise="batch")


@pytest.mark.parametrize(
    ("freeze", "names"),
    [
        ((), set()),
        ("W1", {"W1"}),
        (["W?", "b1"], {"W1", "W2", "b1"}),
        ("[bg]*", {"b1", "b2", "gain1"}),
        (["mean1"], {"mean1"}),
    ],
)
def test_names_and_patterns_stand_for_parameters(freeze, names):
    assert frozen_names(graph(), freeze) == names


def test_a_box_stands_for_itself():
    network = graph()
    assert frozen_names(network, network.parameters["b1"]) == frozen_names(network, [network.boxes["b1"]]) == {"b1"}
    with pytest.raises(errors.UnknownNameError, match="is not in this graph"):
        frozen_names(network, [bp.Parameter("b1", (4,))])


def test_a_name_with_letters_of_patterns_stands_for_itself_first():
    network = bp.Graph(outputs={"f": bp.Parameter("W[1]") + bp.Parameter("W1")})
    assert frozen_names(network, "W[1]") == {"W[1]"}


def test_a_pattern_that_fits_nothing_is_an_error_with_the_name_that_is_near():
    with pytest.raises(errors.UnknownNameError, match=r"freeze: no parameter is called 'w1'; .*did you mean 'W1'\?"):
        frozen_names(graph(), ["b*", "w1"])


@pytest.mark.parametrize("freeze", [3, [3], None, [["W1"]]])
def test_what_is_no_list_of_names_is_refused(freeze):
    with pytest.raises(errors.SettingError, match="freeze"):
        frozen_names(graph(), freeze)


def test_a_view_has_the_same_boxes_and_trains_fewer_parameters():
    network = graph()
    assert "W1" in network.trained  # computed before the view is made
    view = frozen(network, ["W1", "b*"])
    assert view.boxes["W1"] is network.boxes["W1"]
    assert view.trained == ("gain1", "shift1", "W2")
    assert "W1" in network.trained
    assert not network.frozen
    assert view.whole is network
    assert network.whole is network


def test_a_view_of_a_view_freezes_more():
    network = graph()
    view = frozen(frozen(network, "W1"), "W2")
    assert view.frozen == {"W1", "W2"}
    assert view.whole is network
    assert frozen(network, []) is network


def test_something_must_be_left_to_train():
    with pytest.raises(errors.SettingError, match="freeze leaves nothing to train: all of W1, b1, gain1"):
        frozen(graph(), "*")
