"""The entry point."""

import os
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import pytest


def python(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)


def test_without_typer_the_message_says_what_to_install():
    done = python("import sys; sys.modules['typer'] = None; from bprop.cli import main; main()")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "error: the command line needs typer: pip install 'bprop[cli]'\n"


def test_an_older_typer_is_refused_before_anything_is_read(typer):
    done = python("import typer; typer.__version__ = '0.28.10'; from bprop.cli import main; main()")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "error: the command line needs typer 0.29 or newer, and 0.28.10 is installed: "
        "pip install --upgrade 'bprop[cli]'\n"
    )


def test_the_oldest_typer_is_the_bound_of_the_extra():
    from bprop.cli import OLDEST

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"typer>={'.'.join(map(str, OLDEST))}" in project["optional-dependencies"]["cli"]


def test_importing_it_needs_nothing():
    assert python("import sys, bprop.cli; print('typer' in sys.modules)").stdout == "False\n"


def test_the_command_line_does_not_import_jax_for_the_numpy_engine(typer, folder):
    command = "train pets.csv --engine numpy --hidden 4 --epochs 1 --no-progress"
    done = python(
        f"import sys; sys.argv = ['bprop', *{command.split()}]\n"
        "from bprop.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print([m for m in ('jax', 'sklearn') if m in sys.modules])\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_names_of_files_that_are_no_text_are_printed(typer, folder):
    options = "--engine numpy --hidden 2 --epochs 1 --no-progress --out"
    command = [sys.executable, "-m", "bprop", "train", "pets.csv", *options.split(), b"p\xff.bprop"]
    done = subprocess.run(command, capture_output=True, timeout=120, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 0, done.stderr
    assert b"saved p\\udcff.bprop" in done.stdout
    assert os.path.exists(b"p\xff.bprop")


def test_too_little_memory_to_start_is_a_line(monkeypatch, capsys):
    pytest.importorskip("typer")

    def app():
        raise MemoryError

    from bprop.cli import main

    monkeypatch.setattr("bprop.cli.app.app", app)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    with pytest.raises(SystemExit, match="1"):
        main()
    assert capsys.readouterr().err == "error: there is not enough memory to start\n"


def test_a_bug_is_a_traceback_that_holds_no_raw_names(monkeypatch, capsys):
    pytest.importorskip("typer")

    def app():
        raise ZeroDivisionError("\x1b[2J")

    from bprop.cli import main

    monkeypatch.setattr("bprop.cli.app.app", app)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    with pytest.raises(SystemExit, match="1"):
        main()
    shown = capsys.readouterr().err
    assert shown.startswith("Traceback")
    assert shown.endswith("ZeroDivisionError: \\x1b[2J\n")
