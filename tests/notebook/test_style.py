"""The style stays in its card, and is legible on light and dark pages."""

import re

from bprop.notebook.style import STYLE


def test_no_rule_leaves_the_card():
    for selector in re.findall(r"([^{}]+)\{", STYLE.replace("@media (prefers-color-scheme:dark){", "")):
        for one in selector.split(","):
            assert ".bprop-card" in one, one


def test_the_ink_is_the_pages_own_and_dark_pages_have_their_accents():
    assert "color:inherit" in STYLE and "@media (prefers-color-scheme:dark)" in STYLE
    for theme in ("data-jp-theme-light=false", "vscode-dark", "html[theme=dark]"):
        assert theme in STYLE
    assert not re.search(r"[^-]background:#", STYLE)  # no paper of its own, on which the page's ink may vanish


def _luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_accents_can_be_read_on_their_pages():
    from bprop.notebook.style import DARK, LIGHT

    for sheet, page in ((LIGHT, "#ffffff"), (DARK, "#1f1f1f")):
        for colour in re.findall(r"#[0-9a-f]{6}", sheet):
            light, dark = sorted((_luminance(colour), _luminance(page)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, colour
