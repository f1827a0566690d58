"""Cards, charts and short texts of objects, for notebooks: HTML that needs no script."""

from bprop.notebook.arrays import numbers_of
from bprop.notebook.curves import Curve, curves
from bprop.notebook.described import Described, sentence_of, settings_of
from bprop.notebook.html import card, facts, folded, note, safe, table
from bprop.notebook.place import Display, display_here
from bprop.notebook.text import MOST_LINES, few, shortened

__all__ = [
    "MOST_LINES",
    "Curve",
    "Described",
    "Display",
    "card",
    "curves",
    "display_here",
    "facts",
    "few",
    "folded",
    "note",
    "numbers_of",
    "safe",
    "sentence_of",
    "settings_of",
    "shortened",
    "table",
]
