"""Text that other people chose is made safe for a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bprop.visible import visible, visible_lines

SIGNS = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
SIGNS |= set(range(0x13430, 0x13440))
"""Signs of Arabic, Syriac, Kaithi and Egyptian, which Unicode counts among the invisible ones, but which are seen."""
BAD = ("Cc", "Cf", "Zl", "Zp", "Cs")


def is_harmless(letter):
    return unicodedata.category(letter) not in BAD or ord(letter) in SIGNS


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("a\nb\r\tc\0\x7f", r"a\nb\r\tc\x00\x7f"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("a\u2066b\u2069\u200f\u061c", r"a\u2066b\u2069\u200f\u061c"),
        ("a\u2028b\u2029", r"a\u2028b\u2029"),
        ("a\u200bb\ufeff\u2060\xad", r"a\u200bb\ufeff\u2060\xad"),
        ("\udce9t\ud800", r"\udce9t\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\u3164", r"\u3164"),
        ("a\u200db", r"a\u200db"),
    ],
)
def test_letters_that_steer_or_are_invisible_become_escapes(name, shown):
    assert visible(name) == shown


@pytest.mark.parametrize(
    "name",
    [
        "price (€)",
        "été",
        "e\u0301te\u0301",
        "中文",
        "Ελληνικά",
        "עברית",
        "العربية",
        "हिन्दी",
        "🙂",
        "👨\u200d👩\u200d👧",
        "❤\ufe0f\u200d🔥",
        "👋🏽",
        "葛\U000e0100",
        r"C:\new\x1b",
        "a\xa0b",
        "",
        "\u0600",
    ],
)
def test_ordinary_text_stays_as_it_is(name):
    assert visible(name) == name


def test_every_letter_that_steers_or_is_not_seen_is_known():
    letters = map(chr, range(0x110000))
    assert not [hex(ord(letter)) for letter in letters if not is_harmless(letter) and visible(letter) == letter]


@given(st.text(st.characters(codec=None)))
def test_nothing_but_harmless_letters_is_left(name):
    assert all(is_harmless(letter) for letter in visible(name).replace("\u200d", ""))
    assert visible(visible(name)) == visible(name)


@given(st.lists(st.text(st.characters(codec=None))))
def test_lines_stay_lines(names):
    lines = [name.replace("\n", "") for name in names]
    assert visible_lines("\n".join(lines)) == "\n".join(map(visible, lines))


def test_an_object_that_is_no_text_is_shown_as_printed(tmp_path):
    assert visible(3) == "3"
    assert visible(tmp_path / "a\nb").endswith(r"a\nb")
