"""`bprop train --folds K`."""

import re

import numpy as np
import pytest

import bprop as bp

pytest.importorskip("typer", reason="the command line needs typer")

FAST = "--engine numpy --hidden 3 --epochs 2 --no-progress --out m.bprop"


def folds_of(result):
    return re.findall(r"^fold (\d) of (\d): (.*) on (\d+) rows, trained on (\d+)$", result.stdout, re.M)


def test_each_fold_has_its_measures_and_the_mean_is_that_of_the_notes(run, folder):
    result = run(f"train pets.csv --folds 4 {FAST}")
    folds = folds_of(result)
    assert [fold[:2] for fold in folds] == [(str(k), "4") for k in (1, 2, 3, 4)]
    assert [fold[3:] for fold in folds] == [("12", "32")] * 4  # of 48 rows that are not in the test
    assert "4 folds of the 48 rows that are not in the test" in result.stdout
    noted = bp.load("m.bprop").notes["folds"]
    assert set(noted) == {"accuracy", "loss"}
    last = next(line for line in result.stdout.splitlines() if line.startswith("4 folds: "))
    accuracy, loss = np.array(noted["accuracy"]), np.array(noted["loss"])
    assert last == (
        f"4 folds: accuracy {100 * accuracy.mean():.2f}%, loss {loss.mean():.4g} nats (mean); "
        f"accuracy {100 * accuracy.std(ddof=1):.2f}%, loss {loss.std(ddof=1):.4g} nats (standard deviation)"
    )
    assert all(f"loss {value:.4g}" in fold[2] for value, fold in zip(noted["loss"], folds, strict=True))


def test_the_network_that_is_saved_is_that_without_folds(run, folder):
    plain = run(f"train pets.csv {FAST}")
    before = bp.load("m.bprop")
    crossed = run(f"train pets.csv --folds 2 {FAST}")
    after = bp.load("m.bprop")
    for name, array in before.params.items():
        np.testing.assert_array_equal(array, after.params[name])
    assert plain.stdout.splitlines()[-1] == crossed.stdout.splitlines()[-1]


def test_the_same_seed_gives_the_same_numbers(run, folder):
    one, two, other = (folds_of(run(f"train pets.csv --folds 3 --seed {seed} {FAST}")) for seed in (1, 1, 2))
    assert one == two != other


def test_values_are_measured_in_the_units_of_the_table(run, folder):
    run(f"train house.csv --target price --folds 3 --test 0 {FAST}")
    noted = bp.load("m.bprop").notes["folds"]
    assert set(noted) == {"loss", "rmse", "mae"}
    assert min(noted["rmse"]) > 5  # prices have a deviation of 30 or so


def test_only_folds_keep_all_rows_as_they_were_read(folder):
    from bprop.cli.prepared import DataOptions, in_memory

    options = DataOptions("pets.csv", None, None, None, (), None, "0.2", "0.1", 0)
    assert in_memory(options).whole is None
    assert len(in_memory(options, folds=True).whole.rows) == 60


def test_folds_are_in_the_order_of_a_column_or_by_groups(run, folder):
    lines = [f"{k},g{k % 9},{k % 7},{'ab'[k % 2]}" for k in range(90)]
    (folder / "t.csv").write_text("\n".join(["time,who,size,kind", *lines]) + "\n")
    folds = folds_of(run(f"train t.csv --split-by time --test 0 --validation 0 --folds 2 {FAST}"))
    assert [fold[3:] for fold in folds] == [("30", "30"), ("30", "60")]
    folds = folds_of(run(f"train t.csv --group who --test 0 --validation 0 --folds 3 {FAST}"))
    assert [fold[3:] for fold in folds] == [("30", "60")] * 3
    result = run(f"train t.csv --group who --test 0 --validation 0 --folds 10 {FAST}", code=1)
    assert "--folds 10: there are 9 groups of 'who'" in result.stderr


def test_a_test_file_is_in_no_fold(run, folder):
    folds = folds_of(run(f"train pets.csv --test pets.csv --validation pets.csv --folds 2 {FAST}"))
    assert [fold[3:] for fold in folds] == [("30", "30")] * 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--folds 1", "--folds 1: give a whole number, 2 or more"),
        ("--folds 3 --stream", "--folds 3: for tables in memory"),
        ("--folds 3 --checkpoint c", "--folds 3 and --checkpoint"),
        ("--folds 3 --checkpoint c --every 5epochs", "--folds 3 and --checkpoint"),
        ("--folds 3 --resume pets.csv", "--folds 3 and --resume"),
        ("--folds 50", "--folds 50: give a number from 2 to 48"),
    ],
)
def test_folds_that_cannot_be_are_refused(refused, folder, options, says):
    refused(f"train pets.csv {options} {FAST}", says)


@pytest.mark.parametrize("end", ["returned", "raised"])
def test_ctrl_c_says_which_folds_are_done(run, folder, monkeypatch, end):
    from bprop.tables import members as module

    fit_graph, fits = module.train_as_set, []

    def interrupted(*args, **settings):
        fits.append(fit_graph(*args, **settings))
        if len(fits) == 3:
            if end == "raised":
                raise KeyboardInterrupt
            fits[-1].stopped = "interrupted"
        return fits[-1]

    monkeypatch.setattr(module, "train_as_set", interrupted)
    result = run(f"train pets.csv --folds 4 {FAST}", code=130)
    assert len(folds_of(result)) == 2
    assert "folds done: 2 of 4: accuracy " in result.stderr
    assert not (folder / "m.bprop").exists()


def test_predictions_out_of_fold_are_written_with_row_fold_and_target(run, folder):
    result = run(f"train pets.csv --folds 4 --out-of-fold oof.csv {FAST}")
    lines = [line.split(",") for line in (folder / "oof.csv").read_text().splitlines()]
    assert lines[0] == ["row", "fold", "true(kind)", "class", "p(cat)", "p(dog)", "p(eel)"] and len(lines) == 49
    table = [line.split(",") for line in (folder / "pets.csv").read_text().splitlines()]
    for row, fold, true, taken, *p in lines[1:]:
        assert table[int(row)][-1] == true and fold in "1234"
        assert taken == ["cat", "dog", "eel"][np.argmax([float(one) for one in p])]
    assert "wrote 48 predictions out of fold to oof.csv" in result.stdout
    assert len({line[0] for line in lines[1:]}) == 48


def test_the_measures_of_all_folds_together_have_intervals(run, folder):
    result = run(f"train house.csv --target price --folds 3 --out-of-fold oof.csv {FAST}")
    rows = np.genfromtxt(folder / "oof.csv", delimiter=",", skip_header=1)
    rmse = np.sqrt(np.mean((rows[:, 2] - rows[:, 3]) ** 2))
    found = re.search(r"^  rmse +(\S+) +within (\S+) \.\. (\S+)$", result.stdout, re.M)
    assert found is not None
    value, low, high = map(float, found.groups())
    assert value == pytest.approx(rmse, rel=1e-3) and low < value < high
    assert "out of fold, 48 rows together (95% intervals):" in result.stdout
    assert rows[:, 2].std() > 10  # in the units of the table


def test_groups_are_drawn_together(run, folder):
    lines = (folder / "pets.csv").read_text().splitlines()
    named = [lines[0] + ",who", *(f"{line},p{k % 12}" for k, line in enumerate(lines[1:]))]
    (folder / "who.csv").write_text("\n".join(named) + "\n")
    result = run(f"train who.csv --target kind --group who --folds 3 {FAST}")
    assert "(95% intervals, of groups drawn together)" in result.stdout


def test_the_temperature_and_the_conformal_scores_come_from_all_folds(run, folder):
    result = run(f"train pets.csv --folds 4 --calibrate {FAST}")
    assert "from 48 out-of-fold rows" in result.stdout
    noted = bp.load("m.bprop").notes["conformal"]
    assert noted["source"] == "out-of-fold" and noted["scores"][0]["rows"] == 48


def test_a_file_out_of_fold_that_cannot_be_written_is_refused_before_any_work(run, folder):
    result = run("train pets.csv --folds 3 --out-of-fold nowhere/oof.csv", code=1)
    assert "--out-of-fold nowhere/oof.csv cannot be written" in result.stderr and not result.stdout
    result = run("train pets.csv --folds 3 --out-of-fold oof.png", code=1)
    assert "--out-of-fold oof.png: predictions are written as" in result.stderr
