"""What is predicted."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.answer import MOST_CLASSES, Answer, example_weights, find_targets, guess_task
from bprop.sources.formats.arrays import frame_of_arrays, numbered
from bprop.sources.frame import Frame


def frame(**columns):
    ready = {}
    for name, values in columns.items():
        column = values if isinstance(values, np.ndarray) else np.empty(len(values), object)
        if column is not values:
            column[:] = values
        ready[name] = column
    return Frame("t", ready, lambda row: f"t.csv, line {row + 2}", source="t.csv")


def arrays(y, name="pets", target="y", task=None):
    """The frame of arrays, with these targets."""
    y = None if y is None else np.asarray(y)
    x = np.zeros((2 if y is None else len(y), 2))
    return frame_of_arrays(name, x, y, numbered(2), target, task)


def of(y, task=None, **more):
    return Answer.of(arrays(y, **more), (more.get("target", "y"),), task)


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
        example_weights(arrays(None, "dots"), "w")


def test_a_table_without_columns_has_no_target():
    with pytest.raises(errors.DataError, match="it has no columns"):
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


# --- targets of arrays, which are taken as they stand ---


def test_class_names_become_numbers_in_alphabetical_order():
    answer = of(["dog", "cat", "eel", "cat"], target="kind")
    assert answer == Answer(("kind",), "classification", ("cat", "dog", "eel"))
    y = answer.y(arrays(["dog", "cat", "eel", "cat"], target="kind"))
    assert y.tolist() == [1, 0, 2, 0]
    assert y.dtype == np.int64


def test_numbers_as_classes_keep_their_values():
    for y in ([7, 3, 7, 3], [7.0, 3.0, 7.0, 3.0], np.array([7, 3, 7, 3], np.uint8)):
        assert of(y).classes == (3, 7)
        assert all(type(value) is int for value in of(y).classes)
        assert of(y).y(arrays(y)).tolist() == [1, 0, 1, 0]


def test_a_class_is_the_same_as_a_fraction_and_as_a_whole_number():
    assert of([3, 7, 3, 7]).y(arrays([7.0, 3.0])).tolist() == [1, 0]


def test_text_of_arrays_is_a_class_whatever_it_says():
    """In a file of text these would be numbers, and cells that are missing."""
    assert of(["1", "2", "?", "none"]).classes == ("1", "2", "?", "none")
    assert of([True, False]).classes == (False, True)
    assert of([True, False]).y(arrays([True, False])).tolist() == [1, 0]


def test_targets_of_regression_are_numbers_as_they_stand():
    answer = of([0.5, 2.5, 1.0])
    assert (answer.task, answer.classes) == ("regression", None)
    assert answer.y(arrays([0.5, 2.5, 1.0])).tolist() == [0.5, 2.5, 1.0]


def test_the_task_may_be_said():
    assert of([0, 1, 0, 1], "regression").classes is None
    assert of([0, 1, 0, 1], "counts").task == "counts"
    assert of([0.5, 1.5, 0.5, 1.5], "classification").classes == (0.5, 1.5)


def test_the_source_may_say_the_task():
    assert of([0, 1, 0, 1], task=None).task == "classification"
    assert Answer.of(arrays([0, 1, 0, 1], task="regression"), ("y",)).task == "regression"


def test_a_task_that_text_cannot_serve():
    for task in ("regression", "counts"):
        with pytest.raises(errors.SettingError, match=f"{task} needs targets that are numbers; those of pets are text"):
            of(["cat", "dog"], task)


def test_an_unknown_task():
    with pytest.raises(errors.UnknownNameError, match=r"'clustering'.*classification, regression, counts"):
        of([0, 1], "clustering")


def test_a_single_class_is_nothing_to_tell_apart():
    with pytest.raises(errors.DataError, match="pets: all targets are 'cat'"):
        of(["cat", "cat"])


def test_no_targets_at_all():
    with pytest.raises(errors.DataError, match=r"pets: it has no targets \(y\), and they are needed"):
        of(None)


def test_a_class_of_arrays_the_model_does_not_know_is_named_with_its_row():
    with pytest.raises(errors.DataError, match=r"pets, row 2, column 'y': the class fox is not .* \(cat, dog\)"):
        of(["cat", "dog"]).y(arrays(["cat", "fox"]))
    with pytest.raises(errors.DataError, match=r"the class 7 is not one of the model's classes \(0, 1\)"):
        of([0, 1]).y(arrays([0, 7]))


def test_text_where_the_model_predicts_numbers():
    with pytest.raises(errors.DataError, match="the targets are text"):
        of([0.5, 1.5, 2.5]).y(arrays(["cat"]))


def test_labels_beyond_2_to_the_53_are_exact():
    labels = np.array([2**53, 2**53 + 1, 2**53])
    answer = of(labels, "classification")
    assert answer.classes == (2**53, 2**53 + 1)
    assert answer.y(arrays(labels)).tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("y", "task"),
    [
        (["cat", "dog", "cat"], "classification"),
        ([True, False, True], "classification"),
        ([0, 1, 0, 1], "classification"),
        ([3.0, 7.0, 3.0, 7.0], "classification"),
        ([0.5, 1.0, 1.5, 2.0], "regression"),
        (np.arange(50), "regression"),
        (np.arange(2), "classification"),
        (np.repeat(np.arange(MOST_CLASSES), 3), "classification"),
        (np.repeat(np.arange(MOST_CLASSES + 1), 3), "regression"),
    ],
)
def test_the_task_is_guessed_from_the_targets(y, task):
    assert guess_task(np.asarray(y)) == task


def test_targets_that_hardly_repeat_are_no_classes_unless_they_are_asked_for():
    prices = [f"${k},000.50" for k in range(40)]
    with pytest.raises(errors.DataError, match=r"pets, column 'price': 40 of 40 targets differ, such as '\$0,000.50'"):
        of(prices, target="price")
    assert len(of(prices, "classification").classes) == 40
    assert len(of(prices[:19]).classes) == 19
    assert len(of(prices[:30] + prices[:10]).classes) == 30


def test_more_classes_than_a_network_has_outputs_for_are_refused():
    assert len(of(np.arange(10_000), "classification").classes) == 10_000
    with pytest.raises(errors.DataError, match=r"column 'y': more than 10,000 different targets, too many for classes"):
        of(np.arange(10_001), "classification")


def test_an_error_names_some_of_many_classes():
    answer = of([f"k{k % 500}" for k in range(1000)])
    with pytest.raises(errors.DataError, match=r"row 1, .*the class other.*\(k0, k1, .* and 480 more\)"):
        answer.y(arrays(["other", "k1"]))
