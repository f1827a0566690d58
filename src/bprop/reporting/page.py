"""The page: one HTML file with its style, its script and its data. It needs no network."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from bprop.draw.style import COOL_TO_HOT_DARK, COOL_TO_HOT_LIGHT, css

# letters that must not be in a <script> with JSON, and their escapes in JSON
DANGEROUS = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}

TRAINING, TUNING, COMPARISON = "training", "tuning", "comparison"
"""The kinds of pages."""
SHARED = {
    TUNING: ("1-dom.js", "2-drawing.js", "2-scale.js", "2-saving.js", "2-reading.js"),
    COMPARISON: ("1-dom.js", "2-scale.js", "2-saving.js", "2-reading.js", "3-chart.js", "5-colours.js"),
}
"""Files of the page of a training that other pages use, too."""


@cache
def part(name: str) -> str:
    """A file of the package, "frame.html" or "page.css"."""
    return (files("bprop.reporting") / "page" / name).read_text(encoding="utf-8")


@cache
def style(kind: str = TRAINING) -> str:
    """The style of a page, with the colours of magnitudes in drawings: --m0 for 1e-8 to --m10 for 1e2."""
    light, dark = (
        "".join(f"--m{k}:{colour};" for k, colour in enumerate(colours))
        for colours in (COOL_TO_HOT_LIGHT, COOL_TO_HOT_DARK)
    )
    own = part("page.css") + ("" if kind == TRAINING else part(f"{kind}.css"))
    return f"{own}:root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"


@cache
def script(kind: str = TRAINING) -> str:
    """The script of a page: all files of its folder, in the order of their names; of another page than that of a
    training, the shared ones come first."""
    folder = files("bprop.reporting") / "page"
    shared = [folder / "js" / name for name in SHARED.get(kind, ())]
    own = folder / ("js" if kind == TRAINING else kind)
    named = sorted((file for file in own.iterdir() if file.name.endswith(".js")), key=lambda file: file.name)
    return "\n" + "\n".join(['"use strict";', *(file.read_text(encoding="utf-8") for file in (*shared, *named))])


def as_script(data: Any) -> str:
    """JSON that is harmless within a <script> element. Raises ValueError for NaN and infinity."""
    content = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    content = re.sub("[<>&\u2028\u2029]", lambda match: DANGEROUS[match[0]], content)
    return re.sub("[\ud800-\udfff]", "\ufffd", content)  # lone surrogates, which no file can hold


def policy(own: str, code: str, drawing: str, live: bool) -> str:
    """The Content-Security-Policy: only our own style and script, and no address but that of our server.

    A live page may get its drawing later, so it allows the style of drawings from the start.
    """
    styles = [own, *([css()] if live else re.findall(r"<style[^>]*>(.*?)</style>", drawing, re.DOTALL))]
    return "; ".join(
        [
            "default-src 'none'", f"script-src {_hash(code)}", f"style-src {' '.join(map(_hash, styles))}",
            "img-src data:", f"connect-src {_SELF if live else _NONE}", "base-uri 'none'", "form-action 'none'",
        ]
    )  # fmt: skip


_SELF, _NONE = "'self'", "'none'"


def _hash(code: str) -> str:
    return f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'"


def render(title: str, drawing: str, data: Mapping[str, Any], kind: str = TRAINING) -> str:
    """The page as HTML. `drawing` is our own markup; all else is escaped. kind : TRAINING, TUNING or COMPARISON."""
    own, code = style(kind), script(kind)
    fields = {
        "policy": policy(own, code, drawing, bool(data["live"])), "title": escape(title), "style": own,
        "drawing": drawing, "data": as_script(data), "script": code,
    }  # fmt: skip
    whole = part("frame.html").replace("{{body}}", part(f"{kind}.html"))
    return re.sub(r"\{\{(\w+)\}\}", lambda match: fields[match[1]], whole)
