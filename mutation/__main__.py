"""`python -m mutation AREA ...`: plant defects in a copy of the code and see which of them the tests catch."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from mutation import areas, report
from mutation.judge import Judge, judged, planted, sample, survivors
from mutation.reached import Reached
from mutation.trial import Copy, warm_up

ROOT = Path(__file__).resolve().parent.parent


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    add = parser.add_argument
    names = ", ".join(areas.AREAS)
    add("where", nargs="*", default=list(areas.AREAS), help=f"areas ({names}) or modules (rules.sgd); default: all")
    add("--sample", type=int, metavar="N", help="try N mutants, drawn by the seed; default: every one")
    add("--seed", type=int, default=0, help="of the sample (0)")
    add("--limit", type=float, default=60.0, help="seconds that tests may take beyond 5 times their own time (60)")
    add(
        "--narrow",
        action="store_true",
        help="run the module's own tests, and of those around it the ones that bear its names",
    )
    add("--own", action="store_true", help="run the module's own tests alone, for a first look: then --again")
    add(
        "--reached",
        type=Path,
        metavar="FILE",
        help="coverage.py's file: after the module's own tests, run the tests that run the line",
    )
    add("--least", type=float, default=0.97, help="the share to be caught, else the exit code is 1 (0.97)")
    add("--list", action="store_true", help="only print the mutants")
    add("--again", type=Path, metavar="FILE", help="only the survivors in this output of an earlier run")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """The exit code: 0 where enough mutants were caught."""
    given = arguments(argv)
    mutants = planted(ROOT, given.where)
    if given.again is not None:
        mutants = survivors(mutants, given.again.read_text(encoding="utf-8"))
    if not mutants:
        raise SystemExit(f"no mutants of {', '.join(given.where)}")
    total, mutants = len(mutants), sample(mutants, given.sample, given.seed)
    print(f"{len(mutants):,} of {total:,} mutants", flush=True)
    if given.list:
        for mutant, _ in mutants:
            print(f"{mutant}\n{mutant.diff()}")
        return 0
    reached = None if given.reached is None else Reached(given.reached)
    warm_up()
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        judge = Judge(ROOT, Copy(ROOT, Path(folder)), given.limit, given.narrow, given.own, reached)
        verdicts = judged(judge, mutants, lambda verdict: print(report.line(verdict), flush=True))
    print(report.table(verdicts))
    return 0 if report.share(verdicts) >= given.least else 1


if __name__ == "__main__":
    sys.exit(main())
