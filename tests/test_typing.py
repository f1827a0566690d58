"""Types as people see them: the README and the pages of docs/ in strict type checkers, and the share of known types."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bprop as bp
from bprop.typing import Array

ROOT = Path(__file__).parents[1]
SOURCE = Path(bp.__file__).parents[1]
PARTS = {"engines", "life_of_one_step", "how_it_works"}
"""engines: a part of a program; the others build a system anew."""
ALONE = {"cluster"}
"""Pages each of whose blocks is a program of its own."""
DOCS = [page for page in sorted((ROOT / "docs").glob("*.md")) if page.stem not in PARTS]
PAGES = [ROOT / "README.md", *DOCS]
MAY_LEAVE_OUT = (
    "[mypy-{}_md]\ndisallow_untyped_defs = False\ndisallow_incomplete_defs = False\ndisallow_untyped_calls = False\n"
)
ALLOWED = (
    "# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportUnknownLambdaType=false\n"
    "# pyright: reportUnusedExpression=false, reportPossiblyUnboundVariable=false\n"
)
"""Pages of docs/ may show functions without types, and values without print; the README may not."""
LONGEST = 900  # seconds: a machine under load is slow
OWN_BOX = '''
import numpy as np
import bprop as bp
from bprop.typing import Array
from collections.abc import Iterator

class Cube(bp.Box):
    """a ** 3."""

    def fprop(self, a: Array) -> Array:
        return a**3

    def bprop(self, grad: Array, value: Array, a: Array) -> Array:
        return 3 * grad * a**2

    @classmethod
    def examples(cls, rng: np.random.Generator) -> Iterator[tuple[Array, ...]]:
        yield (rng.normal(size=(3, 4)),)

class Both(bp.Box):
    def fprop(self, left: Array, right: Array) -> Array:
        return left * right

    def bprop(self, g: Array, v: Array, left: Array, right: Array) -> tuple[Array, Array]:
        return g * right, g * left
'''
SIGNATURES = """
x, W, b = bp.Input("x", (3,)), bp.Parameter("W", (3, 2)), bp.Parameter("b", (2,))
box: bp.Box = bp.leaky_relu(bp.linear(x, W, b, name="a"), slope=0.1, name="h")
total: bp.Box = bp.sum(abs(bp.tanh(a=box)))
"""


def needs(tool):
    """The path of a type checker beside this Python, or on the path; the test is skipped where there is none."""
    beside = Path(sys.executable).with_name(tool)
    path = str(beside) if beside.exists() else shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed")
    return path


def programs_of(page):
    """{name: Python} of a page: one program, as it is read from top to bottom, or one for each block."""
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    if page.stem in ALONE:
        return {f"{page.stem}_{number}": block for number, block in enumerate(blocks, 1)}
    return {page.stem.lower(): "\n".join(blocks)} if blocks else {}


@pytest.fixture
def programs(tmp_path):
    """A folder with a file of Python for each page that has some, and one of boxes of one's own."""
    for page in PAGES:
        first = ALLOWED if page in DOCS else ""
        for name, text in programs_of(page).items():
            (tmp_path / f"{name}_md.py").write_text(first + text, encoding="utf-8")
    (tmp_path / "own_box.py").write_text(OWN_BOX + SIGNATURES, encoding="utf-8")
    return tmp_path


def test_mypy_in_strict_mode_accepts_every_page(programs, pytestconfig):
    mypy = needs("mypy")
    settings = programs / "mypy.ini"
    looser = "".join(MAY_LEAVE_OUT.format(name) for page in DOCS for name in programs_of(page))
    settings.write_text(
        f"[mypy]\nstrict = True\nmypy_path = {SOURCE}\nfollow_imports = silent\nallow_redefinition = True\n"
        f"disable_error_code = import-untyped,import-not-found\n{looser}",
        encoding="utf-8",
    )
    cache = pytestconfig.cache.mkdir("mypy")
    done = subprocess.run(
        [mypy, "--config-file", str(settings), "--cache-dir", str(cache), "--python-executable", sys.executable,
         *map(str, sorted(programs.glob("*.py")))],
        capture_output=True, text=True, timeout=LONGEST,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_in_strict_mode_accepts_every_page(programs):
    pyright = needs("pyright")
    settings = {"typeCheckingMode": "strict", "extraPaths": [str(SOURCE)], "include": ["."]}
    settings |= dict.fromkeys(OF_OTHERS, "none")
    (programs / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [pyright, "-p", str(programs), "--pythonpath", sys.executable], capture_output=True, text=True, timeout=LONGEST
    )
    assert done.returncode == 0, done.stdout


OF_OTHERS = (  # what other packages leave unknown, and what a page that is read in order may do
    "reportMissingTypeStubs",
    "reportMissingImports",
    "reportMissingModuleSource",
    "reportUnknownMemberType",
    "reportUnknownVariableType",
    "reportUnknownArgumentType",
)


def test_almost_all_types_of_bprop_are_known():
    pyright = needs("pyright")
    done = subprocess.run(
        [pyright, "--pythonpath", sys.executable, "--verifytypes", "bprop", "--ignoreexternal", "--outputjson"],
        capture_output=True, text=True, timeout=LONGEST, env={**__import__("os").environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    completeness = json.loads(done.stdout)["typeCompleteness"]
    unknown = [one["name"] for one in completeness["symbols"] if one["isExported"] and not one["isTypeKnown"]]
    assert completeness["completenessScore"] >= 0.99, f"annotate: {', '.join(unknown[:200])}"


def test_an_array_is_of_any_namespace():
    assert Array is __import__("typing").Any
