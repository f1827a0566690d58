"""The report and the live page in a real browser: headless Chromium, driven by Playwright."""

import http.client
import os
import re
import shutil
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import pytest

import bprop as bp

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    """A browser with a profile of its own; the tests are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: extra 'browser'")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=path, headless=True, args=list(ARGUMENTS))
        yield found
        found.close()


class Watched:
    """A page of the browser, and all that it asked for or complained of."""

    def __init__(self, browser, **settings):
        self.context = browser.new_context(viewport={"width": 1000, "height": 800}, **settings)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.asked, self.complaints = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture
def opened(browser):
    """opened(address, **settings): the page at an address."""
    made = []

    def opened(address, **settings):
        made.append(Watched(browser, **settings))
        made[-1].page.goto(address)
        return made[-1]

    yield opened
    for watched in made:
        watched.context.close()


@pytest.fixture
def report(tmp_path, classes):
    """The address of a report of eight epochs, with health and hostile names."""
    fit, data = classes
    fit.report(tmp_path / "report.html", data)
    return (tmp_path / "report.html").as_uri()


def until(page, what):
    """Wait for something to be true on the page, whose policy lets no such question be put in its own name."""
    for _ in range(300):
        if page.evaluate(what):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {what}")


def colour_of(page, name):
    return page.eval_on_selector(f'[data-name="{name}"] rect', "box => getComputedStyle(box).fill")


def width_of(page, name):
    return page.eval_on_selector(f'[data-bar="{name}"]', "bar => bar.style.width")


def test_a_report_opens_from_disk_and_asks_nobody(opened, report):
    found = opened(report)
    assert found.page.title() == "Training on pets"
    assert "Finished: all 8 epochs" in found.page.text_content("#status")
    assert found.page.locator("#charts svg[role=img]").count() == 3
    assert found.page.locator("#confusion td").count() > 9
    assert found.asked == [report]
    assert found.complaints == []


def test_names_of_classes_are_text(opened, report):
    page = opened(report).page
    assert page.locator("#planted").count() == 0
    assert "</script><b id=planted>&" in page.text_content("#confusion")


def test_the_page_may_ask_nobody_even_if_it_would(opened, report):
    found = opened(report)
    blocked = "fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'blocked')"
    assert found.page.evaluate(blocked) == "blocked"
    assert any("Content Security Policy" in complaint for complaint in found.complaints)


def test_curves_are_read_with_the_mouse_and_the_keys(opened, report):
    page = opened(report).page
    chart, said = page.locator("#charts svg[role=img]").first, page.locator(".readout").first
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 15, box["y"] + 60)
    assert said.text_content().startswith("Epoch 8: loss ")
    page.mouse.move(box["x"] + 53, box["y"] + 60)
    assert said.text_content().startswith("Epoch 1: loss ")
    page.mouse.move(5, 5)
    assert said.text_content() == ""
    chart.focus()
    for key, epoch in (("Home", 1), ("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", 8)):
        page.keyboard.press(key)
        assert said.text_content().startswith(f"Epoch {epoch}: loss "), key
    assert page.locator(".cursor").count() == 1


def test_the_scale_of_the_curves_is_switched(opened, report):
    page = opened(report).page
    path = "#charts svg[role=img] path.series"
    before = page.locator(path).first.get_attribute("d")
    page.click("#log")
    after = page.locator(path).first.get_attribute("d")
    assert after != before
    page.focus("#log")
    page.keyboard.press("Space")
    assert page.locator(path).first.get_attribute("d") == before


def test_curves_are_a_table_too(opened, report):
    page = opened(report).page
    page.click("#curves summary")
    assert page.locator("#curve-table tbody tr").count() == 8


def test_the_slider_replays_training(opened, report):
    page = opened(report).page
    assert page.text_content("#epoch-shown") == "epoch 8"
    colour, width = colour_of(page, "a1"), width_of(page, "a1")
    page.focus("#epoch")
    page.keyboard.press("Home")
    assert page.text_content("#epoch-shown") == "epoch 1"
    assert (colour_of(page, "a1"), width_of(page, "a1")) != (colour, width)
    page.keyboard.press("ArrowRight")
    assert page.text_content("#epoch-shown") == "epoch 2"
    box = page.locator("#epoch").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    assert page.text_content("#epoch-shown") == "epoch 8"
    assert (colour_of(page, "a1"), width_of(page, "a1")) == (colour, width)
    page.select_option("#quantity", label="Share of saturated units")
    assert page.text_content("#bars-title") == "Share of saturated units, epoch 8"
    page.click("#play")
    until(page, "document.getElementById('epoch-shown').textContent !== 'epoch 8'")
    until(page, "document.getElementById('play').textContent === 'Replay'")
    assert page.text_content("#epoch-shown") == "epoch 8"


def test_the_keyboard_reaches_everything_and_shows_where_it_is(opened, report):
    page = opened(report).page
    reached = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        where = page.evaluate("document.activeElement.id || document.activeElement.tagName")
        if where == "BODY":
            break  # once round
        reached.add(where)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert {"log", "svg", "SUMMARY", "quantity", "play", "epoch", "drawing", "confusion"} <= reached


CONTRASTS = """() => {
  const luminance = (text) => {
    const parts = text.match(/[0-9.]+/g).slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = getComputedStyle(at).backgroundColor;
      if (!found.startsWith("rgba(0, 0, 0, 0") && found.startsWith("rgb")) return found;
    }
    return "rgb(255, 255, 255)";
  };
  const which = "h1,h2,h3,p,dt,dd,th,td,li,label,summary,figcaption,output,button,pre,.tick";
  const nodes = [...document.querySelectorAll(which)];
  return nodes.filter((node) => node.textContent.trim() && node.getClientRects().length).map((node) => {
    const own = getComputedStyle(node);
    const [a, b] = [luminance(node.closest("svg") ? own.fill : own.color), luminance(behind(node))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.textContent.slice(0, 30)];
  }).sort((a, b) => a[0] - b[0])[0];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(opened, report, scheme):
    page = opened(report, color_scheme=scheme).page
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(re.findall(r"\d+", background)[0])
    assert red > 200 if scheme == "light" else red < 60
    least, where = page.evaluate(CONTRASTS)
    assert least >= 4.5, where


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_runs_over_the_edge(opened, report, width):
    page = opened(report).page
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_motion_is_reduced_where_that_is_wished(opened, report):
    page = opened(report, reduced_motion="reduce").page
    assert page.eval_on_selector(".bar", "bar => getComputedStyle(bar).transitionProperty") == "none"


def test_residuals_are_plotted(opened, tmp_path, values):
    fit, data = values
    fit.report(tmp_path / "r.html", data)
    found = opened((tmp_path / "r.html").as_uri())
    assert found.page.locator("#residuals circle").count() == 80
    assert found.page.is_hidden("#health")
    assert found.complaints == []


@pytest.fixture
def training(tmp_path):
    """A run of `bprop train digits --live` in a process of its own, and its address."""
    pytest.importorskip("typer", reason="the command line needs typer")
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    command = "train digits --engine numpy --hidden 16 --epochs 100000 --live --no-progress"
    process = subprocess.Popen(
        [sys.executable, "-m", "bprop", *command.split()], cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.STDOUT, env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    timer = threading.Timer(60, process.kill)  # a test that fails must not hang
    timer.start()
    yield process, next(line for line in process.stdout if line.startswith("live report: ")).split()[-1]
    timer.cancel()
    process.kill()
    process.communicate()


def test_the_live_page_follows_a_run_to_its_end_and_beyond(opened, training):
    process, address = training
    found = opened(address)
    page = found.page
    until(page, "Number(document.querySelector('#headline dd')?.textContent.replace(',', '')) > 3")
    page.evaluate("document.body.dataset.mark = 'the same page'")
    first = page.text_content("#headline dd")
    before = page.locator("#charts path.series").first.get_attribute("d")
    until(page, f"document.querySelector('#headline dd').textContent !== '{first}'")
    assert page.locator("#charts path.series").first.get_attribute("d") != before
    assert "Training: " in page.text_content("#status")
    assert page.locator("#bars tr").count() > 1

    process.send_signal(2)  # Ctrl-C: what was learned is kept and tested
    until(page, "document.getElementById('status').textContent.includes('The server has gone')")
    process.wait(timeout=20)
    assert "Interrupted after" in page.text_content("#status")
    assert page.locator("#worst canvas").count() == 12
    page.focus("#epoch")
    page.keyboard.press("Home")
    assert page.text_content("#epoch-shown") == "epoch 1"
    page.click("#log")
    assert page.evaluate("document.body.dataset.mark") == "the same page"
    assert all(url.startswith(address) for url in found.asked)
    assert [text for text in found.complaints if "ERR_CONNECTION_REFUSED" not in text] == []


def test_the_live_page_is_for_those_who_know_its_address(opened, tmp_path):
    live = bp.Live(quiet=True)
    parts = urlsplit(live.url)
    refused = opened(f"http://{parts.netloc}/")
    assert "403" in refused.page.text_content("body")
    for path, host in (("/", parts.netloc), (parts.path, "evil.example"), (parts.path, f"evil.example:{parts.port}")):
        link = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=5)
        link.request("GET", path, headers={"Host": host})
        assert link.getresponse().status == 403
        link.close()
    live.close()


def test_other_pages_cannot_read_the_live_page(opened, report):
    live = bp.Live(quiet=True)
    page = opened("about:blank").page
    ask = "(url) => fetch(url).then(() => 'read', () => 'refused')"
    assert page.evaluate(ask, f"{live.url}new") == "refused"
    live.close()
