"""`bprop predict`, and what it shares with `bprop evaluate`."""

import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest

import bprop as bp


def rows_of(text):
    header, *rows = csv.reader(io.StringIO(text))
    return header, rows


def test_every_row_in_order_with_the_probability_of_each_class(run, model, numbers):
    header, rows = rows_of(run("predict pets.bprop pets.csv").stdout)
    assert header == ["class", "p(cat)", "p(dog)", "p(eel)"]
    p = np.array([[float(cell) for cell in row[1:]] for row in rows], dtype=np.float32)
    np.testing.assert_array_equal(p, model.predict(x=numbers("pets.csv").x))
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    assert [row[0] for row in rows] == [["cat", "dog", "eel"][k] for k in p.argmax(axis=1)]
    right = np.mean([row[0] == kind for row, kind in zip(rows, numbers("pets.csv").y, strict=True)])
    assert right > 0.8


def test_values_come_back_in_the_units_of_the_data_and_exactly(run, numbers):
    run("train house.csv --target price --engine numpy --hidden 4 --epochs 5 --dtype float64 --out house.bprop")
    header, rows = rows_of(run("predict house.bprop house.csv").stdout)
    assert header == ["price"]
    found = bp.load("house.bprop").predict(x=numbers("house.csv", "price").x)
    assert [float(row[0]) for row in rows] == found.tolist()


def test_scores_of_a_hinge_loss_are_not_called_probabilities(run):
    run("train pets.csv --loss hinge --engine numpy --hidden 4 --epochs 5 --out h.bprop")
    header, _ = rows_of(run("predict h.bprop pets.csv").stdout)
    assert header == ["class", "score(cat)", "score(dog)", "score(eel)"]
    assert "nats" not in run("evaluate h.bprop pets.csv").stdout


def test_out_writes_what_would_have_been_printed(run, model, folder):
    printed = run("predict pets.bprop pets.csv").stdout
    result = run("predict pets.bprop pets.csv --out p.csv")
    assert (folder / "p.csv").read_text() == printed
    assert result.stdout == ""
    assert result.stderr == "wrote 60 predictions to p.csv, computed by the engine numpy\n"


def test_out_is_written_whole_or_not_at_all(run, model, folder, monkeypatch):
    (folder / "p.csv").write_text("before")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bprop.files.os.fsync", full)
    assert "No space left" in run("predict pets.bprop pets.csv --out p.csv", code=1).stderr
    assert (folder / "p.csv").read_text() == "before"
    assert not [path for path in folder.iterdir() if "tmp" in path.name]


def test_columns_are_found_by_name_and_targets_are_not_needed(run, model, folder, numbers):
    table = numbers("pets.csv")
    lines = ["age,note,size,weight,kind", *(f"{a!r},text,{s!r},{w!r}," for s, w, a in table.x.tolist())]
    (folder / "new.csv").write_text("\n".join(lines))
    assert run("predict pets.bprop new.csv").stdout == run("predict pets.bprop pets.csv").stdout


@pytest.mark.parametrize("data", ["dots.npz", "dots-images-idx3-ubyte"])
def test_arrays_and_images(run, data):
    run("train dots.npz --engine numpy --hidden 8 --batch-size 4 --epochs 20")
    _, rows = rows_of(run(f"predict dots.bprop {data}").stdout)
    assert np.mean([int(row[0]) == k % 3 for k, row in enumerate(rows)]) > 0.9


def test_a_column_of_ids_is_carried_along(run, folder):
    lines = (folder / "pets.csv").read_text().splitlines()
    named = ["person," + lines[0], *(f"{k + 100},{line}" for k, line in enumerate(lines[1:]))]
    (folder / "named.csv").write_text("\n".join(named))
    shown = run("train named.csv --engine numpy --hidden 4 --epochs 2 --out named.bprop").stdout
    assert "person (id)" in shown
    header, rows = rows_of(run("predict named.bprop named.csv").stdout)
    assert header[:2] == ["person", "class"]
    assert [row[0] for row in rows] == [str(k + 100) for k in range(60)]
    assert rows_of(run("predict named.bprop pets.csv").stdout)[0][0] == "class"
    header, rows = rows_of(run("predict named.bprop named.csv --id kind").stdout)
    assert header[:2] == ["kind", "class"]
    assert [row[0] for row in rows[:3]] == ["cat", "dog", "eel"]


def test_several_columns_come_back_in_their_units(run, folder, numbers):
    run("train house.csv --target price,area --engine numpy --hidden 8 --epochs 30 --lr 0.05 --out two.bprop")
    header, rows = rows_of(run("predict two.bprop house.csv").stdout)
    assert header == ["price", "area"]
    found = np.array(rows, float)
    table = numbers("house.csv", "price")
    assert np.corrcoef(found[:, 0], table.y)[0, 1] > 0.7
    assert 50 < found[:, 0].mean() < 200


def test_several_columns_of_yes_and_no(run, folder):
    rows = [(k / 60, "yes" if k % 2 else "no", int(k > 30)) for k in range(60)]
    (folder / "flags.csv").write_text("a,odd,late\n" + "\n".join(",".join(map(str, row)) for row in rows))
    run("train flags.csv --target odd,late --engine numpy --hidden 4 --epochs 5 --out flags.bprop")
    header, rows = rows_of(run("predict flags.bprop flags.csv").stdout)
    assert header == ["p(odd)", "p(late)"]
    assert all(0 <= float(p) <= 1 for row in rows for p in row)
    found = json.loads(run("evaluate flags.bprop flags.csv --json --bootstrap 0").stdout)
    assert set(found) == {
        "examples", "left_out", "loss", "accuracy", "log_loss", "roc_auc", "calibration_error", "intervals", "baseline",
        "target", "task",
    }  # fmt: skip


def test_a_model_saved_by_an_earlier_version_predicts_and_evaluates(run, folder, numbers):
    table = numbers("pets.csv")
    graph = bp.mlp([3, 4, 3])
    notes = {
        "source": "pets", "task": "classification", "columns": ["size", "weight", "age"], "target": "kind",
        "classes": ["cat", "dog", "eel"],
    }  # fmt: skip
    old = bp.Model(graph, graph.init(0), [], notes)
    bp.save("old.bprop", old)
    _, rows = rows_of(run("predict old.bprop pets.csv").stdout)
    np.testing.assert_allclose(np.array([row[1:] for row in rows], float), old.predict(x=table.x), rtol=1e-9)
    assert "on 60 examples of pets" in run("evaluate old.bprop pets.csv").stdout


def test_names_reach_a_pipe_in_utf_8_whatever_the_encoding_of_the_terminal(run, folder, monkeypatch):
    rows = "".join(f"{k}.5,{'はい' if k % 2 else 'いいえ'}\n" for k in range(40))
    (folder / "kana.csv").write_text(f"a,y\n{rows}", encoding="utf-8")
    run("train kana.csv --engine numpy --hidden 4 --epochs 1 --out kana.bprop")
    command = [sys.executable, "-W", "error", "-m", "bprop", "predict", "kana.bprop", "kana.csv"]
    for encoding in ("cp1252", "ascii", "utf-8"):
        piped = subprocess.run(
            command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, timeout=120
        )
        assert piped.stdout.decode("utf-8").splitlines()[0] == "class,p(いいえ),p(はい)"


# --- errors ---


def test_a_cell_that_does_not_fit_is_named_by_its_place(refused, model, folder):
    (folder / "bad.csv").write_text("size,weight,age\n1,2,3\n\n4,big,6\n")
    refused("predict pets.bprop bad.csv --out p.csv", "bad.csv, line 4, column 'weight'", "'big'", "1 of 2 rows")


def test_a_column_to_carry_along_that_is_not_there(refused, model):
    refused("predict pets.bprop pets.csv --id name", "'name'", "size, weight, age, kind")
    refused("predict pets.bprop absent.csv --id name", "no such file")


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_data_or_models_that_are_not_there(refused, model, command):
    refused(f"{command} absent.bprop pets.csv", "absent.bprop", "no such file")
    refused(f"{command} pets.bprop absent.csv", "absent.csv", "no such file")


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_damaged_model_file(refused, model, folder, command):
    whole = (folder / "pets.bprop").read_bytes()
    for content in (
        b"",
        whole[:7],
        whole[:300],
        whole[:-1],
        b"no model",
        whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:],
    ):
        (folder / "bad.bprop").write_bytes(content)
        refused(f"{command} bad.bprop pets.csv", "bad.bprop")


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_columns_that_do_not_fit(refused, model, command):
    refused(
        f"{command} pets.bprop house.csv", "house.csv", "size, weight, age are missing", "price, area, rooms, floor"
    )
    refused(f"{command} pets.bprop dots.npz", "16 input columns, but the model takes 3")


def test_evaluating_needs_targets_that_the_model_knows(refused, model, folder):
    (folder / "bare.csv").write_text("size,weight,age\n1,2,3\n")
    refused("evaluate pets.bprop bare.csv", "bare", "no targets")
    (folder / "fox.csv").write_text("size,weight,age,kind\n1,2,3,fox\n")
    refused("evaluate pets.bprop fox.csv", "fox", "cat, dog, eel")


def test_a_model_that_was_not_made_from_a_table_refuses_another_width(refused, folder):
    graph = bp.mlp([5, 2])
    bp.save("own.bprop", bp.Model(graph, graph.init(0)))
    refused("predict own.bprop pets.csv", "its rows are of shape (60, 4), but the model takes (N, 5)")


def test_a_model_that_was_not_made_from_a_table_takes_the_columns_in_their_order(run, folder):
    graph = bp.mlp([3, 2])
    bp.save("own.bprop", bp.Model(graph, graph.init(0)))
    done = run("predict own.bprop pets.csv")
    assert "the model knows no names of columns, so x is size .. age, in their order" in done.stderr
    shares = [line.split(",")[1:] for line in done.stdout.splitlines()[1:]]
    table = np.loadtxt("pets.csv", delimiter=",", skiprows=1, usecols=range(3))
    np.testing.assert_allclose(np.array(shares, float), graph.predict(graph.init(0), x=table), rtol=1e-6)


def test_predictions_that_cannot_be_written(refused, model, folder):
    refused(
        "predict pets.bprop pets.csv --out absent/p.csv", "--out absent/p.csv cannot be written: there is no folder"
    )
    (folder / "taken").mkdir()
    refused("predict pets.bprop pets.csv --out taken", "--out taken cannot be written: it is a folder")


@pytest.mark.parametrize("cell", ["1e39", "-4e200"])
@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_cell_that_the_network_does_not_hold_is_named_and_nothing_is_predicted(refused, model, folder, command, cell):
    (folder / "far.csv").write_text(f"size,weight,age,kind\n1,2,3,cat\n1,{cell},3,dog\n")
    refused(f"{command} pets.bprop far.csv", "far.csv, line 3, column 'weight'", cell, "too large")


def test_a_row_of_arrays_that_the_network_does_not_hold_is_named(refused, run, folder):
    x = np.random.default_rng(0).normal(size=(60, 2))
    np.savez(folder / "a.npz", x=x, y=(x[:, 0] > 0).astype(int))
    run("train a.npz --engine numpy --hidden 4 --epochs 2 --out m.bprop")
    x[7, 1] = 1e40
    np.savez(folder / "far.npz", x=x)
    refused("predict m.bprop far.npz", "far, row 8, column 'x2'", "too large")
    refused("train far.npz --engine numpy --epochs 2", "no targets")


def test_a_prediction_that_is_not_finite_is_an_error_that_names_the_row(refused, run, folder):
    run("train house.csv --target price --engine numpy --hidden 4 --epochs 2 --out m.bprop")
    net = bp.load("m.bprop")
    net.params["W1"][:] = 1e20
    net.params["W2"][:] = 1e20
    bp.save("m.bprop", net)
    (folder / "one.csv").write_text("area,rooms,floor\n1e3,1e3,1e3\n")
    refused("predict m.bprop one.csv", "one.csv, line 2", "not a finite number")


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("how", ["", "--stream"])
def test_whole_numbers_beyond_2_to_the_53_stay_exact_as_labels_categories_and_ids(run, folder, form, how):
    pl = pytest.importorskip("polars", reason="these formats are read by polars")
    big = 2**53
    k = np.arange(120)
    table = pl.DataFrame({"person_id": big + k, "kind": big + k % 2, "a": k % 2 * 1.0, "answer": big + k % 2})
    getattr(table, {"csv": "write_csv", "parquet": "write_parquet", "jsonl": "write_ndjson"}[form])(
        folder / f"t.{form}"
    )
    options = (
        "--kind kind=categorical --task classification --engine numpy --hidden 8 --epochs 30 --lr 0.5 --no-progress"
    )
    run(f"train t.{form} {options} {how} --out m.bprop")
    notes = bp.load("m.bprop").notes
    assert notes["classes"] == [big, big + 1]
    kinds = {kind["name"]: kind for kind in notes["table"]["kinds"]}
    assert kinds["person_id"]["why"] == "id"
    assert kinds["kind"]["categories"] == [str(big), str(big + 1)]
    header, rows = rows_of(run(f"predict m.bprop t.{form}").stdout)
    assert header == ["person_id", "class", f"p({big})", f"p({big + 1})"]
    assert [row[:2] for row in rows] == [[str(big + i), str(big + i % 2)] for i in k.tolist()]


@pytest.mark.parametrize("suffix", [".tsv", ".csv.gz", ".parquet", ".arrow", ".feather", ".jsonl"])
def test_the_suffix_of_the_file_decides_its_format(run, model, folder, suffix):
    pl = pytest.importorskip("polars")
    header, rows = rows_of(run("predict pets.bprop pets.csv --id kind").stdout)
    assert (
        run(f"predict pets.bprop pets.csv --id kind --out p{suffix}").stderr
        == f"wrote 60 predictions to p{suffix}, computed by the engine numpy\n"
    )
    read = {
        ".tsv": lambda path: pl.read_csv(path, separator="\t"), ".csv.gz": pl.read_csv, ".parquet": pl.read_parquet,
        ".arrow": pl.read_ipc, ".feather": pl.read_ipc, ".jsonl": pl.read_ndjson,
    }[suffix]  # fmt: skip
    frame = read(folder / f"p{suffix}")
    assert frame.columns == header
    assert frame["class"].to_list() == [row[1] for row in rows]
    p = np.array([[float(cell) for cell in row[2:]] for row in rows])
    np.testing.assert_allclose(frame.select(header[2:]).to_numpy(), p, rtol=1e-6)
    if suffix in (".parquet", ".arrow"):
        assert frame.dtypes == [pl.String, pl.String, pl.Float32, pl.Float32, pl.Float32]


def test_parquet_keeps_numbers_of_a_typed_file_and_ids_as_they_stand_in_text(run, model, folder):
    pl = pytest.importorskip("polars")
    table = pl.read_csv("pets.csv").with_columns(number=pl.int_range(60), code=pl.format("00{}", pl.int_range(60)))
    table.write_parquet("t.parquet")
    table.write_csv("t.csv")
    run("predict pets.bprop t.parquet --id number --out n.parquet")
    assert pl.read_parquet("n.parquet")["number"].to_list() == list(range(60))
    run("predict pets.bprop t.csv --id code --out c.parquet")
    assert pl.read_parquet("c.parquet")["code"].to_list()[:2] == ["000", "001"]


def test_classes_that_are_numbers_stay_numbers_and_a_repeated_name_gets_a_number(run, folder):
    pl = pytest.importorskip("polars")
    (folder / "n.csv").write_text("class,a,y\n" + "".join(f"{k},{k % 5},{k % 2}\n" for k in range(40)))
    run("train n.csv --kind class=ignored --engine numpy --hidden 2 --epochs 1 --out n.bprop --no-progress")
    run("predict n.bprop n.csv --id class --out n.parquet")
    frame = pl.read_parquet("n.parquet")
    assert frame.columns == ["class", "class_2", "p(0)", "p(1)"]
    assert frame.dtypes[1] == pl.Int64 and set(frame["class_2"]) <= {0, 1}


@pytest.mark.parametrize("out", ["p.xyz", "p.npz", "p.bprop", "absent/p.parquet", "."])
def test_a_file_that_cannot_be_written_is_refused_before_the_model_is_read(refused, folder, out):
    refused(f"predict absent.bprop pets.csv --out {out}", f"--out {out}")


def test_the_error_lists_the_formats_that_can_be_written(refused, folder):
    said = refused("predict absent.bprop pets.csv --out p.xyz", ".csv", ".parquet", ".jsonl").stderr
    assert ".npz" not in said


@pytest.fixture
def ensembles(run, folder):
    """many.bprop, of two networks of pets, and homes.bprop, of two of prices; the models by name."""
    models = {}
    for source, target, name in (("pets.csv", "kind", "many"), ("house.csv", "price", "homes")):
        members = []
        options = f"--target {target} --engine numpy --hidden 4 --epochs 2"
        for seed in (1, 2):
            run(f"train {source} {options} --seed {seed} --out {seed}.bprop")
            members.append(bp.load(f"{seed}.bprop"))
            members[-1].notes = members[0].notes
        models[name] = bp.ensemble(members)
        models[name].save(f"{name}.bprop")
    return models


def test_an_ensemble_is_predicted_and_evaluated_as_a_single_network(run, ensembles):
    header, rows = rows_of(run("predict many.bprop pets.csv").stdout)
    assert header == ["class", "p(cat)", "p(dog)", "p(eel)"]
    p = ensembles["many"].predict_proba("pets.csv")
    np.testing.assert_array_equal(np.array([row[1:] for row in rows], dtype="float32"), p)
    assert "accuracy" in run("evaluate many.bprop pets.csv").stdout
    assert "rmse" in run("evaluate homes.bprop house.csv").stdout


def test_the_spread_of_an_ensemble_is_written_on_demand(run, ensembles):
    header, rows = rows_of(run("predict many.bprop pets.csv --spread").stdout)
    assert header[4:] == ["spread(cat)", "spread(dog)", "spread(eel)"]
    frame = "pets.csv"
    np.testing.assert_array_equal(np.array([r[4:] for r in rows], dtype="f"), ensembles["many"].spread(frame))
    header, rows = rows_of(run("predict homes.bprop house.csv --spread").stdout)
    assert header == ["price", "spread(price)"]
    assert 0 < float(rows[0][1]) < abs(float(rows[0][0]))


def test_a_single_network_has_no_spread_to_write(run, model):
    assert "--spread: pets.bprop is a single network" in run("predict pets.bprop pets.csv --spread", code=1).stderr
