"""How wide text is, and text that XML can hold."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bprop.draw.letters import clean, fit, one_line, widest, width

anything = st.text(st.characters(exclude_categories=()))


@given(anything)
def test_clean_text_can_be_written_and_read_as_xml(text):
    element = ET.Element("text")
    element.text = clean(text)
    assert (ET.fromstring(ET.tostring(element)).text or "") == clean(text)


@given(anything, st.integers(20, 200))
def test_a_fitted_line_fits(text, room):
    line = fit(text, 11, room)
    assert width(line, 11) <= room
    whole = one_line(text)
    first, _, last = line.partition("…")
    assert line == whole or (whole.startswith(first) and whole.endswith(last))


def test_names_that_differ_at_either_end_still_differ_when_they_are_cut():
    name = "features.block_of_the_encoder.convolution_with_a_long_name."
    ends = [fit(name + end, 13, 210) for end in ("weight", "bias", "running_mean")]
    assert len(set(ends)) == 3 and all("…" in line for line in ends)
    assert fit("first_" + name, 13, 210) != fit("other_" + name, 13, 210)
    assert fit("abcdefghij", 10, width("abc…ij", 10)) == "abc…ij"


def test_widths():
    assert width("abcd", 10) == 4 * width("a", 10) > 4 * 6.02  # DejaVu Sans Mono's letters
    assert width("層", 10) == 2 * width("a", 10)
    assert widest(["a", "abc", "ab"], 10) == width("abc", 10)
    assert widest([], 10) == 0


def test_an_empty_line_is_shown_as_such():
    assert one_line(" \n") == "\N{OPEN BOX}"
    assert one_line("a\nb") == "a b"
