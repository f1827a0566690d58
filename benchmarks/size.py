"""Megabytes that an installation takes: a package's files and those of all that it needs."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.settings import Settings
from benchmarks.text import megabytes, table

INSTALLATIONS = {
    "NumPy": ("numpy",),
    "bprop": ("bprop",),
    "bprop with llvmlite": ("bprop", "llvmlite"),
    "bprop with JAX": ("bprop", "jax"),
    "JAX": ("jax",),
    "scikit-learn": ("scikit-learn",),
    "PyTorch": ("torch",),
}


def measure(settings: Settings) -> dict[str, Any]:
    """{installation: {distribution: bytes}}, of those that are installed."""
    found = {}
    for name, roots in INSTALLATIONS.items():
        try:
            found[name] = {one: _bytes(distribution(one)) for one in _closure(roots)}
        except PackageNotFoundError:
            continue
    return found


def _closure(roots: tuple[str, ...]) -> list[str]:
    """The roots and what they need, without extras. Raises PackageNotFoundError where a root is missing."""
    found: list[str] = []
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:
            if name in roots:
                raise
            continue  # needed on other systems only
        found.append(name)
        plain = (need for need in needs if "extra ==" not in need)
        waiting += [re.split(r"[^A-Za-z0-9._-]", need, maxsplit=1)[0].lower().replace("_", "-") for need in plain]
    return sorted(found)


def _bytes(one: Distribution) -> int:
    """Of its files; of the package's folder where it is installed in place (as `pip install -e` does)."""
    files = [Path(str(file.locate())) for file in one.files or []]
    package = find_spec(one.name) if not any(file.suffix in (".py", ".so") for file in files) else None
    if package is not None and package.submodule_search_locations:
        files = [file for folder in package.submodule_search_locations for file in Path(folder).rglob("*")]
    return sum(file.stat().st_size for file in files if file.is_file())


def markdown(found: dict[str, Any]) -> list[str]:
    lines = ["### Installed size", "", "Megabytes of the installed files, with all dependencies.", ""]
    rows = [[name, megabytes(sum(parts.values())), _largest(parts)] for name, parts in found.items()]
    return [*lines, *table(["installation", "MB", "the largest parts"], rows)]


def _largest(parts: dict[str, int]) -> str:
    ranked = sorted(parts, key=lambda name: -parts[name])
    return ", ".join(f"{name} {megabytes(parts[name])}" for name in ranked[:3])
