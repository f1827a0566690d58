"""The command line ends at Ctrl-C and SIGTERM with its exit code and no traceback, from the first import to the end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bprop import exits

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals to processes")
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]

HOOK = """
import signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            sys.meta_path.remove(self)
            signal.raise_signal({number})
sys.meta_path.insert(0, Finder())
"""
PROGRAM = [sys.executable, "-W", "error", "-m", "bprop"]


@pytest.fixture(autouse=True)
def usual():
    """Python's own handler of Ctrl-C, which is ignored where tests run in the background, and by their children too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def typer():
    return pytest.importorskip("typer", reason="the command line needs typer")


def with_hook(tmp_path, code, program=PROGRAM, words=("--version",)):
    """(exit code, output, errors) of a program that runs `code` first."""
    (tmp_path / "sitecustomize.py").write_text(code)
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [*program, *words], capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": path}
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("name", ["numpy", "bprop.boxes", "bprop.leaves", "bprop.cli", "typer", "bprop.cli.train"])
def test_a_signal_while_the_program_is_imported(typer, tmp_path, name, number, code):
    assert with_hook(tmp_path, HOOK.format(name=name, number=int(number))) == (code, "", "")


SCRIPT = """#!{python}
import re
import sys
from bprop.cli import main
if __name__ == '__main__':
    sys.exit(main())
"""


@pytest.mark.parametrize("name", ["numpy", "bprop.boxes", "typer"])
def test_a_signal_while_the_installed_program_is_imported(typer, tmp_path, name):
    """It is a script beside the interpreter, as pip writes it."""
    interpreter = tmp_path / "python"
    interpreter.symlink_to(sys.executable)
    (tmp_path / "pyvenv.cfg").write_text(f"home = {os.path.dirname(os.path.realpath(sys.executable))}\n")
    script = tmp_path / "bprop"
    script.write_text(SCRIPT.format(python=interpreter))
    code = f"import sys\nsys.path += {sys.path!r}\n{HOOK.format(name=name, number=int(signal.SIGINT))}"
    exit_code, out, errors = with_hook(tmp_path, code, [str(interpreter), str(script)])
    own = [line for line in errors.splitlines() if "<frozen site>" not in line]  # of the folder, from Python 3.14 on
    assert (exit_code, out, own) == (130, "", [])


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_when_the_command_has_ended(typer, tmp_path, number, code):
    hook = f"import atexit, signal\natexit.register(signal.raise_signal, {int(number)})\n"
    found, _, errors = with_hook(tmp_path, hook)
    assert (found, errors) == (code, "")


@pytest.mark.parametrize(("times", "errors"), [(1, "interrupted\n"), (2, "")])
def test_ctrl_c_while_an_error_is_printed_and_once_more_meanwhile(typer, tmp_path, times, errors):
    hook = f"""
import signal, sys
class Errors:
    left = {times}
    def __getattr__(self, name):
        return getattr(sys.__stderr__, name)
    def write(self, text):
        if self.left:
            self.left -= 1
            signal.raise_signal(signal.SIGINT)
        return sys.__stderr__.write(text)
sys.stderr = Errors()
"""
    found, _, said = with_hook(tmp_path, hook, words=("graph", "nothing.bprop"))
    assert (found, said) == (130, errors)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_while_a_table_is_read_closes_open_files(typer, tmp_path, number, code):
    """A command that waits for standard input; what it would have left behind is cleared away."""
    hook = f"""
import atexit, pathlib
atexit.register(lambda: pathlib.Path({str(tmp_path / "ended")!r}).touch())
"""
    (tmp_path / "sitecustomize.py").write_text(hook)
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [*PROGRAM, "train", "-", "--engine", "numpy", "--epochs", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}, cwd=tmp_path,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write("a,b\n" * 40_000)  # more than a pipe holds: when all is written, it has begun to read
    process.stdin.flush()
    time.sleep(0.1)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == code
    assert errors == ("interrupted\n" if number == signal.SIGINT else "")
    assert (tmp_path / "ended").exists()  # it was ended as programs are, not cut off


def test_importing_the_package_leaves_handlers_alone():
    code = "import bprop, bprop.cli; from signal import *; print(getsignal(2) is default_int_handler, +getsignal(15))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout == "True 0\n"


@pytest.mark.parametrize(
    ("program", "expected"),
    [("", False), ("bprop", False), ("/somewhere/bprop", False), ("-c", False), (None, False)],
)
def test_the_command_line_is_recognised(monkeypatch, program, expected):
    monkeypatch.setattr(sys, "argv", [] if program is None else [program])
    assert exits.is_command_line() == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["python", "-W", "error", "-m", "bprop", "train"], True),
        (["python", "-mbprop"], True),
        (["python", "-m", "project.train"], False),
        (["python", "-m"], False),
    ],
)
def test_a_package_that_python_looks_up_for_m_may_be_another_one(monkeypatch, words, expected):
    monkeypatch.setattr(sys, "argv", ["-m"])
    monkeypatch.setattr(sys, "orig_argv", words)
    assert exits.is_command_line() is expected


def test_a_program_of_somebodys_that_imports_bprop_keeps_its_ctrl_c(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "__init__.py").write_text(
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\nimport bprop"
    )
    (tmp_path / "project" / "train.py").write_text(
        "import signal\ntry:\n    signal.raise_signal(signal.SIGINT)\nexcept KeyboardInterrupt:\n    print('mine')"
    )
    path = os.pathsep.join([str(tmp_path), str(Path(exits.__file__).parents[1])])
    command = [sys.executable, "-m", "project.train"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, timeout=120)
    assert done.stdout == "mine\n", done.stderr


@pytest.mark.parametrize("name", ["bprop", "bprop.exe"])
def test_the_program_beside_the_interpreter_is_the_command_line(monkeypatch, name):
    monkeypatch.setattr(sys, "argv", [os.path.join(os.path.dirname(sys.executable), name)])
    assert exits.is_command_line() or os.path.realpath(sys.argv[0]) != sys.argv[0]


def test_ignored_signals_stay_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        exits.watch()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_while_a_command_works_signals_are_exceptions_the_first_time(monkeypatch):
    ended = []
    monkeypatch.setattr(exits.os, "_exit", ended.append)
    for number, error in ((signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)):
        monkeypatch.setattr(exits.State, "working", True)
        with pytest.raises(error):
            exits.leave(number, None)
        assert not exits.State.working
        ended.clear()
        with pytest.raises(error):  # _exit does not return, in earnest
            exits.leave(number, None)
        assert ended == [128 + number]
