"""The colours of a drawing on light and on dark pages, as CSS that affects nothing else on a page."""

from __future__ import annotations

from bprop.draw.statistics import HIGHEST, LOWEST

FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace"
DECADES = range(LOWEST, HIGHEST + 1)

LIGHT = {
    "page": "#ffffff", "ink": "#1a202c", "faint": "#566074", "line": "#64708a",
    "box": "#eef2f9", "box-line": "#52658c", "layer": "#e6ecf8", "layer-line": "#3c5692",
    "input": "#e2f3ea", "input-line": "#2a7c53", "parameter": "#fdf1da", "parameter-line": "#a06a08",
    "constant": "#f0f0f0", "constant-line": "#777777", "penalty": "#f6eaf7", "penalty-line": "#8a4a93",
    "gradient": "#e0f2f7", "gradient-line": "#1f6f8b",
    "loss": "#fde9e6", "loss-line": "#b53d2c", "alarm": "#a52a1a", "bars": "#00000014",
    "hue1": "#1f6f8b", "hue2": "#a06a08", "hue3": "#2a7c53", "hue4": "#6a4bb3",
}  # fmt: skip
DARK = {
    "page": "#14181f", "ink": "#e9edf4", "faint": "#a3adbf", "line": "#8290aa",
    "box": "#222b3b", "box-line": "#8ba2d0", "layer": "#22304d", "layer-line": "#9bb6f0",
    "input": "#17352a", "input-line": "#5fc294", "parameter": "#3a2e14", "parameter-line": "#e0ab4a",
    "constant": "#2b2b2b", "constant-line": "#9a9a9a", "penalty": "#36223a", "penalty-line": "#d092da",
    "gradient": "#12323d", "gradient-line": "#6cc3de",
    "loss": "#41211c", "loss-line": "#f08a78", "alarm": "#ff9c8a", "bars": "#ffffff1c",
    "hue1": "#6cc3de", "hue2": "#e0ab4a", "hue3": "#5fc294", "hue4": "#b8a2f5",
}  # fmt: skip
# magnitudes, from vanishing (blue) over usual (green) to exploding (red)
COOL_TO_HOT_LIGHT = (
    "#3a3fa0", "#3458b4", "#2f72bd", "#2a8bbd", "#1f9d9d", "#24a071",
    "#5c9a35", "#93901a", "#c07a13", "#cf5527", "#b5213a",
)  # fmt: skip
COOL_TO_HOT_DARK = (
    "#8f95ff", "#82a5ff", "#74b7fb", "#62c6ec", "#52cfc9", "#5dd3a0",
    "#92cd68", "#c6c34c", "#ecad4b", "#f98c62", "#ff6f86",
)  # fmt: skip
KINDS = ("box", "layer", "input", "parameter", "constant", "penalty", "loss", "gradient")


def css() -> str:
    """The style sheet of a drawing."""
    light, dark = _variables(LIGHT, COOL_TO_HOT_LIGHT), _variables(DARK, COOL_TO_HOT_DARK)
    rules = [
        f".bprop-graph{{{light}font-family:{FONT}}}",
        f"@media (prefers-color-scheme: dark){{.bprop-graph{{{dark}}}}}",
        f"{_within('light')}{{{light}}}",
        f"{_within('dark')}{{{dark}}}",
        ".bprop-graph .page{fill:var(--g-page)}",
        ".bprop-graph text{fill:var(--g-ink)}",
        ".bprop-graph .name{font-size:13px;font-weight:600}",
        ".bprop-graph .line,.bprop-graph .shape,.bprop-graph .key{font-size:11px;fill:var(--g-faint)}",
        ".bprop-graph .what,.bprop-graph .numbers,.bprop-graph .auto,.bprop-graph .lane{font-size:10px}",
        ".bprop-graph .numbers,.bprop-graph .auto,.bprop-graph .lane{fill:var(--g-faint)}",
        ".bprop-graph .lane,.bprop-graph .shape{paint-order:stroke;stroke:var(--g-page);stroke-width:3px}",
        ".bprop-graph .what{font-weight:600}",
        ".bprop-graph .frame{stroke-width:1.3}",
        ".bprop-graph .output .frame{stroke-width:3}",
        ".bprop-graph .objective .frame{fill:none;stroke:var(--g-loss-line);stroke-dasharray:5 3}",
        ".bprop-graph .edge,.bprop-graph .dashes{fill:none;stroke:var(--g-line);stroke-width:1.3}",
        ".bprop-graph .edge.penalised{stroke:var(--g-penalty-line)}",
        ".bprop-graph .edge.computed,.bprop-graph .dashes{stroke-dasharray:5 4}",
        ".bprop-graph .tip,.bprop-graph .dot{fill:var(--g-line)}",
        ".bprop-graph .tip.penalised{fill:var(--g-penalty-line)}",
        ".bprop-graph.choosing :is(.edge,.tip,.dot):not(.near){opacity:.2}",
        ".bprop-graph .edge.near{stroke-width:2.4}",
        ".bprop-graph [data-kind].near .frame{stroke-width:2.4}",
        ".bprop-graph [data-kind].chosen .frame{stroke-width:3.4}",
        ".bprop-graph .back{fill:var(--g-bars)}",
        ".bprop-graph .zero{fill:var(--g-faint)}",
        ".bprop-graph .spoiled{fill:var(--g-loss-line)}",
        ".bprop-graph .alarm{fill:var(--g-alarm);font-weight:600}",
    ]
    rules += [f".bprop-graph .{kind} .frame{{fill:var(--g-{kind});stroke:var(--g-{kind}-line)}}" for kind in KINDS]
    for hue in range(1, 5):
        rules.append(f".bprop-graph .edge.hue{hue}{{stroke:var(--g-hue{hue})}}")
        rules.append(f".bprop-graph .tip.hue{hue},.bprop-graph .lane.hue{hue}{{fill:var(--g-hue{hue})}}")
    rules += [f".bprop-graph .m{place}{{fill:var(--g-m{place})}}" for place in range(len(DECADES))]
    return "".join(rules)


def _within(theme: str) -> str:
    """The drawings of pages that choose a theme themselves: our pages, Jupyter, VS Code."""
    pages = f"[data-theme={theme}]", f"[data-jp-theme-light={str(theme == 'light').lower()}]", f".vscode-{theme}"
    return ",".join(f"{page} .bprop-graph" for page in pages)


def _variables(colours: dict[str, str], magnitudes: tuple[str, ...]) -> str:
    every = {**colours, **{f"m{place}": colour for place, colour in enumerate(magnitudes)}}
    return "".join(f"--g-{name}:{colour};" for name, colour in every.items())
