"""The benchmark of tables: what a table is, how its rows are divided, and how errors are measured."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

pd = pytest.importorskip("pandas")

sys.path.insert(0, str(Path(__file__).parent.parent))  # benchmarks are beside the package, not in it

from benchmarks.tables import folder, roles, shipped  # noqa: E402
from benchmarks.tables.encoded import MISSING, Categories, Filled, marked  # noqa: E402
from benchmarks.tables.measures import AUC, LOG_LOSS, RMSE, SMALLEST, WRONG, auc, errors, log_loss  # noqa: E402
from benchmarks.tables.split import Protocol, common_classes, divide  # noqa: E402
from benchmarks.tables.table import CHOSE, CLASSES, REPORT, VALUES, TableError, table_of, words_of  # noqa: E402


def frame(rows=60):
    """Numbers, words, yes and no, a column that says nothing, and a target of words; some cells are missing."""
    cells = {
        "x": [0.5, None, 2.0] * (rows // 3),
        "word": ["a", "b", None] * (rows // 3),
        "flag": [True, False] * (rows // 2),
        "same": [1] * rows,
        "y": ["no", "yes", "no", "maybe", "no", "yes"] * (rows // 6),
    }
    return pd.DataFrame(cells)


# -- tables -------------------------------------------------------------------------------------------------------


def test_columns_become_numbers_and_words_and_one_that_says_nothing_is_left_out():
    table = table_of("t", frame(), "y")
    assert [*table.features] == ["x", "word", "flag"]
    assert words_of(table.features) == ["word"]
    assert table.features["flag"].tolist()[:2] == [1, 0]
    assert table.features["word"].tolist()[:3] == ["a", "b", None]


def test_labels_are_numbered_in_their_order_and_rows_without_one_are_left_out():
    rows = frame()
    rows.loc[0, "y"] = None
    table = table_of("t", rows, "y")
    assert len(table) == 59
    assert table.target[:4].tolist() == [2, 1, 0, 1]  # maybe, no, yes
    assert (table.task, table.classes) == (CLASSES, 3)


@pytest.mark.parametrize(
    ("cells", "task"),
    [([0, 1, 2], CLASSES), ([0.5, 1, 2], VALUES), ([True, False, True], CLASSES), ([*range(21)], VALUES)],
)
def test_the_task_is_that_which_the_targets_look_like(cells, task):
    rows = pd.DataFrame({"x": np.arange(len(cells)), "y": cells})
    assert table_of("t", rows, "y").task == task


def test_a_task_that_is_named_counts():
    rows = pd.DataFrame({"x": [1, 2, 3], "y": [0, 1, 2]})
    table = table_of("t", rows, "y", VALUES)
    assert (table.task, table.classes, table.target.tolist()) == (VALUES, 0, [0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("z",), "there is no column 'z'"),
        (("y", "ranking"), "the task 'ranking' is neither"),
        (("same",), "nothing to learn"),
        (("y", VALUES), "is words"),
        (("y", None, "", "judges"), "the role 'judges' is neither"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_reason(arguments, message):
    with pytest.raises(TableError, match=message):
        table_of("t", frame(), *arguments)


def test_the_fingerprint_changes_with_a_cell_a_word_a_target_and_a_name():
    first = table_of("t", frame(), "y").fingerprint
    assert table_of("other", frame(), "y").fingerprint == first
    for column, cell in (("x", 0.25), ("word", "c"), ("y", "yes")):
        changed = frame()
        changed.loc[0, column] = cell
        assert table_of("t", changed, "y").fingerprint != first
    assert table_of("t", frame().rename(columns={"x": "z"}), "y").fingerprint != first


# -- rows ---------------------------------------------------------------------------------------------------------


def numbered(rows=1000, classes=0):
    """A table whose only feature is the number of the row."""
    x = np.arange(rows)
    y = x % classes if classes else x * 0.5
    return table_of("t", pd.DataFrame({"x": x, "y": y}), "y")


@pytest.mark.parametrize("classes", [0, 4])
def test_no_row_is_trained_on_and_tested_on(classes):
    train, test = divide(numbered(classes=classes), 0, Protocol())
    rows, others = set(train.features["x"]), set(test.features["x"])
    assert (len(rows), len(others)) == (800, 200)
    assert not rows & others


def test_a_split_is_the_same_each_time_and_the_next_is_another():
    table = numbered()
    first, again, other = (divide(table, split, Protocol())[1].features["x"].tolist() for split in (0, 0, 1))
    assert first == again
    assert first != other


def test_there_are_no_more_rows_than_the_protocol_permits():
    train, test = divide(numbered(), 0, Protocol(test=0.5, most_train=30, most_test=20))
    assert (len(train), len(test)) == (30, 20)


def test_every_class_has_its_share_of_the_rows_to_train_on_and_to_test_on():
    train, test = divide(numbered(classes=4), 0, Protocol(most_train=100))
    assert np.abs(np.bincount(train.target) - 25).max() <= 1
    assert np.abs(np.bincount(test.target) - 50).max() <= 1


def test_classes_too_rare_to_be_learned_are_left_out_and_the_others_numbered_anew():
    rows = pd.DataFrame({"x": np.arange(103), "y": ["b"] * 50 + ["a"] * 3 + ["c"] * 50})
    table = common_classes(table_of("t", rows, "y"), Protocol())
    assert (len(table), table.classes) == (100, 2)
    assert table.target[table.features["x"] == 0].tolist() == [0]
    assert table.target[table.features["x"] == 102].tolist() == [1]


def test_rare_classes_are_left_out_by_the_rows_that_will_be_trained_on():
    rows = pd.DataFrame({"x": np.arange(1000), "y": [0] * 960 + [1] * 20 + [2] * 20})
    assert common_classes(table_of("t", rows, "y"), Protocol()).classes == 3
    with pytest.raises(TableError, match="fewer than two classes"):
        common_classes(table_of("t", rows, "y"), Protocol(most_train=100))


# -- errors -------------------------------------------------------------------------------------------------------


def test_errors_of_classes_by_hand():
    p = np.array([[0.8, 0.2], [0.4, 0.6], [0.7, 0.3], [0.1, 0.9]])
    measured = errors(CLASSES, np.array([0, 1, 1, 0]), p)
    assert measured[LOG_LOSS] == pytest.approx(-np.log([0.8, 0.6, 0.3, 0.1]).mean())
    assert measured[WRONG] == 0.5
    assert measured[AUC] == pytest.approx(1 - 2 / 4)  # of the pairs (0.6, 0.3) against (0.2, 0.9), two are in order


def test_errors_of_values_by_hand():
    assert errors(VALUES, np.array([1.0, 2.0]), np.array([1.0, 4.0])) == {RMSE: pytest.approx(np.sqrt(2))}


def test_probabilities_are_scaled_to_a_sum_of_one_and_zero_is_not_infinitely_wrong():
    measured = errors(CLASSES, np.array([0, 1]), np.array([[2.0, 2.0], [1.0, 0.0]]))
    assert measured[LOG_LOSS] == pytest.approx(-(np.log(0.5) + np.log(SMALLEST)) / 2)


@pytest.mark.parametrize("classes", [2, 4])
def test_log_loss_and_auc_are_those_of_scikit_learn(classes, rng):
    metrics = pytest.importorskip("sklearn.metrics")
    target = rng.integers(0, classes, 200)
    p = np.round(rng.dirichlet(np.ones(classes), 200), 1) + 0.05  # with equal scores
    p /= p.sum(axis=1, keepdims=True)
    assert log_loss(target, p) == pytest.approx(metrics.log_loss(target, p))
    theirs = metrics.roc_auc_score(target, p[:, 1] if classes == 2 else p, multi_class="ovr")
    assert auc(target, p) == pytest.approx(theirs)


def test_a_class_that_is_not_tested_is_left_out_of_the_auc():
    p = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]])
    assert auc(np.array([0, 1]), p) == 1
    assert auc(np.array([0, 0]), p[:, :2]) == 0.5


@pytest.mark.parametrize("prediction", [np.array([1.0, np.nan]), np.ones((2, 1)), np.ones(3)])
def test_values_that_are_no_predictions_are_refused(prediction):
    with pytest.raises(ValueError, match="predictions of shape"):
        errors(VALUES, np.array([1.0, 2.0]), prediction)


# -- columns for methods ------------------------------------------------------------------------------------------


def test_categories_are_those_of_the_training_rows_and_others_are_missing():
    encode = Categories(pd.DataFrame({"w": ["a", "b", "b", None]}))
    cells = encode(pd.DataFrame({"w": ["a", "new", None]}))["w"]
    assert [*cells.cat.categories] == ["b", "a"]
    assert cells.cat.codes.tolist() == [1, -1, -1]


def test_a_column_may_be_called_self():
    frame = pd.DataFrame({"self": [1.0, None], "words": ["a", None]})
    assert Filled(frame)(frame)["self"].tolist() == [1, 1]
    assert Categories(frame)(frame)["words"].cat.codes.tolist() == [0, -1]
    assert marked(frame)["words"].tolist() == ["a", MISSING]


def test_only_the_most_frequent_categories_stay():
    encode = Categories(pd.DataFrame({"w": ["a", "b", "b", "c", "c"]}), most=2)
    assert encode(pd.DataFrame({"w": ["a", "b", "c"]}))["w"].cat.codes.tolist() == [-1, 0, 1]


def test_gaps_are_filled_with_the_median_of_the_training_rows_and_marked():
    fill = Filled(pd.DataFrame({"x": [1.0, None, 3.0, 8.0], "z": [1, 2, 3, 4]}))
    filled = fill(pd.DataFrame({"x": [None, 5.0], "z": [None, 1.0]}))
    assert filled["x"].tolist() == [3.0, 5.0]
    assert filled["z"].tolist() == [2.5, 1.0]
    assert filled["x is missing"].tolist() == [1.0, 0.0]
    assert "z is missing" not in filled


def test_missing_words_are_a_word_of_their_own():
    assert marked(pd.DataFrame({"w": ["a", None], "x": [1.0, None]}))["w"].tolist() == ["a", MISSING]


# -- where tables come from ---------------------------------------------------------------------------------------


def test_a_file_of_a_folder_has_its_target_last_unless_the_json_says_otherwise(tmp_path):
    (tmp_path / "pets.csv").write_text("weight, pet, id, good\n4.5, cat, 1, 1\n?, dog, 2, 0\n3, cat, 3, 1\n")
    table = folder.load(tmp_path, "pets")
    assert (table.answer, table.role, table.task) == ("good", REPORT, CLASSES)
    assert table.features["weight"].isna().tolist() == [False, True, False]
    described = {"pets": {"target": "pet", "role": CHOSE, "task": CLASSES, "drop": ["id"], "rows": 3}}
    (tmp_path / "meta.json").write_text(json.dumps(described))
    table = folder.load(tmp_path, "pets")
    assert (table.answer, table.role, [*table.features]) == ("pet", CHOSE, ["weight", "good"])
    assert folder.names(tmp_path) == ["pets"]


def test_a_folder_without_tables_and_a_json_file_that_is_none_are_refused(tmp_path):
    with pytest.raises(TableError, match=r"no files that end in \.csv"):
        folder.names(tmp_path)
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "meta.json").write_text("{")
    with pytest.raises(TableError, match=r"meta\.json is no JSON"):
        folder.load(tmp_path, "a")


def test_a_table_that_a_package_ships_is_loaded_by_name():
    pytest.importorskip("sklearn")
    table = shipped.load("breast_cancer")
    assert (len(table), table.features.shape[1], table.classes, table.source) == (569, 30, 2, "sklearn")
    assert shipped.load("diabetes").task == VALUES


def test_an_unknown_table_and_a_package_that_is_not_installed_are_told_apart(monkeypatch):
    with pytest.raises(TableError, match="there is no table 'nothing'"):
        shipped.load("nothing")
    monkeypatch.setitem(shipped.SHIPPED, "absent", shipped.Shipped("no_such_package", shipped.csv("a.csv")))
    with pytest.raises(ImportError, match="no_such_package is not installed"):
        shipped.load("absent")


def test_files_of_keel_have_no_names_of_columns(tmp_path):
    place = tmp_path / "data" / "balanced" / "raw"
    place.mkdir(parents=True)
    (place / "t.dat").write_text("a, 1.5, yes\n<null>, 2, no\n")
    rows = shipped.keel("t")(tmp_path)
    assert [*rows] == ["v0", "v1", "v2"]
    assert rows["v0"].isna().tolist() == [False, True]
    assert rows["v2"].tolist() == ["yes", "no"]


def test_the_names_of_tables_that_chose_are_names_of_tables():
    assert {*shipped.CHOSEN_WITH} <= {*shipped.SHIPPED}


def test_roles_are_read_from_lines_and_other_tables_keep_theirs(tmp_path):
    path = tmp_path / "roles.txt"
    path.write_text("# of today\na chose  # its rates\n\n")
    tables = {"a": numbered(), "b": numbered()}
    assigned = roles.assigned(tables, roles.read(path))
    assert (assigned["a"].role, assigned["b"].role) == (CHOSE, REPORT)
    path.write_text("a chose\nb perhaps\n")
    with pytest.raises(TableError, match="line 2"):
        roles.read(path)
