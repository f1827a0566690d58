"""Errors as lines and exit codes."""

import signal
import subprocess
import sys

import pytest

import bprop as bp
from bprop import errors

pytestmark = pytest.mark.usefixtures("typer")


def ends_with(error, typer):
    """The exit code of a command that raises `error`."""
    from bprop.cli.errors import guarded

    @guarded
    def work():
        raise error

    with pytest.raises(typer.Exit) as caught:
        work()
    return caught.value.exit_code


def test_deliberate_errors_become_a_line_and_exit_code_1(typer, capsys):
    assert ends_with(errors.DataError("a.csv, line 3: bad"), typer) == 1
    assert capsys.readouterr() == ("", "error: a.csv, line 3: bad\n")


def test_an_unknown_name_is_not_shown_in_quotes(typer, capsys):
    assert ends_with(errors.UnknownNameError("no rule is called 'x'"), typer) == 1
    assert capsys.readouterr().err == "error: no rule is called 'x'\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(24, "Too many open files"), "error: Too many open files\n"),
        (OSError(28, "No space left on device"), "error: No space left on device\n"),
        (PermissionError(13, "Permission denied", "a.csv"), "error: a.csv: Permission denied\n"),
        (PermissionError(13, "Permission denied", "a" * 300), f"error: {'a' * 200}...: Permission denied\n"),
    ],
)
def test_what_the_machine_lacks_becomes_a_line(typer, capsys, error, said):
    assert ends_with(error, typer) == 1
    assert capsys.readouterr().err == said


def test_an_error_of_the_system_that_names_no_file_may_be_a_bug(typer):
    with pytest.raises(OSError, match="Bad file"):
        ends_with(OSError(9, "Bad file descriptor"), typer)


def test_ctrl_c_before_training_is_130(typer, capsys):
    assert ends_with(KeyboardInterrupt(), typer) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_bug_is_not_hidden():
    from bprop.cli.errors import guarded

    @guarded
    def work():
        raise ZeroDivisionError("a bug")

    with pytest.raises(ZeroDivisionError):
        work()


def test_a_command_keeps_its_name_its_help_and_its_result():
    from bprop.cli.errors import guarded

    @guarded
    def work(a: int) -> int:
        """Double."""
        return 2 * a

    assert (work.__name__, work.__doc__, work(3)) == ("work", "Double.", 6)


@pytest.mark.parametrize("rows", [3, 20_000])
def test_a_reader_who_goes_away_is_no_traceback(start, model, folder, rows):
    lines = (folder / "pets.csv").read_text().splitlines()
    (folder / "many.csv").write_text("\n".join([lines[0], *(lines[1 + i % 60] for i in range(rows))]) + "\n")
    process = start("predict pets.bprop many.csv")
    process.stdout.close()
    error = process.stderr.read()
    assert process.wait() == 1
    assert error == ""


def stopped(start, number, more=""):
    """(exit code, standard output, standard error) of a training that gets a signal after its first epoch."""
    process = start(f"train pets.csv --engine numpy --hidden 4 --epochs 10000000 --out stopped.bprop {more}")
    engine, first = process.stderr.readline(), process.stderr.readline()
    assert engine.startswith("engine: numpy"), engine
    assert first.startswith("epoch 1/10000000"), first
    process.send_signal(number)
    out, error = process.communicate(timeout=60)
    return process.returncode, out, error


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_training_and_what_was_learned_is_saved(start, number, code):
    found, out, error = stopped(start, number)
    assert found == code
    assert "saved stopped.bprop" in out
    assert "test: accuracy" in out
    assert "interrupted in epoch" in error
    assert "Traceback" not in error
    net = bp.load("stopped.bprop")
    assert len(net.history) >= 1
    assert net.predict(x=[[1.0, 2.0, 3.0]]).shape == (1, 3)


def test_an_interrupted_run_can_be_resumed(start, run):
    stopped(start, signal.SIGINT, "--checkpoint at.checkpoint")
    done = len(bp.load("at.checkpoint").history)
    options = f"--engine numpy --hidden 4 --epochs {done + 2}"
    run(f"train pets.csv {options} --resume at.checkpoint --out resumed.bprop")
    run(f"train pets.csv {options} --out whole.bprop")
    whole, resumed = bp.load("whole.bprop"), bp.load("resumed.bprop")
    assert [r.loss for r in resumed.history] == [r.loss for r in whole.history]
    for name, array in whole.params.items():
        assert resumed.params[name].tobytes() == array.tobytes()


def test_each_stream_has_its_part(start):
    process = start("train pets.csv --engine numpy --hidden 8 --epochs 30")
    out, error = process.communicate()
    assert process.returncode == 0
    assert [line.split(":")[0].split(" ")[0] for line in out.splitlines()] == [
        "pets", "", "target", "", "", "split", "recipe", "saved", "settings", "engine", "test", *[""] * 6,
    ]  # fmt: skip
    assert all(line.startswith(("engine: ", "epoch ")) for line in error.splitlines())
    assert error


def test_an_error_of_a_process_is_a_line_on_standard_error(start):
    process = start("train absent.csv")
    out, error = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert error.startswith("error: absent.csv: there is no such file")
    assert error.count("\n") == 1


@pytest.mark.parametrize("command", ["predict", "train", "graph", "resume", "evaluate"])
def test_a_name_that_is_too_long_is_a_line(run, command):
    beside = " pets.csv" if command in ("predict", "evaluate") else ""
    shown = run(f"{command} {'a' * 5000}{beside}", code=1).stderr
    assert shown.startswith("error: ")
    assert shown.count("\n") <= 2


def test_too_little_memory_is_a_line(typer, capsys):
    assert ends_with(MemoryError("Unable to allocate 8.00 EiB"), typer) == 1
    assert capsys.readouterr().err.startswith("error: there is not enough memory for this: train a table with --stream")


def test_too_many_open_files_is_a_line(typer, capsys):
    assert ends_with(OSError(24, "Too many open files"), typer) == 1
    assert capsys.readouterr().err == "error: Too many open files\n"


def test_a_name_in_an_error_begins_no_line(typer, capsys):
    assert ends_with(errors.DataError("a\nfake: \x1b[2J"), typer) == 1
    assert ends_with(OSError(2, "No such file", "b\nfake"), typer) == 1
    assert capsys.readouterr().err == "error: a\\nfake: \\x1b[2J\nerror: b\\nfake: No such file\n"


def test_a_process_that_runs_out_of_memory_ends_with_a_line(typer, folder):
    pytest.importorskip("resource")
    code = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
sys.argv = "bprop train pets.csv --engine numpy --hidden 10000000000".split()
from bprop.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: there is not enough memory")
    assert "Traceback" not in done.stderr
    assert not (folder / "pets.bprop").exists()
