"""The site: docstrings become Markdown, and links lead to pages of the site or become text."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import bprop as bp

SITE = Path(__file__).parents[1] / "tools" / "site"


@pytest.fixture(scope="module")
def rendering():
    return _module("rendering")


def _module(name):
    spec = importlib.util.spec_from_file_location(name, SITE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_examples_become_code_and_names_a_list(rendering):
    text = rendering.render("""The sum a * b_1.

        Parameters
        ----------
        a, b : numbers,
            of any size.

        >>> 1 + 1
        2
        """)
    assert text.splitlines()[0] == r"The sum a \* b\_1."
    assert "**Parameters**\n\n- `a, b`: numbers, of any size." in text
    assert "```pycon\n>>> 1 + 1\n2\n```" in text


def test_code_between_backquotes_stays_and_tags_do_no_harm(rendering):
    assert rendering.escape("`a_b` <script> [x](y)") == r"`a_b` \<script\> \[x\](y)"


def test_a_signature_shows_defaults_and_no_types(rendering):
    line = rendering.signature("bp.check_box", bp.check_box)
    assert line == "bp.check_box(kind, examples=None, *, seed=0)"
    assert rendering.signature("bp.train", bp.train).splitlines()[1] == "    graph,"


def test_every_public_name_has_its_place_in_the_reference(monkeypatch):
    pytest.importorskip("typer")
    monkeypatch.syspath_prepend(str(SITE))
    monkeypatch.delitem(sys.modules, "rendering", raising=False)
    pages = _module("pages")
    text = "\n".join(pages.reference().values())
    missing = [name for name in bp.__all__ if name[0].isupper() and f"\n## {name}\n" not in text]
    assert missing == []


@pytest.fixture
def hooks(monkeypatch):
    pytest.importorskip("mkdocs")
    pytest.importorskip("typer")
    monkeypatch.syspath_prepend(str(SITE))
    for name in ("rendering", "pages"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return _module("hooks")


def test_links_that_leave_the_site_become_text(hooks):
    files = SimpleNamespace(get_file_from_path=lambda path: path in {"engines.md", "security.md"})
    page = SimpleNamespace(file=SimpleNamespace(src_uri="learn/a.md"))

    def rewritten(text):
        return hooks.on_page_markdown(text, page, None, files)

    assert rewritten("[box](../../src/bprop/box.py)") == "box"
    assert rewritten("[engines](../engines.md#xla)") == "[engines](../engines.md#xla)"
    assert rewritten("[promises](../../SECURITY.md)") == "[promises](../security.md)"
    assert rewritten("```\n[box](../../src/bprop/box.py)\n```") == "```\n[box](../../src/bprop/box.py)\n```"
    assert rewritten("[elsewhere](https://example.org)") == "[elsewhere](https://example.org)"


def test_a_picture_that_the_site_does_not_have_ends_the_build(hooks):
    from mkdocs.exceptions import PluginError

    files = SimpleNamespace(get_file_from_path=lambda path: path in {"benchmarks_tables_time.svg"})
    page = SimpleNamespace(file=SimpleNamespace(src_uri="benchmarks_tables.md"))
    assert hooks.on_page_markdown("![time](time.svg)", page, None, files) == "![time](benchmarks_tables_time.svg)"
    with pytest.raises(PluginError, match=r"benchmarks_tables.md: the picture other.svg is no file of the site"):
        hooks.on_page_markdown("![other](other.svg)", page, None, files)


def test_the_corner_of_a_table_that_names_nothing_is_no_heading(hooks):
    html = '<tr><th></th><th style="text-align: right;"></th><th>a</th><th scope="col">b</th></tr>'
    expected = '<tr><td></td><td style="text-align: right;"></td><th>a</th><th scope="col">b</th></tr>'
    assert hooks.on_page_content(html, None, None, None) == expected


def test_a_page_for_any_address_is_looked_at_on_a_server(browser, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(SITE.parent))
    monkeypatch.delitem(sys.modules, "look_at_site", raising=False)
    import look_at_site

    monkeypatch.setattr(look_at_site, "WIDTHS", (390,))
    (tmp_path / "site.css").write_text("p { color: black; background: white }")
    head = "<html lang='en'><title>A page</title><link rel='stylesheet' href='/site.css'>"
    page = f"{head}<main><h1>A page</h1></main></html>"
    (tmp_path / "404.html").write_text(page)
    with look_at_site.served(tmp_path) as address:
        assert list(look_at_site.look(browser, f"{address}404.html", "light")) == []


def test_looking_at_a_page_names_what_is_wrong(browser, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(SITE.parent))
    monkeypatch.delitem(sys.modules, "look_at_site", raising=False)
    import look_at_site

    monkeypatch.setattr(look_at_site, "WIDTHS", (390,))
    head = "<html lang='en'><title>A page</title><main><h1>A page</h1>"
    (tmp_path / "right.html").write_text(f"{head}<p>A sentence.</p></main></html>")
    wide = "<div style='width: 900px'>wide</div><img src='http://127.0.0.1:9/a.png'>"
    (tmp_path / "wrong.html").write_text(f"{head}{wide}</main></html>")
    assert list(look_at_site.look(browser, (tmp_path / "right.html").as_uri(), "dark")) == []
    wrong = "\n".join(look_at_site.look(browser, (tmp_path / "wrong.html").as_uri(), "light"))
    assert "light, 390 px: the page is 9" in wrong and "image-alt: <img" in wrong
    assert "it asks for http://127.0.0.1:9/a.png" in wrong and "it did not get" in wrong
