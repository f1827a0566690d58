"""Roles of tables: those with which a method's defaults were chosen do not report, for that would flatter it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.tables.table import CHOSE, REPORT, Table, TableError


def read(path: Path) -> dict[str, str]:
    """{table: role} of lines "NAME ROLE"; what follows a # is for people. Raises TableError for other lines."""
    roles = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.partition("#")[0].split()
        if words and (len(words) != 2 or words[1] not in (CHOSE, REPORT)):
            raise TableError(f"{path}, line {number}: {line!r}: write a table's name and its role, {CHOSE} or {REPORT}")
        if words:
            roles[words[0]] = words[1]
    return roles


def assigned(tables: dict[str, Table], roles: dict[str, str]) -> dict[str, Table]:
    """The tables with these roles; the others keep theirs."""
    return {name: replace(table, role=roles.get(name, table.role)) for name, table in tables.items()}
