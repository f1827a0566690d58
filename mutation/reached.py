"""Which tests run which lines, by coverage.py: a defect can only be noticed by a test that runs its line.

python -m pytest -n 2 --cov=bprop --cov-context=test --cov-report= tests/rules tests/graph
python -m mutation rules --reached .coverage
"""

from __future__ import annotations

from pathlib import Path

from mutation.mutants import Mutant

MOST = 400
"""Tests of a line. If more run it, an even choice of them comes first, then the tests around, then all the others."""


class Reached:
    """The lines that tests ran, read from the file of coverage.py."""

    def __init__(self, path: Path):
        from coverage import CoverageData

        if not path.is_file():
            raise SystemExit(f"--reached {path}: there is no such file; mutation/README.md says how it is made")
        self.data: CoverageData = CoverageData(str(path))
        self.data.read()
        self.files: dict[str, str] = {short(name): name for name in self.data.measured_files()}
        self.lines: dict[str, dict[int, list[str]]] = {}

    def tests(self, mutant: Mutant) -> list[str] | None:
        """The tests that run a line of the defect. None where the line runs at import, so that any test may do."""
        name = short(str(mutant.path))
        if name not in self.files:
            return []
        if name not in self.lines:
            self.lines[name] = self.data.contexts_by_lineno(self.files[name])
        first = mutant.text.count("\n", 0, mutant.start) + 1
        last = mutant.text.count("\n", 0, mutant.stop) + 1
        contexts = {one for line in range(first, last + 1) for one in self.lines[name].get(line, ())}
        if "" in contexts:
            return None
        return sorted({one.rpartition("|")[0] for one in contexts})


def short(name: str) -> str:
    """The path below src, in whichever copy the tests ran."""
    return name.replace("\\", "/").rpartition("/src/")[2]


def evenly(tests: list[str]) -> list[str]:
    """At most MOST of them."""
    step = max(1, -(-len(tests) // MOST))
    return tests[::step]
