"""What other libraries call it is answered with the line to type here."""

import copy
import inspect
import re

import numpy as np
import pytest

import bprop as bp
from bprop.elsewhere import alike, answering, need_keywords
from bprop.elsewhere.estimators import ESTIMATOR
from bprop.elsewhere.networks import GRAPH, MODEL, NETWORK
from bprop.elsewhere.training import TABLES, TRAINING
from bprop.errors import CallError

ANSWERS = alike({("optimizer", "solver"): "type rule=bp.Adam(0.001)"})


@answering(ANSWERS, "work", places="work(data)")
def work(data, *, rule=None, epochs=10):
    """Does it."""
    return data, rule, epochs


def test_a_call_that_the_function_takes_goes_through():
    assert work(1, rule=2) == (1, 2, 10)
    assert work.__doc__ == "Does it." and list(inspect.signature(work).parameters) == ["data", "rule", "epochs"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: work(1, optimizer="adam"), "work has no argument 'optimizer': type rule=bp.Adam"),
        (lambda: work(1, epoch=3), "no argument 'epoch'; did you mean 'epochs'"),
        (lambda: work(1, zzz=3), "no argument 'zzz'; there are: "),
        (lambda: work(1, 2), "takes 1 positional argument, not 2: work"),
    ],
)
def test_a_call_that_it_does_not_take_is_answered(call, words):
    with pytest.raises(CallError, match=words) as caught:
        call()
    assert isinstance(caught.value, TypeError)


def test_an_argument_that_is_missing_is_an_error_of_python():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'data'"):
        work()


def test_further_names_may_go_into_a_functions_keywords():
    @answering(ANSWERS, "more", more=lambda: ["seed"])
    def more(data, **settings):
        return settings

    assert more(1, seed=3) == {"seed": 3}
    with pytest.raises(CallError, match="'sed'; did you mean 'seed'"):
        more(1, sed=3)


def test_known_keywords_pass():
    need_keywords("f", {"a": 1}, ["a", "b"], {})


@pytest.mark.parametrize("answers", [TRAINING, TABLES, ESTIMATOR, NETWORK, GRAPH, MODEL])
def test_every_answer_names_something_to_type(answers):
    for name, words in answers.items():
        assert re.search(
            r"\w+=|\w\(|fit\.|record\.|graph\.|boxes|follows from|nothing to choose|by themselves", words
        ), name


@pytest.mark.parametrize(
    ("answers", "function"),
    [(TRAINING, bp.train), (NETWORK, bp.mlp), (NETWORK, bp.tabular)],
)
def test_no_answer_is_about_a_name_that_there_is(answers, function):
    assert not answers.keys() & inspect.signature(function).parameters.keys()


def test_no_answer_of_estimators_and_tables_is_about_a_name_that_there_is():
    pytest.importorskip("sklearn")
    for cls in (bp.MLPClassifier, bp.MLPRegressor, bp.GraphClassifier, bp.TableClassifier, bp.TableRegressor):
        assert not ESTIMATOR.keys() & inspect.signature(cls).parameters.keys()
        with pytest.raises(CallError, match=f"bp.{cls.__name__} has no argument 'epochs': .*max_iter=200"):
            cls(epochs=3)
    assert not TABLES.keys() & inspect.signature(bp.Table.fit).parameters.keys()


@pytest.mark.parametrize(
    ("name", "cure"), [("fit", "bp.train"), ("summary", r"print\(graph\)"), ("forward", "graph.fprop"), ("nothing", "")]
)
def test_attributes_of_graphs_that_other_libraries_have_say_what_to_type(name, cure):
    graph = bp.mlp([3, 2])
    with pytest.raises(AttributeError, match=f"'Graph' object has no attribute '{name}'.*{cure}"):
        getattr(graph, name)
    assert copy.copy(graph).describe() == graph.describe()


def test_attributes_of_models_and_values_say_what_to_type():
    graph = bp.mlp([3, 2])
    model = bp.Model(graph, graph.init())
    for name, cure in (("score", "fit.evaluate"), ("state_dict", "fit.params"), ("predict_proba", "fit.predict")):
        with pytest.raises(AttributeError, match=cure):
            getattr(model, name)
    assert not hasattr(model, "nothing") and (copy.copy(model).params["W1"] == model.params["W1"]).all()
    values = graph.fprop(model.params, np.eye(3), y=[0, 1, 1])
    with pytest.raises(AttributeError, match=r"type values\['a1'\]"):
        getattr(values, "a1")  # noqa: B009
    assert not hasattr(graph.bprop(values), "__wrapped__")
