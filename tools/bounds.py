"""Are the bounds of the packages true? python tools/bounds.py lowest-direct [FOLDER] [pytest's arguments ...]

Makes a virtual environment with uv, with `.[all,test]` in the lowest direct versions that pyproject.toml allows
(`lowest-direct`) or in the newest (`highest`). A lower bound that the resolution cannot reach is an error: no test was
run with it. Then the tests run there, in two processes, or those of the arguments. FOLDER keeps the environment.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
RESOLUTIONS = ("lowest-direct", "highest")
EXTRAS = ("all", "test")
REQUIREMENT = re.compile(r"([\w.-]+)(?:\[([\w,-]+)\])?(?:>=([\w.]+))?")
VERSIONS = "from importlib.metadata import distributions as d; print(*(x.name + '==' + x.version for x in d()))"


def requirements(project: dict, extras: tuple[str, ...]) -> dict[str, str]:
    """{package: its lower bound, "" for none} of the project with some extras, and of the extras that these name."""
    optional = project["optional-dependencies"]
    found = {}
    for line in [*project["dependencies"], *(one for extra in extras for one in optional[extra])]:
        name, more, bound = REQUIREMENT.match(line).groups(default="")
        if name == project["name"]:
            found |= requirements(project, tuple(more.split(",")))
        else:
            found[normal(name)] = bound
    return found


def normal(name: str) -> str:
    """A name of a package as indexes write it."""
    return name.lower().replace("_", "-").replace(".", "-")


def unreached(bounds: dict[str, str], installed: dict[str, str]) -> list[str]:
    """A line for each bound that is lower than the version that was installed, or that is missing."""
    lines = []
    for name, bound in bounds.items():
        version = installed.get(name)
        if version is None:
            continue  # a package for other systems or versions of Python
        if not bound:
            lines.append(f"{name}: there is no lower bound; {version} was installed")
        elif release(bound) != release(version):
            lines.append(f"{name}: the bound is {bound}, but the lowest version that can be installed is {version}")
    return lines


def release(version: str) -> list[str]:
    """The numbers of a version, without zeros at the end: 13 and 13.0.0 are one."""
    parts = version.split(".")
    while parts[-1] == "0" and len(parts) > 1:
        parts.pop()
    return parts


def make(folder: Path, resolution: str) -> Path:
    """The Python of a new environment with all packages."""
    subprocess.run(["uv", "venv", "--clear", "--python", sys.executable, str(folder)], check=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    wanted = f"{ROOT}[{','.join(EXTRAS)}]"
    subprocess.run(["uv", "pip", "install", "--python", str(python), "--resolution", resolution, wanted], check=True)
    return python


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in RESOLUTIONS:
        raise SystemExit(f"name a resolution: {' or '.join(RESOLUTIONS)}")
    resolution, *rest = arguments
    with TemporaryDirectory() as temporary:
        folder = Path(rest.pop(0)) if rest and not rest[0].startswith(("-", "tests")) else Path(temporary, "venv")
        python = make(folder, resolution)
        if resolution == "lowest-direct":
            shown = subprocess.run([str(python), "-c", VERSIONS], check=True, capture_output=True, text=True).stdout
            installed = {normal(name): version for name, version in (one.split("==") for one in shown.split())}
            project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            if lines := unreached(requirements(project, EXTRAS), installed):
                raise SystemExit("\n".join(["these bounds in pyproject.toml are not true:", *lines]))
        tests = rest or ["-n", "2", "--dist", "worksteal"]
        return subprocess.run([str(python), "-m", "pytest", *tests], cwd=ROOT).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
