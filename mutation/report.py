"""What became of the mutants, as a table."""

from __future__ import annotations

from collections import Counter

from mutation.judge import CAUGHT, EQUIVALENT, LATE, SURVIVED, Verdict


def line(verdict: Verdict) -> str:
    """One mutant as it is judged; of a survivor also the difference in the source."""
    said = f"{verdict.outcome:<10} {verdict.mutant} ({verdict.seconds:.0f} s) {verdict.by}".rstrip()
    return said if verdict.outcome != SURVIVED else f"{said}\n{verdict.mutant.diff()}"


def share(verdicts: list[Verdict]) -> float:
    """Caught, of those that can be caught."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    possible = len(verdicts) - counts[EQUIVALENT]
    return (counts[CAUGHT] + counts[LATE]) / possible if possible else 1.0


def table(verdicts: list[Verdict]) -> str:
    """A row for each module. "by time": those caught in that they ran past the time limit."""
    head = (
        f"{'module':<28} {'planted':>8} {'caught':>7} {'by time':>8} {'equivalent':>11} {'surviving':>10} {'share':>7}"
    )
    modules = dict.fromkeys(verdict.mutant.module for verdict in verdicts)
    rows = [_row(module, [verdict for verdict in verdicts if verdict.mutant.module == module]) for module in modules]
    return "\n".join([head, *rows, _row("all", verdicts)])


def _row(name: str, verdicts: list[Verdict]) -> str:
    counts = Counter(verdict.outcome for verdict in verdicts)
    caught = counts[CAUGHT] + counts[LATE]
    return (
        f"{name:<28} {len(verdicts):>8,} {caught:>7,} {counts[LATE]:>8,} {counts[EQUIVALENT]:>11,} "
        f"{counts[SURVIVED]:>10,} {share(verdicts):>7.1%}"
    )
