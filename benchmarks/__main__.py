"""`python -m benchmarks`: bprop beside its peers and the machine's own limits, side by side in one run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks import cases, compare, peers, report
from benchmarks.parts import PARTS, select
from benchmarks.settings import Settings
from benchmarks.write import read, write

MAIN = Path(__file__).parent / "results" / "main.json"
"""The numbers of the page: `--write` keeps them here, unless `--json` names another file."""


def main() -> None:
    given = _parser().parse_args()
    if given.compare:
        _compare(given)
        return
    if given.write:
        read(given.write)  # before a long run, not after it
    run = report.join([json.loads(path.read_text("utf-8")) for path in given.join]) if given.join else _run(given)
    text = report.markdown(run)
    print(text)
    if kept := given.json or (MAIN if given.write else None):
        kept.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
    if given.write:
        write(given.write, text)


def _run(given: argparse.Namespace) -> dict[str, Any]:
    settings = _settings(given)
    found = {name: part.measure(settings) for name, part in select(given.only).items()}
    return {"about": report.about(), **found}


def _settings(given: argparse.Namespace) -> Settings:
    if given.small:
        return Settings(cases.small(), tuple(peers.choose(given.peers or "all")), rounds=2, small=True)
    return Settings(cases.select(given.cases), tuple(peers.choose(given.peers)), given.rounds)


def _compare(given: argparse.Namespace) -> None:
    """Time this checkout beside another commit."""
    unused = [name for name in ("only", "peers", "join", "write") if getattr(given, name)]
    if unused:
        raise SystemExit(f"--compare times bprop alone, so --{unused[0]} cannot be combined with it")
    times = compare.measure(given.compare, _settings(given))
    print(compare.markdown(given.compare, times))
    if given.json:
        given.json.write_text(json.dumps({"other": given.compare, "seconds": times}, indent=1), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help=f"only these parts, comma-separated: {', '.join(PARTS)}")
    parser.add_argument("--cases", default="", help="only cases whose names contain one of these, comma-separated")
    parser.add_argument("--peers", default="", help='names or parts of names, comma-separated; "all" for all')
    parser.add_argument("--rounds", type=int, default=9, help="rounds; in each, every peer runs once (default 9)")
    parser.add_argument("--compare", metavar="COMMIT", help="only bprop: this checkout and another commit in turn")
    parser.add_argument("--small", action="store_true", help="as little as shows that everything works")
    parser.add_argument(
        "--json", type=Path, help="also write all numbers to this file; with --write, results/main.json"
    )
    parser.add_argument("--join", type=Path, nargs="+", default=[], help="no run: join these JSON files")
    parser.add_argument("--write", type=Path, help="put the report into this Markdown file, between its two comments")
    return parser


if __name__ == "__main__":
    main()
