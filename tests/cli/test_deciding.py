"""`--threshold` and `--class-weight`, end to end."""

import json

import numpy as np
import pytest

import bprop as bp

BASE = "--engine numpy --hidden 4 --epochs 3 --no-progress --out m.bprop"


@pytest.fixture
def rare(folder):
    """rare.csv: 300 rows, of which about one in ten says yes."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2)).round(3)
    y = x[:, 0] + 0.7 * rng.normal(size=300) > 1.5
    (folder / "rare.csv").write_text(
        "a,b,y\n" + "".join(f"{a},{b},{'yes' if c else 'no'}\n" for (a, b), c in zip(x, y, strict=True))
    )
    return y


def classes_of(text):
    header, *rows = [line.split(",") for line in text.splitlines()]
    return [row[header.index("class")] for row in rows], np.array([float(row[header.index("p(yes)")]) for row in rows])


def test_a_threshold_decides_in_predict_and_evaluate_and_is_noted_by_train(run, rare):
    run(f"train rare.csv {BASE}")
    for option, limit in (("", 0.5), ("--threshold 0.2", 0.2)):
        result = run(f"predict m.bprop rare.csv {option}")
        names, p = classes_of(result.stdout)
        assert names == ["yes" if one >= limit else "no" for one in p]
        assert ("threshold: yes where p(yes) >= 0.2" in result.stderr) == bool(option)
        found = json.loads(run(f"evaluate m.bprop rare.csv --json --bootstrap 0 {option}").stdout)
        right = np.mean([(name == "yes") == y for name, y in zip(names, rare, strict=True)])
        assert found["accuracy"] == pytest.approx(right)
        assert found["classes"]["yes"]["rows"] == rare.sum()
        called = [y for name, y in zip(names, rare, strict=True) if name == "yes"]
        assert found["classes"]["yes"]["recall"] == pytest.approx(sum(called) / rare.sum())
        assert (found["positive"], found["threshold"]) == ("yes", 0.2 if option else None)
    shown = run(f"train rare.csv {BASE} --threshold 0.2").stdout
    assert "threshold: yes where p(yes) >= 0.2\n" in shown
    assert bp.load("m.bprop").notes["decision"] == {"positive": 1, "threshold": 0.2}
    names, p = classes_of(run("predict m.bprop rare.csv").stdout)
    assert names == ["yes" if one >= 0.2 else "no" for one in p]
    assert "threshold: yes where p(yes) >= 0.2" in run("evaluate m.bprop rare.csv").stdout


@pytest.mark.parametrize("stream", ["", "--stream"])
@pytest.mark.parametrize(("aim", "name"), [("f1", "F1"), ("balanced", "balanced accuracy")])
def test_train_chooses_the_threshold_on_the_validation_set(run, rare, aim, name, stream):
    metrics = pytest.importorskip("sklearn.metrics", reason="the reference is scikit-learn")
    measure = metrics.f1_score if aim == "f1" else metrics.balanced_accuracy_score
    shown = run(
        f"train rare.csv {BASE} --threshold {aim} --validation rare.csv --class-weight balanced {stream}"
    ).stdout
    decision = bp.load("m.bprop").notes["decision"]
    assert decision["aim"] == aim
    names, p = classes_of(run("predict m.bprop rare.csv").stdout)
    assert names == ["yes" if one >= decision["threshold"] else "no" for one in p]
    value = measure(rare, p >= decision["threshold"])
    assert value == pytest.approx(max(measure(rare, p >= limit) for limit in p))
    line = (
        f"threshold: yes where p(yes) >= {decision['threshold']:g}: the best {name}, {value:.1%} on the 300 validation"
    )
    assert line in shown
    assert f"p(yes) >= {decision['threshold']:g}: the best {name}" in run("evaluate m.bprop rare.csv").stdout


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("train pets.csv {} --threshold 0.3", "--threshold 0.3 chooses between two classes, and there are 3 classes"),
        ("train house.csv {} --threshold f1", "chooses between two classes, and the task is regression"),
        ("train rare.csv {} --threshold 2", "--threshold 2: give a probability between 0 and 1, such as 0.3, or bal"),
        ("train rare.csv {} --threshold f1 --validation 0", "is chosen on validation rows: hold some out"),
        ("train rare.csv {} --threshold f1 --validation one.csv", "all 3 are of one class"),
        ("train rare.csv {} --threshold 0.3 --loss hinge", "is a probability, and this loss gives scores"),
        ("evaluate pets.bprop pets.csv --threshold 0.3", "there are 3 classes"),
        ("predict pets.bprop pets.csv --threshold f1", "--threshold f1: give a probability"),
        ("train house.csv {} --class-weight balanced", "there are no classes to weight: the task is regression"),
        ("train rare.csv {} --class-weight maybe=2", "no class is called 'maybe'; there are: no, yes"),
        ("train rare.csv {} --class-weight yes=2 --class-weight yes=3", "has a weight already"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stream", ["", "--stream"])
def test_what_has_no_effect_or_no_sense_is_refused(refused, rare, model, folder, command, says, stream):
    (folder / "one.csv").write_text("a,b,y\n1,2,no\n2,2,no\n3,2,no\n")
    refused(command.format(BASE) + (f" {stream}" if command.startswith("train") else ""), says)


def test_balanced_classes_are_weights_of_examples(run, rare, folder):
    lines = (folder / "rare.csv").read_text().splitlines()
    count = {name: sum(line.endswith(name) for line in lines[1:]) for name in (",no", ",yes")}
    weight = {name: 300 / (2 * number) for name, number in count.items()}
    rows = [f"{line},{weight[line[line.rindex(',') :]]!r}" for line in lines[1:]]
    (folder / "w.csv").write_text("\n".join([lines[0] + ",w", *rows]))
    options = f"{BASE} --test 0 --validation 0 --target y"
    run(f"train rare.csv {options} --class-weight balanced")
    balanced = bp.load("m.bprop").params
    run(f"train w.csv {options} --weights w")
    by_hand = bp.load("m.bprop").params
    run(f"train rare.csv {options}")
    plain = bp.load("m.bprop").params
    for name, array in balanced.items():
        np.testing.assert_allclose(array, by_hand[name], rtol=1e-5, atol=1e-7)
    assert any((balanced[name] != plain[name]).any() for name in plain)
    run(f"train w.csv {options} --weights w --class-weight yes=2")
    both = bp.load("m.bprop").params
    assert any((both[name] != by_hand[name]).any() for name in plain)


@pytest.mark.parametrize("stream", ["", "--stream"])
def test_classes_of_the_test_rows_are_not_weighted(run, rare, stream):
    shown = run(f"train rare.csv {BASE} --test rare.csv --class-weight balanced {stream}").stdout
    test = next(line for line in shown.splitlines() if line.startswith("test: "))
    first = run("evaluate m.bprop rare.csv").stdout.splitlines()[0]
    assert first == test.removeprefix("test: ") + " of rare"


def test_the_exported_model_decides_the_same(run, rare, folder):
    ort = pytest.importorskip("onnxruntime", reason="the runtime is the judge here")
    pytest.importorskip("onnx", reason="the export needs onnx")
    run(f"train rare.csv {BASE} --threshold 0.15")
    run("export m.bprop --onnx m.onnx")
    names, _ = classes_of(run("predict m.bprop rare.csv").stdout)
    session = ort.InferenceSession(str(folder / "m.onnx"))
    x = np.loadtxt(folder / "rare.csv", delimiter=",", skiprows=1, usecols=(0, 1), dtype=np.float32)
    types = {"tensor(float)": np.float32, "tensor(double)": np.float64}
    feed = {one.name: x[:, k].astype(types[one.type]) for k, one in enumerate(session.get_inputs())}
    assert session.run(None, feed)[0].tolist() == names
    assert "yes" in names


def test_models_without_a_note_on_two_classes_load_and_are_judged(run, rare, folder):
    run(f"train rare.csv {BASE}")
    net = bp.load("m.bprop")
    del net.notes["decision"]
    bp.save("old.bprop", net)
    new, old = (json.loads(run(f"evaluate {name}.bprop rare.csv --json --bootstrap 0").stdout) for name in ("m", "old"))
    assert old == new
    assert run("predict old.bprop rare.csv").stdout == run("predict m.bprop rare.csv").stdout


def test_damaged_notes_are_refused_when_the_model_is_loaded(run, rare):
    run(f"train rare.csv {BASE}")
    for entry, value in (
        ("decision", {"positive": 7}),
        ("table", {**bp.load("m.bprop").notes["table"], "join": "all"}),
    ):
        net = bp.load("m.bprop")
        net.notes[entry] = value
        bp.save("bad.bprop", net)
        assert "is damaged, or was not made by" in run("predict bad.bprop rare.csv", code=1).stderr
