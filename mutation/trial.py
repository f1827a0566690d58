"""A copy of the tree, and the tests on it, in processes forked from one that has imported what is not ours."""

from __future__ import annotations

import compileall
import importlib.util
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path

COPIED = (
    "src",
    "tests",
    "fuzz",
    "benchmarks",
    "examples",
    "docs",
    "tools",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
)
HEAVY = (
    "numpy",
    "pytest",
    "hypothesis",
    "hypothesis.extra.numpy",
    "safetensors.numpy",
    "llvmlite.binding",
    "optax",
    "jax",
    "sklearn.base",
)
OPTIONS = ("-x", "--no-header", "--assert=plain", "-p", "no:cacheprovider")
PASSED, FAILED, UNKNOWN, NONE, TIMEOUT = 0, 1, 4, 5, 124
"""Exit codes. UNKNOWN: pytest knows no test of that name."""
MEMORY = 12 * 2**30
"""What a mutant may take: one that would fill the machine fails instead."""


class Copy:
    """The tree in a temporary folder; the tree itself is never changed."""

    def __init__(self, root: Path, folder: Path):
        self.root, self.folder = root, folder
        for name in COPIED:
            source = root / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy2(source, folder / name)
        (folder / "home").mkdir()
        for name in ("src", "tests"):
            compileall.compile_dir(folder / name, quiet=2)

    @contextmanager
    def changed(self, path: Path, text: str):
        """The copy with another text in one file."""
        target = self.folder / path.relative_to(self.root)
        compiled = Path(importlib.util.cache_from_source(str(target)))
        compiled.unlink(missing_ok=True)  # a change within the second, of the same length, would not be noticed
        target.write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            shutil.copy2(path, target)

    def run(self, tests: Sequence[str], limit: float, output: Path, *more: str) -> int:
        """pytest's exit code for these tests, which stop at the first failure; TIMEOUT after `limit` seconds."""
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            try:
                self._become_pytest(tests, output, more)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(70)
        return _wait(child, limit)

    def _become_pytest(self, tests: Sequence[str], output: Path, more: Sequence[str]) -> None:
        os.setsid()
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, handle in ((0, nothing), (1, file), (2, file)):
            os.dup2(handle, number)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.chdir(self.folder)
        home = str(self.folder / "home")
        os.environ.update(
            PYTHONPATH=str(self.folder / "src"), PYTHONDONTWRITEBYTECODE="1", HOME=home, XDG_CACHE_HOME=home
        )
        sys.path.insert(0, str(self.folder / "src"))
        sys.dont_write_bytecode = True
        for name in ("playwright", "playwright.sync_api"):  # a browser starts in less memory than it maps
            sys.modules[name] = None  # type: ignore[assignment]
        import pytest

        import bprop

        assert str(bprop.__file__).startswith(str(self.folder)), bprop.__file__
        code = pytest.main([*OPTIONS, *more, *tests])
        sys.stdout.flush()
        os._exit(int(code))


def _wait(child: int, limit: float) -> int:
    stop = time.monotonic() + limit
    pause = 0.01
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > stop:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return TIMEOUT
        time.sleep(pause)
        pause = min(0.2, pause * 1.5)


def warm_up() -> None:
    """Import what is not bprop's, once for all mutants."""
    for name in HEAVY:
        if importlib.util.find_spec(name.partition(".")[0]) is not None:
            importlib.import_module(name)
