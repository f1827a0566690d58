"""The report and the live page in a real browser: headless Chromium, driven by Playwright."""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

import bprop as bp


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
    page.click("#curves > details summary")
    page.locator("#curve-table tbody tr").nth(7).wait_for()  # the event of what is opened comes a moment later
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
    for _ in range(90):
        page.keyboard.press("Tab")
        of_drawing = "document.activeElement.closest('#drawing [data-kind]') && 'a box of the drawing'"
        where = page.evaluate(f"document.activeElement.id || {of_drawing} || document.activeElement.tagName")
        if where == "BODY":
            break  # once round
        reached.add(where)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert {
        "log",
        "svg",
        "SUMMARY",
        "quantity",
        "play",
        "epoch",
        "a box of the drawing",
        "bars",
        "confusion",
    } <= reached


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
    drawn = found.page.locator("#residuals path.dots").evaluate_all(
        "found => found.map((one) => one.getAttribute('d'))"
    )
    assert [path.count("M") for path in drawn] == [80, 80]  # over the prediction, and over the truth
    assert found.page.is_hidden("#health")
    assert found.complaints == []


@pytest.fixture
def training(tmp_path):
    """A run of `bprop train digits --live` in a process of its own, and its address."""
    pytest.importorskip("typer", reason="the command line needs typer")
    pytest.importorskip("sklearn", reason="the built-in data comes with scikit-learn")
    command = "train digits --engine numpy --hidden 16 --epochs 100000 --patience 100000 --live --no-progress"
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


# --- what is true of a run is what the page says ---


def headline(page):
    """{label: number} at the top."""
    pairs = page.eval_on_selector_all("#headline > div", "found => found.map((one) => one.innerText.split('\\n'))")
    return {pair[0]: pair[-1] for pair in pairs}


@pytest.fixture
def stopped_early(tmp_path, rng):
    """(fit, address) of a run that early stopping ended."""
    data = {"x": rng.normal(size=(80, 6)), "y": rng.integers(2, size=80)}
    settings = {"rule": bp.SGD(0.5), "validation": 0.5, "patience": 4, "epochs": 300, "health": True}
    fit = bp.train(bp.mlp([6, 20, 2]), data, engine="numpy", progress=False, **settings)
    fit.report(tmp_path / "early.html", data)
    return fit, (tmp_path / "early.html").as_uri()


def test_after_early_stopping_the_headline_has_the_numbers_of_the_best_epoch(opened, stopped_early):
    fit, address = stopped_early
    found = opened(address)
    shown, best = headline(found.page), fit.history[fit.best_epoch - 1]
    assert shown["best epoch"] == f"{fit.best_epoch} of {len(fit.history)}"
    assert float(shown["loss"]) == pytest.approx(best.loss, rel=1e-3)
    assert float(shown["validation loss"]) == pytest.approx(best.validation["loss"], rel=1e-3)
    assert f"weights of epoch {fit.best_epoch}, the best" in found.page.text_content("#outcome-note")
    assert found.complaints == []


def test_the_best_epoch_is_marked_in_every_curve(opened, stopped_early):
    fit, address = stopped_early
    page = opened(address).page
    assert page.locator("#charts line.best").count() == page.locator("#charts svg[role=img]").count() == 3
    assert page.locator("#charts text", has_text=f"best epoch: {fit.best_epoch}").count() == 3
    page.locator("#charts svg[role=img]").first.focus()
    page.keyboard.press("Home")
    for _ in range(fit.best_epoch - 1):
        page.keyboard.press("ArrowRight")
    assert page.locator(".readout").first.text_content().startswith(f"Epoch {fit.best_epoch} (the best): ")


def test_without_early_stopping_no_epoch_is_marked(opened, report):
    page = opened(report).page
    assert page.locator("#charts line.best").count() == 0
    assert headline(page)["epoch"] == "8"


def test_a_run_that_diverged_says_what_and_where_and_shows_no_single_examples(opened, tmp_path):
    data = {"x": 1e3 * np.eye(6, 4), "y": np.arange(6.0)}
    graph = bp.mlp([4, 5, 1], activation="relu", task="regression")
    with pytest.raises(bp.errors.NonFiniteError) as caught:
        bp.train(graph, data, rule=bp.SGD(1e3), engine="numpy", progress=False, epochs=50)
    caught.value.fit.report(tmp_path / "bad.html", data)
    found = opened((tmp_path / "bad.html").as_uri())
    page = found.page
    said = page.text_content("#failure")
    assert said[1:].rstrip(".") == str(caught.value)[1:]
    assert "diverged in epoch" in page.text_content("#status")
    assert page.is_hidden("#worst")
    assert "single examples are not shown" in page.text_content("#outcome-note")
    assert not any(label.startswith("test ") for label in headline(page))
    assert found.complaints == []


def test_the_colours_of_the_health_have_a_fixed_scale_that_is_shown(opened, tmp_path, rng):
    x = rng.normal(size=(60, 3))
    graph = bp.mlp([3, 8, 8, 1], task="regression", target_scaling=(50.0, 7.0))
    fit = bp.train(
        graph, {"x": x, "y": 50 + 7 * x[:, 0]}, epochs=4, engine="numpy", progress=False, health=True, rule=bp.SGD(0.01)
    )
    fit.report(tmp_path / "r.html")
    page = opened((tmp_path / "r.html").as_uri()).page
    assert page.locator("#scale .scale-ticks span").all_text_contents() == [
        "1e-8",
        "1e-6",
        "1e-4",
        "1e-2",
        "1e0",
        "1e2",
    ]
    names = page.locator("#bars th").all_text_contents()
    assert "a1" in names and "squared_error_1" not in names and "multiply_2" not in names
    low, high = map(float, re.findall(r"1e(-?\d+)", page.text_content("#bars caption")))
    assert -8 <= low <= high - 3 <= -1
    for name in ("a1", "a3"):
        size = fit.history[-1].health["boxes"][name]["gradient_std"]
        bar = float(width_of(page, name).rstrip("%")) / 100
        assert bar == pytest.approx((np.log10(size) - low) / (high - low), abs=1e-3)
        place = np.log10(size) + 8  # on the scale of the colours
        mixed = f"var(--m{int(place) + 1}) {100 * (place - int(place)):.1f}%, var(--m{int(place)})"
        assert mixed in page.evaluate(f"colourScale(health.quantity, []).colour({size})")
    page.select_option("#quantity", label="Mean of the value")
    assert page.locator("#scale .scale-ticks span").first.text_content() == "0"


def test_epochs_that_were_looked_at_stand_on_a_true_axis(opened, tmp_path, classes):
    fit, _ = classes
    record = fit.history[-1]
    looked = (1, 2, 5, 20, 100, 2000)
    fit.history = [replace(record, epoch=e, health=record.health if e in looked else None) for e in range(1, 2001)]
    fit.report(tmp_path / "long.html")
    page = opened((tmp_path / "long.html").as_uri()).page
    places = [float(line.get_attribute("x1")) for line in page.locator("#heat line.look").all()]
    logs = np.log(looked)
    expected = places[0] + (logs - logs[0]) / (logs[-1] - logs[0]) * (places[-1] - places[0])
    np.testing.assert_allclose(places, expected, atol=0.01)
    assert page.locator("#heat text", has_text="logarithmic axis").count() == 1
    assert "after the epochs 1, 2, 5, 20, 100, 2000." in page.text_content("#looks")
    box = page.locator("#heat svg").bounding_box()
    whole = float(page.locator("#heat svg").get_attribute("viewBox").split()[2])
    page.locator("#heat svg").click(position={"x": places[4] / whole * box["width"], "y": 8})
    assert page.text_content("#epoch-shown") == "epoch 100"


def test_a_page_that_is_open_before_training_gets_its_title_and_drawing_without_reload(opened, classes):
    live = bp.Live(quiet=True)
    found = opened(live.url)
    page = found.page
    assert "Waiting for training" in page.text_content("#status")
    page.evaluate("document.body.dataset.mark = 'the same page'")
    fit, data = classes
    settings = {"epochs": 3, "engine": "numpy", "progress": False, "health": True}
    for graph, names in ((fit.graph, ["h1"]), (bp.mlp([16, 5, 4, 3], activation="tanh"), ["h1", "h2"])):
        bp.train(graph, data, callbacks=[live], notes={"source": f"pets {len(names)}"}, **settings)
        until(page, f"document.querySelector('h1').textContent === 'Training on pets {len(names)}'")
        until(page, "document.getElementById('status').textContent.startsWith('Finished: all 3 epochs')")
        assert page.title() == f"Training on pets {len(names)}"
        shown = page.locator("#drawing svg [data-name]").evaluate_all("found => found.map((one) => one.dataset.name)")
        assert [name for name in shown if name.startswith("h")] == names
        page.click("#curves > details summary")
        until(page, "document.querySelectorAll('#curve-table tbody tr').length === 3")  # of this run alone
        page.click("#curves > details summary")
    ink = page.eval_on_selector("#drawing text.name", "text => getComputedStyle(text).fontWeight")
    assert ink == "600"  # the drawing's own style is let in
    assert page.evaluate("document.body.dataset.mark") == "the same page"
    assert found.complaints == []
    live.close()


READABLE = """() => {
  const luminance = (parts) => {
    const [r, g, b] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  // "rgb(255, 0, 0)", or "color(srgb 1 0 0)" of a mixed colour
  const parts = (text) => {
    const whole = text.startsWith("rgb") ? 255 : 1;
    return text.match(/[0-9.e-]+/g).slice(0, 3).map((v) => v / whole);
  };
  const found = [...document.querySelectorAll("#drawing .measured")].flatMap((box) => {
    const behind = luminance(parts(getComputedStyle(box.querySelector("rect")).fill.replace("color(srgb ", "(")));
    return [...box.querySelectorAll("text")].map((text) => {
      const ink = luminance(parts(getComputedStyle(text).fill));
      return [(Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05), text.textContent];
    });
  });
  return found.sort((a, b) => a[0] - b[0])[0];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_coloured_boxes_can_be_read(opened, report, scheme):
    page = opened(report, color_scheme=scheme).page
    seen = 0
    for quantity in page.locator("#quantity option").all_text_contents():
        page.select_option("#quantity", label=quantity)
        worst = page.evaluate(READABLE)
        seen += worst is not None  # what is measured of parameters colours no box
        assert worst is None or worst[0] >= 4.5, (worst, quantity)
    assert seen >= 4


# --- what a practitioner does with a page ---


@pytest.fixture
def two_classes(tmp_path, rng):
    """(fit, data, address) of a network that tells two classes apart, from two numbers."""
    x = rng.normal(size=(200, 2))
    y = (x[:, 0] + 0.8 * rng.normal(size=200) > 0.7).astype(int)
    data, notes = {"x": x, "y": y}, {"columns": ["age", "size"], "classes": ["no", "=yes"], "target": "sold"}
    fit = bp.train(bp.mlp([2, 8, 2]), data, epochs=30, rule=bp.Adam(0.02), engine="numpy", progress=False, notes=notes)
    fit.report(tmp_path / "two.html", data)
    return fit, data, (tmp_path / "two.html").as_uri()


def test_counts_scores_and_curves_follow_the_threshold(opened, two_classes):
    fit, data, address = two_classes
    found = opened(address)
    page = found.page

    def shown():
        cells = page.locator(".threshold-results td.number").all_text_contents()
        score = page.locator(".threshold-results dd").all_text_contents()
        return np.array(cells, float).reshape(2, 2).tolist(), float(score[3].rstrip("%")) / 100

    p, y = fit.predict(x=data["x"])[:, 1], data["y"]
    spot = page.locator("#heads svg[role=img] circle.spot").first
    before = spot.get_attribute("cy")
    for key in (None, "Home", "End", "PageDown"):
        if key:
            page.focus("#threshold")
            page.keyboard.press(key)
        t = float(page.text_content("output[for=threshold]"))
        called = p >= t
        counts = [[((y == truth) & (called == taken)).sum() for taken in (0, 1)] for truth in (0, 1)]
        assert shown()[0] == counts, t
        assert shown()[1] == pytest.approx(called[y == 1].mean(), abs=1e-3)  # the recall
    assert page.locator("#heads svg[role=img] circle.spot").first.get_attribute("cy") != before
    page.get_by_role("button", name="Back to 0.5").click()
    assert page.text_content("output[for=threshold]") == "0.5"
    assert page.locator("#boundary image").get_attribute("href").startswith("data:image/png;base64,")
    assert found.complaints == []


def test_the_numbers_of_a_chart_are_saved_as_csv_and_json(opened, two_classes, tmp_path):
    _, data, address = two_classes
    found = opened(address)
    page = found.page
    for kind, path in (("CSV", "map.csv"), ("JSON", "map.json")):
        page.locator("#boundary .saving").evaluate("one => { one.open = true; }")
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save What it predicts everywhere as {kind}").click()
        download.value.save_as(tmp_path / path)
        assert download.value.suggested_filename == f"what-it-predicts-everywhere.{kind.lower()}"
    lines = (tmp_path / "map.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "age,size,truth" and len(lines) == 201
    assert lines[1 + int(data["y"].argmax())].endswith(",'=yes")  # which a spreadsheet would compute
    saved = json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))
    assert saved["columns"] == ["age", "size", "truth"] and len(saved["rows"]) == 200
    np.testing.assert_allclose([row[:2] for row in saved["rows"]], data["x"], rtol=1e-3, atol=1e-4)
    assert all("blob:" in url or url == address for url in found.asked) and found.complaints == []


def test_the_axis_of_a_thinned_curve_has_round_epochs(opened, tmp_path, classes):
    """Of 2,000 epochs the page has 500, and none of them need be 500, 1000 or 1500."""
    fit, _ = classes
    fit.history = [replace(fit.history[-1], epoch=epoch, health=None) for epoch in range(1, 2001)]
    fit.report(tmp_path / "long.html")
    page = opened((tmp_path / "long.html").as_uri()).page
    chart = page.locator("#charts svg[role=img]").first
    assert chart.locator("text[text-anchor=middle]").all_text_contents() == [
        "1",
        "500",
        "1,000",
        "1,500",
        "2,000",
        "epoch",
    ]
    page.click("#early")
    assert {"10", "100", "1,000"} <= set(chart.locator("text[text-anchor=middle]").all_text_contents())


def test_a_logarithmic_axis_of_a_narrow_range_has_labels_between_the_decades(opened, tmp_path, classes):
    fit, _ = classes
    losses = np.linspace(0.9, 0.15, 8)
    fit.history = [
        replace(record, loss=loss, validation=None) for record, loss in zip(fit.history, losses, strict=True)
    ]
    fit.report(tmp_path / "log.html")
    page = opened((tmp_path / "log.html").as_uri()).page
    page.click("#log")
    chart = page.locator("#charts svg[role=img]").first
    assert chart.locator("text[text-anchor=end]").all_text_contents() == ["0.1", "0.2", "0.5", "1"]


def test_the_heat_map_is_read_with_the_keys(opened, report, classes):
    page = opened(report).page
    page.focus("#heat svg")
    said = page.locator("#heat .readout")
    first = page.locator("#bars th").first.text_content()
    assert said.text_content().startswith(f"{first}, epoch 8: ")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    second = page.locator("#bars th").nth(1).text_content()
    value = classes[0].history[0].health["boxes"][second]["gradient_std"]
    assert said.text_content() == f"{second}, epoch 1: {value:.4g}"
    page.keyboard.press("Enter")
    assert page.text_content("#epoch-shown") == "epoch 1"


def test_print_keeps_the_colours_and_shows_all_of_what_scrolls(opened, report):
    page = opened(report).page
    page.emulate_media(media="print")
    for what in ("#confusion td", "#bars .bar", ".scale-bar"):
        assert page.eval_on_selector(what, "one => getComputedStyle(one).printColorAdjust") == "exact", what
    for what in ("#bars", "#columns", "#confusion"):
        assert page.eval_on_selector(what, "one => getComputedStyle(one).maxHeight") == "none", what
        assert page.eval_on_selector(what, "one => getComputedStyle(one).overflowX") == "visible", what
    assert page.is_hidden(".saving")


def test_boxes_without_a_name_are_called_by_what_they_compute(opened, tmp_path, values):
    fit, data = values
    graph = bp.mlp([3, 8, 1], task="regression", target_scaling=(50.0, 10.0))
    fit = bp.train(graph, data, epochs=2, engine="numpy", progress=False, health=True)
    fit.report(tmp_path / "r.html", data)
    page = opened((tmp_path / "r.html").as_uri()).page
    heads = page.locator("#bars th").all_text_contents()
    assert "a2[:, 0]" in heads and not any(re.fullmatch(r"[a-z]+_\d+", head) for head in heads)


def test_several_runs_are_compared_in_one_page(opened, tmp_path, two_classes):
    fit, data, _ = two_classes
    other = bp.train(bp.mlp([2, 2]), data, epochs=5, engine="numpy", progress=False)
    bp.compare({"large": fit, "<b id=planted>small": other}, tmp_path / "both.html", data)
    found = opened((tmp_path / "both.html").as_uri())
    page = found.page
    assert page.locator("#planted").count() == 0
    assert page.locator("#charts svg[role=img]").count() == 2
    lines = page.locator("#charts svg[role=img]").first.locator("path.series")
    assert [line.get_attribute("d").count("L") for line in lines.all()] == [29, 4]  # each to its own end
    chart = page.locator("#charts svg[role=img]").first
    chart.focus()
    page.keyboard.press("Home")
    assert page.locator(".readout").first.text_content().startswith("Epoch 1: large ")
    best = page.locator("#scores tr", has_text="accuracy").first.locator("td.best-cell")
    assert best.first.text_content().startswith(f"{fit.evaluate(data)['accuracy']:.4g}")
    assert "network" in page.text_content("#differ-table")
    assert found.complaints == []


AXE = Path(__file__).parents[1] / "playing" / "vendor" / "axe.min.js"
"""The drawing has its own tests, test_drawn.py."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, two_classes, tmp_path, scheme):
    fit, data, address = two_classes
    other = bp.train(bp.mlp([2, 2]), data, epochs=5, engine="numpy", progress=False)
    bp.compare([fit, other], tmp_path / "both.html", data)
    for one in (address, (tmp_path / "both.html").as_uri()):
        page = opened(one, color_scheme=scheme, bypass_csp=True).page
        page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = page.evaluate("axe.run({ exclude: ['#drawing'] }).then((result) => result.violations)")
        assert [(v["id"], v["nodes"][0]["html"][:100]) for v in violations] == []


def test_what_is_said_of_many_columns_is_folded(opened, tmp_path, rng):
    data = {"x": rng.normal(size=(120, 30)), "y": np.arange(120) % 2}
    notes = {"columns": [f"c{k}" for k in range(30)], "classes": ["no", "yes"], "target": "sold"}
    fit = bp.train(bp.mlp([30, 2]), data, epochs=2, engine="numpy", progress=False, notes=notes)
    fit.report(tmp_path / "wide.html", data)
    page = opened((tmp_path / "wide.html").as_uri(), bypass_csp=True).page
    for place, total, first in (
        ("#features .feature", 12, 4),
        ("#importance tbody tr", 30, 10),
        ("#worst .worst-row", 12, 6),
    ):
        every = page.locator(place)
        assert (every.count(), every.locator("visible=true").count()) == (total, first), place
    folded = page.locator("details.others > summary").all()
    assert [one.text_content() for one in folded] == ["20 more columns", "8 more features", "6 more examples"]
    for one in folded:
        one.click()
    assert page.locator("#importance tbody tr").locator("visible=true").count() == 30
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run({ exclude: ['#drawing'] }).then((result) => result.violations)")
    assert [(v["id"], v["nodes"][0]["html"][:100]) for v in violations] == []
