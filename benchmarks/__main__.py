"""`python -m benchmarks`: time every peer that is installed on every case, side by side, and say who did what."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from benchmarks import limits
from benchmarks.cases import CASES
from benchmarks.measure import measure
from benchmarks.report import environment, markdown


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--cases", default="", help="only cases whose name contains this")
    parser.add_argument("--peers", default="", help="only these peers (comma-separated parts of names), and the base")
    parser.add_argument("--rounds", type=int, default=9, help="rounds; in each, every peer runs once")
    parser.add_argument("--small", action="store_true", help="few steps and rounds: shows that it works")
    parser.add_argument("--json", type=Path, help="also write all numbers to this file")
    given = parser.parse_args()
    cases = [case for case in CASES if given.cases in case.name]
    if given.small:
        cases = [replace(case, steps=20) for case in cases if case.weight_bytes < 2**21]
    wanted = [part for part in given.peers.split(",") if part]
    peak, speeds = limits.sgemm(), limits.bandwidths()
    results = [measure(case, wanted, 2 if given.small else given.rounds) for case in cases]
    about = environment(peak, speeds)
    print(markdown(results, about, peak, speeds))
    if given.json:
        given.json.write_text(json.dumps({"about": about, "cases": [result.to_dict() for result in results]}, indent=1))


main()
