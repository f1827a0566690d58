"""Cards: what stands in them is text, whatever it is."""

import re

import pytest

from bprop.notebook import card, facts, folded, note, safe, table

HOSTILE = ("<script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "</style><b>", "a\x1b[31m\u202eb", '"&amp;')


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    "make",
    [
        lambda n: card(n, n), lambda n: facts({n: n}), lambda n: table([n], [[n]], caption=n),
        lambda n: folded(n, ""), lambda n: note(n), lambda n: table(["a"], [[n]] * 60),
    ],
)  # fmt: skip
def test_hostile_names_are_shown_and_not_obeyed(make, name):
    html = make(name)
    assert name not in html
    less = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    assert not re.search(r"<(?!/?(div|span|table|caption|thead|tbody|tr|th|td|details|summary|p)\b)", less)
    assert "onerror" not in re.sub(r">[^<]*<", "><", less)
    assert not re.search(r"[\x1b\u202e]", html)


def test_a_long_name_keeps_its_beginning_and_its_end():
    shown = safe("a" * 500 + "end")
    assert len(shown) == 120 and shown.startswith("aaa") and shown.endswith("end") and "…" in shown


def test_of_many_rows_the_first_are_shown_and_the_others_counted():
    html = table(["k"], [[k] for k in range(60)])
    assert html.count("<tr>") == 1 + 50 + 1 and "and 10 more" in html


def test_columns_of_numbers_stand_to_the_right():
    html = table(["name", "loss"], [["a", "0.5"], ["b", "-1e-3"], ["c", "nan"]])
    assert html.count("class='bprop-n'") == 4 and "<th scope='col' class='bprop-n'>loss" in html
    assert "<td>a" in html


def test_a_card_has_one_element_with_its_style_and_no_script():
    html = card("Fit", "3 epochs", note("good", "good"))
    assert html.startswith("<div class='bprop-card'><style>") and html.endswith("</div>")
    assert "<script" not in html and "http" not in html
