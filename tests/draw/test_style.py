"""Colours for light and dark."""

import re

import pytest

from bprop.draw.grid import HUES
from bprop.draw.style import COOL_TO_HOT_DARK, COOL_TO_HOT_LIGHT, DARK, DECADES, KINDS, LIGHT, css


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted(luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "scale"), [(LIGHT, COOL_TO_HOT_LIGHT), (DARK, COOL_TO_HOT_DARK)])
def test_text_and_lines_stand_out(theme, scale):
    """WCAG 2: 4.5 for text, 3 for lines and the bars of histograms."""
    for back in ("page", *KINDS):
        assert contrast(theme["ink"], theme[back]) >= 4.5
        assert contrast(theme["faint"], theme[back]) >= 4.5
        assert contrast(theme["alarm"], theme[back]) >= 4.5
    assert contrast(theme["line"], theme["page"]) >= 3
    for kind in KINDS:
        assert contrast(theme[f"{kind}-line"], theme["page"]) >= 3
    for hue in range(1, HUES + 1):
        assert contrast(theme[f"hue{hue}"], theme["page"]) >= 4.5  # names are written in it
    assert len(scale) == len(DECADES)
    assert all(contrast(colour, theme["page"]) >= 3 for colour in scale)


def test_the_style_touches_the_drawing_alone():
    selectors = re.findall(r"(?:^|[{}])([^{}]+)\{", css())
    assert all(".bprop-graph" in one for one in selectors if not one.startswith("@media"))
    assert css().count("{") == css().count("}")
    assert LIGHT.keys() == DARK.keys()
    used = set(re.findall(r"var\(--g-([a-z0-9-]+)\)", css()))
    assert used == LIGHT.keys() | {f"m{place}" for place in range(len(DECADES))}


def test_the_theme_of_a_page_goes_before_that_of_the_system():
    pages = {
        page: colour
        for names, colour in re.findall(r"([^{}]+)\{--g-page:(#[0-9a-f]+)", css())
        for page in names.split(",")
    }
    for theme, colours in (("light", LIGHT), ("dark", DARK)):
        for page in (
            f"[data-theme={theme}]",
            f".vscode-{theme}",
            f"[data-jp-theme-light={'true' if theme == 'light' else 'false'}]",
        ):
            assert pages[f"{page} .bprop-graph"] == colours["page"]
    assert css().index("@media") < css().index("[data-theme")
