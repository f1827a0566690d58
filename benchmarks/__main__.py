"""`python -m benchmarks`: bprop beside its peers and the machine's own limits, side by side in one run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks import cases, peers, report
from benchmarks.parts import PARTS, select
from benchmarks.settings import Settings
from benchmarks.write import read, write


def main() -> None:
    parser = _parser()
    given = parser.parse_args()
    if given.compare and given.only.strip() != "steps":
        parser.error("--compare COMMIT goes with --only steps: other parts have no peer of another commit")
    if given.write:
        read(given.write)  # before a long run, not after it
    run = report.join([json.loads(path.read_text("utf-8")) for path in given.join]) if given.join else _run(given)
    text = report.markdown(run)
    print(text)
    if given.json:
        given.json.write_text(json.dumps(run, indent=1), encoding="utf-8")
    if given.write:
        write(given.write, text)


def _run(given: argparse.Namespace) -> dict[str, Any]:
    if given.small:
        settings = Settings(cases.small(), tuple(peers.choose(given.peers or "all")), rounds=2, small=True)
    else:
        settings = Settings(cases.select(given.cases), (*peers.choose(given.peers), *_compared(given)), given.rounds)
    found = {name: part.measure(settings) for name, part in select(given.only).items()}
    return {"about": report.about(), **found}


def _compared(given: argparse.Namespace) -> list[str]:
    """The name of bprop at the commit to compare with, if there is one."""
    return [peers.AT + given.compare] if given.compare else []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help=f"only these parts, comma-separated: {', '.join(PARTS)}")
    parser.add_argument("--cases", default="", help="only cases whose names contain one of these, comma-separated")
    parser.add_argument("--peers", default="", help='names or parts of names, comma-separated; "all" for all')
    parser.add_argument("--compare", default="", metavar="COMMIT", help="with --only steps: also bprop at this commit")
    parser.add_argument("--rounds", type=int, default=9, help="rounds; in each, every peer runs once (default 9)")
    parser.add_argument("--small", action="store_true", help="as little as shows that everything works")
    parser.add_argument("--json", type=Path, help="also write all numbers to this file")
    parser.add_argument("--join", type=Path, nargs="+", default=[], help="no run: join these JSON files")
    parser.add_argument("--write", type=Path, help="put the report into this Markdown file, between its two comments")
    return parser


if __name__ == "__main__":
    main()
