"""The report of a gradient check: a table that says what was covered and names what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from bprop.check.difference import Coverage, Mismatch
from bprop.check.precision import Precision
from bprop.shapes import show_shape
from bprop.visible import visible

MOST_SHOWN = 5
WIDEST = 100
"""Letters up to which a cell makes its whole column wide."""
RESOLVE = (
    "Finite differences cannot tell there, so this is no success. Compute fprop in the dtype of its inputs and "
    "smoothly in them, or check at other values."
)


@dataclass(frozen=True)
class Row:
    """One tensor: a parameter or input of a graph, or a child of a box."""

    name: str
    coverage: Coverage
    box: str = ""
    """The box that is checked, where a single one is."""
    sides: tuple[str, str] = ("bprop", "finite differences")
    """Whose gradient is compared with whose."""

    @property
    def wrong(self) -> bool:
        """Whether a gradient was seen to be wrong."""
        return bool(self.coverage.mismatches)

    @property
    def ok(self) -> bool:
        """Whether every gradient that was compared is right: none is wrong, and none is not resolved."""
        return not self.wrong and not self.coverage.unresolved

    @property
    def verdict(self) -> str:
        kinks = len(self.coverage.kinks)
        word = "WRONG" if self.wrong else "ok" if self.ok else "not resolved"
        if self.ok and self.coverage.uncertainty:
            word += f" to {self.coverage.uncertainty:.0e}"
        return word + (f", {kinks} kink{'s' if kinks > 1 else ''}" if kinks else "")


@dataclass
class Report:
    """What a gradient check found. `ok` is True if every gradient compared is right; print it to read it.

    `ok` is False as well where finite differences could not tell ("not resolved"): that is no success.
    rows : one for each tensor compared; failures : sentences, each on one thing that is wrong.
    culprits : for a graph, the rows of the boxes whose own bprop is wrong or not resolved.
    """

    title: str
    precision: Precision
    rows: list[Row] = field(default_factory=list)
    culprits: list[Row] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        """Whether something is wrong, and not only not resolved."""
        return bool(self.failures) or any(row.wrong for row in (*self.rows, *self.culprits))

    @property
    def ok(self) -> bool:
        return not self.failures and all(row.ok for row in (*self.rows, *self.culprits))

    @property
    def kinks(self) -> list[tuple[str, Mismatch]]:
        """(tensor, element) where f has a kink: it has two slopes there, and any between them is a gradient."""
        return [(row.name, kink) for row in self.rows for kink in row.coverage.kinks]

    @property
    def unresolved(self) -> list[tuple[str, Mismatch]]:
        """(tensor, element) where finite differences could not tell whether the gradient is right."""
        return [(row.name, each) for row in (*self.rows, *self.culprits) for each in row.coverage.unresolved]

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        head = ("tensor", "shape", "compared", "largest |gradient|", "largest error", "verdict")
        table = [head, *(tuple(map(visible, self._line(row))) for row in self.rows)]
        widths = [min(WIDEST, max(len(line[i]) for line in table)) for i in range(len(head))]
        lines = [f"{visible(self.title)}, in {self.precision}; errors relative to the largest gradient of the tensor"]
        lines += ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in table]
        said = list(self.notes)
        for row in (*self.rows, *self.culprits):
            said += describe_mismatches(row)
            said += describe_unresolved(row)
        said += self.failures
        return "\n".join([*lines, *map(visible, said), self.conclusion])

    @property
    def conclusion(self) -> str:
        """The last line."""
        if self.ok:
            return "all gradients agree"
        return "THE GRADIENTS DO NOT AGREE" if self.wrong else f"NOT RESOLVED. {RESOLVE}"

    @staticmethod
    def _line(row: Row) -> tuple[str, ...]:
        c = row.coverage
        return row.name, show_shape(c.shape), c.covered, f"{c.scale:.3g}", f"{c.error:.1e}", row.verdict


def describe_mismatches(row: Row) -> list[str]:
    """Sentences on what is wrong in a row, most wrong first."""
    wrong = sorted(row.coverage.mismatches, key=lambda m: -m.error)
    one, other = row.sides
    gives = "give" if other.endswith("s") else "gives"
    lines = [
        f"WRONG {_who(row)}{list(m.index) if m.index else ''}: {one} gives {m.analytic:.10g}, "
        f"{other} {gives} {m.numeric:.10g} (error {m.error:.1e})" + (f": {m.note}" if m.note else "")
        for m in wrong[:MOST_SHOWN]
    ]
    more = len(wrong) - MOST_SHOWN
    return lines + ([f"      and {more} more elements of {row.name}"] if more > 0 else [])


def describe_unresolved(row: Row) -> list[str]:
    """A sentence on what could not be compared in a row."""
    unresolved = row.coverage.unresolved
    if not unresolved:
        return []
    first = unresolved[0]
    where = f"{_who(row)}{list(first.index) if first.index else ''}"
    more = f", and {len(unresolved) - 1} more elements" if len(unresolved) > 1 else ""
    return [f"NOT RESOLVED {where}{more}: {first.note or 'fprop is too rough there for finite differences'}"]


def _who(row: Row) -> str:
    return f"the box {row.box}: child {row.name}" if row.box else row.name
