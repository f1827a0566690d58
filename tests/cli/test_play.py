"""`bprop play`: it says where the page is and how to stop, and stops cleanly."""

import re
import signal
import sys
from urllib.request import urlopen

import numpy as np
import pytest

import bprop as bp
from bprop.sources.read_options import INFERRED

pytestmark = pytest.mark.usefixtures("served")


@pytest.fixture
def served():
    """The tests are skipped where the packages of the server are not installed."""
    for package in ("starlette", "uvicorn", "websockets"):
        pytest.importorskip(package)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 0), ("SIGTERM", 143)])
def test_it_serves_the_page_until_a_signal_comes(start, name, code):
    process = start("play xor --no-open")
    first, second = process.stdout.readline(), process.stdout.readline()
    address = re.search(r"^play with xor: (http://127\.0\.0\.1:\d+/\S+/)$", first)[1]
    assert second == "open this address in a browser; Ctrl-C here stops it\n"
    with urlopen(address, timeout=10) as answer:
        assert answer.status == 200 and "default-src 'none'" in answer.headers["Content-Security-Policy"]
    process.send_signal(getattr(signal, name))
    out, error = process.communicate(timeout=20)
    assert (process.returncode, out, error) == (code, "stopped\n", "")


def test_a_port_that_is_taken_is_said(refused, weights_server):
    refused(f"play --no-open --port {weights_server}", f"port {weights_server}", "choose another")


@pytest.fixture
def weights_server():
    from bprop.playing.serving.server import listen

    listening = listen(0)
    yield listening.getsockname()[1]
    listening.close()


def test_a_subject_that_is_not_there_is_said_with_those_that_are(refused):
    refused("play mons --no-open", "'mons' is no file", "did you mean moons?")
    refused("play zzz --no-open", "xor", "spiral")
    refused("play absent.csv --no-open", "absent.csv", "no such file")
    refused("play pets.csv --target kinds --no-open", "kinds", "kind")
    refused("play digits --encoding cp1252", "not text")
    refused("play xor --delimiter ;", "is a toy")


def test_errors_of_tables_name_options(refused, folder):
    (folder / "names.csv").write_text("name,pet\n" + "".join(f"n{i},{'cat' if i % 2 else 'dog'}\n" for i in range(40)))
    refused("play names.csv --no-open", "use one with --kind COLUMN=KIND")


def test_a_column_is_of_the_kind_that_is_asked_for(folder):
    from bprop.cli.play import opened

    columns = [opened("pets.csv", None, None, None, kind, None, INFERRED).columns for kind in ((), ("age=ignored",))]
    assert columns == [("size", "weight", "age"), ("size", "weight")]


def test_a_model_made_in_python_is_played_with_on_rows_of_a_file(folder, refused):
    from bprop.cli.play import opened

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)).astype(np.float32), rng.integers(0, 2, 40)
    bp.train(bp.mlp([3, 4, 2]), (x, y), epochs=1, engine="numpy").save("made.bprop")
    np.savez("rows.npz", x=x, y=y)
    np.savez("wide.npz", x=np.c_[x, x], y=y)
    subject = opened("made.bprop", "rows.npz", None, None, (), None, INFERRED)
    assert (subject.name, subject.kind, subject.note) == ("made.bprop", "model", "")
    assert np.array_equal(subject.data["x"], x) and np.array_equal(subject.data["y"], y)
    refused("play made.bprop wide.npz --no-open", "6 input columns, but the model takes 3")
    refused("play made.bprop absent.npz --no-open", "there is no such file")


def test_without_its_packages_it_says_what_to_type(refused, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    refused("play", "pip install 'bprop[play]'")
