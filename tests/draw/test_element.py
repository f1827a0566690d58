"""Elements of SVG."""

import xml.etree.ElementTree as ET

from bprop.draw.element import new


def test_attributes_are_written_as_svg_names_them():
    parent = new(None, "g", class_="box", data_box="a")
    new(parent, "text", "a < b\x00", x=1.25, y=3)
    assert ET.tostring(parent, encoding="unicode") == (
        '<g class="box" data-box="a"><text x="1.2" y="3">a &lt; b\N{REPLACEMENT CHARACTER}</text></g>'
    )
