"""The report put into a Markdown file, between two comments."""

from __future__ import annotations

from pathlib import Path

START, END = "<!-- results -->", "<!-- end of results -->"


def read(path: Path) -> tuple[str, str]:
    """What stands before and after the place. Raises SystemExit where it is not marked, with each comment once."""
    text = path.read_text(encoding="utf-8")
    if text.count(START) != 1 or text.count(END) != 1 or text.index(END) < text.index(START):
        raise SystemExit(f"{path}: the place for the report is not marked with {START} and {END}, each once")
    return text.partition(START)[0], text.partition(END)[2]


def write(path: Path, report: str) -> None:
    """Puts the report in place of what stands between the comments."""
    before, after = read(path)
    path.write_text(f"{before}{START}\n\n{report}\n\n{END}{after}", encoding="utf-8")
