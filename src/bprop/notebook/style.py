"""The style of cards. It takes the ink of the page, so that it is legible in light and dark notebooks alike.

Every rule begins with .bprop-card, so nothing else on the page changes. Shades are the ink, thinned. Only the accents
have a light and a dark form: dark where the reader prefers it and no notebook says otherwise (JupyterLab, VS Code,
Colab and marimo each name their theme in another way).
"""

from __future__ import annotations

LIGHT = "--b-a:#2f5aa8;--b-b:#b3540f;--b-good:#1d7f4e;--b-bad:#b3261e;"
DARK = "--b-a:#8ab4f8;--b-b:#f0a45c;--b-good:#6fd3a0;--b-bad:#ff9c8f;"
IS_LIGHT = ("[data-jp-theme-light=true]", "body.vscode-light", "html[theme=light]", ":root[data-theme=light]", ".light")
IS_DARK = ("[data-jp-theme-light=false]", "body.vscode-dark", "html[theme=dark]", ":root[data-theme=dark]", ".dark")
CARD = ".bprop-card.bprop-card.bprop-card"
"""The class three times: JupyterLab's rules for the tables of an output name two classes."""
FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"


def _scoped(places: tuple[str, ...], rules: str) -> str:
    return ",".join(f"{place} .bprop-card" for place in places) + f"{{{rules}}}"


_RULES = {
    "": (
        "font:13px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;color:inherit;"
        "border:1px solid color-mix(in srgb,currentColor 22%,transparent);border-radius:8px;padding:10px 14px;"
        "margin:2px 0;max-width:62em;width:fit-content;box-sizing:border-box;overflow-wrap:anywhere"
    ),
    ".bprop-wide": "max-width:100%;width:100%",
    " .bprop-head": "display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline;margin-bottom:6px",
    " .bprop-title": "font-weight:650;font-size:15px",
    " .bprop-sub, .bprop-faint, .bprop-note, caption": "opacity:.75",
    " table": "border-collapse:collapse;font-size:12px;margin:4px 0;border:0;width:auto;color:inherit",
    " caption": "text-align:left;padding:2px 0;caption-side:top;color:inherit",
    " tr, tr:nth-child(odd), tr:hover": "background:none",
    " th, td": (
        "text-align:left;vertical-align:top;padding:2px 14px 2px 0;border:0;max-width:34em;white-space:normal;"
        "overflow-wrap:break-word;color:inherit;background:none"
    ),
    " thead th": (
        "font-weight:600;vertical-align:bottom;border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent)"
    ),
    " tbody th": "font-weight:600;white-space:nowrap",
    " .bprop-n": f"text-align:right;font-family:{FONT};font-variant-numeric:tabular-nums;white-space:nowrap",
    " .bprop-numbers td": f"text-align:right;font-family:{FONT};padding:1px 10px 1px 0;white-space:nowrap",
    " .bprop-scroll": "overflow:auto;max-height:26em;max-width:100%",
    " .bprop-scroll:focus-visible, summary:focus-visible": "outline:2px solid var(--b-a);outline-offset:1px",
    " details": "margin-top:4px",
    " summary": "cursor:pointer;opacity:.85",
    " pre": f"font:12px/1.4 {FONT};margin:4px 0;padding:0;white-space:pre;overflow-x:auto;background:none",
    " .bprop-note": "margin:4px 0;max-width:60em",
    " .good": "color:var(--b-good);opacity:1",
    " .bad": "color:var(--b-bad);opacity:1;font-weight:600",
    " .bprop-row": "display:flex;flex-wrap:wrap;gap:6px 22px;align-items:flex-start",
    " svg": "max-width:100%;height:auto",
    " .bprop-maths": "overflow-x:auto;max-width:100%;margin:4px 0",
    " .bprop-maths math": "text-align:left;margin-left:0;width:max-content",
    " .bprop-bar": (
        "height:6px;border-radius:3px;background:color-mix(in srgb,currentColor 15%,transparent);width:22em;"
        "max-width:100%;overflow:hidden;margin:4px 0"
    ),
    " .bprop-bar > div": "height:100%;background:var(--b-a);border-radius:3px",
    " .bprop-here": "background:color-mix(in srgb,var(--b-a) 16%,transparent)",
}


def _rules() -> str:
    sheet = [f".bprop-card{{{LIGHT}}}", f"@media (prefers-color-scheme:dark){{.bprop-card{{{DARK}}}}}"]
    sheet += [_scoped(IS_LIGHT, LIGHT), _scoped(IS_DARK, DARK)]
    for where, rules in _RULES.items():
        places = where.split(",") if where else [""]
        sheet.append(",".join(f"{CARD}{place}" for place in places) + f"{{{rules}}}")
    return "".join(sheet)


STYLE: str = _rules()
