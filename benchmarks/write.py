"""The report put into a Markdown file, between two comments."""

from __future__ import annotations

from pathlib import Path

START, END = "<!-- results -->", "<!-- end of results -->"


def write(path: Path, report: str) -> None:
    """Replaces what stands between the comments. Raises SystemExit where they are not there, each once."""
    text = path.read_text(encoding="utf-8")
    if text.count(START) != 1 or text.count(END) != 1 or text.index(END) < text.index(START):
        raise SystemExit(f"{path}: the place for the report is not marked with {START} and {END}, each once")
    before, _, rest = text.partition(START)
    path.write_text(f"{before}{START}\n\n{report}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
