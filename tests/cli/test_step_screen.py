"""The one screen of `bprop step`, driven by Textual's pilot."""

import asyncio

import numpy as np
import pytest

import bprop as bp

pytest.importorskip("textual")


def drive(script, size=(100, 30), sizes=(3, 40, 2), **more):
    """Run the screen of a small network, and `script(pilot, app)` on it."""
    from bprop.cli.step_screen import StepScreen

    graph = bp.mlp(list(sizes), l2=0.1)
    data = {"x": np.linspace(-1, 1, 4 * sizes[0]).reshape(4, sizes[0]), "y": [0, 1, 1, 0]}
    stepper = bp.Stepper(graph, graph.init(0), data, rule=bp.SGD(0.1), **more)

    async def run():
        app = StepScreen(stepper)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(pilot, app)
        return app

    return asyncio.run(run()), stepper


def window(app):
    """The text of the whole window, a line each."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def document(app):
    return [app.pane.document.line(k)[1] for k in range(len(app.pane.document))]


def test_arrows_move_and_the_screen_changes_in_place():
    async def script(pilot, app):
        await pilot.press("right", "right", "space", "left")
        text = "\n".join(window(app))
        assert "fprop 2 of 7" in text and "▶ ● · h1" in text and "fprop of h1" in text
        await pilot.press("r")
        assert "update of b2 by SGD" in "\n".join(window(app))
        await pilot.press("right")
        assert "this is the end" in window(app)[0]
        await pilot.press("0", "left")
        assert "this is the beginning" in window(app)[0]

    _, stepper = drive(script)
    assert stepper.position == 0


def test_any_box_is_found_by_its_name_and_all_its_numbers_can_be_reached():
    async def script(pilot, app):
        await pilot.press("r", "slash", *"W2", "enter")
        assert app.viewed == "W2" and app.boxes.highlighted == app.stepper.plan.leaves["W2"]
        lines = document(app)
        start = next(k for k, line in enumerate(lines) if line.startswith("  gradient"))
        numbers = [float(x) for line in lines[start + 1 :] for x in line.partition("]")[2].split()]
        count = app.stepper.values["W2"].size
        np.testing.assert_allclose(numbers[:count], app.stepper.gradients["W2"].ravel(), rtol=1e-3, atol=1e-9)
        await pilot.press("tab", "end")
        await pilot.pause()
        assert lines[-1].strip() in "\n".join(window(app))
        await pilot.press("escape")
        assert "update of b2" in document(app)[0]

    drive(script)


def test_the_next_move_of_a_box_or_the_reason_why_there_is_none():
    async def script(pilot, app):
        await pilot.press("f", "slash", *"W2", "enter", "g")
        assert (app.stepper.last.phase, app.stepper.last.name) == ("bprop", "l2_1")
        await pilot.press("slash", *"f", "enter")
        assert "no gradient: loss is computed from a2 directly" in " ".join(" ".join(document(app)).split())
        await pilot.press("slash", *"x", "enter", "g")
        assert "it is a leaf" in window(app)[0]
        await pilot.press("slash", *"nowhere", "enter")
        assert "no box is called 'nowhere'" in window(app)[0]

    drive(script)


def test_examples_are_switched_by_keys_and_by_number():
    async def script(pilot, app):
        await pilot.press("right", "right_square_bracket")
        assert app.stepper.example == 1 and "of which example 1" in "\n".join(document(app))
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert app.stepper.example == 3
        await pilot.press("e", "2", "enter")
        assert app.stepper.example == 2
        await pilot.press("e", "9", "enter")
        assert "examples 0 to 3" in window(app)[0] and app.stepper.example == 2
        await pilot.press("e", "x", "enter")
        assert "not a whole number" in window(app)[0]

    drive(script)


@pytest.mark.parametrize("size", [(60, 20), (40, 14), (160, 50)])
def test_small_and_large_terminals_show_the_list_the_numbers_and_the_keys(size):
    async def script(pilot, app):
        await pilot.press("right", "question_mark")
        assert "keys" in "\n".join(window(app))
        await pilot.press("escape")
        text = window(app)
        assert len(text) == size[1] and "fprop 1 of 7" in text[0]
        whole = "\n".join(text)
        assert "▶ ● · a1" in whole and "fprop of a1" in whole and "next" in text[-1]
        assert max(map(len, document(app))) <= size[0]
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert "fprop of a1" in "\n".join(window(app))

    drive(script, size)


def test_the_mouse_chooses_a_box_and_scrolls():
    async def script(pilot, app):
        await pilot.press("r")
        await pilot.click("#boxes", offset=(6, 1))
        assert app.viewed == app.stepper.plan.names[1]
        before = app.pane.scroll_offset.y
        app.pane.scroll_down(animate=False)
        await pilot.pause()
        assert app.pane.scroll_offset.y == before + 1

    drive(script, (100, 12))


def test_ctrl_c_ends_it_also_while_a_name_is_asked_for():
    async def press(pilot, app):
        await pilot.press("ctrl+c")

    async def ask(pilot, app):
        await pilot.press("slash", "W", "ctrl+c")

    assert [drive(script)[0].return_code for script in (press, ask)] == [130, 130]


def test_hostile_names_are_shown_as_text():
    from bprop.cli.step_screen import StepScreen

    x, w = bp.Input("[red]x\x1b[31m", (2,)), bp.Parameter("[/]w", (2,))
    graph = bp.Graph(loss=bp.square(bp.matmul(x, w, name="[bold]h")))
    stepper = bp.Stepper(graph, {"[/]w": [1.0, 2.0]}, {"[red]x\x1b[31m": np.ones((3, 2))})

    async def run():
        app = StepScreen(stepper)
        async with app.run_test(size=(100, 20)) as pilot:
            await pilot.press("r")
            return "\n".join(window(app))

    text = asyncio.run(run())
    assert "[bold]h" in text and "[/]w" in text and "\x1b" not in text
