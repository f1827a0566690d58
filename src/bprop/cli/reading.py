"""The options of a command on how its files are read."""

from __future__ import annotations

from typing import Final

from bprop.cli import options as opt
from bprop.cli.command import options_for
from bprop.sources.read_options import ReadOptions


def read_options(
    encoding: opt.Encoding = None,
    delimiter: opt.Delimiter = None,
    header: opt.Header = None,
    skip_rows: opt.SkipRows = 0,
    comment: opt.Comment = None,
    missing: opt.Missing = None,
    bad_cells: opt.BadCells = "refuse",
    sheet: opt.Sheet = None,
    query: opt.Query = None,
) -> ReadOptions:
    """How files and their cells are read. The query has become a part of DATA: see `places`."""
    return ReadOptions(encoding, delimiter, header, skip_rows, comment, tuple(missing or ()), bad_cells, sheet)


reading_options: Final = options_for("reading", read_options)
"""A command with a parameter `reading` has these options in its place. It is called with the ReadOptions."""
