"""What is predicted."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.answers import Answer, example_weights, find_targets
from bprop.sources.frame import Frame
from bprop.sources.table import Table


def frame(**columns):
    ready = {}
    for name, values in columns.items():
        column = values if isinstance(values, np.ndarray) else np.empty(len(values), object)
        if column is not values:
            column[:] = values
        ready[name] = column
    return Frame("t", ready, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def test_text_is_classes():
    table = frame(y=["dog", "cat", "dog"])
    answer = Answer.of(table, ("y",))
    assert (answer.task, answer.classes, answer.outputs) == ("classification", ("cat", "dog"), 2)
    assert answer.y(table).tolist() == [1, 0, 1]


def test_numbers_are_classes_where_there_are_few_whole_ones_and_values_otherwise():
    assert Answer.of(frame(y=["0", "1"] * 5), ("y",)).classes == (0, 1)
    assert Answer.of(frame(y=["0.5", "1.5", "2"]), ("y",)).task == "regression"
    assert Answer.of(frame(y=["0", "1"] * 5), ("y",), "regression").classes is None
    assert Answer.of(frame(y=np.array([0, 3, 1, 3])), ("y",), "counts").task == "counts"


def test_a_few_names_among_numbers_are_classes_where_that_is_told():
    table = frame(y=["1", "2", "2", "1", "3a"])
    with pytest.raises(errors.DataError, match=r"t.csv, line 6, column 'y': '3a' is not a finite number"):
        Answer.of(table, ("y",))
    assert Answer.of(table, ("y",), "classification").classes == ("1", "2", "3a")


def test_several_columns_of_numbers():
    table = frame(a=["1", "2", "3"], b=["100", "300", "500"])
    answer = Answer.of(table, ("a", "b"))
    assert (answer.task, answer.outputs) == ("regression", 2)
    np.testing.assert_array_equal(answer.y(table), [[1, 100], [2, 300], [3, 500]])


def test_several_columns_of_yes_and_no_are_several_labels():
    table = frame(a=["yes", "no"], b=["0", "1"])
    answer = Answer.of(table, ("a", "b"))
    assert answer.task == "multilabel"
    assert answer.y(table).tolist() == [[1, 0], [0, 1]]
    assert Answer.of(table, ("a", "b"), "regression").task == "regression"
    with pytest.raises(errors.DataError, match=r"t.csv: the targets a, b must all be 0 or 1"):
        answer.y(frame(a=["1", "2"], b=["0", "1"]))


def test_tasks_that_columns_cannot_serve():
    with pytest.raises(errors.SettingError, match="regression needs targets that are numbers"):
        Answer.of(frame(y=["cat", "dog"]), ("y",), "regression")
    with pytest.raises(errors.SettingError, match="multilabel needs targets of 0 and 1"):
        Answer.of(frame(a=["1", "5"], b=["0", "1"]), ("a", "b"), "multilabel")
    with pytest.raises(errors.UnknownNameError, match="regression, multilabel; not 'classification'"):
        Answer.of(frame(a=["1", "5"], b=["0", "1"]), ("a", "b"), "classification")
    with pytest.raises(errors.DataError, match="line 3, column 'b': 'x' is not a finite number"):
        Answer.of(frame(a=["1", "5"], b=["0", "x"]), ("a", "b"))
    with pytest.raises(errors.DataError, match="dates cannot be predicted"):
        Answer.of(frame(y=np.array(["2024-01-01"], "datetime64[us]")), ("y",))


def test_a_missing_target_is_named_and_counted():
    with pytest.raises(errors.DataError, match=r"t.csv, line 3, column 'y': the target is missing; .* \(2\)"):
        Answer.of(frame(y=["cat", "", "?"]), ("y",))


def test_a_class_that_is_not_known_is_refused():
    with pytest.raises(errors.DataError, match=r"t.csv, line 3, column 'y': the class fox is not .* \(cat, dog\)"):
        Answer(("y",), "classification", ("cat", "dog")).y(frame(y=["cat", "fox"]))


def test_targets_by_name():
    table = frame(a=["1"], b=["2"], **{"c,d": ["3"]})
    assert find_targets(table, None) == ("c,d",)
    assert find_targets(table, "a") == ("a",)
    assert find_targets(table, "a, b") == ("a", "b")
    assert find_targets(table, "c,d") == ("c,d",)
    with pytest.raises(errors.DataError, match="no column is called 'x'; there are: a, b"):
        find_targets(table, "a,x")
    with pytest.raises(errors.SettingError, match="named twice"):
        find_targets(table, "a,a")


def test_weights_are_numbers_from_0_on():
    assert example_weights(frame(w=["1", "0", "2.5"]), "w").tolist() == [1, 0, 2.5]
    refused = {
        ("1", "-1"): "line 3, column 'w': a weight must be 0 or more, not -1",
        ("0", "0"): "all weights are 0",
        ("1", ""): "line 3, column 'w': the weight is missing",
        ("1", "x"): "'x' is not",
    }
    for values, says in refused.items():
        with pytest.raises(errors.DataError, match=says):
            example_weights(frame(w=values), "w")
    with pytest.raises(errors.SettingError, match="has no columns with names"):
        example_weights(Table("dots", np.ones((1, 1)), None, ("x1",)), "w")


def test_a_table_without_columns_has_no_target():
    with pytest.raises(errors.DataError, match="there are no columns"):
        find_targets(Frame("t", {}, str, source="t"), None)


def test_whole_numbers_beyond_2_to_the_53_are_classes_of_their_own():
    for big in (2**53, 2**63, 2**70):
        table = frame(y=[str(big + k % 2) for k in range(8)])
        answer = Answer.of(table, ("y",), "classification")
        assert list(map(int, answer.classes)) == [big, big + 1]
        assert answer.y(table).tolist() == [0, 1] * 4
        with pytest.raises(errors.DataError, match=str(big + 2)):
            answer.y(frame(y=[str(big + 2)]))


def test_numbers_that_a_float_rounds_together_are_no_targets_for_regression():
    table = frame(y=[str(2**60 + k) for k in range(40)])
    with pytest.raises(errors.DataError, match="a float64 rounds the differences away; subtract an offset"):
        Answer.of(table, ("y",), "regression").y(table)
    table = frame(y=[str(2**60 + 10**6 * k) for k in range(40)])
    assert Answer.of(table, ("y",), "regression").y(table).tolist() == [float(2**60 + 10**6 * k) for k in range(40)]
