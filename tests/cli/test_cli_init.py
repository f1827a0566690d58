"""The entry point."""

import subprocess
import sys


def python(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)


def test_without_typer_the_message_says_what_to_install():
    done = python("import sys; sys.modules['typer'] = None; from bprop.cli import main; main()")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "error: the command line needs typer: pip install 'bprop[cli]'\n"


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
