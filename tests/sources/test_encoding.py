"""From tables to arrays and back."""

import json

import numpy as np
import pytest

from bprop import errors
from bprop.sources.encoding import SCALINGS, Encoding, scaling_of, target_scaling_of, unit_scale
from bprop.sources.table import Table


def table(y, x=None, **settings):
    y = None if y is None else np.asarray(y)
    x = np.arange(2.0 * len(y)).reshape(-1, 2) if x is None else np.asarray(x)
    return Table("pets", x, y, tuple(f"x{i}" for i in range(x.shape[1])), **settings)


# --- classes and numbers ---


def test_class_names_become_numbers_in_alphabetical_order():
    pets = table(["dog", "cat", "eel", "cat"], target="kind")
    encoding = Encoding.of(pets)
    assert encoding.task == "classification"
    assert encoding.classes == ("cat", "dog", "eel")
    assert encoding.target == "kind"
    assert encoding.y(pets).tolist() == [1, 0, 2, 0]
    assert encoding.y(pets).dtype == np.int64


def test_numbers_as_classes_keep_their_values():
    for y in ([7, 3, 7, 3], [7.0, 3.0, 7.0, 3.0], np.array([7, 3, 7, 3], np.uint8)):
        encoding = Encoding.of(table(y))
        assert encoding.classes == (3, 7)
        assert all(type(value) is int for value in encoding.classes)
        assert encoding.y(table(y)).tolist() == [1, 0, 1, 0]


def test_a_class_is_the_same_as_a_fraction_and_as_a_whole_number():
    assert Encoding.of(table([3, 7, 3, 7])).y(table([7.0, 3.0])).tolist() == [1, 0]


def test_targets_of_regression_are_numbers_as_they_stand():
    encoding = Encoding.of(table([0.5, 2.5, 1.0]))
    assert (encoding.task, encoding.classes) == ("regression", None)
    assert encoding.y(table([0.5, 2.5, 1.0])).tolist() == [0.5, 2.5, 1.0]


def test_the_task_may_be_said():
    assert Encoding.of(table([0, 1, 0, 1]), "regression").classes is None
    assert Encoding.of(table([0, 1, 0, 1]), "counts").task == "counts"
    assert Encoding.of(table([0.5, 1.5, 0.5, 1.5]), "classification").classes == (0.5, 1.5)


def test_arrays_are_what_the_network_takes():
    pets = table(["dog", "cat"])
    arrays = Encoding.of(pets).arrays(pets)
    assert set(arrays) == {"x", "y"}
    np.testing.assert_array_equal(arrays["x"], pets.x)
    assert arrays["y"].tolist() == [1, 0]


def test_a_task_that_text_cannot_serve():
    for task in ("regression", "counts"):
        with pytest.raises(errors.SettingError, match=f"{task} needs targets that are numbers; those of pets are text"):
            Encoding.of(table(["cat", "dog"]), task)


def test_an_unknown_task():
    with pytest.raises(errors.UnknownNameError, match=r"'clustering'.*classification, regression, counts"):
        Encoding.of(table([0, 1]), "clustering")


def test_a_single_class_is_nothing_to_tell_apart():
    with pytest.raises(errors.DataError, match="pets: all targets are 'cat'"):
        Encoding.of(table(["cat", "cat"]))


def test_no_targets_at_all():
    with pytest.raises(errors.DataError, match="no targets"):
        Encoding.of(table(None, x=np.zeros((2, 2))))


def test_a_class_the_model_does_not_know_is_named_with_its_row():
    with pytest.raises(errors.DataError, match=r"pets: row 1 is of class .*fox.* not know \(cat, dog\)"):
        Encoding.of(table(["cat", "dog"])).y(table(["cat", "fox"]))


def test_text_where_the_model_predicts_numbers():
    with pytest.raises(errors.DataError, match="the targets are text"):
        Encoding.of(table([0.5, 1.5, 2.5])).y(table(["cat"]))


def test_another_number_of_columns():
    with pytest.raises(errors.DataError, match="pets: 3 input columns, but the model takes 2"):
        Encoding.of(table([0, 1])).x(table([0, 1], x=np.zeros((2, 3))))


# --- notes ---


@pytest.mark.parametrize(
    "y", [["cat", "dog"], [3, 7], [0.5, 1.5], [True, False], [0.1, 0.2, 0.3]], ids=["text", "ints", "two floats",
    "bools", "numbers"]
)  # fmt: skip
def test_notes_are_plain_data_and_come_back(y):
    encoding = Encoding.of(table(y, target="kind"))
    back = Encoding.from_notes(json.loads(json.dumps(encoding.to_notes())))
    assert back == encoding
    np.testing.assert_array_equal(back.y(table(y)), encoding.y(table(y)))


@pytest.mark.parametrize(
    "notes", [{}, {"classes": ["a"]}, {"source": "s", "task": "t", "target": "y", "classes": 3, "columns": ["a"]},
              {"source": "s", "task": "t", "target": "y", "classes": None, "columns": None}]
)  # fmt: skip
def test_notes_of_another_model(notes):
    with pytest.raises(errors.DataError, match="was not made by `bprop train`"):
        Encoding.from_notes(notes)


# --- scaling ---


def test_standard_scaling_gives_mean_0_and_deviation_1():
    x = np.random.default_rng(0).normal(size=(200, 3)) * [1, 10, 100] + [5, -5, 0]
    z = scaling_of(x, "standard").scaled(x)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(z.std(axis=0), 1, rtol=1e-12)


def test_a_constant_column_is_left_out():
    found = scaling_of(np.array([[1.0, 7.0], [3.0, 7.0]]), "standard")
    assert (found.mean.tolist(), found.deviation.tolist()) == ([2, 7], [1, 0])
    assert found.scaled(np.array([[4.0, 8.0]])).tolist() == [[2, 0]]


def test_standard_scaling_of_bytes_does_not_overflow():
    found = scaling_of(np.full((1000, 1), 250, np.uint8), "standard")
    assert (found.mean.tolist(), found.deviation.tolist()) == ([250], [0])


def test_unit_scaling_divides_by_255_in_the_graph():
    assert scaling_of(np.zeros((2, 2)), "unit") is None
    assert list(map(float, unit_scale(np.zeros((2, 2)), "unit"))) == [0, 255]


def test_auto_is_unit_for_bytes_and_standard_for_the_rest():
    x = np.array([[0, 100], [200, 255]], np.uint8)
    assert unit_scale(x) is not None
    assert scaling_of(x) is None
    assert unit_scale(x.astype(float)) is None
    np.testing.assert_array_equal(scaling_of(x.astype(float)).mean, scaling_of(x.astype(float), "standard").mean)


def test_none_is_no_scaling():
    assert scaling_of(np.zeros((2, 2)), "none") is None
    assert unit_scale(np.zeros((2, 2)), "none") is None


def test_targets_that_are_all_the_same_have_the_deviation_1():
    found = target_scaling_of(np.full(3, 2.5))
    assert (found.mean, found.deviation) == (2.5, 1)


def test_labels_beyond_2_to_the_53_are_exact():
    labels = np.array([2**53, 2**53 + 1, 2**53])
    table = Table("t", np.zeros((3, 1)), labels, ("a",))
    encoding = Encoding.of(table, "classification")
    assert encoding.classes == (2**53, 2**53 + 1)
    assert encoding.y(table).tolist() == [0, 1, 0]


def test_an_unknown_scaling_lists_the_known():
    with pytest.raises(errors.UnknownNameError, match=f"'minmax'.*{', '.join(SCALINGS)}"):
        scaling_of(np.zeros((2, 2)), "minmax")


# --- targets that are no classes ---


def test_targets_that_hardly_repeat_are_no_classes_unless_they_are_asked_for():
    prices = [f"${k},000.50" for k in range(40)]
    with pytest.raises(errors.DataError, match=r"pets, column 'price': 40 of 40 targets differ, such as '\$0,000.50'"):
        Encoding.of(table(prices, target="price"))
    assert len(Encoding.of(table(prices), "classification").classes) == 40
    assert len(Encoding.of(table(prices[:19])).classes) == 19
    assert len(Encoding.of(table(prices[:30] + prices[:10])).classes) == 30


def test_more_classes_than_a_network_has_outputs_for_are_refused():
    assert len(Encoding.of(table(np.arange(10_000)), "classification").classes) == 10_000
    with pytest.raises(errors.DataError, match=r"column 'y': more than 10,000 different targets, too many for classes"):
        Encoding.of(table(np.arange(10_001)), "classification")


def test_an_error_names_some_of_many_classes():
    encoding = Encoding.of(table([f"k{k % 500}" for k in range(1000)]))
    with pytest.raises(errors.DataError, match=r"row 0 is of class other.*\(k0, k1, .* and 480 more\)"):
        encoding.y(table(["other", "k1"]))
