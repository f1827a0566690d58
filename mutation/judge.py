"""Try mutants, one after the other: is there a test that fails?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mutation import areas
from mutation.equivalent import REVIEWED
from mutation.mutants import Mutant, mutants_of
from mutation.reached import Reached, evenly
from mutation.trial import NONE, PASSED, TIMEOUT, UNKNOWN, Copy

UNKNOWN_SECONDS = 120.0
"""Assumed of tests whose own time was not measured."""
CAUGHT, LATE, SURVIVED, EQUIVALENT = "caught", "timeout", "survived", "equivalent"


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: caught by its module's own tests (or those around), by the time limit, or not at all."""

    mutant: Mutant
    area: str
    outcome: str
    by: str
    seconds: float


@dataclass
class Judge:
    """Tries mutants on a copy of the tree. `limit` : seconds that one stage of tests may take at least."""

    root: Path
    copy: Copy
    limit: float = 120.0
    narrow: bool = False
    own: bool = False
    reached: Reached | None = None
    times: dict[tuple[str, ...], float] = field(default_factory=dict)

    def stages(self, mutant: Mutant, area: str) -> list[list[str]]:
        """Lists of tests, the likeliest to notice first."""
        own, around = areas.own_tests(mutant.module, self.root), areas.tests_around(area)
        named = [[*around, "-k", mutant.scope.partition(".")[0]]] if mutant.scope else []
        if self.own and own:
            return [own]
        near = [*([own] if own else []), *named]
        reaching = self.reached.tests(mutant) if self.reached is not None else None
        if reaching is not None:
            own_reaching, others = divided(reaching, own)
            some = evenly(others)
            rest = [test for test in others if test not in set(some)]
            return [tests for tests in (evenly(own_reaching), own, some, around if rest else [], rest) if tests]
        return near if (self.narrow or self.own) and near else [*near, around]

    def try_(self, mutant: Mutant, area: str) -> Verdict:
        """The verdict on a mutant."""
        began = time.monotonic()
        if mutant.key in REVIEWED:
            return Verdict(mutant, area, EQUIVALENT, REVIEWED[mutant.key], 0.0)
        for tests in self.stages(mutant, area):
            code = self.code(mutant, tests)
            if code == UNKNOWN and self.copy.run(tests, 3600, self.output) == UNKNOWN:
                continue  # the list is older than the tests; else the defect keeps a file from being read
            if code not in (PASSED, NONE):
                by = " ".join(tests[:9]) if code == TIMEOUT else self.failed(code)
                if self.passes([by.removeprefix("FAILED ")] if by.startswith("FAILED ") else tests):
                    return Verdict(mutant, area, LATE if code == TIMEOUT else CAUGHT, by, time.monotonic() - began)
        return Verdict(mutant, area, SURVIVED, "", time.monotonic() - began)

    def code(self, mutant: Mutant, tests: list[str]) -> int:
        """pytest's exit code with the defect. Tests that are slow without it, too, run again with a limit that fits."""
        for _ in range(2):
            known = self.seconds(tests)
            with self.copy.changed(mutant.path, mutant.changed):
                code = self.copy.run(tests, self.limit + 4 * (known or UNKNOWN_SECONDS), self.output)
            if code != TIMEOUT or known is not None or not self.passes(tests):
                break
        return code

    def seconds(self, tests: list[str]) -> float | None:
        """How long tests take without a defect, at most; None where it was not measured."""
        files = {file_of(test) for test in tests}
        known = [seconds for measured, seconds in self.times.items() if files <= set(measured) or [*measured] == tests]
        return min(known, default=None)

    def need_passing(self, tests: list[str]) -> None:
        """Raise SystemExit where tests fail without a defect."""
        if not self.passes(tests):
            text = self.output.read_text(encoding="utf-8", errors="replace")
            raise SystemExit(f"without any defect, pytest {' '.join(tests)} fails:\n{text[-3000:]}")

    def passes(self, tests: list[str]) -> bool:
        """Whether tests pass without a defect: if not, they judge nothing. Measures how long they take."""
        if tuple(tests) not in self.times:
            began = time.monotonic()
            code = self.copy.run(tests, 3600, self.output)
            if code not in (PASSED, NONE, UNKNOWN):
                return False
            self.times[tuple(tests)] = time.monotonic() - began
        return True

    def failed(self, code: int) -> str:
        """The test that failed."""
        text = self.output.read_text(encoding="utf-8", errors="replace")
        lines = [line for line in text.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return lines[0].split(" - ")[0] if lines else f"exit code {code}"

    @property
    def output(self) -> Path:
        """What the tests that ran last printed."""
        return self.copy.folder / "output.txt"


def file_of(test: str) -> str:
    """The file of a test, by pytest's name for it."""
    return test.partition("::")[0]


def divided(tests: list[str], own: list[str]) -> tuple[list[str], list[str]]:
    """The tests of the module's own files, which are the likeliest to notice a defect, and the others."""
    near = [test for test in tests if file_of(test) in own]
    return near, [test for test in tests if file_of(test) not in own]


def planted(root: Path, wanted: list[str]) -> list[tuple[Mutant, str]]:
    """All mutants of areas ("rules") and modules ("rules.sgd")."""
    found: dict[tuple[str, int, str], tuple[Mutant, str]] = {}
    for area in areas.AREAS:
        for path in areas.files_of(area, root):
            module = areas.module_of(path, root)
            if area in wanted or any(module == name or module.startswith(f"{name}.") for name in wanted):
                for mutant in mutants_of(path, module):
                    found.setdefault((module, mutant.start, mutant.after), (mutant, area))
    return list(found.values())


def sample(mutants: list[tuple[Mutant, str]], count: int | None, seed: int) -> list[tuple[Mutant, str]]:
    """`count` of them, as the seed draws: changes elsewhere in the code draw no others."""
    if count is None or count >= len(mutants):
        return mutants
    order = sorted(range(len(mutants)), key=lambda number: mutants[number][0].place(seed))
    return [mutants[number] for number in sorted(order[:count])]


def judged(judge: Judge, mutants: list[tuple[Mutant, str]], tell: Callable[[Verdict], None]) -> list[Verdict]:
    """The verdicts, each told as it falls."""
    verdicts = []
    for mutant, area in mutants:
        own = areas.own_tests(mutant.module, judge.root)
        for tests in [own] if own else judge.stages(mutant, area)[:1]:
            judge.need_passing(tests)
        verdict = judge.try_(mutant, area)
        tell(verdict)
        verdicts.append(verdict)
    return verdicts


def survivors(mutants: list[tuple[Mutant, str]], output: str) -> list[tuple[Mutant, str]]:
    """Those that survived by the output of an earlier run, known by their place and by the lines that differ."""
    return [one for one in mutants if f"{SURVIVED:<10} {one[0]} (" in output and one[0].diff() in output]
