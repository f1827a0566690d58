"""The report of a gradient check: a table that says what was covered and names what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from bprop.check.difference import Coverage, Mismatch
from bprop.check.precision import Precision
from bprop.shapes import show_shape

MOST_SHOWN = 5


@dataclass(frozen=True)
class Row:
    """One tensor: a parameter or input of a graph, or a child of a box."""

    name: str
    coverage: Coverage
    box: str = ""
    """The box that is checked, where a single one is."""

    @property
    def ok(self) -> bool:
        return not self.coverage.mismatches

    @property
    def verdict(self) -> str:
        kinks = len(self.coverage.kinks)
        word = "ok" if self.ok else "WRONG"
        return word + (f", {kinks} kink{'s' if kinks > 1 else ''}" if kinks else "")


@dataclass
class Report:
    """What a gradient check found. `ok` is True if every gradient compared is right; print it to read it.

    rows : one for each tensor compared; failures : sentences, each on one thing that is wrong.
    culprits : for a graph, the rows of the boxes whose own bprop is wrong.
    """

    title: str
    precision: Precision
    rows: list[Row] = field(default_factory=list)
    culprits: list[Row] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.failures and all(row.ok for row in self.rows)

    @property
    def kinks(self) -> list[tuple[str, Mismatch]]:
        """(tensor, element) where f has a kink: it has two slopes there, and no one gradient is right."""
        return [(row.name, kink) for row in self.rows for kink in row.coverage.kinks]

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        head = ("tensor", "shape", "compared", "largest |gradient|", "largest error", "verdict")
        table = [head, *(self._line(row) for row in self.rows)]
        widths = [max(len(line[i]) for line in table) for i in range(len(head))]
        lines = [f"{self.title}, in {self.precision}; errors relative to the largest gradient of the tensor"]
        lines += ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in table]
        for row in (*self.rows, *self.culprits):
            lines += describe_mismatches(row)
        lines += self.failures
        lines.append("all gradients agree" if self.ok else "THE GRADIENTS DO NOT AGREE")
        return "\n".join(lines)

    @staticmethod
    def _line(row: Row) -> tuple[str, ...]:
        c = row.coverage
        return row.name, show_shape(c.shape), c.covered, f"{c.scale:.3g}", f"{c.error:.1e}", row.verdict


def describe_mismatches(row: Row) -> list[str]:
    """Sentences on what is wrong in a row, most wrong first."""
    wrong = sorted(row.coverage.mismatches, key=lambda m: -m.error)
    who = f"the box {row.box}: child {row.name}" if row.box else row.name
    lines = [
        f"WRONG {who}{list(m.index) if m.index else ''}: bprop gives {m.analytic:.10g}, "
        f"finite differences give {m.numeric:.10g} (error {m.error:.1e})"
        for m in wrong[:MOST_SHOWN]
    ]
    more = len(wrong) - MOST_SHOWN
    return lines + ([f"      and {more} more elements of {row.name}"] if more > 0 else [])
