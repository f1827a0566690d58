"""The page around the data."""

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bprop as bp
from bprop.draw.style import COOL_TO_HOT_DARK, COOL_TO_HOT_LIGHT
from bprop.reporting.page import COMPARISON, SHARED, TRAINING, TUNING, as_script, part, policy, render, script, style

DATA = {"live": False}


@given(st.text())
def test_any_text_is_harmless_in_a_script_and_comes_back(given):
    found = as_script({"name": given})
    assert not set(found) & {"<", ">", "&", "\u2028", "\u2029"}
    found.encode()
    if given.isprintable():
        assert json.loads(found)["name"] == given


def test_lone_halves_of_letters_do_not_break_the_file():
    render("\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "", DATA).encode()
    as_script({"name": "\ud800"}).encode()


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        as_script({"loss": float("nan")})


def test_fields_are_filled_once():
    html = render("{{script}}", "<p>{{data}}</p>", DATA)
    assert "<title>{{script}}</title>" in html
    assert "<p>{{data}}</p>" in html


def test_only_what_we_wrote_may_run():
    plain, more = policy("a{}", "f()", "", False), policy("a{}", "f()", "<svg><style>b{}</style></svg>", True)
    assert plain.count("sha256-") == 2 and more.count("sha256-") == 3
    assert "connect-src 'none'" in plain and "connect-src 'self'" in more
    assert "unsafe" not in more


def test_the_script_is_strict_and_makes_no_markup_of_text():
    assert script().lstrip().startswith('"use strict";')
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://"):
        assert way not in script().replace("http://www.w3.org/2000/svg", "")


def test_a_page_has_the_colours_of_drawings_for_magnitudes():
    for place, (light, dark) in enumerate(zip(COOL_TO_HOT_LIGHT, COOL_TO_HOT_DARK, strict=True)):
        assert f"--m{place}:{light};" in style()
        assert f"--m{place}:{dark};" in style()


def test_a_live_page_lets_in_the_style_of_a_drawing_that_comes_later():
    drawing = bp.mlp([2, 3]).draw().svg()
    (found,) = re.findall(r"<style>(.*?)</style>", drawing, re.S)
    digest = b64encode(sha256(found.encode()).digest()).decode()
    assert digest in policy(style(), script(), "", True)
    assert digest not in policy(style(), script(), "", False)


@pytest.mark.parametrize("kind", [TUNING, COMPARISON])
def test_every_page_has_one_frame_and_the_shared_scripts(kind):
    training, other = (render("T", "<svg></svg>", DATA, one) for one in (TRAINING, kind))
    head = re.compile(r'<meta charset.*?<title>T</title>\n<link rel="icon" href="data:,">', re.DOTALL)
    first, second = (re.sub("sha256-[^']+", "", head.search(page)[0]) for page in (training, other))
    assert first == second
    for name in SHARED[kind]:
        assert part(f"js/{name}") in training
        assert part(f"js/{name}") in other
    assert "{{" not in re.sub("(?s)<script>.*", "", training + other)


@pytest.mark.parametrize("kind", [TUNING, COMPARISON])
def test_the_scripts_of_all_pages_make_no_markup_of_text(kind):
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://"):
        assert way not in script(kind).replace("http://www.w3.org/2000/svg", "")
