"""What is asked of predictions, and how they are judged."""

import numpy as np
import pytest

from bprop.errors import UnknownNameError
from bprop.measures.judge import Question, judged

F = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.8, 0.2]])
Y = np.array([0, 1, 0, 1])
CLASSES = Question("y", "classification", ("y",), ("no", "yes"), None, True)


def test_the_names_of_a_question_are_those_of_its_measures():
    values = Question("z", "regression", ("z1", "z2"))
    switches = Question("z", "multilabel", ("z1", "z2"), probabilities=True)
    for question, y in ((CLASSES, Y), (values, F.round()), (switches, F.round())):
        every = {**question.measures(F, y), **question.named(question.names, F, y)}
        assert {name for one in question.names for name in question.spelled(one)} == set(every)
        assert question.spelled("strange") == []


def test_scores_hold_the_measures_and_the_metrics_of_the_graph():
    result = judged(CLASSES, F, Y, np.ones(4), {"loss": 0.5}, names=["f1"])
    assert result["scores"]["loss"] == 0.5 and result["scores"]["accuracy"] == 0.5 and result["scores"]["f1"] == 0.5
    assert result["more"]["confusion"] == {"classes": ["no", "yes"], "counts": [[1, 1], [1, 1]]}
    assert result["more"]["baseline"] == {"always": "no", "accuracy": 0.5}
    assert result["more"]["intervals"] == {} and result["more"]["positive"] == "yes"


def test_a_measure_that_there_is_not_is_refused():
    with pytest.raises(UnknownNameError, match="no measure of 'y' is called 'rmse'"):
        CLASSES.named(["rmse"], F, Y)


def test_a_measure_that_is_not_defined_is_none():
    result = judged(CLASSES, F[:1], Y[:1], np.ones(1), {})
    assert result["values"]["roc_auc"] is None
