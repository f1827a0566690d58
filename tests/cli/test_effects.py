"""Every option of every command: where it would have no effect, it is refused, with the reason.

TABLE has an entry for each option: a command that it is refused in and a part of the reason, or why it always has an
effect. A new option fails the test until it has an entry.
"""

import pytest

pytestmark = pytest.mark.usefixtures("typer")

ALWAYS = "whatever the other options are"
TEXT = "for text files"
READING = {
    "--encoding": ("--encoding cp1252", "t.parquet", TEXT), "--delimiter": ("--delimiter ;", "t.parquet", TEXT),
    "--header": ("--no-header", "t.parquet", "--no-header is for text files"),
    "--skip-rows": ("--skip-rows 1", "digits", TEXT), "--comment": ("--comment #", "dots.npz", TEXT),
    "--missing": ("--missing ?", "dots.npz", "not for arrays"),
    "--bad-cells": ("--bad-cells missing", "digits", "not for arrays"),
    "--sheet": ("--sheet 2", "pets.csv", "for workbooks"), "--query": ("--query x", "pets.csv", "for a database"),
}  # fmt: skip
NETWORK = ("--hidden", "--activation", "--loss", "--l1", "--l2", "--dropout", "--normalise", "--quantiles")
VALUES = {
    "--hidden": "200", "--activation": "relu", "--loss": "nll", "--l1": "0.1", "--l2": "0.1", "--dropout": "0.1",
    "--normalise": "batch", "--quantiles": "0.5", "--target": "kind", "--task": "classification", "--scale": "auto",
}  # fmt: skip


def reading(command):
    return {option: (f"{command} {data} {words}", says) for option, (words, data, says) in READING.items()}


def of_subject(command):
    """Options of a fresh network, with a model."""
    own = {
        option: (f"{command} pets.bprop pets.csv {option} {VALUES[option]}", "has its own network")
        for option in (*NETWORK, "--target", "--task", "--scale")
    }
    return {**own, **reading(command), "--labels": (f"{command} pets.csv --labels pets.csv", "for idx images")}


TABLE = {
    "train": {
        **dict.fromkeys(
            [
                "data", "--task", "--scale", "--test", "--validation", "--config", "--hidden", "--loss",
                "--l1", "--l2", "--rule", "--lr", "--schedule", "--warm-up", "--clip-norm", "--batch-size",
                "--epochs", "--recipe", "--members", "--shuffle", "--seed", "--dtype", "--engine",
                "--out", "--checkpoint", "--resume", "--report", "--live", "--progress", "--health", "--tensorboard",
                "--summary", "--metric", "--distributed",
            ],
            ALWAYS,
        ),
        **reading("train"),
        "--target": ("train dots-images-idx3-ubyte --target y", "has one target"),
        "--labels": ("train pets.csv --labels pets.csv", "for idx images"),
        "--time": ("train pets.csv --time 5s --checkpoint run/", "so no run continues another exactly"),
        "--kind": ("train dots.npz --kind a=numeric", "for tables with columns"),
        "--weights": ("train digits --weights a", "for tables with columns"),
        "--class-weight": ("train house.csv --target price --class-weight balanced", "classes"),
        "--threshold": ("train house.csv --target price --threshold 0.4", "two classes"),
        "--split-by": ("train dots.npz --split-by a", "tables"),
        "--group": ("train pets.csv --group kind --test 0 --validation 0", "held out"),
        "--folds": ("train pets.csv --stream --folds 3", "streamed has no folds"),
        "--out-of-fold": ("train pets.csv --out-of-fold o.csv", "add --folds"),
        "--calibrate": ("train house.csv --target price --calibrate", "gives none"),
        "--quantiles": ("train house.csv --target price --quantiles 0.5", "add --loss quantile"),
        "--stream": ("train dots.npz --stream", "for tables in files"),
        "--spool": ("train pets.csv --spool .", "add --stream"),
        "--activation": (["train", "pets.csv", "--hidden", "", "--activation", "tanh"], "has none"),
        "--dropout": (["train", "pets.csv", "--hidden", "", "--dropout", "0.5"], "has none"),
        "--normalise": (["train", "pets.csv", "--hidden", ",", "--normalise", "batch"], "has none"),
        "--dc": ("train pets.csv --rule adam --dc 0.1", "adam has no --dc"),
        "--factor": ("train pets.csv --factor 0.1", "for --schedule step"),
        "--schedule-every": ("train pets.csv --schedule cosine --schedule-every 9", "for --schedule step"),
        "--momentum": ("train pets.csv --rule adam --momentum 0.9", "adam has no --momentum"),
        "--nesterov": ("train pets.csv --nesterov", "needs a momentum"),
        "--weight-decay": ("train pets.csv --weight-decay 0.1", "sgd has no --weight-decay"),
        "--set": ("train pets.csv --set beta1=0.5", "no further setting 'beta1'"),
        "--patience": ("train pets.csv --patience 3 --validation 0", "holds out none"),
        "--monitor": ("train pets.csv --monitor loss", "add --patience"),
        "--every": ("train pets.csv --every 5s", "add --checkpoint"),
        "--live-port": ("train pets.csv --live-port 80", "add --live"),
        "--live-wait": ("train pets.csv --no-live-wait", "--no-live-wait needs the live report"),
        "--open": ("train pets.csv --open", "add --live"),
        "--coordinator": ("train pets.csv --coordinator 127.0.0.1:1234", "add --distributed"),
        "--processes": ("train pets.csv --processes 2", "add --distributed"),
        "--process": ("train pets.csv --process 0", "add --distributed"),
    },
    "tune": {
        **dict.fromkeys(
            [
                "data", "--task", "--scale", "--test", "--validation", "--time", "--trials", "--study", "--space",
                "--folds", "--sampler", "--pruner", "--monitor", "--seed", "--dtype", "--engine", "--out", "--report",
                "--progress",
            ],
            ALWAYS,
        ),
        **reading("tune"),
        "--target": ("tune dots-images-idx3-ubyte --target y", "has one target"),
        "--labels": ("tune pets.csv --labels pets.csv", "for idx images"),
        "--kind": ("tune dots.npz --kind a=numeric", "for tables with columns"),
        "--weights": ("tune digits --weights a", "for tables with columns"),
        "--class-weight": ("tune house.csv --target price --class-weight balanced", "classes"),
        "--split-by": ("tune dots.npz --split-by a", "tables"),
        "--group": ("tune pets.csv --group kind --test 0 --validation 0", "held out"),
    },
    "resume": {
        **dict.fromkeys(("folder", "--overwrite", "--coordinator", "--processes", "--process"), ALWAYS),
    },
    "launch": {"words": ALWAYS, "-n": ALWAYS, "--restarts": ALWAYS},
    "predict": {
        "--interval": ("predict pets.bprop pets.csv --interval 0.9", "no conformal scores"),
        "--spread": ("predict pets.bprop pets.csv --spread", "single network"),
        "model": ALWAYS, "data": ALWAYS, "--out": ALWAYS, **reading("predict pets.bprop"),
        "--id": ("predict pets.bprop dots.npz --id a", "not a table"),
        "--threshold": ("predict pets.bprop pets.csv --threshold 0.4", "two classes"),
    },
    "evaluate": {
        "model": ALWAYS, "data": ALWAYS, "--json": ALWAYS, "--bootstrap": ALWAYS, "--metric": ALWAYS,
        **reading("evaluate pets.bprop"),
        "--labels": ("evaluate pets.bprop pets.csv --labels pets.csv", "for idx images"),
        "--weights": ("evaluate pets.bprop dots.npz --weights a", "for tables with columns"),
        "--seed": ("evaluate pets.bprop pets.csv --bootstrap 0 --seed 0", "draws none"),
        "--threshold": ("evaluate pets.bprop pets.csv --threshold 0.4", "two classes"), "--held-out": ALWAYS,
        "--interval": ("evaluate pets.bprop pets.csv --interval 0.9", "no conformal scores"), "--importance": ALWAYS,
        "--repeats": ("evaluate pets.bprop pets.csv --repeats 3", "add --importance"),
    },
    "report": {
        "model": ALWAYS, "data": ALWAYS, "--out": ALWAYS, "--held-out": ALWAYS, **reading("report pets.bprop"),
        "--labels": ("report pets.bprop pets.csv --labels pets.csv", "for idx images"),
        "--weights": ("report pets.bprop dots.npz --weights a", "for tables with columns"),
        "--threshold": ("report pets.bprop pets.csv --threshold 0.4", "two classes"),
        "--sheet": ("report pets.bprop --sheet 1", "no data is named"),
    },
    "compare": {
        "models": ALWAYS, "--data": ALWAYS, "--out": ALWAYS,
        **{option: (f"compare pets.bprop pets.bprop --data {data} {words}", says)
           for option, (words, data, says) in READING.items()},
        "--labels": ("compare pets.bprop pets.bprop --data pets.csv --labels pets.csv", "for idx images"),
        "--weights": ("compare pets.bprop pets.bprop --weights a", "no data is named"),
    },
    "check": {
        **of_subject("check"), **dict.fromkeys(("subject", "--rows", "--elements", "--seed", "--engine"), ALWAYS),
        "data": ("check pets.csv pets.csv", "one argument too many"),
    },
    "graph": {
        **of_subject("graph"), "subject": ALWAYS, "--svg": ALWAYS, "--values": ALWAYS,
        "data": ("graph pets.csv pets.csv", "one argument too many"),
        "--rows": ("graph pets.csv --rows 5", "add --values"), "--seed": ("graph pets.bprop --seed 1", "add --values"),
        "--collapse": ("graph pets.csv --collapse yes", "--collapse is for a picture: add --svg"),
        "--fold": ("graph pets.csv --fold no", "add --svg"),
        "--direction": ("graph pets.csv --direction right", "--direction is for a picture: add --svg"),
        "--width": ("graph pets.csv --width 420", "add --svg"),
        "--sheet": ("graph pets.bprop --sheet 1", "no data is named"),
    },
    "step": {
        **of_subject("step"),
        **dict.fromkeys(("subject", "--rows", "--example", "--seed", "--rule", "--plain"), ALWAYS),
        "--lr": ("step pets.csv --rule none --lr 0.1", "there is no learning rate"),
        "data": ("step pets.csv pets.csv", "one argument too many"),
    },
    "play": {
        **dict.fromkeys(("subject", "--port", "--open"), ALWAYS), **reading("play"),
        "data": ("play pets.csv pets.csv", "one argument too many"),
        "--target": ("play moons --target y", "is a toy and has its own data"),
        "--task": ("play pets.bprop --task classification", "is a model"),
        "--kind": ("play pets.bprop --kind kind=categorical", "is a model"),
        "--seed": ("play pets.bprop --seed 1", "with its own weights"),
    },
    "export": {
        "model": ALWAYS, "file": ("export pets.bprop a.onnx --onnx b.onnx", "two files to write"), "--onnx": ALWAYS,
        "--encoders": ALWAYS,
    },
    "serve": dict.fromkeys(
        [
            "models", "--host", "--port", "--token", "--interval", "--reload", "--most-rows", "--most-bytes", "--rate",
            "--concurrency", "--timeout", "--grace",
        ],
        ALWAYS,
    ),
    "info": {"model": ALWAYS, "--json": ALWAYS},
}  # fmt: skip
REFUSED = [(name, option, *row) for name, rows in TABLE.items() for option, row in rows.items() if row != ALWAYS]


def commands():
    import typer

    from bprop.cli.app import app

    return typer.main.get_command(app).commands


def test_every_option_of_every_command_has_an_entry():
    from bprop.cli.command import NAMES

    real = {name: {param.opts[0] for param in commands()[name].params} for name in NAMES}
    assert real == {name: set(rows) for name, rows in TABLE.items()}, (
        "TABLE, above, has an entry for every option of every command: ALWAYS, or a command line that is refused "
        "because the option has no effect in it"
    )


@pytest.fixture
def data(folder):
    """t.parquet and pets.bprop, beside the files of the folder. No row of the model is ever read."""
    import bprop as bp

    pl = pytest.importorskip("polars")
    pl.DataFrame({"a": [1.0, 2.0], "kind": ["x", "y"]}).write_parquet("t.parquet")
    graph = bp.mlp([3, 2, 3])
    bp.save("pets.bprop", bp.Model(graph, graph.init(0), notes={
        "source": "pets", "task": "classification", "columns": ["a", "b", "c"], "target": "kind", "classes": [0, 1, 2],
    }))  # fmt: skip


@pytest.mark.parametrize(("name", "option", "command", "says"), REFUSED, ids=[f"{r[0]} {r[1]}" for r in REFUSED])
def test_an_option_without_an_effect_is_refused_before_any_work(refused, data, name, option, command, says):
    refused(command, says)


def test_every_option_that_a_rule_names_is_one_of_its_command():
    from bprop.cli.effects import EFFECTS

    for name, idle in EFFECTS.items():
        known = {param.name for param in commands()[name].params}
        assert {option for one in idle for option in one.options} <= known


@pytest.mark.parametrize(
    "command",
    ["train pets.csv --lr 0.1 --lr 0.2", "train pets.csv --stream --no-stream", "predict a b --id x --id y",
     "train pets.csv --lr 0.1 --lr 0.1", "check pets.csv --rows 3 --rows 4"],
)  # fmt: skip
def test_an_option_that_is_typed_twice_is_refused(run, command):
    assert "typed twice" in run(command.split(), code=2).stderr


def test_options_that_add_up_may_be_repeated(run, folder):
    options = "--kind age=numeric --kind size=ignored --epochs 1 --engine numpy --no-progress"
    run(f"train pets.csv {options} --out x.bprop".split())
    import bprop as bp

    assert {kind["name"]: kind["kind"] for kind in bp.load("x.bprop").notes["table"]["kinds"]}["size"] == "ignored"


@pytest.mark.parametrize(
    "options",
    [
        "--hidden 0", "--activation rel", "--lr -1", "--dropout 1.5", "--l1 -1", "--test 2.5",
        "--test nofile.csv", "--validation -1", "--validation nan", "--scale unt", "--out x.csv", "--out .",
        "--out no/x.bprop", "--seed -1", "--batch-size 0", "--epochs 0", "--dtype float16", "--engine nat",
        "--task clas", "--loss mse", "--loss nll --task regression", "--kind age", "--kind age=num",
        "--patience 0", "--patience 3 --monitor acuracy", "--normalise bach", "--dtype bfloat16 --engine numpy",
        "--checkpoint no/such --every 5s", "--every 3parsecs --checkpoint x", "--resume nothing",
        "--report no/x.html", "--live --live-port 99999", "--spool nofolder --stream", "--skip-rows -1",
        "--bad-cells skip", "--momentum 2", "--clip-norm -1", "--warm-up -1", "--schedule cosin",
        "--activation relu,tanh",
    ],
)  # fmt: skip
def test_settings_are_checked_before_the_data_is_read(refused, folder, monkeypatch, options):
    def never(*args, **kwargs):
        raise AssertionError("the data was read")

    for name in ("bprop.cli.prepared.open_data", "bprop.cli.streaming.stream", "bprop.cli.streaming.bytes_in_memory"):
        monkeypatch.setattr(name, never)
    refused(f"train pets.csv {options}")
