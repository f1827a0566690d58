"""Mutants that no test can catch, because the program does the same: each was looked at, and says why."""

from __future__ import annotations

import re
from pathlib import Path

_ENTRY = re.compile(r"(\S+?)(?: (\S+))?: (.+)\n    - (.+)\n    \+ (.+)")


def read(text: str) -> dict[tuple[str, str, str, str], str]:
    """{(module, scope, line before, line after): why the program does the same}, of a text such as equivalent.txt."""
    found = {}
    for entry in re.split(r"\n\s*\n", text.strip()):
        match = _ENTRY.fullmatch(entry.strip())
        if match is None:
            raise ValueError(f"not a mutant with a reason:\n{entry}")
        module, scope, reason, before, after = match.groups()
        found[module, scope or "", before, after] = reason
    return found


REVIEWED = read((Path(__file__).parent / "equivalent.txt").read_text(encoding="utf-8"))
