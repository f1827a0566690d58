"""The page and its server: a reload, a second tab, a server that goes; names that are markup; nobody else is asked."""

import pytest

from bprop.playing.machine import Machine
from bprop.playing.subjects.opening import subject_of

HOSTILE = "</script><img src=x onerror=\"document.title='planted'\"><b id=planted>"


@pytest.fixture
def play(opened):
    return opened("xor")


def updates(page):
    return int(page.evaluate("document.getElementById('play').play.store.parts.training.value.step"))


def reached(page, what):
    """Wait until something is true of the page, whose policy lets no such question be put in its own name."""
    question = f"(() => {{ const store = document.getElementById('play')?.play?.store; return {what}; }})()"
    for _ in range(300):
        if page.evaluate(question):
            return
        page.wait_for_timeout(30)
    pytest.fail(f"never came true: {what}")


def test_the_state_survives_a_reload_and_a_second_tab_shows_the_same(play):
    play.send("step", updates=7)
    play.page.goto(play.server.url)  # without the state in the address: it is the server's
    reached(play.page, "store?.parts.training.value?.step === 7")
    second = play.context.new_page()
    second.goto(play.server.url)
    reached(second, "store?.parts.training.value?.step === 7")
    play.send("set_weight", parameter="W1", index=[0, 0], value=0.625)
    reached(second, "store.parts.theta.value.W1[0][0] === 0.625")
    second.close()
    play.send("step", updates=1)
    assert updates(play.page) == 8


def test_training_goes_on_while_a_weight_is_moved(play):
    play.send("train")
    reached(play.page, "store.parts.training.value.step > 3")
    play.send("nudge", parameter="W1", index=[0, 0], by=0.5)
    before = updates(play.page)
    reached(play.page, f"store.parts.training.value.step > {before}")
    play.send("pause")
    assert updates(play.page) == play.machine.snapshot()["parts"]["training"]["step"]


def test_a_server_that_goes_is_told_and_the_page_keeps_what_it_shows(play):
    play.send("step", updates=2)
    play.server.close()
    play.page.get_by_text("does not answer").first.wait_for()
    assert updates(play.page) == 2 and play.page.locator(".network-card").is_visible()
    assert "put what stands after its # behind the new address" in play.page.text_content(".toast")
    play.page.get_by_role("button", name="Share").click()
    shared = play.page.input_value("textarea").split("#")[1]
    again = Machine(subject_of("xor"))
    again.do({"do": "state", "share": shared})
    assert again.snapshot()["parts"]["theta"] == play.machine.snapshot()["parts"]["theta"]


def test_names_that_are_markup_are_text(opened, tmp_path):
    rows = [f"{k % 7},{k % 5},{[HOSTILE, 'b'][k % 2]}" for k in range(40)]
    quoted = HOSTILE.replace('"', '""')
    table = tmp_path / "hostile.csv"
    lines = [row.replace(HOSTILE, f'"{quoted}"') for row in rows]
    table.write_text("\n".join([f'"{quoted}",b,kind', *lines]) + "\n")
    shown = opened(subject_of(table, "kind"))
    shown.send("run_pass", phase="bprop")
    shown.send("choose", parameter="W1", index=[0, 0])
    assert HOSTILE[:20] in shown.page.locator("body").text_content()
    assert shown.page.locator("#planted").count() == 0 and shown.page.title() != "planted"
    assert all(address.startswith((shown.server.url, "ws", "data:")) for address in shown.asked)
    assert shown.complaints == []
