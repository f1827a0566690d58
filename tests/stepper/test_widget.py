"""The stepper with buttons."""

import json
from pathlib import Path

import numpy as np
import pytest

import bprop as bp
import bprop.stepper


@pytest.fixture
def stepper():
    graph = bp.mlp([3, 4, 2])
    return bp.Stepper(graph, graph.init(0), {"x": np.eye(3), "y": [0, 1, 1]}, rule=bp.SGD(0.1))


@pytest.fixture
def widget(stepper):
    pytest.importorskip("anywidget")
    return stepper.widget()


def test_buttons_move_the_stepper_and_the_page_follows(stepper, widget):
    assert (widget.position, widget.moves, widget.rows) == (0, len(stepper.moves), 3)
    for order, position in (("step", 1), ("step", 2), ("back", 1), ("run", widget.moves), ("first", 0)):
        widget.obey({"do": order})
        assert widget.position == stepper.position == position
    widget.obey({"do": "fprop"})
    widget.obey({"do": "example", "row": 2})
    assert (stepper.position, widget.example) == (5, 2) and "example 2 of 3" in widget.html


def test_any_box_is_shown_in_full_and_once_more_hides_it(widget):
    widget.obey({"do": "show", "box": "W2"})
    assert "W2  parameter" in widget.html
    widget.obey({"do": "show", "box": "W2"})
    assert "W2  parameter" not in widget.html


@pytest.mark.parametrize(
    "command",
    [None, 3, [], {}, {"do": "jump"}, {"do": "example", "row": 99}, {"do": "example", "row": "<b>"}, {"do": "example"},
     {"do": "show", "box": "W9"}, {"do": "show", "box": ["W1"]}, {"do": "show"}],
)  # fmt: skip
def test_a_command_that_cannot_be_carried_out_changes_nothing_and_says_why(stepper, widget, command):
    stepper.step(3)
    widget.obey(command)
    assert (stepper.position, stepper.example) == (3, 0)
    assert widget.status.startswith("error: ")


def test_what_code_moves_is_shown_after_an_update(stepper, widget):
    stepper.run("fprop")
    widget.update()
    assert widget.position == 5 and widget.version == 1


def test_without_the_package_the_extra_is_named(stepper, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "bprop.stepper.widget", raising=False)
    with pytest.raises(bp.errors.MissingPackageError, match=r"bprop\[notebook\]"):
        stepper.widget()
    assert set(stepper._repr_mimebundle_()) == {"text/html", "text/plain"}


PAGE = """<!doctype html><meta charset="utf-8"><div id="here"></div><script type="module">
const state = STATE, handlers = [];
window.sent = [];
const model = {get: (name) => state[name], on: (event, f) => handlers.push(f), send: (c) => window.sent.push(c)};
window.change = (more) => { Object.assign(state, more); handlers.forEach((f) => f()); };
SCRIPT
render({model, el: document.getElementById("here")});
</script>"""


def test_in_a_browser_buttons_keys_and_boxes_send_commands(widget, tmp_path, browser):
    names = ("html", "status", "names", "rows", "example", "position", "moves")
    state = json.dumps({name: getattr(widget, name) for name in names}).replace("</", "<\\/")
    script = (Path(bprop.stepper.__file__).parent / "widget.js").read_text(encoding="utf-8")
    page_file = tmp_path / "page.html"
    script = script.replace("export default { render };", "")
    page_file.write_text(PAGE.replace("STATE", state).replace("SCRIPT", script), encoding="utf-8")
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(page_file.as_uri())
    assert page.get_by_label("one move back (left arrow)").is_disabled()
    page.get_by_label("one move forward (right arrow)").click()
    page.locator("[data-box=W1]").click()
    page.keyboard.press("ArrowRight")
    widget.obey({"do": "step"})
    page.evaluate("more => window.change(more)", {name: getattr(widget, name) for name in names})
    assert page.get_by_role("status").inner_text() == widget.status
    assert page.get_by_label("one move back (left arrow)").is_enabled()
    focusable = "[...document.querySelectorAll('#here button, #here input, #here [tabindex]')]"
    assert page.evaluate(f"{focusable}.length > 9 && {focusable}.every(one => one.dataset.lmSuppressShortcuts)")
    assert page.evaluate("window.sent") == [{"do": "step"}, {"do": "show", "box": "W1"}, {"do": "step"}]
    assert errors == []
