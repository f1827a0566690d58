"""The recipe of a network: its graph is that of bp.mlp."""

import pytest

import bprop as bp
from bprop.playing.recipe import Layer, Recipe
from bprop.playing.refused import RefusedError


def test_the_graph_of_a_recipe_without_skips_is_that_of_mlp():
    recipe = Recipe((Layer(5, "relu"), Layer(3, "tanh")), penalty="l1", strength=0.2, initialisation="he_normal")
    theirs = bp.mlp([2, 5, 3, 4], activation=["relu", "tanh"], task="classification", l1=0.2, init="he_normal")
    assert recipe.graph("classification", 2, 4).describe() == theirs.describe()


def test_a_skip_hands_the_units_of_a_lower_layer_to_a_higher_one():
    graph = Recipe(skips=((0, 2), (0, 3), (1, 3)), loss="squared_error").graph("regression", 2, 1)
    assert [graph.names[child] for child in graph.boxes["s2"].children] == ["h1", "x"]
    assert [graph.names[child] for child in graph.boxes["s3"].children] == ["h2", "x", "h1"]
    assert graph.parameters["W3"].shape == (4 + 2 + 4, 1)


def test_a_recipe_comes_back_from_its_json():
    recipe = Recipe((Layer(5, "relu"),), ((0, 2),), "hinge", "l1", 0.3, "he_normal", 7, "float32")
    assert Recipe.read(recipe.plain()) == recipe


def test_layers_that_come_and_go_take_their_skips_along():
    recipe = Recipe(skips=((0, 2), (1, 3)))
    assert recipe.with_layer(1, Layer(2, "tanh")).skips == ((0, 3), (2, 4))
    assert recipe.without_layer(1).skips == ()
    assert recipe.without_layer(2).skips == ()
    assert recipe.with_layer(3, Layer(2, "tanh")).skips == ((0, 2), (1, 4))


@pytest.mark.parametrize("start, end", [(0, 1), (1, 1), (2, 0), (0, 4), (-1, 2)])
def test_a_skip_that_is_none_is_refused(start, end):
    with pytest.raises(RefusedError, match="skip"):
        Recipe().with_skip(start, end)
