"""The style sheet of formulas, for the pages that show them."""

STYLE = """
math.formula { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "TeX Gyre Termes Math",
  "DejaVu Math TeX Gyre", math, serif;
  display: block math; font-size: 1.1em; overflow-x: auto; overflow-y: hidden; padding: .2em 0 }
math.formula mtable.lines > mtr > mtd { padding: .32em .12em; vertical-align: baseline; text-align: left }
math.formula mtable.lines > mtr > mtd.left { text-align: right }
math.formula mtable.cases mtd { padding: .1em .5em .1em 0; text-align: left }
math.formula mtable:not(.lines):not(.cases) mtd { padding: .1em .35em; text-align: right }
math.formula .result mn { font-weight: 600 }
"""
