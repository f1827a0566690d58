"""Processes that are started together: their exit codes, restarts and signals. The programs here train nothing."""

import os
import signal
import subprocess
import sys
import time

import pytest

from bprop.distributed import launch
from bprop.distributed.launch import Launch, checkpoint_of, need_launchable
from bprop.errors import SettingError


@pytest.fixture
def launched(tmp_path, monkeypatch):
    """launched(code, count, restarts): (exit code, lines) of a program that knows its number k, in a folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(launch, "GRACE", 1.0)

    def run(code, count=2, restarts=0):
        text = "import os, signal, sys, time\nfrom pathlib import Path\nk = int(os.environ['BPROP_PROCESS'])\n"
        (tmp_path / "program.py").write_text(text + code)
        lines = []
        return Launch(count, ["program.py"], restarts, lines.append).run(), lines

    return run


def test_every_process_knows_its_number_and_the_same_coordinator(launched, tmp_path):
    code = "Path(f'{k}').write_text(os.environ['BPROP_COORDINATOR'] + ' ' + os.environ['BPROP_PROCESSES'])"
    assert launched(code, 3) == (0, [])
    texts = {(tmp_path / name).read_text() for name in "012"}
    assert len(texts) == 1
    assert texts.pop().startswith("127.0.0.1:")


def test_a_failure_of_one_process_ends_the_others_and_is_shown(launched):
    code, lines = launched("if k == 1: sys.exit('error: there is no file a.csv')\ntime.sleep(60)", restarts=3)
    assert code == 1
    assert lines == ["process 1: error: there is no file a.csv"]


def test_a_process_that_is_killed_has_all_started_again(launched, tmp_path):
    code, lines = launched(
        "Path(f'{k}').open('a').write('x')\n"
        "if k == 1 and len(Path('1').read_text()) < 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "if k == 0 and len(Path('0').read_text()) < 3: time.sleep(60)",
        restarts=5,
    )
    assert code == 0
    assert (tmp_path / "0").read_text() == "xxx"
    assert lines[0] == ("a process was ended by signal 9: all processes are started again (1 of at most 5 times)")
    assert len(lines) == 2


def test_restarts_end(launched):
    code, lines = launched("sys.exit(75)", restarts=2)
    assert code == 75
    assert len(lines) == 2 and "has lost another one" in lines[0]


def test_a_signal_goes_to_all_processes(tmp_path):
    (tmp_path / "program.py").write_text(
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        "Path('ready' + os.environ['BPROP_PROCESS']).touch()\n"
        "time.sleep(60)\n"
    )
    start = "from bprop.distributed.launch import Launch; raise SystemExit(Launch(2, ['program.py'], 3).run())"
    running = subprocess.Popen([sys.executable, "-c", start], cwd=tmp_path)
    end = time.monotonic() + 60
    while not all((tmp_path / f"ready{k}").exists() for k in range(2)) and time.monotonic() < end:
        time.sleep(0.02)
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 143


def test_a_run_goes_on_from_its_checkpoints(tmp_path):
    place = tmp_path / "run"
    words = ["train", "digits", "--checkpoint", str(place)]
    one = Launch(2, words, 3)
    assert one.words_of(0) == [*words, "--distributed"]
    assert one.words_of(1) == [*words, "--distributed"]  # it was killed before there was a folder
    place.mkdir()
    (place / "run.json").touch()
    assert one.words_of(1) == ["resume", str(place)]
    assert one.words_of(0) == [*words, "--distributed"]


def test_the_folder_of_checkpoints_is_read_from_the_words():
    assert checkpoint_of(["train", "--checkpoint=a/", "x"]) == "a/"
    assert checkpoint_of(["train", "--checkpoint", "b"]) == "b"
    assert checkpoint_of(["train", "checkpoint"]) is None


@pytest.mark.parametrize(
    ("count", "words", "restarts", "says"),
    [
        (0, ["train", "digits"], 0, "-n 0"),
        (2, ["predict", "m.bprop"], 0, "after --"),
        (2, [], 0, "after --"),
        (2, ["train", "digits"], 1, "add --checkpoint"),
        (2, ["train", "digits"], -1, "--restarts -1"),
    ],
)
def test_processes_that_cannot_be_started_are_refused(count, words, restarts, says):
    with pytest.raises(SettingError, match=says):
        need_launchable(count, words, restarts)


def test_a_port_is_free():
    assert 0 < launch.free_port() < 65536
    assert os.environ.get("BPROP_PROCESS") is None


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP")
def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` starts a program
    try:
        with Launch(1, ["program.py"])._signals():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)
