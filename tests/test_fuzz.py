"""The targets of fuzzing hold for their seeds, and these a little changed; the guard sees what is forbidden."""

import importlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the targets are no part of the package

from fuzz import guard  # noqa: E402

NAMES = ("model", "checkpoints", "table", "stream", "arguments")


@pytest.fixture(params=NAMES)
def target(request):
    pytest.importorskip("typer", reason="the targets use the command line")
    return importlib.import_module(f"fuzz.{request.param}")


def some_bytes(data, most, rng):
    """In place of libFuzzer's own mutation."""
    data = bytearray(data)
    for _ in range(3):
        at = rng.randrange(len(data) + 1)
        data[at : at + rng.randrange(2)] = rng.randbytes(rng.randrange(3))
    return bytes(data[:most])


def test_seeds_and_what_becomes_of_them(target):
    rng = random.Random(0)
    seeds = target.seeds()
    quick = [seed for seed in seeds if b"digits" not in seed]
    for number, seed in enumerate(quick):
        target.one(seed)
        mutate = getattr(target, "mutate", None)
        plain = lambda data, most: some_bytes(data, most, rng)  # noqa: E731
        changed = plain(seed, 10_000) if mutate is None else mutate(seed, 10_000, number, plain)
        assert isinstance(changed, bytes)
        target.one(changed)


def test_a_document_is_a_file_with_the_right_checksum(tmp_path):
    pytest.importorskip("typer", reason="the targets use the command line")
    from fuzz import model

    import bprop as bp

    for seed in model.seeds():
        (tmp_path / "f").write_bytes(model.content(seed))
        assert bp.load(tmp_path / "f").params
    damaged = json.dumps({"meta": {"format": 1}, "arrays": {}}).encode()
    (tmp_path / "f").write_bytes(model.content(damaged))
    past = "KeyError|deserializing header"  # past the checksum; the latter is of a safetensors that wants an array
    with pytest.raises(bp.errors.ModelFileError, match=past):
        bp.load(tmp_path / "f")


def test_every_command_takes_the_models_that_are_changed(tmp_path):
    """Else a change would never reach what the commands do with a model."""
    pytest.importorskip("typer", reason="the targets use the command line")
    from fuzz import commands, model

    from bprop.sources.preparation import KEY

    reached = []
    for seed in model.seeds()[:-1]:
        (tmp_path / "m.bprop").write_bytes(model.content(seed))
        notes = json.loads(seed)["meta"]["notes"]
        if "task" in notes:
            files = commands.data_in(tmp_path)
            numbers = "regression.npz" if notes["task"] == "regression" else "classification.npz"
            for command in commands.commands(
                tmp_path / "m.bprop", files["pets.csv" if KEY in notes else numbers], tmp_path
            ):
                command()
            reached.append(notes["task"])
    assert sorted(set(reached)) == ["classification", "multilabel", "regression"]


def test_a_run_that_is_changed_can_be_resumed():
    pytest.importorskip("typer", reason="the targets use the command line")
    from fuzz import arguments, checkpoints

    for folder in checkpoints.begun():
        before = checkpoints.newest(folder / checkpoints.RUN)
        with arguments.shortened(folder):
            assert arguments.call(["resume", checkpoints.RUN]) == 0
        assert checkpoints.newest(folder / checkpoints.RUN).name > before.name
    checkpoints.begun.cache_clear()


WATCHED = """
import os, socket, subprocess, sys
from pathlib import Path
from fuzz import guard
place = Path(sys.argv[1])
inside, outside = place / "in", place / "out"
guard.watch()
(outside / "before").write_text("nobody minds")

def stopped(kind, what):
    try:
        what()
    except kind:
        print("stopped")
    else:
        print("NOT STOPPED")

with guard.inside(inside):
    (inside / "fine").write_text("fine")
    os.replace(inside / "fine", inside / "moved")
    (outside / "before").read_text()
    stopped(guard.EscapeError, lambda: (outside / "new").write_text("x"))
    stopped(guard.EscapeError, lambda: (inside / ".." / "out" / "new").write_text("x"))
    stopped(guard.EscapeError, lambda: os.replace(inside / "moved", outside / "moved"))
    stopped(guard.EscapeError, lambda: (outside / "before").unlink())
    stopped(guard.EscapeError, lambda: os.system("true"))
    stopped(guard.EscapeError, lambda: subprocess.run(["true"]))
    stopped(guard.EscapeError, lambda: socket.create_connection(("127.0.0.1", 9)))
with guard.inside(inside, refuse=True):
    stopped(PermissionError, lambda: (outside / "new").write_text("x"))
(outside / "after").write_text("nobody minds")
"""


def test_the_guard_stops_what_no_input_may_bring_about(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", WATCHED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.stderr == ""
    assert done.stdout.split("\n") == ["stopped"] * 8 + [""]
    assert sorted(os.listdir(tmp_path / "out")) == ["after", "before"]
    assert {"os.system", "subprocess.Popen", "socket.connect"} <= set(guard.FORBIDDEN)


def test_it_says_how_to_be_used():
    command = [sys.executable, "-m", "fuzz"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr.startswith("usage: python -m fuzz {model,checkpoints,table,stream,arguments}")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows sends no signals to processes")
def test_interrupts_at_a_few_instants(capfd):
    for package in ("llvmlite", "sklearn"):
        pytest.importorskip(package)
    from fuzz import interrupts

    with pytest.raises(SystemExit) as ended:
        interrupts.main(["--count", "5", "--patience", "100"])
    said, errors = capfd.readouterr()
    assert ended.value.code == 0, said + errors
    assert said.count("5 interrupts (1 Ctrl-C, 1 Ctrl-C three times, 1 alarm") == 2
    assert said.count("no hang, no wrong bit") == 2


SPOILT = """
control = interrupts.Train.control
interrupts.Train.control = lambda self, calls=[]: calls.append(0) or control(self) + bytes(len(calls) > 3)
"""
HANGS = "interrupts.Train.trial = lambda *given: time.sleep(1000)"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows sends no signals to processes")
@pytest.mark.parametrize(
    ("broken", "patience", "fault"), [(SPOILT, 100, "has other bits"), (HANGS, 2, "it hung, or died")]
)
def test_interrupts_that_hang_or_spoil_are_seen(tmp_path, broken, patience, fault):
    pytest.importorskip("llvmlite")
    (tmp_path / "broken.py").write_text(
        f"import sys, time\nfrom fuzz import interrupts\n{broken}\n"
        "interrupts.child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))\n"
    )
    words = ["--count", "1", "--what", "train", "--patience", str(patience)]
    code = (
        "from types import SimpleNamespace\nfrom fuzz import interrupts\n"
        f"interrupts.__spec__ = SimpleNamespace(name='broken')\ninterrupts.main({words})"
    )
    path = os.pathsep.join([str(tmp_path), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 1
    assert fault in done.stdout
