"""tools/bounds.py: what it reads from pyproject.toml, and when it calls a bound untrue."""

import importlib.util
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def bounds():
    spec = importlib.util.spec_from_file_location("bounds", ROOT / "tools" / "bounds.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_package_of_every_extra_has_a_lower_bound(bounds):
    extras = tuple(PROJECT["optional-dependencies"])
    required = bounds.requirements(PROJECT, extras)
    assert {"numpy", "safetensors", "typer", "jax", "pandas", "mkdocs-material"} <= required.keys()
    assert [name for name, bound in required.items() if not bound] == []


def test_extras_name_extras(bounds):
    project = {
        "name": "bprop", "dependencies": ["numpy>=2.0"],
        "optional-dependencies": {"a": ["bprop[b,c]"], "b": ["A.b[x]>=1.2,<3; python_version < '3'"], "c": ["d"]},
    }  # fmt: skip
    assert bounds.requirements(project, ("a",)) == {"numpy": "2.0", "a-b": "1.2", "d": ""}


def test_a_bound_that_was_not_reached_is_untrue(bounds):
    installed = {"numpy": "2.0.0", "rich": "13.3.3", "click": "8.0"}
    assert bounds.unreached({"numpy": "2.0", "elsewhere": "1"}, installed) == []
    (line,) = bounds.unreached({"rich": "13"}, installed)
    assert line == "rich: the bound is 13, but the lowest version that can be installed is 13.3.3"
    assert "no lower bound" in bounds.unreached({"click": ""}, installed)[0]


def test_untrue_bounds_end_it_before_a_test_runs(bounds, monkeypatch, tmp_path):
    monkeypatch.setattr(bounds, "make", lambda folder, resolution: Path("python"))
    ran = []

    def run(command, **settings):
        ran.append(command)
        return subprocess.CompletedProcess(command, 0, "numpy==9.9.9 rich==13.3.3\n")

    monkeypatch.setattr(bounds.subprocess, "run", run)
    with pytest.raises(SystemExit, match="numpy: the bound is"):
        bounds.main(["lowest-direct", str(tmp_path)])
    assert len(ran) == 1
    assert bounds.main(["highest", "tests/test_box.py"]) == 0 and ran[-1][-1] == "tests/test_box.py"
    with pytest.raises(SystemExit, match="name a resolution"):
        bounds.main(["newest"])
