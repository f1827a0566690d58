"""Elements of SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from bprop.draw.letters import clean


def new(parent: ET.Element | None, tag: str, text: str = "", **attributes: Any) -> ET.Element:
    """A new element within its parent. `class_` and `data_box` stand for the attributes class and data-box."""
    element = ET.Element(tag) if parent is None else ET.SubElement(parent, tag)
    for key, value in attributes.items():
        name = key.rstrip("_") if key in ("class_",) else key.replace("_", "-")
        element.set(name, f"{value:.1f}" if isinstance(value, float) else clean(str(value)))
    if text:
        element.text = clean(text)
    return element
