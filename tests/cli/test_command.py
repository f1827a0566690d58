"""Commands: bprop's own, and those of other packages."""

import ast
import inspect
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from bprop import errors, plugins

pytestmark = pytest.mark.usefixtures("typer")

INFO = """
from pathlib import Path
from typing import Annotated

import typer

import bprop as bp
from bprop.cli.command import command


@command
def sizes(
    model: Annotated[Path, typer.Argument(help="A model file.")],
    long: Annotated[bool, typer.Option("--long", help="Say more.")] = False,
) -> None:
    \"\"\"Show what MODEL is made of.\"\"\"
    net = bp.load(model)
    print(f"{len(net.graph.order)} boxes, {sum(a.size for a in net.params.values())} numbers")
    if long:
        print(net.graph)
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """installed(name, text): a module of somebody's, as if a package named it as an entry point."""
    entries = []

    def install(name, text):
        (tmp_path / f"{name}.py").write_text(text)
        entries.append(EntryPoint(name, name, plugins.GROUP))

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(plugins, "entry_points", lambda group: entries)
    monkeypatch.setattr("bprop.cli.command._OTHERS", {})
    plugins.load.cache_clear()
    yield install
    plugins.load.cache_clear()
    for entry in entries:
        sys.modules.pop(entry.name, None)


def test_a_command_of_another_package_is_one_file(run, model, installed):
    installed("info_of_somebody", INFO)
    boxes, numbers = len(model.graph.order), sum(array.size for array in model.params.values())
    assert run("sizes pets.bprop").stdout == f"{boxes} boxes, {numbers} numbers\n"
    assert run("sizes pets.bprop --long").stdout.endswith(f"{model.graph}\n")


def test_it_is_in_the_help_and_has_a_help_of_its_own(run, installed):
    installed("info_of_somebody_else", INFO)
    assert "Show what MODEL is made of." in run("--help").stdout
    shown = run("sizes --help").stdout
    assert "A model file." in shown
    assert "Say more." in shown
    assert "Exit codes" in shown


def test_its_errors_are_lines_and_exit_code_1_and_wrong_usage_is_2(refused, run, installed):
    installed("info_of_a_third", INFO)
    refused("sizes absent.bprop", "no such file")
    assert "Usage" in run("sizes", code=2).stderr


def test_commands_of_bprop_are_known_without_loading_other_packages(run, installed):
    installed("never_imported_by_graph", "raise RuntimeError")
    run("graph pets.csv --hidden 2")


@pytest.mark.parametrize(("name", "holder"), [("train", "bprop.cli"), ("sizes", "info_of_the_first")])
def test_a_name_that_is_taken_is_refused_with_the_module_that_has_it(run, installed, name, holder):
    installed("info_of_the_first", INFO)
    installed("a_second_of_the_name", INFO.replace("def sizes(", f"def {name}("))
    with pytest.warns(UserWarning, match=rf"'a_second_of_the_name'.*{holder} already has a command '{name}': choose"):
        run("--help")


def test_a_module_that_is_loaded_again_replaces_its_own_command(installed):
    from bprop.cli import command

    for _ in range(2):
        exec(compile(INFO, "sizes", "exec"), {"__name__": "loaded_twice"})
    assert list(command._OTHERS) == ["sizes"]
    with pytest.raises(errors.SettingError, match="loaded_twice already has a command"):
        exec(compile(INFO, "sizes", "exec"), {"__name__": "another"})


def test_the_list_names_every_module_with_a_command():
    from bprop.cli import command

    defined = {}
    for path in Path(command.__file__).parent.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(
                getattr(d, "id", "") == "command" for d in node.decorator_list
            ):
                defined[path.stem] = node.name
    assert defined == {name: name for name in command.NAMES}


def test_options_in_the_place_of_a_parameter():
    from bprop.cli.command import options_for

    def make(a: int, b: str = "x") -> tuple:
        return a, b

    @options_for("pair", make)
    def work(first: int, *, pair: tuple, last: float = 0.5):
        """Do it."""
        return first, pair, last

    assert work.__doc__ == "Do it."
    assert str(inspect.signature(work)) == "(first: int, *, a: int, b: str = 'x', last: float = 0.5)"
    assert work(1, a=2) == (1, (2, "x"), 0.5)
    assert work(1, a=2, b="y", last=0.0) == (1, (2, "y"), 0.0)
    with pytest.raises(TypeError, match=r"missing a required .*argument: 'a'"):
        work(1)
