"""Cards of HTML: a title, facts, tables, and parts that unfold. All text in them is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from bprop.notebook.style import STYLE
from bprop.visible import visible

LONGEST = 120
"""Letters of a name or cell. A longer one keeps its beginning and its end, where names differ."""
SENTENCE = 400
"""Letters of a sentence of ours, such as why an engine was taken."""
MOST_ROWS = 50
RIGHT = " class='bprop-n'"


def safe(text: object, most: int = LONGEST) -> str:
    """Text as HTML: markup and letters that steer or hide are shown, not obeyed; a long one loses its middle."""
    shown = visible(text)
    if len(shown) > most:
        shown = f"{shown[: most // 2]}…{shown[-(most // 2) + 1 :]}"
    return escape(shown)


def card(title: object, subtitle: object = "", *parts: str, wide: bool = False) -> str:
    """One element with its style. `parts` are HTML. wide : as wide as the page."""
    under = f"<span class='bprop-sub'>{safe(subtitle, SENTENCE)}</span>" if subtitle else ""
    head = f"<div class='bprop-head'><span class='bprop-title'>{safe(title)}</span>{under}</div>"
    kind = "bprop-card bprop-wide" if wide else "bprop-card"
    return f"<div class='{kind}'><style>{STYLE}</style>{head}{''.join(parts)}</div>"


def facts(pairs: Mapping[str, object]) -> str:
    """Names with their values, one a line."""
    cells = ((safe(name), safe(value, SENTENCE)) for name, value in pairs.items())
    rows = "".join(f"<tr><th scope='row'>{name}</th><td>{value}</td></tr>" for name, value in cells)
    return f"<table class='bprop-facts'><tbody>{rows}</tbody></table>" if rows else ""


def table(head: Sequence[object], rows: Iterable[Sequence[object]], most: int = MOST_ROWS, caption: object = "") -> str:
    """A table. Texts that begin as numbers do stand to the right. It scrolls by itself."""
    every = [list(row) for row in rows]
    shown, left = every[:most], len(every) - most
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in shown)
    if left > 0:
        body += f"<tr><td colspan='{len(head)}' class='bprop-faint'>and {left:,} more</td></tr>"
    columns = [[row[k] for row in shown if k < len(row)] for k in range(len(head))]
    numbers = [bool(cells) and all(map(_is_number, cells)) for cells in columns]
    names = "".join(
        f"<th scope='col'{RIGHT if number else ''}>{safe(name)}</th>"
        for name, number in zip(head, numbers, strict=True)
    )
    title = f"<caption>{safe(caption)}</caption>" if caption else ""
    thead = f"<thead><tr>{names}</tr></thead>" if any(head) else ""
    return f"<div class='bprop-scroll' tabindex='0'><table>{title}{thead}<tbody>{body}</tbody></table></div>"


def folded(summary: object, content: str, unfolded: bool = False) -> str:
    """A part that unfolds with a click. `content` is HTML."""
    return f"<details{' open' if unfolded else ''}><summary>{safe(summary)}</summary>{content}</details>"


def note(text: object, kind: str = "") -> str:
    """A sentence below the rest. kind : "good" or "bad" colours it."""
    return f"<p class='bprop-note{' ' + kind if kind else ''}'>{safe(text, 2000)}</p>"


def _cell(value: object) -> str:
    return f"<td{RIGHT if _is_number(value) else ''}>{safe(value)}</td>"


def _is_number(value: object) -> bool:
    text = str(value)
    return text[:1].isdigit() or text[:2].lstrip("-+.")[:1].isdigit() or text in ("nan", "inf", "-inf", "")
