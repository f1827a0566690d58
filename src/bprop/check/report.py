"""The report of a gradient check: a table of all comparisons, and a sentence for each fault."""

from __future__ import annotations

from dataclasses import dataclass, field

from bprop.check.difference import Coverage, Mismatch
from bprop.check.precision import Precision
from bprop.notebook import card, folded, note, shortened, table
from bprop.shapes import show_shape
from bprop.visible import visible

MOST_SHOWN = 5
MOST_SENTENCES = 12
HEAD = ("tensor", "shape", "compared", "largest |gradient|", "largest error", "verdict")
WIDEST = 100
"""No column is wider than so many letters."""
RESOLVE = (
    "Finite differences cannot decide there, so this is no success. Compute fprop smoothly and in the dtype of its "
    "inputs, or check at other values."
)


@dataclass(frozen=True)
class Row:
    """One tensor: a parameter or input of a graph, or a child of a box."""

    name: str
    coverage: Coverage
    box: str = ""
    """The box, in the check of a single box."""
    sides: tuple[str, str] = ("bprop", "finite differences")
    """The two sources of the gradients that are compared."""

    @property
    def wrong(self) -> bool:
        """Whether a gradient is wrong."""
        return bool(self.coverage.mismatches)

    @property
    def ok(self) -> bool:
        """Whether every gradient that was compared is right: none is wrong, and all are resolved."""
        return not self.wrong and not self.coverage.unresolved

    @property
    def line(self) -> tuple[str, ...]:
        """Its cells in the table of the report."""
        c = self.coverage
        return self.name, show_shape(c.shape), c.covered, f"{c.scale:.3g}", f"{c.error:.1e}", self.verdict

    @property
    def verdict(self) -> str:
        kinks = len(self.coverage.kinks)
        word = "WRONG" if self.wrong else "ok" if self.ok else "not resolved"
        if self.ok and self.coverage.uncertainty:
            word += f" to {self.coverage.uncertainty:.0e}"
        return word + (f", {kinks} kink{'s' if kinks > 1 else ''}" if kinks else "")


@dataclass(repr=False)
class Report:
    """The result of a gradient check. Print it to read it.

    ok : True if every gradient that was compared is right. It is False too if finite differences cannot decide ("not
        resolved").
    rows : one row for each tensor that was compared. failures : a sentence for each fault.
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
        """Whether something is wrong. Gradients that are not resolved do not count."""
        return bool(self.failures) or any(row.wrong for row in (*self.rows, *self.culprits))

    @property
    def ok(self) -> bool:
        return not self.failures and all(row.ok for row in (*self.rows, *self.culprits))

    @property
    def kinks(self) -> list[tuple[str, Mismatch]]:
        """(tensor, element) of each kink. f has two slopes there, and any slope between them is a gradient."""
        return [(row.name, kink) for row in self.rows for kink in row.coverage.kinks]

    @property
    def unresolved(self) -> list[tuple[str, Mismatch]]:
        """(tensor, element) of each gradient for which finite differences cannot decide."""
        return [(row.name, each) for row in (*self.rows, *self.culprits) for each in row.coverage.unresolved]

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        """The beginning of what `print` shows, and the conclusion."""
        *lines, conclusion = str(self).split("\n")
        return "\n".join([shortened("\n".join(lines), "print(report)"), conclusion])

    def _repr_html_(self) -> str:
        return html(self)

    def __str__(self) -> str:
        rows = [HEAD, *(tuple(map(visible, row.line)) for row in self.rows)]
        widths = [min(WIDEST, max(len(line[i]) for line in rows)) for i in range(len(HEAD))]
        lines = [f"{visible(self.title)}, in {self.precision}; errors relative to the largest gradient of the tensor"]
        lines += ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in rows]
        return "\n".join([*lines, *map(visible, self.sentences), self.conclusion])

    @property
    def sentences(self) -> list[str]:
        """The notes, a sentence for each wrong or unresolved gradient, and the failures."""
        rows = (*self.rows, *self.culprits)
        return [*self.notes, *(s for row in rows for s in _described(row)), *self.failures]

    @property
    def conclusion(self) -> str:
        """The last line."""
        if self.ok:
            return "all gradients agree"
        return "THE GRADIENTS DO NOT AGREE" if self.wrong else f"NOT RESOLVED. {RESOLVE}"


def _described(row: Row) -> list[str]:
    return describe_mismatches(row) + describe_unresolved(row)


def html(report: Report) -> str:
    """The report as a card: the conclusion, a sentence for each fault, of boxes first, the table, and all sentences."""
    kind, every = "good" if report.ok else "bad", report.sentences
    first = [text for row in (*report.culprits, *report.rows) for text in _described(row)[:1]]
    first = [*report.failures, *first, *report.notes][:MOST_SENTENCES]
    parts = [note(report.conclusion, kind), *map(note, first)]
    rest = every[: 10 * MOST_SENTENCES]
    more = [folded(f"all {len(every):,} sentences", "".join(map(note, rest)))] if len(every) > len(first) else []
    lines = [row.line for row in sorted(report.rows, key=lambda row: (not row.wrong, row.ok))]
    head = (*HEAD[:-2], "largest error (relative)", HEAD[-1])
    return card(report.title, f"in {report.precision}", *parts, table(head, lines), *more)


def describe_mismatches(row: Row) -> list[str]:
    """Sentences on the wrong elements of a row, the largest error first."""
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
    """A sentence on the elements of a row that are not resolved."""
    unresolved = row.coverage.unresolved
    if not unresolved:
        return []
    first = unresolved[0]
    where = f"{_who(row)}{list(first.index) if first.index else ''}"
    more = f", and {len(unresolved) - 1} more elements" if len(unresolved) > 1 else ""
    return [f"NOT RESOLVED {where}{more}: {first.note or 'fprop is too rough there for finite differences'}"]


def _who(row: Row) -> str:
    return f"the box {row.box}: child {row.name}" if row.box else row.name
