"""The lines of `bprop train` on the target, end to end."""

import json

import numpy as np
import pytest

import bprop as bp

BASE = "--engine numpy --hidden 4 --epochs 1 --no-progress --out m.bprop"
RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 2)).round(3)


@pytest.fixture
def table(folder):
    """table(targets, header="y"): t.csv with columns a and b and these targets."""

    def table(targets, header="y", name="t.csv"):
        rows = [f"{a},{b},{y}" for (a, b), y in zip(X, targets, strict=False)]
        (folder / name).write_text("\n".join([f"a,b,{header}", *rows]) + "\n")
        return name

    return table


@pytest.fixture
def lines(run, table):
    """lines(targets, options): those that `bprop train` prints on the target, without indentation."""

    def lines(targets, options="", header="y", stream=""):
        shown = run(f"train {table(targets, header)} {BASE} {options} {stream}").stdout.splitlines()
        start = next(k for k, line in enumerate(shown) if line.startswith("target: "))
        return [line.strip() for line in shown[start : shown.index("saved m.bprop")]]

    return lines


LAST = ", the last column (choose another with --target COLUMN)"
FEW = "task: classification, because it has only {} different whole numbers (to predict numbers: --task regression)"
MANY = "task: regression, because its {} different whole numbers look like amounts (to predict classes: --task {})"


@pytest.mark.parametrize("stream", ["", "--stream"])
@pytest.mark.parametrize(
    ("targets", "options", "says"),
    [
        (["no"] * 150 + ["yes"] * 50, "", [
            f"target: y{LAST}", "task: classification, because it is text", "2 classes: no 75.0% (150), yes 25.0% (50)",
            "positive class: yes, the rarer one",
        ]),
        (["1", "2"] * 100, "--target y", ["target: y", FEW.format(2), "2 classes: 1 50.0% (100), 2 50.0% (100)"]),
        (["0.0", "1.0"] * 100, "", [FEW.format(2), "2 classes: 0 50.0% (100), 1 50.0% (100)"]),
        ([k % 5 + 1 for k in range(200)], "", [FEW.format(5), "5 classes: 1 20.0% (40)"]),
        ([k % 5 + 1 for k in range(200)], "--kind y=numeric", [
            "task: regression, as --kind y=numeric says", "values from 1 to 5, mean"]),
        (np.arange(200) // 3 + 20, "", [MANY.format(67, "classification"), "values from 20 to 86, mean"]),
        (np.arange(200) // 3 + 20, "--task classification", [
            "task: classification, as --task classification says", "67 classes: 20 1.5% (3)", "and 57 more"]),
        (np.arange(200) // 20 * 1.5, "--kind y=categorical", ["task: classification, as --kind y=categorical says"]),
        ([f"{k}.25" for k in range(200)], "", ["task: regression, because it has numbers with fractions"]),
        (["x"] * 195 + ["rare"] * 4 + ["single"], "", [
            "3 classes: x 97.5% (195), rare 2.0% (4), single 0.5% (1)",
            "warning: 2 classes have fewer than 5 rows: single (1), rare (4): too few to learn from"]),
        (["ja", "JA", "Ja", "doch"] * 50, "", [
            "warning: classes of y that differ by case or blanks alone: ", "join them with --kind y=categorical:noc"]),
        (["yes", "y", "Yes", "no"] * 50, "", [
            "warning: classes of y that are spellings of yes and no: ", "join them with --kind y=boolean"]),
        (["yes", "y", "Yes", "no"] * 50, "--kind y=boolean", ["2 classes: ", " 75.0% (150), no 25.0% (50)"]),
        (["ja", "JA", "ja", "nein"] * 50, "--kind y=categorical:nocase", [
            "2 classes: ja 75.0% (150), nein 25.0% (50)"]),
        ([["a", "b", "", "?"][k % 4] for k in range(200)], "", [
            "2 classes: a 50.0% (50), b 50.0% (50)", "left out: 100 rows of t without a target"]),
        (["2.5"] * 200, "", ["warning: every target y is 2.5: there is nothing to learn"]),
        (["a"] * 150 + ["b"] * 50, "--class-weight b=3", [
            "weights of the classes, to train and to watch on: a 1, b 3"]),
    ],
)  # fmt: skip
def test_the_target_is_printed_with_its_task_and_its_classes_or_values(lines, stream, targets, options, says):
    shown = "\n".join(lines(list(targets), options, stream=stream))
    for part in says:
        assert part in shown


@pytest.mark.parametrize("stream", ["", "--stream"])
def test_several_targets_have_a_line_each(lines, stream):
    rows = [f"{'yes' if k % 4 else '0'},{k % 2}" for k in range(200)]
    shown = lines(rows, "--target u,v", "u,v", stream)
    assert shown[:2] == ["target: u, v", "task: multilabel, because every target is yes or no"]
    if stream:  # the task is that of all rows, and the shares are those of the sample that is learned from
        assert [line.split()[0] for line in shown[2:]] == ["u:", "v:", "split:", "recipe"]
        assert all(" of a sample of " in line for line in shown[2:4])
    else:
        assert shown[2:4] == ["u: yes in 75.0% of 200 rows", "v: yes in 50.0% of 200 rows"]
    rows = [f"{k}.5,{k % 2}" if k % 10 else f"{k}.5," for k in range(200)]
    shown = lines(rows, "--target u,v", "u,v", stream)
    assert shown[1] == "task: regression, because not every target is yes or no"
    assert shown[2].startswith("u: values from ")
    assert shown[4] == "left out: 20 rows of t without a target"


def test_of_equally_frequent_classes_none_is_rarer(lines):
    assert lines(["a", "b"] * 100)[3] == "positive class: b"
    assert lines(["a"] * 60 + ["b"] * 140)[3] == "positive class: a, the rarer one"


def test_quiet_targets_are_not_warned_of(lines):
    assert not any(line.startswith("warning") for line in lines(["no"] * 100 + ["yes"] * 100))


@pytest.mark.parametrize("stream", ["", "--stream"])
def test_rows_without_a_target_are_left_out_of_every_file(run, table, stream):
    gaps = [["a", "b", "", "b"][k % 4] for k in range(200)]
    for name in ("t.csv", "v.csv", "e.csv"):
        table(gaps, name=name)
    shown = run(f"train t.csv {BASE} --validation v.csv --test e.csv {stream}").stdout
    assert "t: 150 examples to train on, 150 to watch, 150 to test" in shown
    for name in ("t", "v.csv", "e.csv"):
        assert f"  left out: 50 rows of {name} without a target" in shown
    found = json.loads(run("evaluate m.bprop e.csv --json --bootstrap 0").stdout)
    assert (found["examples"], found["left_out"]) == (150, 50)
    assert "left out: 50 rows of e without a target" in run("evaluate m.bprop e.csv").stdout
    assert len(run("predict m.bprop e.csv").stdout.splitlines()) == 201


@pytest.mark.parametrize("stream", ["", "--stream"])
def test_a_model_does_not_know_the_rows_that_are_left_out(run, folder, table, stream):
    gaps = [f"{['a', 'b', ''][k % 3]},{2 if k % 3 < 2 else -1}" for k in range(200)]
    table(gaps, "y,w")
    run(f"train t.csv {BASE} --target y --weights w --test 0 --validation 0 {stream}")
    rows = [f"{a},{b},{y}" for (a, b), y in zip(X, gaps, strict=True) if not y.startswith(",")]
    (folder / "t.csv").write_text("\n".join(["a,b,y,w", *rows]))
    run(f"train t.csv {BASE} --target y --weights w --test 0 --validation 0 {stream} --out n.bprop")
    assert bp.load("m.bprop").notes["classes"] == bp.load("n.bprop").notes["classes"]
    if not stream:  # a stream draws the order of rows by their places in the file
        for name, array in bp.load("m.bprop").params.items():
            np.testing.assert_array_equal(array, bp.load("n.bprop").params[name])


@pytest.mark.parametrize("stream", ["", "--stream"])
def test_targets_that_cannot_be_learned_are_refused(refused, table, stream):
    base = f"train t.csv {BASE} {stream}"
    table([""] * 200)
    refused(base, "t.csv, column 'y': all targets are missing (200 rows)", "--target")
    table(["same"] * 200)
    refused(base, "t.csv: all targets are 'same'")
    table([f"name {k}" for k in range(200)])
    refused(base, "200 of 200 targets differ, such as 'name 0'", "--task classification")
    table(["1", "0"] * 100)
    refused(f"{base} --kind y=date", "y is the target, which can be: categorical, boolean, numeric")
    refused(f"{base} --kind y=categorical --task regression", "leave one of them out")


def test_classes_that_were_joined_are_so_in_prediction_and_evaluation(run, table):
    table(["Ja", "JA", "Ja", "nein"] * 50)
    run(f"train t.csv {BASE} --kind y=categorical:nocase")
    assert run("predict m.bprop t.csv").stdout.startswith("class,p(Ja),p(nein)\n")
    table(["ja", "NEIN"] * 100)
    found = json.loads(run("evaluate m.bprop t.csv --json --bootstrap 0").stdout)
    assert [found["classes"][name]["rows"] for name in ("Ja", "nein")] == [100, 100]


def test_a_class_of_later_rows_is_matched_in_any_type(run, folder, table):
    table([f"{k % 3 + 27}.0" for k in range(200)])
    run(f"train t.csv {BASE}")
    table([k % 3 + 27 for k in range(200)])
    found = json.loads(run("evaluate m.bprop t.csv --json --bootstrap 0").stdout)
    assert list(found["classes"]) == ["27", "28", "29"]
    table([["29", "28.0", "x"][k % 3] for k in range(200)])
    error = run("evaluate m.bprop t.csv", code=1).stderr
    assert (
        "t.csv, line 4, column 'y': the class x is not one of the model's classes (27, 28, 29); 66 of 200 rows" in error
    )


@pytest.mark.parametrize("stream", ["", "--stream"])
def test_a_target_with_a_bad_cell_is_refused_or_left_out(run, refused, table, stream):
    table(["12a" if k == 7 else f"{k}.5" for k in range(200)])
    refused(f"train t.csv {BASE} {stream}", "column 'y': '12a' is not a finite number", "--bad-cells missing")
    shown = run(f"train t.csv {BASE} {stream} --bad-cells missing").stdout
    assert "left out: 1 row of t without a target" in shown
    found = json.loads(run("evaluate m.bprop t.csv --json --bootstrap 0 --bad-cells missing").stdout)
    assert (found["examples"], found["left_out"]) == (199, 1)
    assert "left out: 1 row of t without a target" in run("evaluate m.bprop t.csv").stdout  # the model keeps the option


@pytest.mark.parametrize("stream", ["", "--stream"])
def test_an_id_in_the_last_place_is_a_target_with_a_warning(lines, stream):
    says = "warning: the last column, order_id, is called as an id is"
    assert any(line.startswith(says) for line in lines(range(200), header="order_id", stream=stream))
    assert not any(says in line for line in lines(range(200), "--target order_id", header="order_id", stream=stream))
    assert not any("as an id is" in line for line in lines(range(200), header="paid", stream=stream))


@pytest.mark.parametrize("stream", ["", "--stream"])
@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ([f"{'$€'[k % 2]}{k % 40}0.50" for k in range(200)], "look like numbers, such as '"),
        ([f"2023-05-{1 + k % 28:02}" for k in range(200)], "look like dates, such as '2023-05-"),
    ],
)
def test_numbers_of_two_currencies_and_dates_are_no_classes_unless_it_is_asked_for(
    refused, run, table, targets, says, stream
):
    refused(f"train {table(targets)} {BASE} {stream}", says, "--task classification")
    run(f"train {table(targets)} {BASE} {stream} --task classification")


def test_values_with_a_large_offset_are_told_apart(lines):
    shown = lines([1e9 + k % 21 - 10 + 0.5 for k in range(200)])
    assert any(line.startswith("values from 999,999,990.5 to 1,000,000,010.5, mean 1,000,000,000") for line in shown), (
        shown
    )
