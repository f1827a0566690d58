"""`python -m benchmarks.tables`: models of tables beside each other, on the same rows, each on one core."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.report import about
from benchmarks.tables import folder, shipped
from benchmarks.tables.cache import Cache
from benchmarks.tables.compare import Board
from benchmarks.tables.methods import METHODS, choose
from benchmarks.tables.plot import draw
from benchmarks.tables.report import markdown
from benchmarks.tables.roles import assigned, read
from benchmarks.tables.run import Plan, run
from benchmarks.tables.split import Protocol, common_classes
from benchmarks.tables.table import CHOSE, REPORT, Table, TableError
from benchmarks.write import read as read_page
from benchmarks.write import write

PACKAGES = ("bprop", "numpy", "pandas", "scikit-learn", "lightgbm", "xgboost", "catboost", "pytabkit", "torch")


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    if options.write:
        read_page(options.write)  # before a long run, not after it
    protocol = Protocol(options.test, options.rows, options.test_rows)
    try:
        tables, absent = _tables(options, protocol)
    except TableError as error:
        raise SystemExit(str(error)) from error
    head = about("python -m benchmarks.tables", PACKAGES)
    again = choose(options.again) if options.again else ()
    commit = "".join(head["commit"])
    plan = Plan(
        tables,
        choose(options.methods),
        range(options.splits),
        protocol,
        again=again,
        limit=options.limit,
        commit=commit,
    )
    cache = Cache(options.results, options.read)
    if not options.report_only:
        run(plan, cache)
    board = Board.of(plan, cache.results)
    text = markdown(plan, board, head, absent, options.ours)
    print(text)
    if options.write:
        write(options.write, text)
    if options.plot and board.tables:
        draw(board, options.plot, options.ours)


def _tables(options: argparse.Namespace, protocol: Protocol) -> tuple[dict[str, Table], dict[str, str]]:
    """({name: table}, {name: why it is left out}). Raises TableError for an unknown name, or where none is left."""
    there = folder.names(options.folder) if options.folder else [*shipped.SHIPPED]
    names = [name.strip() for name in options.tables.split(",") if name.strip()] or there
    roles = read(options.roles) if options.roles else {}
    unknown = [name for name in [*names, *roles] if name not in there]
    if unknown:
        raise TableError(f"there is no table {unknown[0]!r}; there are {', '.join(there)}")
    tables, absent = {}, {}
    for name in names:
        try:
            table = folder.load(options.folder, name) if options.folder else shipped.load(name)
            table = assigned({name: table}, roles)[name]
            if options.role in ("all", table.role):
                tables[name] = common_classes(table, protocol)
        except (
            ImportError,
            TableError,
            ValueError,
        ) as error:  # pandas raises ValueError for a file that it cannot read
            absent[name] = str(error)
    if not tables:
        raise TableError(f"no table is left: {absent or f'none has the role {options.role}'}")
    return tables, absent


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tables", description=__doc__)
    add = parser.add_argument
    add("--folder", type=Path, help="a folder of CSV files, instead of the tables that packages ship")
    add("--tables", default="", help="only these tables, by name, with commas between")
    add("--role", default=REPORT, choices=[REPORT, CHOSE, "all"], help=f"tables of this role (default {REPORT})")
    add("--roles", type=Path, help=f"a file of lines NAME {CHOSE} or NAME {REPORT}, instead of the tables' own roles")
    add("--methods", default="", help=f'names with commas between, or "all": {", ".join(METHODS)}')
    add("--splits", type=int, default=3, help="splits of each table, and random states of each method (default 3)")
    add("--rows", type=int, default=4000, help="rows to train on, at most (default 4000)")
    add("--test", type=float, default=0.2, help="the share of the rows to test on (default 0.2)")
    add("--test-rows", type=int, default=10_000, help="rows to test on, at most (default 10000)")
    add("--limit", type=float, help="seconds of the clock after which a fit counts as failed")
    add("--results", type=Path, default=Path("tables.jsonl"), help="results, old and new (default tables.jsonl)")
    add("--read", type=Path, action="append", default=[], help="further results to read; can be repeated")
    add("--again", default="", help="methods whose earlier results do not count")
    add("--ours", default="bprop", help="the method that is set beside each other one (default bprop)")
    add("--report-only", action="store_true", help="no run: the report of the results that are there")
    add("--write", type=Path, help="put the report into this Markdown file, between its two comments")
    add("--plot", type=Path, help="the picture of error against time, as a file .svg or .png")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
