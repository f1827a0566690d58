"""`bprop train`."""

import os
import time
from contextlib import suppress

import numpy as np
import pytest

import bprop as bp
from bprop.architecture import Architecture
from bprop.sources.answer import Answer
from bprop.sources.opening import open_rows
from bprop.sources.preparation import Preparation
from bprop.sources.scaling import units_of
from bprop.sources.splits import Split, class_numbers

BASE = "--engine numpy --hidden 4 --epochs 3 --out x.bprop"


@pytest.fixture
def trained(run):
    """trained("pets.csv", "--lr 0.01"): the model that a short training saves."""

    def trained(data, options=""):
        run(f"train {data} {BASE} {options}")
        return bp.load("x.bprop")

    return trained


def same(a, b):
    return all(a.params[name].tobytes() == b.params[name].tobytes() for name in a.params)


# --- data ---


def test_class_names(run, folder):
    result = run("train pets.csv --engine numpy --hidden 8 --batch-size 4 --epochs 20")
    assert result.stdout.splitlines()[0] == (
        "pets: 43 examples to train on, 5 to watch, 12 to test; 3 inputs, 3 classes"
    )
    assert "saved pets.bprop" in result.stdout
    assert "on 12 examples" in result.stdout
    net = bp.load("pets.bprop")
    assert net.notes["classes"] == ["cat", "dog", "eel"]
    assert net.notes["columns"] == ["size", "weight", "age"]
    assert net.evaluate(Preparation.from_notes(net.notes).arrays(open_rows("pets.csv")))["accuracy"] > 0.9
    assert not [path for path in folder.iterdir() if "tmp" in path.name]


def test_numbers(run, numbers):
    result = run("train house.csv --target price --engine numpy --hidden 8 --epochs 30 --lr 0.05")
    assert "predicting 'price'" in result.stdout
    assert "rmse" in result.stdout
    net = bp.load("house.bprop")
    assert net.notes["columns"] == ["area", "rooms", "floor"]
    assert net.notes["classes"] is None
    table = numbers("house.csv", "price")
    assert net.evaluate(x=table.x, y=table.y)["rmse"] < 0.4 * table.y.std()
    assert 50 < net.predict(x=table.x).mean() < 200


def test_counts(run):
    result = run("train calls.csv --task counts --engine numpy --hidden 4 --epochs 10 --lr 0.01")
    assert "nats" in result.stdout
    assert (bp.load("calls.bprop").predict(x=np.zeros((3, 2))) > 0).all()


def test_npz(run):
    result = run("train dots.npz --engine numpy --hidden 8 --batch-size 4 --epochs 20")
    assert "16 inputs, 3 classes" in result.stdout
    assert "accuracy 100.00%" in run("evaluate dots.bprop dots.npz").stdout


def test_idx_images_with_labels_beside_them(run):
    result = run("train dots-images-idx3-ubyte --engine numpy --hidden 8 --batch-size 4 --epochs 20")
    assert "16 inputs, 3 classes" in result.stdout
    assert "accuracy 100.00%" in run("evaluate dots.bprop dots-images-idx3-ubyte").stdout


def test_idx_labels_may_be_named(run, folder):
    (folder / "dots-labels-idx1-ubyte").rename(folder / "elsewhere")
    command = "train dots-images-idx3-ubyte --engine numpy --hidden 4 --epochs 2"
    assert "no targets" in run(command, code=1).stderr
    assert "3 classes" in run(f"{command} --labels elsewhere").stdout


def test_built_in_data_reaches_its_accuracy(run):
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    result = run("train iris --engine numpy --hidden 16 --epochs 60 --batch-size 8")
    accuracy = float(result.stdout.partition("test: accuracy ")[2].partition("%")[0])
    assert accuracy >= 90
    assert bp.load("iris.bprop").notes["classes"] == ["setosa", "versicolor", "virginica"]


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ("--test 0.5 --validation 0", "30 examples to train on, 30 to test"),
        ("--test 0.5 --validation 0.5", "15 examples to train on, 15 to watch, 30 to test"),
        ("--test 6 --validation 4", "50 examples to train on, 4 to watch, 6 to test"),
        ("--test 0 --validation 0", "60 examples to train on"),
    ],
)
def test_parts_are_shares_or_numbers(run, options, parts):
    result = run(f"train pets.csv {BASE} {options}")
    assert f"pets: {parts};" in result.stdout
    assert ("test: " in result.stdout) == ("--test 0 " not in options)


MIXED = "age,colour,member,since,row,y\n" + "\n".join(
    f"{'?' if k % 7 == 0 else k % 13},{['red', 'green', ''][k % 3]},{['yes', 'no'][k % 2]},2024-{k % 12 + 1:02}-03,{k},"
    f"{['low', 'high'][k % 2]}"
    for k in range(80)
)


def test_a_real_table_is_trained_on_saved_and_predicted(run, folder):
    (folder / "mixed.csv").write_text(MIXED)
    lines = run("train mixed.csv --engine numpy --hidden 8 --epochs 30 --lr 0.3 --test 20").stdout.splitlines()
    assert lines[0] == "mixed: 54 examples to train on, 6 to watch, 20 to test; 4 inputs, 2 classes"
    assert [line.split() for line in lines[1:6]] == [
        ["numeric", "1", "age"], ["categorical", "1", "colour", "(2,", "one-hot)"], ["boolean", "1", "member"],
        ["date", "1", "since"], ["ignored", "1", "row", "(id)"],
    ]  # fmt: skip
    assert "accuracy 100.00%" in run("evaluate mixed.bprop mixed.csv").stdout
    header, *rows = run("predict mixed.bprop mixed.csv").stdout.splitlines()
    assert header == "row,class,p(high),p(low)"
    assert [row.split(",")[0] for row in rows] == [str(k) for k in range(80)]


def test_kinds_may_be_told(run, folder, refused):
    (folder / "mixed.csv").write_text(MIXED)
    base = "train mixed.csv --engine numpy --hidden 4 --epochs 1 --out x.bprop"
    shown = run(f"{base} --kind age=categorical --kind row=numeric --kind since=ignored").stdout
    assert "age (13, one-hot)" in shown
    assert "since (as asked)" in shown
    assert "numeric       1  row" in shown
    refused(f"{base} --kind age", "--kind age", "COLUMN=KIND")
    refused(f"{base} --kind age=text", "age=text", "numeric, categorical")
    refused(f"{base} --kind years=numeric", "years=numeric", "age, colour")
    refused(f"{base} --kind colour=numeric", "mixed.csv, line", "column 'colour'", "is not a finite number")


def test_rows_to_watch_and_to_test_on_may_be_files(run, folder, refused):
    lines = MIXED.splitlines()
    for name, rows in (("a", lines[1:61]), ("b", lines[61:71]), ("c", lines[71:])):
        (folder / f"{name}.csv").write_text("\n".join([lines[0], *rows]))
    base = "train a.csv --engine numpy --hidden 4 --epochs 1 --out x.bprop"
    shown = run(f"{base} --validation b.csv --test c.csv").stdout
    assert "a: 60 examples to train on, 10 to watch, 10 to test" in shown
    refused(f"{base} --test absent.csv", "absent.csv", "no such file")
    refused(f"{base} --test pets.csv", "pets.csv", "missing")


def test_example_weights_are_a_column(run, folder, refused):
    lines = (folder / "pets.csv").read_text().splitlines()
    for name, weight in (("one", lambda k: 1), ("odd", lambda k: k % 2), ("bad", lambda k: -k)):
        text = "\n".join([f"w,{lines[0]}", *(f"{weight(k)},{line}" for k, line in enumerate(lines[1:]))])
        (folder / f"{name}.csv").write_text(text)
    options = "--engine numpy --hidden 4 --epochs 3 --weights w --out"
    run(f"train one.csv {options} one.bprop")
    run(f"train odd.csv {options} odd.bprop")
    assert bp.load("one.bprop").notes["columns"] == ["size", "weight", "age"]
    assert same(bp.load("one.bprop"), by_the_library())
    assert not same(bp.load("one.bprop"), bp.load("odd.bprop"))
    watched = "--engine numpy --hidden 4 --epochs 3 --weights w --validation watch.csv --out"
    (folder / "watch.csv").write_text((folder / "odd.csv").read_text())
    run(f"train one.csv {watched} watched.bprop")
    (folder / "watch.csv").write_text((folder / "one.csv").read_text())
    run(f"train one.csv {watched} alike.bprop")
    losses = [bp.load(f"{name}.bprop").history[-1].validation_loss for name in ("watched", "alike")]
    assert same(bp.load("watched.bprop"), bp.load("alike.bprop"))
    assert losses[0] != losses[1]
    refused(f"train one.csv {watched.replace('watch.csv', 'pets.csv')} x.bprop", "pets.csv", "'w'")
    refused(f"train bad.csv {options} x.bprop", "bad.csv, line ", "column 'w'", "0 or more")
    refused(f"train dots.npz {options} x.bprop", "--weights")


# --- every option has its effect ---


def by_the_library(**settings):
    """The same training with `bp.train`: what the command line must give, bit for bit."""
    from bprop.cli.opening import open_data
    from bprop.tables.network import build

    rows = open_data("pets.csv")
    answer = Answer.of(rows, ("kind",))
    parts = Split(0.2, 0.1, 0).parts(rows, class_numbers(rows, answer))
    kept, watched = rows.rows(parts.train), rows.rows(parts.validation)
    preparation = Preparation.fit(kept, answer)
    graph = build(kept, preparation, Architecture((4,), "relu"))
    notes = units_of(preparation.arrays(kept), preparation).to_notes()
    defaults = {"rule": bp.SGD(0.1), "batch_size": 32, "epochs": 3, "seed": 0, "engine": "numpy", "notes": notes,
                "keep_best": "patience" in settings}  # fmt: skip
    return bp.train(
        graph, preparation.arrays(kept), validation=preparation.arrays(watched), **{**defaults, **settings}
    )  # fmt: skip


TRAINING = {
    "--lr 0.02": lambda: {"rule": bp.SGD(0.02)},
    "--dc 0.5": lambda: {"rule": bp.SGD(0.1, decrease_constant=0.5)},
    "--schedule step --factor 0.3 --schedule-every 2": lambda: {"rule": bp.SGD(bp.schedules.step(0.1, 0.3, 2))},
    "--schedule exponential --factor 0.3 --schedule-every 2": lambda: {
        "rule": bp.SGD(bp.schedules.exponential(0.1, 0.3, 2))
    },
    "--schedule cosine": lambda: {"rule": bp.SGD(bp.schedules.cosine(0.1, 6))},
    "--warm-up 4": lambda: {"rule": bp.SGD(bp.schedules.warm_up(4, 0.1))},
    "--momentum 0.9": lambda: {"rule": bp.SGD(0.1, momentum=0.9)},
    "--momentum 0.9 --nesterov": lambda: {"rule": bp.SGD(0.1, momentum=0.9, nesterov=True)},
    "--clip-norm 0.01": lambda: {"rule": bp.SGD(0.1, clip_norm=0.01)},
    "--rule adam": lambda: {"rule": bp.Adam(0.001)},
    "--rule adamw --lr 0.01 --weight-decay 0.5": lambda: {"rule": bp.AdamW(0.01, weight_decay=0.5)},
    "--rule adam --set beta1=0.5 --set epsilon=0.01": lambda: {"rule": bp.Adam(0.001, beta1=0.5, epsilon=0.01)},
    "--batch-size 7": lambda: {"batch_size": 7},
    "--epochs 5": lambda: {"epochs": 5},
    "--no-shuffle --batch-size 8": lambda: {"shuffle": False, "batch_size": 8},
    "--dtype float64": lambda: {"dtype": "float64"},
    "--patience 1 --monitor accuracy --epochs 20": lambda: {"patience": 1, "monitor": "accuracy", "epochs": 20},
}


@pytest.mark.parametrize("options", TRAINING)
def test_an_option_of_training_is_the_librarys_setting(trained, options):
    plain, found = trained("pets.csv"), trained("pets.csv", options)
    assert same(plain, by_the_library())
    assert same(found, by_the_library(**TRAINING[options]()))
    assert not same(found, plain)


def test_the_seed_is_of_everything(trained):
    first, again, other = (trained("pets.csv", f"--seed {seed}") for seed in (1, 1, 2))
    assert same(first, again)
    assert not same(first, other)


def test_the_precision_is_that_of_the_model(trained):
    assert trained("pets.csv").dtype == np.float32
    assert trained("pets.csv", "--dtype float64").dtype == np.float64


def test_patience_stops_and_keeps_the_best(run):
    result = run("train pets.csv --engine numpy --hidden 4 --lr 3 --epochs 200 --patience 3 --out x.bprop")
    net = bp.load("x.bprop")
    epochs = len(net.history)
    assert epochs < 200
    losses = [record.validation_loss for record in net.history]
    best = int(np.argmin(losses)) + 1
    assert best == epochs - 3
    assert f"best epoch on the validation set: {best} of {epochs}" in result.stdout


NETWORK = {
    "--hidden 5,6": lambda g: [g.parameters[f"W{k}"].shape for k in (1, 2, 3)] == [(3, 5), (5, 6), (6, 3)],
    "--activation tanh": lambda g: type(g.boxes["h1"]).__name__ == "Tanh",
    "--hidden 5,6 --activation tanh,gelu": lambda g: type(g.boxes["h2"]).__name__ == "Gelu",
    "--loss hinge": lambda g: "Hinge" in type(g.loss).__name__,
    "--l1 0.01": lambda g: g.penalty is not None,
    "--l2 0.01": lambda g: g.penalty is not None,
    "--dropout 0.25": lambda g: g.boxes["d1"].rate == 0.25,
    "--normalise batch": lambda g: type(g.boxes["n1"]).__name__ == "BatchNorm",
    "--normalise layer": lambda g: type(g.boxes["n1"]).__name__ == "LayerNorm",
    "--scale none": lambda g: "x_mean" not in g.boxes,
    "--scale unit": lambda g: float(g.boxes["x_deviation"].value) == 255,
    "--scale standard": lambda g: "x_mean" not in g.boxes,
}


@pytest.mark.parametrize("options", NETWORK)
def test_an_option_of_the_network_is_in_the_saved_graph(trained, options):
    assert NETWORK[options](trained("pets.csv", options).graph)


def test_no_hidden_layer(run):
    words = ["--engine", "numpy", "--epochs", "2", "--hidden", "", "--recipe", "lecture", "--out", "x.bprop"]
    run(["train", "pets.csv", *words])
    assert list(bp.load("x.bprop").params) == ["W1", "b1"]


@pytest.mark.parametrize("name", ["l1", "l2"])
def test_regularisers_pull_weights_to_zero(trained, name):
    plain, found = trained("pets.csv", "--epochs 20"), trained("pets.csv", f"--{name} 0.1 --epochs 20")
    assert found.history[-1].penalty > 0
    assert np.abs(found.params["W1"]).sum() < np.abs(plain.params["W1"]).sum()


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber"])
def test_losses_of_numbers(run, loss):
    run(f"train house.csv --target price --loss {loss} {BASE}")
    assert "rmse" in bp.load("x.bprop").history[-1].metrics


def test_the_task_may_be_said(trained):
    assert trained("dots.npz", "--task regression").notes["classes"] is None
    assert trained("dots.npz").notes["classes"] == [0, 1, 2]


def test_the_target_may_be_any_column(trained):
    assert trained("house.csv").notes["target"] == "floor"
    net = trained("house.csv", "--target area")
    assert net.notes["target"] == "area"
    assert net.notes["columns"] == ["price", "rooms", "floor"]


def test_no_option_is_without_a_test():
    pytest.importorskip("typer", reason="the command line needs typer")
    from typer.main import get_command

    from bprop.cli.app import app

    tested = " ".join([*TRAINING, *NETWORK, BASE]) + (
        " --target --labels --task --kind --weights --test --validation --seed --checkpoint --every --resume --progress"
        " --health --tensorboard --summary --stream --spool --report --live --live-port --live-wait --open"
        " --class-weight --threshold --recipe --members --time"
        " --encoding --delimiter --header --skip-rows --comment --missing --bad-cells --sheet --query"
        " --split-by --group --folds --config --out-of-fold --calibrate --quantiles --metric --distributed"
        " --coordinator --processes --process"
    )
    known = {opt for param in get_command(app).commands["train"].params for opt in param.opts if opt.startswith("--")}
    words = set(tested.replace("--no-shuffle", "--shuffle").split())
    assert {name for name in known if name not in words} <= {"--help"}


def test_the_xla_engine_trains_too(run):
    pytest.importorskip("jax", reason="the XLA engine needs JAX")
    command = "train pets.csv --hidden 4 --epochs 3 --dtype float64"
    run(f"{command} --engine xla --out xla.bprop")
    run(f"{command} --engine numpy --out numpy.bprop")
    for name, array in bp.load("numpy.bprop").params.items():
        np.testing.assert_allclose(bp.load("xla.bprop").params[name], array, rtol=1e-9, atol=1e-12)


# --- files ---


def test_a_model_is_not_overwritten_unless_it_is_named(run, folder):
    command = "train pets.csv --engine numpy --hidden 4 --epochs 1"
    run(command)
    first = (folder / "pets.bprop").read_bytes()
    assert "saved pets-2.bprop" in run(f"{command} --seed 1").stdout
    assert "saved pets-3.bprop" in run(command).stdout
    assert (folder / "pets.bprop").read_bytes() == first
    run(f"{command} --seed 1 --out pets.bprop")
    assert (folder / "pets.bprop").read_bytes() != first


def test_the_model_is_saved_where_out_says(run, folder):
    (folder / "models").mkdir()
    run(f"train pets.csv --engine numpy --hidden 4 --epochs 1 --out {folder / 'models' / 'net.bprop'}")
    assert sorted(path.name for path in (folder / "models").iterdir()) == ["net.bprop", "net.toml"]
    assert not (folder / "pets.bprop").exists()


RESUMED = "--hidden 4 --batch-size 8 --momentum 0.9 --dropout 0.3 --l2 1e-3 --seed 3"


@pytest.mark.parametrize("engine", ["numpy", "xla"])
@pytest.mark.parametrize("more", ["", "--rule adam", "--patience 50"])
def test_a_resumed_run_is_the_run_that_was_never_interrupted(run, engine, more):
    if engine == "xla":
        pytest.importorskip("jax", reason="the XLA engine needs JAX")
    options = f"{RESUMED} --engine {engine} {more}"
    if "adam" in more:
        options = options.replace("--momentum 0.9", "")
    run(f"train pets.csv {options} --epochs 4 --out whole.bprop")
    run(f"train pets.csv {options} --epochs 2 --out half.bprop --checkpoint at.checkpoint")
    run(f"train pets.csv {options} --epochs 4 --out resumed.bprop --resume at.checkpoint")
    whole, half, resumed = (bp.load(f"{name}.bprop") for name in ("whole", "half", "resumed"))
    assert same(whole, resumed)
    assert not same(whole, half)
    assert [r.loss for r in resumed.history] == [r.loss for r in whole.history]


def test_a_checkpoint_is_a_model_too(run):
    run(f"train pets.csv {BASE} --checkpoint at.checkpoint")
    assert same(bp.load("at.checkpoint"), bp.load("x.bprop"))


# --- progress ---


def test_progress_is_on_standard_error_and_can_be_silenced(run):
    shown, silent = run(f"train pets.csv {BASE}"), run(f"train pets.csv {BASE} --no-progress")
    lines = shown.stderr.splitlines()
    assert lines[0].startswith("engine: numpy")
    assert lines[1].startswith("epoch 1/3  training loss ")
    assert lines[-1].startswith("epoch 3/3  training loss ")
    assert silent.stderr == ""
    assert silent.stdout == shown.stdout


# --- errors ---

BAD = [
    ("absent.csv", "", ["absent.csv", "no such file", "digits"]),
    ("pets.csv", "--target colour", ["'colour'", "size, weight, age, kind"]),
    ("pets.csv", "--task regression", ["regression needs targets that are numbers"]),
    ("pets.csv", "--task guess", ["'guess'", "counts"]),
    ("pets.csv", "--scale minmax", ["'minmax'", "standard"]),
    ("pets.csv", "--test 1.5", ["--test 1.5", "a whole number of examples"]),
    ("pets.csv", "--test -1", ["--test -1"]),
    ("pets.csv", "--test nan", ["--test nan"]),
    ("pets.csv", "--test 60", ["--test 60"]),
    ("pets.csv", "--validation 48", ["--validation 48", "below 48"]),
    ("pets.csv", "--hidden ten", ["--hidden 'ten'"]),
    ("pets.csv", "--hidden 4,0", ["--hidden '4,0'"]),
    ("pets.csv", "--activation than", ["'than'", "tanh"]),
    ("pets.csv", "--activation tanh,relu", ["2 entries for 1 hidden"]),
    ("pets.csv", "--loss nnl", ["'nnl'", "hinge"]),
    ("pets.csv", "--loss huber", ["these do: focal, hinge, label_smoothing, nll"]),
    ("house.csv", "--target price --loss nll", ["squared_error"]),
    ("pets.csv", "--l1 -1", ["l1", "-1.0"]),
    ("pets.csv", "--l2 nan", ["l2", "nan"]),
    ("pets.csv", "--dropout 1", ["rate", "[0, 1)"]),
    ("pets.csv", "--normalise group", ["'group'", "batch, layer"]),
    ("pets.csv", "--rule sdg", ["'sdg'", "sgd, adam, adamw"]),
    ("pets.csv", "--rule adam --momentum 0.9", ["--momentum", "adam"]),
    ("pets.csv", "--rule adamw --weight-decay -1", ["weight_decay"]),
    ("pets.csv", "--lr -1", ["learning_rate", "-1.0"]),
    ("pets.csv", "--lr nan", ["learning_rate", "nan"]),
    ("pets.csv", "--dc -1", ["decrease_constant"]),
    ("pets.csv", "--schedule linear", ["'linear'", "cosine"]),
    ("pets.csv", "--schedule step --schedule-every 0", ["every"]),
    ("pets.csv", "--schedule exponential --factor -1", ["factor"]),
    ("pets.csv", "--warm-up -1", ["warm_up"]),
    ("pets.csv", "--momentum 1", ["momentum", "[0, 1)"]),
    ("pets.csv", "--nesterov", ["nesterov", "momentum"]),
    ("pets.csv", "--clip-norm 0", ["clip_norm"]),
    ("pets.csv", "--batch-size 0", ["batch_size", "1 or more"]),
    ("pets.csv", "--batch-size 44", ["batch_size 44", "43 examples"]),
    ("pets.csv", "--epochs 0", ["epochs", "1 or more"]),
    ("pets.csv", "--patience 0", ["patience"]),
    ("pets.csv", "--patience 2 --validation 0", ["--validation 0 holds out none"]),
    ("pets.csv", "--patience 2 --monitor rmse", ["'rmse'", "loss, accuracy"]),
    ("pets.csv", "--seed -1", ["seed", "-1"]),
    ("pets.csv", "--dtype float16", ["'float16'", "float64"]),
    ("pets.csv", "--engine cuda", ["'cuda'", "auto, native, numpy, xla"]),
    ("pets.csv", "--out absent/x.bprop", ["absent", "no folder"]),
    ("pets.csv", "--out .", ["it is a folder"]),
    ("pets.csv", "--checkpoint absent/c", ["absent", "no folder"]),
    ("pets.csv", "--resume absent", ["absent", "no such file"]),
    ("pets.csv", "--resume pets.csv", ["pets.csv", "not a model file"]),
]


@pytest.mark.parametrize(("data", "options", "says"), BAD, ids=[f"{data} {options}" for data, options, _ in BAD])
def test_what_cannot_be_is_said_and_nothing_is_written(refused, data, options, says):
    refused(f"train {data} --engine numpy --hidden 4 --epochs 2 --out x.bprop --no-progress {options}", *says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a,b,y\n" + "1,2.5,3\n0,7,4\n" * 30 + "4,x,6\n", ["line 62", "column 'b'", "'x'", "--kind b=categorical"]),
        ("a,b,y\n1,2,3\n4,5\n", ["line 3", "2 cells"]),
        ("a,b,y\n" + "1,2.5,3\n0,7,4\n" * 30 + "4,inf,6\n", ["line 62", "column 'b'", "'inf'"]),
        ("a,b,y\n1,nan,\n4,5,?\n", ["bad.csv, column 'y'", "all targets are missing (2 rows)", "--target"]),
        ("", ["at least one row"]),
        ("a,y\n1,cat\n2,cat\n3,cat\n", ["all targets are 'cat'"]),
    ],
)
def test_a_bad_csv_file_is_named_with_its_place(refused, folder, content, says):
    (folder / "bad.csv").write_text(content)
    refused("train bad.csv --engine numpy --hidden 4 --epochs 2", "bad", *says)


def test_the_xla_engine_without_jax_says_what_to_install(refused, monkeypatch):
    monkeypatch.setattr("bprop.engines.builtin.find_spec", lambda name: None)
    refused("train pets.csv --engine xla", "pip install 'bprop[xla]'", "engine='numpy'")


def test_built_in_data_without_scikit_learn_says_what_to_install(refused, monkeypatch):
    monkeypatch.setattr("bprop.sources.builtin.find_spec", lambda name: None)
    refused("train digits --engine numpy", "pip install 'bprop[sklearn]'")


def test_a_checkpoint_of_another_run_is_refused(run, refused):
    run(f"train pets.csv {BASE} --scale none --checkpoint at.checkpoint")
    command = "train pets.csv --engine numpy --epochs 4 --out y.bprop --scale none --resume at.checkpoint --hidden"
    refused(f"{command} 5", "at.checkpoint", "another graph")
    refused(f"{command} 4,4", "at.checkpoint", "another graph")
    refused(f"{command} 4 --scale none --seed 7", "seed was 0, now 7")
    refused(f"{command} 4 --scale none --batch-size 5", "batch_size was 32, now 5")
    refused(f"{command} 4 --scale none --lr 0.3", "rule was")
    refused(f"{command} 4 --scale none --rule adam", "rule was")


def test_a_model_is_no_checkpoint(model, refused):
    refused("train pets.csv --engine numpy --hidden 8 --resume pets.bprop --out y.bprop", "not a checkpoint")


# --- where results go ---


@pytest.mark.parametrize("option", ["--out", "--report"])
def test_a_folder_without_permission_is_said_before_the_work_begins(refused, folder, monkeypatch, option):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    refused(f"train pets.csv --engine numpy {option} x.bprop", "x.bprop cannot be written: nothing may be written to")


def drained(pipe):
    """All that is in a pipe now."""
    content = b""
    with suppress(BlockingIOError):
        while part := os.read(pipe, 65536):
            content += part
    return content


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="the system does not list open files")
def test_results_are_written_into_devices_and_pipes(start, run, folder):
    settings = "--engine numpy --hidden 4 --epochs 1 --no-progress"
    os.mkfifo("pipe")
    pipe, content = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK), b""  # else a process that fails is waited for
    process = start(f"train pets.csv {settings} --out pipe --report page.html")
    while process.poll() is None:
        content += drained(pipe)
        time.sleep(0.01)
    (folder / "one.bprop").write_bytes(content + drained(pipe))
    os.close(pipe)
    assert process.returncode == 0, process.communicate()[1]
    assert not os.path.isfile("pipe")
    process = start(["train", "pets.csv", *settings.split(), "--out", "two.bprop", "--report", "/proc/self/fd/2"])
    assert "</html>" in process.communicate()[1]
    predicted = start("predict one.bprop pets.csv --out /proc/self/fd/1").communicate()[0]
    assert predicted == run("predict one.bprop pets.csv").stdout
