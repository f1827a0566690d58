"""A folder of one's own: CSV files, and beside them a JSON file if they need more words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.tables.table import REPORT, Table, TableError, table_of

META = "meta.json"
"""{name of the file without .csv: {"target": column, "task": ..., "role": ..., "drop": [columns]}}, all optional."""


def names(folder: Path) -> list[str]:
    """The tables of a folder. Raises TableError where it has none."""
    tables = sorted(path.stem for path in folder.glob("*.csv"))
    if not tables:
        raise TableError(f"{folder}: there are no files that end in .csv")
    return tables


def load(folder: Path, name: str) -> Table:
    """The table of NAME.csv: the last column is the target, unless the JSON file names another."""
    described = _meta(folder).get(name, {})
    frame = pd.read_csv(folder / f"{name}.csv", na_values="?", skipinitialspace=True, low_memory=False)
    frame = frame.drop(columns=described.get("drop", []))
    role = described.get("role", REPORT)
    return table_of(name, frame, described.get("target", frame.columns[-1]), described.get("task"), f"{name}.csv", role)


def _meta(folder: Path) -> dict[str, Any]:
    path = folder / META
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise TableError(f"{path} is no JSON: {error}") from error
