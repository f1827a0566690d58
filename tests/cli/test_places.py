"""Commands whose data, models and checkpoints are elsewhere. fsspec's memory stands for all of its file systems."""

import json
import sqlite3
from pathlib import Path

import pytest

from bprop.cli.places import placed
from bprop.errors import SettingError
from bprop.remote import address, download
from bprop.remote.path import RemotePath

FAST = "--epochs 2 --hidden 3 --engine numpy --no-progress"


@pytest.fixture
def memory(folder, monkeypatch):
    """A file system in memory with the files of the folder below data/; nothing was fetched, and no secret is known."""
    fsspec = pytest.importorskip("fsspec")
    monkeypatch.setattr(download, "_here", {})
    monkeypatch.setattr(address, "_whole", {})
    monkeypatch.setattr(address, "_secrets", {})
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    for path in folder.iterdir():
        system.pipe_file(f"/data/{path.name}", path.read_bytes())
    yield system
    system.store.clear()


def test_from_an_address_to_an_address(run, memory, folder):
    before = sorted(folder.iterdir())
    train = f"train memory://data/pets.csv --out memory://m/pets.bprop --report memory://m/r.html {FAST}"
    assert "saved memory://m/pets.bprop" in run(train).stdout
    assert {"/m/pets.bprop", "/m/pets.toml", "/m/r.html"} < set(memory.store)
    assert "examples" in run("evaluate memory://m/pets.bprop --held-out").stdout
    run("predict memory://m/pets.bprop memory://data/pets.csv --out memory://m/p.csv.gz")
    assert run("predict memory://m/pets.bprop pets.csv").stdout.count("\n") == 61
    assert "/m/p.csv.gz" in memory.store
    assert "memory://m/pets.bprop: a model of pets" in run("info memory://m/pets.bprop").stdout
    run("graph memory://m/pets.bprop --svg memory://m/g.svg")
    assert sorted(folder.iterdir()) == before


def test_rows_elsewhere_give_the_model_that_they_give_here(run, memory):
    run(f"train pets.csv --out here.bprop {FAST}")
    run(f"train memory://data/pets.csv --out there.bprop {FAST}")
    run(f"train memory://data/pets.csv --out streamed.bprop --stream {FAST}")
    here, there = (run(f"predict {name}.bprop pets.csv").stdout for name in ("here", "there"))
    assert here == there
    assert "was used for training" in run("evaluate here.bprop memory://data/pets.csv").stderr.replace("were", "was")


def test_a_run_is_resumed_from_an_address(run, memory, folder):
    options = f"{FAST} --checkpoint memory://run --every 1epochs --out memory://m.bprop"
    first = run(f"train memory://data/pets.csv {options}")
    assert json.loads(memory.cat_file("/run/run.json"))["words"][0] == "--target" or first
    model = memory.cat_file("/m.bprop")
    again = run("resume memory://run")
    assert "--resume memory://run" in again.stdout
    assert memory.cat_file("/m.bprop") == model
    memory.pipe_file("/m.bprop", b"of another")
    assert "this run has not made it" in run("resume memory://run", code=1).stderr
    run("resume memory://run --overwrite")


def test_a_run_of_somebody_else_writes_only_here(run, memory, folder):
    run(f"train memory://data/pets.csv {FAST} --checkpoint memory://run --every 1epochs --out pets.bprop")
    noted = json.loads(memory.cat_file("/run/run.json"))
    noted["words"][-1] = str(folder.parent / "elsewhere.bprop")
    memory.pipe_file("/run/run.json", json.dumps(noted).encode())
    assert "which is not in this folder" in run("resume memory://run", code=1).stderr
    assert not (folder.parent / "elsewhere.bprop").exists()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("train memory://data/none.csv", "there is no such file, and no folder of this name"),
        ("train nosuch://data/pets.csv", "nothing is read from nosuch:// here"),
        ("train pets.csv --out https://host/m.bprop", "https:// is only read here"),
        ("train pets.csv --out memory://m.csv", "a file of this name is no model"),
        ("train pets.csv --checkpoint https://host/run --every 1s", "https:// is only read here"),
        ("train pets.csv --stream --spool memory://spool", "--spool memory://spool: this must be on this machine"),
        ("train pets.csv --tensorboard memory://t", "--tensorboard memory://t: this must be on this machine"),
        ("train --config memory://c.toml pets.csv", "memory:"),
        ("tune pets.csv --study memory://s", "--study memory://s: this must be on this machine"),
        ("train pets.csv --query select", "is for a database as DATA"),
        ("train sqlite:///none.db", "there is no file none.db"),
        ("info memory://none.bprop", "there is no such file"),
        ("resume memory://none", "is noted here"),
        ("predict memory://none.bprop pets.csv", "there is no such file"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(refused, memory, command, says):
    before = dict(memory.store)
    refused(command, says)
    assert memory.store == before


def test_a_model_that_cannot_be_put_is_saved_here(run, memory, folder, monkeypatch):
    put = type(memory).put_file

    def refuse(self, here, there, **more):
        if there.endswith(".bprop"):
            raise OSError("ExpiredToken")
        return put(self, here, there, **more)

    monkeypatch.setattr(type(memory), "put_file", refuse)
    result = run(f"train pets.csv --out memory://m/pets.bprop {FAST}", code=1)
    assert "the credentials have expired: renew them; the model is saved here, as pets.bprop" in result.stderr
    assert (folder / "pets.bprop").is_file()
    run("evaluate pets.bprop --held-out")


def test_rows_of_a_database(run, memory, folder):
    pytest.importorskip("polars")
    with sqlite3.connect("shop.db") as database:
        database.execute("create table homes (size real, price real)")
        database.executemany("insert into homes values (?, ?)", [(k * 7 % 50 + 0.5, 2.5 * k) for k in range(50)])
    database.close()
    query = "select size, price from homes order by size"
    options = [*FAST.split(), "--recipe", "lecture", "--out", "h.bprop"]
    result = run(["train", "sqlite:///shop.db", "--query", query, "--target", "price", *options])
    assert "ORDER BY" not in result.output
    assert "examples of shop" in run("evaluate h.bprop --held-out").stdout
    rows = run(["predict", "h.bprop", "sqlite:///shop.db", "--query", "select size from homes where size < 3"])
    assert rows.stdout.count("\n") == 4
    assert run("train --config h.toml --out again.bprop", code=0)
    assert "add ORDER BY" in run(["train", "sqlite:///shop.db", "--query", "select * from homes", *options]).stdout


def test_a_password_is_in_no_message_and_no_file(run, memory, folder, monkeypatch):
    def rows(source, path):
        Path(path).write_bytes(b"size,price\n" + b"".join(b"%d.5,%d\n" % (k, k) for k in range(50)))

    monkeypatch.setattr(download, "READERS", [(address.is_database, rows)])
    word = "postgresql://ann:pass-W0rd@host/shop?password=other-Pw1"
    options = [*FAST.split(), "--recipe", "lecture", "--out", "m.bprop", "--checkpoint", "run", "--every", "1epochs"]
    result = run(["train", word, "--query", "select 1 order by 1", "--report", "r.html", *options])
    outputs = [result.output, run(["train", word, "extra", word], code=2).output]
    written = [path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file()]
    assert "postgresql://ann@host/shop select 1" in (folder / "m.toml").read_text()
    for text in (*outputs, *written, json.dumps(sorted(map(str, memory.store)))):
        assert "pass-W0rd" not in text
        assert "other-Pw1" not in text


def test_parameters_are_changed_in_place():
    values = {"data": "https://h/a.csv?key=0123", "out": Path("s3://b/m.bprop"), "models": [Path("gs://b/m")], "n": 3}
    placed(values, {})
    assert values["data"] == "https://h/a.csv?..."
    assert values["out"] == RemotePath("s3://b/m.bprop")
    assert values["models"] == [RemotePath("gs://b/m")]
    with pytest.raises(SettingError, match="--spool s3://b: this must be on this machine"):
        placed({"spool": Path("s3://b")}, {"spool": "--spool"})
