"""The mathematics of boxes: MathML, which browsers show without a library, and the same as plain text.

`formula_of` has the names of a graph, `numbers_of` the numbers of one example. Both record the box's own code, fprop
or bprop, so a box of anybody has a formula. A class whose code is written for stability says in its methods `formula`
and `bprop_formula` what it computes in plain mathematics (see `bprop.Box`).
"""

from bprop.formulas.formula import formula_of, numbers_of
from bprop.formulas.layout import Formula
from bprop.formulas.recording import Arrays
from bprop.formulas.style import STYLE

__all__ = ["STYLE", "Arrays", "Formula", "formula_of", "numbers_of"]
