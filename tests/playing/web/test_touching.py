"""A weight that is moved by mouse or keys moves everything that depends on it, and nothing else."""

from time import sleep

import numpy as np
import pytest

PLACE = """(name) => {
    const path = document.querySelector(`[data-weight="${name}"] .hit`);
    const at = path.getPointAtLength(path.getTotalLength() * 0.3);
    const around = path.ownerSVGElement.getBoundingClientRect();
    return [around.x + at.x, around.y + at.y];
}"""
PIXELS = "() => document.querySelector('.plane canvas').toDataURL()"


@pytest.fixture
def play(opened):
    """Moons, with the whole pass made."""
    play = opened("moons")
    return play.send("run_pass", phase="bprop")


def everything(play):
    play.settle()
    return {
        "values": play.units(), "gradients": play.units("gradient"), "loss": play.part("batch")["loss"],
        "boundary": play.page.evaluate(PIXELS), "weights": play.weights(),
    }  # fmt: skip


def assert_moved(before, after, name):
    """W2[0, 1] reads h1 0 and makes h2 1."""
    changed = [unit for unit, value in after["values"].items() if value != before["values"][unit]]
    assert set(changed) == {"h2 1", "f 0", "f 1", "loss 0"}
    assert all(after["gradients"][f"h1 {unit}"] != before["gradients"][f"h1 {unit}"] for unit in range(4))
    assert after["loss"] != before["loss"]
    assert after["boundary"] != before["boundary"]
    assert [weight for weight, value in after["weights"].items() if value != before["weights"][weight]] == [name]


def test_a_weight_is_dragged_with_the_mouse(play):
    name, before = "W2[0, 1]", everything(play)
    x, y = play.page.evaluate(PLACE, name)
    play.page.mouse.move(x, y)
    play.page.mouse.down()
    play.page.mouse.move(x, y - 40, steps=10)
    play.page.mouse.up()
    after = everything(play)
    assert after["weights"][name] > before["weights"][name]
    assert_moved(before, after, name)
    assert name in play.page.text_content(".inspector h2")
    assert after["weights"][name] == play.theta["W2"][0, 1]
    play.page.keyboard.press("Control+z")  # a drag is one step
    assert everything(play) == before


def test_a_weight_is_moved_by_keys_and_told(play):
    name, before = "W2[0, 1]", everything(play)
    play.page.focus(f'[data-weight="{name}"]')
    play.page.keyboard.press("ArrowUp")
    after = everything(play)
    assert after["weights"][name] == before["weights"][name] + 0.05
    assert_moved(before, after, name)
    said = play.page.text_content("p[aria-live=polite]")
    assert said.startswith("W2[0, 1] is ") and "gradient over the batch" in said and "loss" in said
    play.page.keyboard.press("Control+z")
    assert everything(play) == before
    play.page.keyboard.press("Control+Shift+z")
    assert everything(play) == after


def test_a_weight_is_typed(play):
    play.send("choose", parameter="b1", index=[2])
    play.page.fill(".weight-number", "-1.25")
    play.page.keyboard.press("Enter")
    play.settle()
    assert play.theta["b1"][2] == -1.25
    play.page.fill(".weight-number", "much")
    play.page.keyboard.press("Enter")
    play.settle()
    assert play.theta["b1"][2] == -1.25
    assert play.page.input_value(".weight-number") == "-1.25"
    said = play.page.text_content(".toast")
    assert "The value of b1[2] is a number, not much." in said and "It stays as it was." in said


def test_of_many_moves_of_the_mouse_the_newest_wins_and_one_command_at_a_time_is_on_its_way(play):
    play.page.evaluate(
        """() => {
            const { store } = document.getElementById('play').play;
            window.most = 0;
            store.busy.subscribe((busy) => { window.most = Math.max(window.most, busy); });
            for (let i = 1; i <= 50; i++) {
                store.steer('w', 'set_weight', { parameter: 'W1', index: [0, 0], value: i / 10 });
            }
        }"""
    )
    play.settle()
    assert play.theta["W1"][0, 0] == 5.0
    assert play.page.evaluate("window.most") == 1
    assert play.weights()["W1[0, 0]"] == 5.0


def test_a_click_in_the_plane_makes_an_example_of_that_point(play):
    page, plane = play.page, play.page.locator(".plane").bounding_box()
    page.mouse.click(plane["x"] + plane["width"] * 0.25, plane["y"] + plane["height"] * 0.25)
    play.settle()
    low, high = (np.array([play.part("map")[axis][end] for axis in "xy"]) for end in (0, 1))
    point = [play.units()["x 0"], play.units()["x 1"]]
    np.testing.assert_allclose(point, low + (high - low) * [0.25, 0.75], atol=0.02 * np.max(high - low))


def test_the_target_of_the_example_is_another_one(play):
    before = everything(play)
    y = int(play.data["y"][0])
    play.page.select_option('[data-control~="target"] select', str(1 - y))
    play.settle()
    after, gradients = play.units(), play.units("gradient")
    values = play.graph.fprop(play.theta, {"x": play.data["x"][:1], "y": np.array([1 - y])})
    assert after["loss 0"] == values["loss"][0] != before["values"]["loss 0"]
    assert gradients["h2 0"] == play.graph.bprop(values)["h2"][0, 0]
    assert "your own example" in play.page.text_content(".pass")


def test_arrow_keys_walk_through_the_network(play):
    page = play.page
    page.focus('[data-unit="h1 0"]')
    for key, unit in (("ArrowDown", "h1 1"), ("ArrowRight", "h2 1"), ("ArrowUp", "h2 0"), ("ArrowLeft", "h1 0")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.unit") == unit, key
    page.keyboard.press("w")
    assert page.evaluate("document.activeElement.dataset.weight") == "W1[0, 0]"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.weight") == "W1[1, 0]"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.weight") == "b1[0]"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.unit") == "h1 0"
    stops = page.eval_on_selector_all(".network-stage [data-item][tabindex='0']", "all => all.length")
    assert stops == 1


def test_the_top_of_the_plane_is_where_the_second_input_is_large(opened):
    """f depends on x2 alone: class 1 above, class 0 below."""
    play = opened("moons")
    theta = {name: np.zeros_like(array) for name, array in play.theta.items()}
    theta["W1"][1, 0] = theta["W2"][0, 0] = theta["W3"][0, 1] = 3.0
    for name in ("W1", "W2", "W3"):
        for index in np.ndindex(theta[name].shape):
            if theta[name][index] != play.theta[name][index]:
                play.page.evaluate(
                    """([parameter, index, value]) => {
                        document.getElementById('play').play.store.send('set_weight', { parameter, index, value });
                    }""",
                    [name, list(index), float(theta[name][index])],
                )
    play.settle()
    for place in (".plane", '[data-unit="x 1"]', '[data-unit="h1 0"]', '[data-unit="f 1"]'):
        top, bottom = play.page.evaluate(
            """(place) => {
                const canvas = document.querySelector(`${place} canvas`), pixels = canvas.getContext('2d');
                return [0, canvas.height - 1].map((row) => [...pixels.getImageData(20, row, 1, 1).data]);
            }""",
            place,
        )
        assert top[2] > top[0] and bottom[0] > bottom[2], place  # blue is large, orange is small
    mark = play.page.locator(".example-mark .halo").bounding_box()
    plane, low, high = play.page.locator(".plane").bounding_box(), *play.part("map")["y"]
    share = (high - play.data["x"][0, 1]) / (high - low)
    assert abs((mark["y"] + mark["height"] / 2 - plane["y"]) / plane["height"] - share) < 0.02


def test_one_input_has_a_curve_which_a_weight_moves(opened):
    play = opened("sine")
    before = play.page.get_attribute(".fit", "d")
    play.page.focus('[data-weight="W1[0, 0]"]')
    play.page.keyboard.press("PageUp")
    play.settle()
    assert play.page.get_attribute(".fit", "d") != before
    assert play.page.locator(".unit .sparkline").count() == 9
    assert play.complaints == []


def test_a_move_of_a_weight_changes_the_numbers_of_a_formula_and_keeps_its_elements(play):
    play.send("run_pass", phase="bprop")
    numbers = ".formula-place.small"
    play.page.evaluate("(chosen) => { document.querySelector(chosen + ' math').kept = true; }", numbers)
    before = play.page.text_content(numbers)
    play.send("nudge", parameter="W2", index=[0, 1], by=0.5)
    assert play.page.text_content(numbers) != before
    assert play.page.evaluate("(chosen) => document.querySelector(chosen + ' math').kept", numbers)
    moved = play.page.inner_html(numbers)
    play.page.reload()
    assert play.page.inner_html(numbers) == moved


def test_a_command_that_takes_long_is_shown_as_slow_until_it_is_answered(play):
    play.page.evaluate(
        """() => {
            const { store } = document.getElementById('play').play;
            window.slow = [];
            store.slow.subscribe((slow) => { window.slow.push(slow); });
        }"""
    )
    done = play.machine.do
    play.machine.do = lambda message: sleep(0.8) or done(message)
    play.send("nudge", parameter="W1", index=[0, 0], by=0.5)
    assert play.page.evaluate("window.slow") == [False, True, False]
