"""What is predicted."""

import numpy as np
import pytest

from bprop import errors
from bprop.sources.answer import Answer
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
    with pytest.raises(
        errors.DataError, match=r"t.csv, line 3, column 'y': the target is missing, and so in 2 of 3 rows"
    ):
        Answer.of(frame(y=["cat", "", "?"]), ("y",))


@pytest.mark.parametrize("cell", ["cat.", "Cat", "CAT."])
def test_a_class_that_is_spelled_nearly_as_another_says_so(cell):
    with pytest.raises(errors.DataError, match="it may be meant for 'cat': spell it so in the file"):
        Answer(("y",), "classification", ("cat", "dog")).y(frame(y=["cat", cell]))


def test_a_class_that_is_not_known_is_refused():
    with pytest.raises(errors.DataError, match=r"t.csv, line 3, column 'y': the class fox is not .* \(cat, dog\)"):
        Answer(("y",), "classification", ("cat", "dog")).y(frame(y=["cat", "fox"]))


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


def test_targets_that_hardly_repeat_are_no_classes_unless_they_are_asked_for():
    prices = [f"${k},000.50" for k in range(40)]
    with pytest.raises(errors.DataError, match=r"pets, column 'price': 40 of 40 targets differ, such as '\$0,000.50'"):
        of(prices, target="price")
    assert len(of(prices, "classification").classes) == 40
    models = [f"model {k}" for k in range(40)]
    assert len(of(models[:19]).classes) == 19
    assert len(of(models[:30] + models[:10]).classes) == 30
    for few in (prices[:19], prices[:30] + prices[:10]):
        with pytest.raises(errors.DataError, match="different targets look like numbers"):
            of(few)


def test_more_classes_than_a_network_has_outputs_for_are_refused():
    assert len(of(np.arange(10_000), "classification").classes) == 10_000
    with pytest.raises(errors.DataError, match=r"column 'y': more than 10,000 different targets, too many for classes"):
        of(np.arange(10_001), "classification")


def test_an_error_names_some_of_many_classes():
    answer = of([f"k{k % 500}" for k in range(1000)])
    with pytest.raises(errors.DataError, match=r"row 1, .*the class other.*\(k0, k1, .* and 480 more\)"):
        answer.y(arrays(["other", "k1"]))


# --- kinds of targets, spellings, and classes in other types ---


def test_the_kind_of_a_target_is_its_task():
    whole = frame(y=["1", "2", "3"] * 9)
    assert Answer.of(whole, ("y",), kinds={"y": "numeric"}).task == "regression"
    assert Answer.of(whole, ("y",), "counts", {"y": "numeric"}).task == "counts"
    assert Answer.of(frame(y=[f"{k}.5" for k in range(9)]), ("y",), kinds={"y": "categorical"}).outputs == 9
    two = frame(a=["1", "0", "1"], b=["0", "no", "yes"])
    assert Answer.of(two, ("a", "b"), kinds={"a": "numeric"}).task == "regression"
    assert Answer.of(two, ("a", "b"), kinds={"a": "boolean", "b": "boolean"}).task == "multilabel"


@pytest.mark.parametrize(
    ("columns", "task", "kinds", "says"),
    [
        ("y", "regression", {"y": "categorical"}, "--kind y=categorical means --task classification, not --task regr"),
        ("y", None, {"y": "date"}, "y is the target, which can be: categorical, boolean, numeric, categorical:nocase"),
        ("ab", None, {"a": "categorical"}, "a is one of several targets, which can be: boolean, numeric"),
        ("ab", None, {"a": "boolean", "b": "numeric"}, "several targets have one task"),
        ("y", None, {"y": "boolean"}, "line 4, column 'y': '3' says neither yes nor no, and 1 of 3 rows"),
    ],
)
def test_kinds_that_a_target_cannot_have(columns, task, kinds, says):
    table = frame(y=["1", "0", "3"], a=["1", "0", "1"], b=["0", "1", "1"])
    with pytest.raises(errors.BpropError, match=says):
        Answer.of(table, tuple(columns), task, kinds)


def test_spellings_are_joined_where_that_is_asked_for_and_stay_apart_otherwise():
    table = frame(y=["Yes", "yes", "yes", "no", "NO", "1", "0", "n", "no"])
    assert Answer.of(table, ("y",), "classification").outputs == 7
    answer = Answer.of(table, ("y",), kinds={"y": "boolean"})
    assert (answer.classes, answer.join) == (("no", "yes"), "boolean")
    assert answer.y(frame(y=["Yes", "NO", "1", "n"])).tolist() == [1, 0, 1, 0]
    assert answer.y(frame(y=["TRUE", "f"])).tolist() == [1, 0]
    colours = frame(
        y=["red", "RED", "red", "dark  blue", "Dark blue", "Dark blue", "cafe\u0301", "caf\u00e9", "caf\u00e9"]
    )
    answer = Answer.of(colours, ("y",), kinds={"y": "categorical:nocase"})
    assert answer.classes == ("Dark blue", "caf\u00e9", "red")
    assert answer.y(colours).tolist() == [2, 2, 2, 0, 0, 0, 1, 1, 1]
    assert answer.y(frame(y=["Red"])).tolist() == [2]
    with pytest.raises(errors.DataError, match="the class green is not one"):
        answer.y(frame(y=["green"]))


@pytest.mark.parametrize(
    "cells", [["29", "7"], ["29.0", "7.0"], ["2.9e1", "07"], np.array([29, 7]), np.array([29.0, 7.0])]
)
@pytest.mark.parametrize(
    "learned", [["29", "7"], ["29.0", "7.0"], np.array([29, 7]), np.array([29.0, 7.0]), ["29", "x7"]]
)
def test_a_class_is_the_same_whatever_type_the_file_gives_it(learned, cells):
    """Also where another class is text, so that all are."""
    answer = Answer.of(frame(y=learned), ("y",), "classification")
    names = [str(name) for name in answer.classes]
    cells = cells if "7" in names else cells[:1]
    labels = answer.y(frame(y=cells)).tolist()
    assert [names[label] for label in labels] == ["29", "7"][: len(cells)]


def test_names_that_a_number_could_mean_alike_are_apart():
    answer = Answer.of(frame(y=["1", "01", "a", "b"]), ("y",), "classification")
    assert answer.classes == ("01", "1", "a", "b")
    assert answer.y(frame(y=["1", "01", "a", "b"])).tolist() == [1, 0, 2, 3]
    with pytest.raises(errors.DataError, match=r"the class 1\.0 is not one"):
        answer.y(frame(y=["1.0", "a", "b"]))


def test_yes_and_no_of_typed_files_are_those_of_text():
    answer = Answer.of(frame(y=["True", "False", "True"]), ("y",))
    assert answer.y(frame(y=["true", "false"])).tolist() == [1, 0]
    assert answer.y(arrays([True, False])).tolist() == [1, 0]


def test_numbers_and_words_that_all_say_yes_or_no_are_names():
    assert Answer.of(frame(y=["1", "0", "1", "yes"]), ("y",)).classes == ("0", "1", "yes")


def test_rows_of_unknown_classes_are_counted():
    answer = Answer(("y",), "classification", ("cat", "dog"))
    with pytest.raises(
        errors.DataError, match=r"line 3, .*class fox .*\(cat, dog\); 2 of 4 rows have classes that it d"
    ):
        answer.y(frame(y=["cat", "fox", "dog", "elk"]))


def test_a_target_that_is_no_number_says_how_many_are_none():
    with pytest.raises(
        errors.DataError, match=r"'3a' is not a finite number, and 2 of 9 targets are none; .*--task classi"
    ):
        Answer.of(frame(y=["1.5", "2.5", "3a", "1", "2", "3", "4", "5", "x"]), ("y",))


def test_the_reason_of_a_task_is_kept_for_people():
    assert Answer.of(frame(y=["a", "b"]), ("y",)).reason == "because it is text"
    assert Answer.of(frame(y=["1", "2"] * 9), ("y",), "regression").reason == "as --task regression says"
    assert of([0, 1, 0, 1], target="y", task="regression").reason == "as --task regression says"
    assert Answer.of(arrays([0, 1, 0, 1], task="regression"), ("y",)).reason == "as pets says"
    assert "--task regression" in Answer.of(frame(y=["1", "2"] * 9), ("y",)).reason
    assert "--task classification" in Answer.of(frame(y=[str(k) for k in range(50)]), ("y",)).reason


def test_how_often_a_target_stands_in_the_table_decides():
    table = frame(y=["a", "b", "1"])
    assert Answer.of(frame(y=[f"k{k}" for k in range(30)]), ("y",), counts=np.full(30, 9)).outputs == 30
    assert Answer.of(table, ("y",), counts=np.array([1, 1, 1])).classes == ("1", "a", "b")
    with pytest.raises(errors.DataError, match="'a' is not a finite number"):
        Answer.of(table, ("y",), counts=np.array([1, 1, 9]))
