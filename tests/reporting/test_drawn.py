"""Drawings in a real browser: their text keeps in its frames, and the page's zoom, pan, fit, highlight and keys."""

from pathlib import Path

import numpy as np
import pytest

import bprop as bp
from bprop.reporting.page import part, style

AXE = Path(__file__).parent.parent / "playing" / "vendor" / "axe.min.js"


@pytest.fixture
def shown(browser):
    """shown(drawing, width, scheme): a page with the drawing, which the component has taken over."""
    contexts = []

    def shown(drawing, width=1024, scheme="light", script=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            has_touch=width < 500,
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        code = part("js/1-dom.js") + part("js/2-drawing.js") if script else ""
        place = f'<main><div id="drawing" class="scroll" tabindex="0">{drawing.svg()}</div></main>'
        page.set_content(f"<!doctype html><style>{style()}</style>{place}<script>{code}</script>")
        return page

    yield shown
    for context in contexts:
        context.close()


OUTSIDE = """() => [...document.querySelectorAll("[data-kind]")].flatMap((box) => {
  const frame = [...box.querySelectorAll(".frame")].at(-1).getBBox();
  const outside = (at) => at.x < frame.x + 2 || at.x + at.width > frame.x + frame.width - 2 ||
    at.y < frame.y - 1 || at.y + at.height > frame.y + frame.height + 1;
  const texts = [...box.querySelectorAll("text")].filter((text) => outside(text.getBBox()));
  return texts.map((text) => `${box.dataset.box}: ${text.textContent}`);
})"""


def with_values():
    graph = bp.mlp([6, 5, 4, 3], activation=["relu", "tanh"], l2=1e-4)
    rng = np.random.default_rng(0)
    batch = {"x": rng.normal(size=(40, 6)) * 1e-5, "y": rng.integers(3, size=40)}
    return lambda **settings: graph.draw(graph.init(0), batch, **settings)


def with_hostile_names():
    x = bp.Input("</text><script>alert(1)</script>" * 3, (4,))
    names = ["層" * 40, "🧠" * 30, "a" * 300, "W" * 26, "encoder.layers.11.attention.projection.weight"]
    boxes = [bp.tanh(x * bp.Parameter(name, (4,)), name=f"tanh of {name}") for name in names]
    return bp.Graph(outputs={"f": bp.concat(*boxes)}).draw


DRAWINGS = {
    "lecture": bp.mlp([784, 500, 10], l2=1e-4).draw, "deep": bp.mlp([8, *[6] * 49, 3], l2=1e-4).draw,
    "regression": bp.mlp([4, 3, 1], task="regression", l2=0.1).draw, "values": with_values(),
    "hostile": with_hostile_names(),
}  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", DRAWINGS)
def test_no_text_leaves_its_frame(shown, name, scheme):
    for settings in ({}, {"direction": "right"}):
        page = shown(DRAWINGS[name](**settings), scheme=scheme, script=False)
        assert page.locator("[data-kind]").count() > 4
        assert page.evaluate(OUTSIDE) == []


def view(page):
    return [float(n) for n in page.get_attribute("svg.bprop-graph", "viewBox").split()]


@pytest.mark.parametrize("width", [420, 1024, 1440])
def test_the_whole_width_is_shown_at_first_and_fit_shows_all(shown, width):
    drawing = bp.mlp([4, *[5] * 40, 3], l2=0.1).draw(fold=False)
    page = shown(drawing, width)
    x, y, wide, high = view(page)
    assert x <= 0 and y == 0 and wide >= drawing.layout.width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("text=Fit")
    x, y, wide, high = view(page)
    assert x <= 0 and y <= 0 and x + wide >= drawing.layout.width and y + high >= drawing.layout.height
    frames = page.evaluate(
        """() => [...document.querySelectorAll("[data-kind]")].map((box) => box.getBoundingClientRect())"""
    )
    room = page.locator(".drawn-frame").bounding_box()
    assert all(f["x"] >= room["x"] and f["right"] <= room["x"] + room["width"] + 1 for f in frames)
    assert page.complaints == []


def test_buttons_wheel_and_mouse_move_the_view(shown):
    page = shown(bp.mlp([4, *[5] * 12, 3]).draw(collapse=False))
    page.click("text=1:1")
    before = view(page)
    page.click("[aria-label=Nearer]")
    assert view(page)[2] == pytest.approx(before[2] / 1.3, rel=1e-3)
    page.click("[aria-label=Farther]")
    assert view(page) == pytest.approx(before, abs=0.1)
    room = page.locator(".drawn-frame").bounding_box()
    page.mouse.move(room["x"] + 20, room["y"] + 200)
    page.mouse.wheel(0, 50)  # scrolls the page, if it can
    assert view(page) == pytest.approx(before, abs=0.1)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function(f"document.querySelector('svg.bprop-graph').viewBox.baseVal.width < {before[2]} - 5")
    page.click("text=1:1")
    page.mouse.move(room["x"] + 20, room["y"] + 200)
    page.mouse.down()
    page.mouse.move(room["x"] + 20, room["y"] + 120, steps=4)
    page.mouse.up()
    assert view(page)[1] == pytest.approx(before[1] + 80, abs=1)
    assert page.get_attribute("svg.bprop-graph", "class") == "bprop-graph"  # a drag chooses nothing


def test_two_fingers_zoom_and_one_leaves_the_page_to_scroll(shown):
    page = shown(bp.mlp([4, *[5] * 12, 3]).draw(collapse=False), 420)
    room = page.locator(".drawn-frame").bounding_box()
    middle = room["x"] + room["width"] / 2, room["y"] + 200
    touch = page.context.new_cdp_session(page)

    def fingers(kind, *apart):
        points = [{"x": middle[0] + x, "y": middle[1], "id": number} for number, x in enumerate(apart)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = view(page)
    fingers("touchStart", -30, 30)
    for spread in range(32, 92, 6):
        fingers("touchMove", -spread, spread)
    fingers("touchEnd")
    assert view(page)[2] < 0.6 * before[2]
    assert page.locator(".chosen").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('svg.bprop-graph')).touchAction") == "pan-y"


def test_a_box_stands_out_with_its_edges_and_stays_when_it_is_clicked(shown):
    page = shown(bp.mlp([4, 5, 3], l2=0.1).draw())
    edges = "[...document.querySelectorAll('.edge.near')]"
    near = f"() => {edges}.map((edge) => `${{edge.dataset.from}} ${{edge.dataset.to}}`).sort()"
    page.hover('[data-box="a1"] .frame', position={"x": 4, "y": 4})
    assert page.evaluate(near) == ["W1 a1", "a1 h1", "b1 a1", "x a1"]
    page.click('[data-box="W2"] .frame', position={"x": 6, "y": 12})
    page.mouse.move(5, 5)
    assert page.evaluate(near) == ["W2 a2", "W2 l2_1"]
    assert page.get_attribute('[data-box="W2"]', "aria-pressed") == "true"
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    assert page.evaluate(near) == []


@pytest.mark.parametrize(
    ("direction", "towards", "back"), [("up", "ArrowUp", "ArrowDown"), ("right", "ArrowRight", "ArrowLeft")]
)
def test_every_box_is_reached_by_keys_and_has_a_name(shown, direction, towards, back):
    graph = bp.mlp([4, *[5] * 4, 3])
    page = shown(graph.draw(collapse=False, direction=direction, width=500))
    names = [*graph.boxes, "objective"]
    for name in ("a1: linear(x, W1, b1), shape (N, 5)", "W1: parameter, shape (4, 5)", "objective: the mean over"):
        assert page.get_by_role("button", name=name).count() == 1
    assert page.locator("[data-kind][role=button] > title").count() == len(names)
    assert page.locator("[data-kind][tabindex='0']").count() == 1  # one stop of the tab key
    focused = "document.activeElement.dataset.box"
    page.focus('[data-box="x"]')
    way = []
    for _ in range(4):
        page.keyboard.press(towards)
        way.append(page.evaluate(focused))
    assert way == ["a1", "h1", "a2", "h2"]
    page.keyboard.press(back)
    assert page.evaluate(focused) == "h1" or page.evaluate(focused) == "a2"
    page.keyboard.press("End")
    page.keyboard.press("Home")
    seen = {page.evaluate(focused)}
    side = "ArrowRight" if direction == "up" else "ArrowDown"
    for _ in range(len(names)):
        page.keyboard.press(side)
        seen.add(page.evaluate("document.activeElement.dataset.box ?? 'objective'"))
        box, room = (
            page.evaluate(f"{what}.getBoundingClientRect().toJSON()")
            for what in ("document.activeElement", "document.querySelector('.drawn-frame')")
        )
        assert box["top"] < room["bottom"] and box["bottom"] > room["top"]  # in sight
    assert seen == set(names)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_and_without_a_chosen_box(shown, scheme):
    page = shown(with_values()(), scheme=scheme)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    check = "async () => (await axe.run('#drawing')).violations.map((one) => `${one.id}: ${one.nodes[0].html}`)"
    assert page.evaluate(check) == []
    page.click('[data-box="h1"] .frame', position={"x": 4, "y": 4})
    assert page.evaluate(check) == []


def test_text_can_be_selected_and_a_later_drawing_is_taken_over(shown):
    page = shown(bp.mlp([4, 5, 3]).draw())
    text = page.locator('[data-box="loss"] text.line').last.bounding_box()
    page.mouse.move(text["x"] + 1, text["y"] + 7)
    page.mouse.down()
    page.mouse.move(text["x"] + text["width"] - 1, text["y"] + 7, steps=5)
    page.mouse.up()
    assert "cross_entropy" in page.evaluate("String(getSelection())")
    page.evaluate("svg => document.getElementById('drawing').innerHTML = svg", bp.mlp([3, 2], l2=0.1).draw().svg())
    page.wait_for_selector(".drawn-tools")
    assert page.locator(".drawn-tools").count() == 1 and page.locator("[data-kind][role=button]").count() == 10
    assert page.complaints == []


def test_on_paper_the_whole_drawing_is_there(shown):
    drawing = bp.mlp([4, *[5] * 12, 3]).draw(collapse=False)
    page = shown(drawing)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert view(page)[2] > drawing.layout.width and view(page)[3] > drawing.layout.height
    assert not page.is_visible(".drawn-tools")
    picture, room = page.locator("svg.bprop-graph").bounding_box(), page.locator(".drawn-frame").bounding_box()
    assert picture["height"] <= room["height"] + 1
