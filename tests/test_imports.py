"""The rooms of the package, and who may import whom: downwards only."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import bprop

ROOT = Path(bprop.__file__).parent

# From the ground to the roof. A room (a module, or a package with all that is in it) may import itself and
# what stands on floors below its own, but nothing on its own floor or above.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("typing",),
    ("errors", "namespace", "exits", "visible", "outside", "names", "versions"),
    ("remote",),
    (
        "noise",
        "shapes",
        "trained",
        "memory",
        "blas",
        "heap",
        "forked",
        "disk",
        "reading",
        "console",
        "calibration",
        "conformal",
        "elsewhere",
        "toys",
        "notebook",
        "web",
    ),
    ("registry", "hyper", "plugins", "init", "distributed"),
    ("operators", "signatures"),
    ("box",),
    ("leaves", "lower_case"),
    ("boxes", "rules", "metrics", "data", "record", "files", "scaling", "notes"),
    ("structure", "architecture", "history"),
    ("draw", "formulas"),
    ("graph", "mapped"),
    ("perceptron", "layers", "batches", "engines", "stepper", "measures", "portrait"),
    ("backward", "functions", "model", "embedding", "health", "check", "temperature"),
    ("importance",),
    ("ensembles", "reporting"),
    ("training", "tensorboard", "integrations"),
    ("sources",),
    ("onnx",),
    ("tables",),
    ("estimators", "tuning", "playing", "serving"),
    ("cli",),
    ("__main__",),
)
# Floors within a room, of its modules and packages, from the ground to the roof. Its own __init__ stands on top.
FLOORS_WITHIN: dict[str, tuple[tuple[str, ...], ...]] = {
    "engines": (
        ("integers", "store", "surroundings"),
        ("engine", "packing", "program"),
        ("builtin", "delegate", "functions", "layout", "many", "precision"),
        ("numpy_functions", "trace"),
        ("auto", "native", "numpy", "xla"),
    ),
    "engines.native": (("schedule",), ("emit",), ("run",)),
}
FLOOR_OF = {room: number for number, floor in enumerate(FLOORS) for room in floor}
HEAVY = (
    "jax",
    "jaxlib",
    "optax",
    "sklearn",
    "scipy",
    "polars",
    "pandas",
    "pyarrow",
    "rich",
    "typer",
    "safetensors",
    "pydantic",
    "onnx",
    "tensorboardX",
    "matplotlib",
    "optuna",
    "mlflow",
    "starlette",
    "uvicorn",
    "websockets",
    "anywidget",
    "IPython",
    "textual",
    "fsspec",
    "aiohttp",
    "sqlite3",
)
DERIVATIVES = {"grad", "value_and_grad", "vjp", "jvp", "linearize", "jacfwd", "jacrev", "hessian", "custom_vjp"}


def module_name(path: Path) -> str:
    parts = ("bprop", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def every_module(check):
    """A test that calls check(module) for each module. As tests of their own, they were a sixth of all tests."""

    def test():
        wrong = []
        for module in FILES:
            try:
                check(module)
            except AssertionError as error:
                wrong.append(f"{module}: {error}")
        assert not wrong, "\n".join(wrong)

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return test


class Imports(ast.NodeVisitor):
    """(module imported, line) of every import: at the top of the file, in a function, or for the type checker alone."""

    def __init__(self):
        self.found: list[tuple[str, int]] = []

    def visit_Import(self, node):
        self.found += [(alias.name, node.lineno) for alias in node.names]

    def visit_ImportFrom(self, node):
        assert node.level == 0, f"line {node.lineno}: imports are absolute here"
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            self.found.append((whole if whole in FILES else node.module, node.lineno))

    def visit_Call(self, node):
        name = getattr(node.func, "id", getattr(node.func, "attr", None))
        if name in ("import_module", "__import__") and node.args and isinstance(node.args[0], ast.Constant):
            self.found.append((node.args[0].value, node.lineno))
        self.generic_visit(node)


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> tuple[tuple[str, int], ...]:
    visitor = Imports()
    visitor.visit(tree(module))
    return tuple(visitor.found)


def own_imports(module: str) -> list[tuple[str, int]]:
    return [(name, line) for name, line in imports(module) if name.partition(".")[0] == "bprop"]


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@every_module
def test_every_module_has_its_floor(module):
    assert module == "bprop" or room(module) in FLOOR_OF, (
        f"{module} is new here: add {room(module)!r} to FLOORS in {Path(__file__).name}, on the lowest floor that is "
        "above all it imports"
    )


def test_every_room_of_the_table_exists():
    assert set(FLOOR_OF) == {room(module) for module in FILES if module != "bprop"}


def rows_of_contributing(heading: str) -> list[str]:
    """The rows of a table in CONTRIBUTING, by its first row."""
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text[text.index(heading) :].split("\n\n")[0].splitlines()[2:]


def test_contributing_shows_the_floors():
    table = rows_of_contributing("| floor | what |")
    shown = [tuple(re.findall(r"`(\w+)`", row.split("|")[1])) for row in table]
    assert shown == list(reversed(FLOORS))


def test_contributing_shows_the_floors_within_rooms():
    shown = {}
    for row in rows_of_contributing("| room | its floors |"):
        _, room, floors, _ = row.split("|")
        shown[room.strip(" `")] = tuple(tuple(re.findall(r"`(\w+)`", floor)) for floor in floors.split("/"))
    assert shown == {room: tuple(reversed(floors)) for room, floors in FLOORS_WITHIN.items()}


@every_module
def test_imports_point_downwards(module):
    if module == "bprop":
        return
    here = FLOOR_OF.get(room(module), -1)
    wrong = [
        f"{FILES[module]}:{line} imports {name}, which is not below it"
        for name, line in own_imports(module)
        if room(name) and room(name) != room(module) and not FLOOR_OF.get(room(name), len(FLOORS)) < here
    ]
    assert not wrong, "\n".join(wrong)


def modules_of(room: str) -> list[str]:
    return [module for module in FILES if f"{module}.".startswith(f"bprop.{room}.")]


def floor_within(room: str, module: str) -> tuple[str, int]:
    """(the part of a room that a module belongs to, its floor); the room's own __init__ stands on top."""
    floors = {part: number for number, floor in enumerate(FLOORS_WITHIN[room]) for part in floor}
    part = module.removeprefix(f"bprop.{room}").lstrip(".").partition(".")[0]
    assert not part or part in floors, f"bprop.{room}.{part} has no floor in FLOORS_WITHIN, above"
    return part, floors[part] if part else len(floors)


@pytest.mark.parametrize("room", FLOORS_WITHIN)
def test_every_part_of_a_room_with_floors_has_its_own(room):
    parts = {module.removeprefix(f"bprop.{room}.").partition(".")[0] for module in modules_of(room)} - {"bprop"}
    known = {part for floor in FLOORS_WITHIN[room] for part in floor}
    assert parts == known, f"{parts ^ known}: FLOORS_WITHIN, above, and CONTRIBUTING's table have every part once"


@pytest.mark.parametrize("room", FLOORS_WITHIN)
def test_imports_within_a_room_point_downwards(room):
    inside, wrong = set(modules_of(room)), []
    for module in inside:
        part, here = floor_within(room, module)
        for name, line in own_imports(module):
            if name in inside:
                other, there = floor_within(room, name)
                if other != part and not there < here:
                    wrong.append(f"{FILES[module]}:{line} imports {name}, which is not below it")
    assert not wrong, "\n".join(wrong)


@every_module
def test_nobody_imports_the_root(module):
    wrong = [f"{FILES[module]}:{line} imports the root" for name, line in own_imports(module) if name == "bprop"]
    assert not wrong, "\n".join(wrong)


def test_there_is_no_cycle():
    graph = {module: {name for name, _ in own_imports(module) if name in FILES} - {module} for module in FILES}
    while graph:
        free = [module for module, needed in graph.items() if not needed & graph.keys()]
        assert free, f"these modules import each other in a circle: {', '.join(sorted(graph))}"
        for module in free:
            del graph[module]


@every_module
def test_only_the_xla_engine_imports_jax(module):
    found = [name for name, _ in imports(module) if name.partition(".")[0] in ("jax", "jaxlib", "optax")]
    ours = module == "bprop.engines.xla" or module.startswith("bprop.engines.xla.")
    assert not found or ours, f"{module} imports {found}"


@every_module
def test_only_what_emits_and_runs_machine_code_imports_llvmlite(module):
    llvm = [name for name, _ in imports(module) if name.partition(".")[0] == "llvmlite"]
    assert not llvm or module.startswith(("bprop.engines.native.emit.", "bprop.engines.native.run.")), llvm


@every_module
def test_no_derivative_is_left_to_jax(module):
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Attribute) and node.attr in DERIVATIVES:
            root = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            assert getattr(root, "id", None) != "jax", f"{FILES[module]}:{node.lineno} calls jax's {node.attr}"
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "jax":
            names = {alias.name for alias in node.names}
            assert not names & DERIVATIVES, f"{FILES[module]}:{node.lineno} imports {names & DERIVATIVES} from jax"


def in_a_new_process(code: str) -> list[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_importing_the_package_imports_nothing_heavy():
    loaded = in_a_new_process("import sys, bprop; print(*sys.modules)")
    assert "bprop.box" in loaded
    assert not {name.partition(".")[0] for name in loaded} & set(HEAVY)


def test_the_random_numbers_of_numpy_wait_until_they_are_drawn():
    late = set(in_a_new_process("import sys, numpy; print(*sys.modules)"))
    assert ("numpy.random" in late) == ("numpy.random" in in_a_new_process("import sys, bprop; print(*sys.modules)"))
    assert in_a_new_process("from bprop.typing import Random; print(Random.__name__)") == ["Generator"]


def test_training_with_numpy_imports_no_jax():
    code = """
import sys
import bprop as bp
x, w = bp.Input("x"), bp.Parameter("w", ())
fit = bp.train(bp.Graph(loss=bp.square(w * x)), {"x": [1.0, 2.0]}, engine="numpy", epochs=1, progress=False)
print(*sys.modules)
"""
    loaded = in_a_new_process(code)
    assert "bprop.engines.numpy" in loaded
    assert not {name.partition(".")[0] for name in loaded} & {"jax", "jaxlib", "optax", "sklearn", "rich", "typer"}


def test_a_step_is_traced_and_scheduled_without_llvmlite():
    code = """
import sys
sys.modules["llvmlite"] = None
import numpy as np
import bprop as bp
from bprop.engines.native.schedule.fusion import Scheduler
from bprop.engines.program import Program
from bprop.engines.trace.tracer import Tracer
x, w = bp.Input("x"), bp.Parameter("w", ())
program = Program(bp.Graph(loss=bp.square(w * x)), np.dtype("float32"))
trace = Tracer(program, bp.SGD(0.1), 4, False, frozenset()).step({"learning_rate": 0.1}, {})
print(len(Scheduler(trace.updates, 8).kernels()) > 0)
"""
    assert in_a_new_process(code) == ["True"]


@pytest.mark.parametrize("module", ["bprop.graph", "bprop.engines", "bprop.model", "bprop.training", "bprop.check"])
def test_a_room_can_be_imported_first(module):
    assert in_a_new_process(f"import {module}; print('well')") == ["well"]
