"""What the build script makes: widget.js from today's sources, and the licences of all that is brought along."""

import importlib.util
import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WEB = files("bprop.playing") / "web"


@pytest.fixture
def build():
    """The build script as a module."""
    path = ROOT / "tools" / "build_web.py"
    if not path.exists():
        pytest.skip("the build script is only in the repository")
    spec = importlib.util.spec_from_file_location("build_web", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_widget_is_built_from_the_sources_as_they_are(build):
    named = re.search(r"Sources: ([0-9a-f]{64})", (WEB / "widget.js").read_text(encoding="utf-8")[:400])
    assert named, "widget.js does not name its sources"
    assert named[1] == build.sources(), "the sources have changed: python tools/build_web.py"


def test_each_library_stands_beside_its_licence(build):
    lock = json.loads(build.LOCK.read_text())
    for name, content in lock["bundles"].items():
        licence = (ROOT / content["folder"] / f"{name.rsplit('.', 1)[0]}.LICENSE.txt").read_text(encoding="utf-8")
        for package in content["packages"]:
            assert f"{package} {lock['packages'][package]['version']}\n" in licence
        assert any(words in licence for words in ("Permission ", "Mozilla Public License"))
    assert all(re.fullmatch(r"[0-9a-f]{64}", package["sha256"]) for package in lock["packages"].values())


def test_the_page_names_no_address_elsewhere():
    """Namespaces are names; every other address would be a place to load from."""
    for path in [*WEB.iterdir(), *(WEB / "js").iterdir(), *(WEB / "css").iterdir()]:
        if path.name.endswith((".js", ".css", ".html", ".svg")):
            text = path.read_text(encoding="utf-8")
            addresses = set(re.findall(r"https?://[^\s\"'`)]+", text))
            assert {address for address in addresses if not address.startswith("http://www.w3.org/")} <= set(), (
                path.name
            )


def test_the_widget_plays_through_a_model_of_a_notebook(opened):
    play = opened("xor")
    page = play.page
    page.expose_function("tell", lambda message: {"id": message["id"], **play.machine.do(message["command"])})
    page.evaluate(
        """async () => {
            document.body.innerHTML = '<div id="cell"></div>';
            document.body.dataset.jpThemeLight = 'false';
            const { default: widget } = await import('./widget.js');
            const hearers = [];
            const model = {
                on: (_, f) => hearers.push(f), off: () => {},
                send: async (message) => {
                    const answer = await window.tell(message);
                    hearers.forEach((f) => f(answer));
                },
            };
            const sheet = new CSSStyleSheet();  // of a notebook: JupyterLab's has this rule
            sheet.replaceSync('dt { float: left }');
            document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
            const inner = document.createElement('div');
            window.end = widget.render({ model, el: inner });  // JupyterLab may put it into the page later
            await new Promise((go) => setTimeout(go, 50));
            document.getElementById('cell').append(inner);
        }"""
    )
    page.wait_for_selector(".network-card")  # Playwright looks into open shadow roots
    before = play.theta["W1"][0, 0]
    page.focus('[data-weight="W1[0, 0]"]')
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(".inspector .weight-value")
    assert play.theta["W1"][0, 0] == before + 0.05
    assert page.evaluate("document.activeElement.dataset.lmSuppressShortcuts") == "true"
    assert page.eval_on_selector(".clock dt", "one => getComputedStyle(one).float") == "none"
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=Undone.", state="attached")
    assert play.theta["W1"][0, 0] == before
    assert page.eval_on_selector(".card", "card => getComputedStyle(card).backgroundColor") == "rgb(23, 27, 34)"
    page.click("text=Boxes")
    page.click('[data-box="a2"]')
    assert page.eval_on_selector('[data-box="a2"] .frame', "box => getComputedStyle(box).fill") != "rgb(0, 0, 0)"
    page.evaluate("window.end()")
    assert page.locator(".network-card").count() == 0
    assert play.complaints == []


def test_every_file_of_the_page_is_packaged():
    project = ROOT / "pyproject.toml"
    if not project.exists():
        pytest.skip("the project file is only in the repository")
    package = ROOT / "src" / "bprop"
    patterns = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]["bprop"]
    packaged = {path for pattern in patterns for path in package.glob(pattern)}
    files_of_the_page = {path for path in (package / "playing" / "web").rglob("*") if path.is_file()}
    assert files_of_the_page - packaged == set()
