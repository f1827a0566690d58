"""What `bprop train` says of how the rows were divided."""

import numpy as np
import pytest

import bprop as bp

FAST = "--engine numpy --hidden 3 --epochs 1 --no-progress --out m.bprop"


@pytest.fixture
def visits(folder):
    """visits.csv: 200 visits of 30 patients on 200 days in order, a class each."""
    rng = np.random.default_rng(0)
    days = np.datetime64("2023-01-01") + np.arange(200)
    lines = [f"{day},p{rng.integers(30)},{rng.normal():.4f},{'well' if k % 3 else 'ill'}" for k, day in enumerate(days)]
    (folder / "visits.csv").write_text("\n".join(["day,patient,blood,state", *lines]) + "\n")
    return folder


def line_of(result):
    return next(line for line in result.stdout.splitlines() if line.startswith("split: "))


def test_the_split_is_always_said(run, visits):
    assert line_of(run(f"train visits.csv {FAST}")) == (
        "split: random, stratified by class, seed 0: 144 rows train, 16 rows validate, 40 rows test"
    )
    assert line_of(run(f"train house.csv --target price --seed 5 {FAST}")) == (
        "split: random, seed 5: 43 rows train, 5 rows validate, 12 rows test"
    )
    assert line_of(run(f"train dots.npz --test 0 --validation 0 {FAST}")) == "split: no row is held out: 60 rows train"
    assert line_of(run(f"train pets.csv --test pets.csv {FAST}")) == (
        "split: random, stratified by class, seed 0: 54 rows train, 6 rows validate; 60 rows of pets.csv test"
    )
    assert "each row drawn by itself" in line_of(run(f"train visits.csv --stream {FAST}"))


@pytest.mark.parametrize("how", ["", "--stream"])
def test_rows_are_divided_in_the_order_of_a_column(run, visits, how):
    result = run(f"train visits.csv --split-by day {how} {FAST}")
    assert line_of(result) == (
        "split: by 'day': 144 rows up to 2023-05-24 train, 16 rows from 2023-05-25 to 2023-06-09 validate, 40 rows "
        "from 2023-06-10 to 2023-07-19 test; rows of equal 'day' stay together"
    )
    assert "'day' is an input, too; its values in the test are beyond those of training" in result.stdout
    assert "day" in bp.load("m.bprop").notes["columns"]
    result = run(f"train visits.csv --split-by day --kind day=ignored --test 50 --validation 0 {how} {FAST}")
    assert "150 rows up to 2023-05-30 train, 50 rows from 2023-05-31 to 2023-07-19 test" in line_of(result)
    assert "is an input, too" not in result.stdout
    assert "day" not in bp.load("m.bprop").notes["columns"]


@pytest.mark.parametrize("how", ["", "--stream"])
def test_rows_are_divided_by_groups(run, visits, how):
    result = run(f"train visits.csv --group patient {how} {FAST}")
    assert line_of(result).startswith("split: random by 'patient', stratified by class, seed 0: ")
    assert line_of(result).endswith("no 'patient' is in two parts")
    assert "'patient' is no input" in result.stdout
    assert "patient" not in bp.load("m.bprop").notes["columns"]
    run("predict m.bprop visits.csv --out p.csv")
    result = run(f"train visits.csv --group patient --kind patient=categorical {how} {FAST}")
    assert "'patient' is no input" not in result.stdout
    assert "patient" in bp.load("m.bprop").notes["columns"]


@pytest.mark.parametrize("how", ["", "--stream"])
def test_rows_in_the_order_of_time_get_a_hint(run, visits, how):
    hint = "the rows look ordered by 'day': --split-by day tests on the last rows"
    assert hint in run(f"train visits.csv {how} {FAST}").stdout
    for options in ("--split-by day", "--group patient", "--test 0 --validation 0", "--kind day=ignored"):
        assert hint not in run(f"train visits.csv {options} {how} {FAST}").stdout
    header, *lines = (visits / "visits.csv").read_text().splitlines()
    (visits / "mixed.csv").write_text("\n".join([header, *lines[100:], *lines[:100]]))
    assert hint not in run(f"train mixed.csv {how} {FAST}").stdout


def test_the_hint_quotes_a_name_with_a_blank(run, visits):
    header, rest = (visits / "visits.csv").read_text().split("\n", 1)
    (visits / "blank.csv").write_text(header.replace("day", "the day") + "\n" + rest)
    assert "--split-by 'the day' tests on the last rows" in run(f"train blank.csv {FAST}").stdout


@pytest.mark.parametrize("how", ["", " --stream"])
def test_test_rows_that_are_training_rows_are_counted(run, folder, how):
    header, *lines = (folder / "pets.csv").read_text().splitlines()
    (folder / "twice.csv").write_text("\n".join([header, *lines, *lines]) + "\n")
    result = run(f"train twice.csv --test pets.csv --validation 0 {FAST}{how}")
    assert "60 of 60 test rows have the same inputs as a row to train on" in result.stdout
    assert "same inputs" not in run(f"train pets.csv {FAST}{how}").stdout


@pytest.mark.parametrize("how", ["", "--stream"])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--split-by day --group patient", "--split-by day and --group patient"),
        ("--split-by week", "no column is called 'week'"),
        ("--split-by patient", "'p"),
        ("--split-by state", "--split-by state: this is the target"),
        ("--group state", "--group state: this is the target"),
        ("--split-by day --test 0 --validation 0", "--split-by day has no effect, for no row is held out"),
        ("--group patient --test pets.csv --validation pets.csv", "--group patient has no effect"),
        ("--split-by day --test 200", "--test 200: give a share in [0, 1) or a whole number below 200"),
        ("--split-by hole", "line 4, column 'hole': the cell is missing, and so in 20 of 200 rows"),
        ("--group hole", "line 4, column 'hole': the group is missing, and so in 20 of 200 rows"),
        ("--group one", "--group one: a part needs a group of its own, and there are 1 for 3 parts"),
        ("--split-by one", "200 rows with 1 different values cannot be cut into 2 parts"),
    ],
)
def test_a_column_that_does_not_do_is_refused(refused, visits, how, options, says):
    header, *lines = (visits / "visits.csv").read_text().splitlines()
    lines = [f"{'' if k % 10 == 2 else k},7,{line}" for k, line in enumerate(lines)]
    (visits / "visits.csv").write_text("\n".join([f"hole,one,{header}", *lines]) + "\n")
    refused(f"train visits.csv {options} {how} {FAST}", says)


@pytest.mark.parametrize("option", ["--split-by", "--group"])
def test_arrays_have_no_columns_to_be_divided_by(refused, folder, option):
    refused(f"train dots.npz {option} a {FAST}", f"{option} a: for tables with columns")
