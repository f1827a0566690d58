"""`--calibrate`, `--interval`, `--importance` and `--loss quantile` on the command line."""

import json
import re

import numpy as np
import pytest

import bprop as bp
from bprop.temperature import temperature_in

pytest.importorskip("typer", reason="the command line needs typer")

FAST = "--recipe lecture --engine numpy --hidden 6 --rule adam --epochs 10 --no-progress --out m.bprop"


def csv_of(text):
    return [line.split(",") for line in text.splitlines()]


def test_intervals_are_the_columns_low_and_high(run, folder):
    run(f"train house.csv --target price --validation 0.4 {FAST}")
    head, *rows = csv_of(run("predict m.bprop house.csv --interval 0.8").stdout)
    assert head == ["price", "low", "high"]
    value, low, high = np.array(rows, float).T
    np.testing.assert_allclose((low + high) / 2, value, rtol=1e-5)
    np.testing.assert_allclose(np.c_[low, high], bp.load("m.bprop").intervals("house.csv", 0.8), rtol=1e-6)
    said = run("evaluate m.bprop house.csv --interval 0.8 --bootstrap 0").stdout
    y = np.array([line[0] for line in csv_of((folder / "house.csv").read_text())[1:]], float)
    share = ((low <= y) & (y <= high)).mean()
    assert f"intervals of price at 0.8, from 19 validation rows: {share:.1%} hold the true value" in said


def test_sets_are_a_column_of_lists(run, folder):
    run(f"train pets.csv --validation 0.4 {FAST}")
    import csv

    rows = list(csv.DictReader(run("predict m.bprop pets.csv --interval 0.9").stdout.splitlines()))
    sets = bp.load("m.bprop").sets("pets.csv", 0.9)
    assert [json.loads(row["set"]) for row in rows] == [
        [name for name, inside in zip(("cat", "dog", "eel"), row, strict=True) if inside] for row in sets
    ]
    result = json.loads(run("evaluate m.bprop pets.csv --interval 0.9 --json").stdout)["interval"]
    assert result["level"] == 0.9 and result["calibrated_on"] == 19 and 0 < result["coverage"] <= 1
    assert result["mean_size"] == pytest.approx(sets.sum(axis=1).mean())
    assert "sets at 0.9, from 19 validation rows: " in run("evaluate m.bprop pets.csv --interval 0.9").stdout


def test_a_level_that_is_none_or_too_high_is_refused(run, folder):
    run(f"train house.csv --target price {FAST}")
    assert "too few for this level" in run("predict m.bprop house.csv --interval 0.9", code=1).stderr
    assert "too few for this level" in run("evaluate m.bprop house.csv --interval 0.9", code=1).stderr
    assert "between 0 and 1" in run("predict m.bprop house.csv --interval 90", code=1).stderr


def test_a_calibrated_model_says_its_temperature_and_keeps_it(run, folder):
    result = run(f"train pets.csv --validation 0.3 --calibrate {FAST}")
    model = bp.load("m.bprop")
    assert f"temperature {temperature_in(model.graph):.3g}, from 14 validation rows" in result.stdout
    run(f"train pets.csv --validation 0.3 {FAST} --out plain.bprop")
    plain = bp.load("plain.bprop")
    assert temperature_in(plain.graph) is None
    for name, array in plain.params.items():
        np.testing.assert_array_equal(array, model.params[name])
    p, q = plain.predict_proba("pets.csv"), model.predict_proba("pets.csv")
    odds = (np.log(q[:, 0]) - np.log(q[:, 1])) * temperature_in(model.graph)
    np.testing.assert_allclose(odds, np.log(p[:, 0]) - np.log(p[:, 1]), rtol=1e-3, atol=1e-4)


def test_calibrating_needs_rows_to_do_it_on(run, folder):
    assert "hold some out" in run("train pets.csv --calibrate --validation 0", code=1).stderr


def test_a_streamed_table_is_calibrated_and_has_intervals(run, folder):
    run(f"train pets.csv --stream --validation 0.3 --calibrate {FAST}")
    model = bp.load("m.bprop")
    assert temperature_in(model.graph) is not None and model.notes["conformal"]["source"] == "validation"


def test_a_threshold_is_chosen_on_calibrated_probabilities(run, folder):
    two = (folder / "pets.csv").read_text().replace("eel", "dog")
    (folder / "two.csv").write_text(two)
    run(f"train two.csv --validation 0.4 --calibrate --threshold f1 --class-weight balanced {FAST}")
    model = bp.load("m.bprop")
    assert temperature_in(model.graph) is not None and 0 < model.notes["decision"]["threshold"] < 1


def test_quantiles_are_learned_and_give_the_intervals(run, folder):
    run(f"train house.csv --target price --loss quantile --quantiles 0.1,0.5,0.9 --validation 0.4 {FAST}")
    model = bp.load("m.bprop")
    assert model.notes["conformal"]["kind"] == "quantiles"
    head, *rows = csv_of(run("predict m.bprop house.csv --interval 0.8").stdout)
    assert head == ["price", "low", "high"]
    q = model.quantiles("house.csv")
    widening = q[:, 0] - np.array(rows, float)[:, 1]
    np.testing.assert_allclose(widening, widening[0], atol=0.01)
    assert q.mean() > 50  # in the units of the table
    for words, says in [("0.9,0.1", "increasing"), ("a", "numbers between 0 and 1")]:
        result = run(f"train house.csv --target price --loss quantile --quantiles {words} {FAST}", code=1)
        assert says in result.stderr


def test_quantiles_of_an_exported_model_are_in_the_units_of_the_table(run, folder):
    runtime = pytest.importorskip("onnxruntime")
    run(f"train house.csv --target price --loss quantile {FAST}")
    model = bp.load("m.bprop")
    session = runtime.InferenceSession(bp.to_onnx(model).SerializeToString())
    data = np.genfromtxt(folder / "house.csv", delimiter=",", names=True)
    feed = {one.name: data[one.name].astype("float32") for one in session.get_inputs()}
    found = dict(zip([one.name for one in session.get_outputs()], session.run(None, feed), strict=True))
    np.testing.assert_allclose(np.sort(found["quantiles(price)"], axis=1), model.quantiles("house.csv"), rtol=1e-4)
    np.testing.assert_allclose(found["price"], model.predict("house.csv"), rtol=1e-4)


def test_the_importance_of_columns_is_a_table_and_in_the_json(run, folder):
    run(f"train pets.csv {FAST}")
    said = run("evaluate m.bprop pets.csv --importance --repeats 2").stdout
    names = re.findall(r"^  (size|weight|age) +\S+ +\S+ +\S+$", said, re.M)
    assert sorted(names) == ["age", "size", "weight"] and "permuted (2 times)" in said
    result = json.loads(run("evaluate m.bprop pets.csv --importance --repeats 2 --json").stdout)["importance"]
    grown = [one["increase"] for one in result["columns"]]
    assert [one["column"] for one in result["columns"]] == names and grown == sorted(grown, reverse=True)


def test_a_report_shows_the_importance_of_columns(run, folder):
    run(f"train pets.csv --report page.html {FAST}")
    page = (folder / "page.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S).group(1))
    shown = data["outcome"]["importance"]
    assert sorted(one[0] for one in shown["columns"]) == ["age", "size", "weight"] and shown["rows"] == 12


def test_intervals_of_counts_do_not_go_below_0(run, folder):
    run(f"train calls.csv --task counts --target calls --validation 0.4 {FAST}")
    ends = bp.load("m.bprop").intervals("calls.csv", 0.9)
    assert ends.min() == 0 and (ends[:, 1] > ends[:, 0]).all()


def test_a_target_with_the_name_of_a_column_of_the_output_keeps_it(run, folder):
    (folder / "low.csv").write_text((folder / "house.csv").read_text().replace("price", "low", 1))
    run(f"train low.csv --target low --validation 0.4 {FAST}")
    head = csv_of(run("predict m.bprop low.csv --interval 0.8").stdout)[0]
    assert head == ["low", "low_", "high"]


def test_an_id_with_the_name_of_a_column_out_of_fold_keeps_it(run, folder):
    lines = (folder / "pets.csv").read_text().splitlines()
    named = ["row," + lines[0], *(f"id-{k:04d}-x,{line}" for k, line in enumerate(lines[1:]))]
    (folder / "ids.csv").write_text("\n".join(named) + "\n")
    run(f"train ids.csv --target kind --folds 3 --out-of-fold oof.csv {FAST}")
    head, first, *_ = csv_of((folder / "oof.csv").read_text())
    assert head[:4] == ["row_", "fold", "row", "true(kind)"] and first[2].startswith("id-")


def test_info_tells_the_temperature_and_the_rows_of_the_intervals(run, folder):
    run(f"train pets.csv --validation 0.3 --calibrate {FAST}")
    said = run("info m.bprop").stdout
    assert re.search(r"^  temperature +0?\.?\d", said, re.M) and "from 14 validation rows" in said
