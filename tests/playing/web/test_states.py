"""In every state, light and dark, wide and narrow: axe finds nothing, no request leaves, nothing is too wide."""

import pytest


def go_through(play):
    """(state, page) after state of the page."""
    page = play.page
    yield "at first"
    play.send("choose", parameter="W1", index=[1, 2])
    yield "a weight is chosen"
    play.send("run_pass", phase="fprop")
    page.click('[data-unit="h1 1"]')
    yield "forward, a unit is chosen"
    play.send("run_pass", phase="bprop")
    play.send("epoch")
    yield "back, trained"
    page.click("text=Boxes")
    page.click('[data-box="a2"]')
    page.wait_for_selector('[data-box="a2"].chosen')
    yield "box by box"
    page.click("text=Show the code")
    yield "the code"
    page.keyboard.press("Escape")
    page.click("text=Share")
    yield "the address"
    page.keyboard.press("Escape")
    page.select_option('[aria-label="Planted mistake"]', index=1)
    page.click('[data-do="check_boxes"]')
    page.wait_for_selector(".verdict.wrong")
    yield "a mistake is found"
    page.select_option(".field:has-text('Rule') select", "Adam")
    page.select_option(".train-bar .field:has-text('Penalty') select", "l2")
    play.send("layer", at=3, units=9, activation="leaky_relu")
    play.send("skip", **{"from": 0, "to": 3})
    yield "another network"
    play.send("example", row=10**6)
    page.wait_for_selector(".toast")
    yield "an error"


OVERLAPS = """() => {
    const cards = [...document.querySelectorAll('.card')].filter((card) => card.offsetParent !== null), bad = [];
    const boxes = cards.map((card) => card.getBoundingClientRect());
    cards.forEach((card, i) => {
        for (const each of card.querySelectorAll('button, input, select, .unit-name, data')) {
            const inner = each.getBoundingClientRect(), scrolled = each.closest('.network-scroll, .formula-place');
            if (!scrolled && inner.width && (inner.right > boxes[i].right + 1 || inner.left < boxes[i].left - 1)) {
                bad.push(`${each.outerHTML.slice(0, 80)} leaves ${card.className}`);
            }
        }
        if (card.scrollWidth > card.clientWidth + 1) bad.push(card.className + ' is too narrow for what it holds');
        for (let j = 0; j < i; j++) {
            const a = boxes[i], b = boxes[j];
            if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) {
                bad.push(`${card.className} lies over ${cards[j].className}`);
            }
        }
    });
    return bad;
}"""


@pytest.mark.parametrize(("width", "scheme"), [(420, "dark"), (1440, "light")])
def test_axe_finds_nothing_in_any_state(opened, width, scheme):
    play = opened("moons", width, color_scheme=scheme)
    for state in go_through(play):
        play.settle()
        assert play.axe() == [], state
        assert play.page.evaluate("document.documentElement.scrollWidth") <= width, state
        assert play.page.evaluate(OVERLAPS) == [], state


def test_no_state_asks_anybody_else_or_breaks_the_policy(opened):
    play = opened("moons", 1024, color_scheme="dark")
    for state in go_through(play):
        play.settle()
        assert play.page.evaluate("document.documentElement.scrollWidth") <= 1024, state
        assert play.page.evaluate(OVERLAPS) == [], state
    assert play.complaints == []  # axe itself breaks it, so this is a test of its own
    assert all(address.startswith(play.server.url) for address in play.asked)


def test_hostile_names_are_text_and_find_room(opened, tmp_path):
    path = tmp_path / "pets <b>.csv"
    columns = ["<img src=x onerror=alert(1)>", '"]}</script><b id=planted>', "a very long name that goes on and on"]
    kinds = ["<b id=planted>A</b>", "B & C", "a class with a very long name"]
    rows = [[str(i % 7), str(i % 5), str(i % 3), kinds[i % 3]] for i in range(60)]
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [[*columns, "kind"], *rows]]
    path.write_text("\n".join(lines))
    play = opened(str(path))
    play.send("run_pass", phase="bprop")
    assert play.page.evaluate(OVERLAPS) == []
    assert play.page.locator("#planted, img").count() == 0
    names = play.page.eval_on_selector_all(".unit.input .unit-name", "all => all.map((each) => each.title)")
    assert columns[0] in names  # in full in the title; beside its node it is cut in the middle
    play.page.click("text=Boxes")
    play.page.wait_for_selector("[data-box]")
    assert play.page.locator("#planted, img").count() == 0
    assert play.complaints == []


def test_a_program_that_has_gone_is_told(opened):
    play = opened("xor")
    play.server.close()
    play.page.wait_for_selector(".toast:has-text('does not answer')")
    assert play.axe() == []


def test_the_page_may_ask_nobody_even_if_it_would(opened):
    play = opened("xor")
    assert play.complaints == []
    blocked = """() => new Promise((tell) => {
        document.addEventListener('securitypolicyviolation', (event) => tell(event.effectiveDirective));
        fetch('http://127.0.0.1:9/').then(() => tell('sent'));
    })"""
    assert play.page.evaluate(blocked) == "connect-src"


def focused(page):
    return page.evaluate(
        """() => { const a = document.activeElement;
            return a.dataset.do || a.ariaLabel || a.textContent.trim() || a.className; }"""
    )


def test_every_control_is_reached_with_the_tab_key(opened):
    play = opened("xor")
    play.send("nudge", parameter="W1", index=[0, 0], by=0.1)
    page, reached = play.page, set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(90):
        page.keyboard.press("Tab")
        reached.add(focused(page))
    controls = {"Undo", "Show the code", "Share", "rewind", "train", "step", "epoch", "Units", "Boxes", "forward"}
    assert controls | {"Remove layer 1", "Units of layer 2", "Add a layer", "check_boxes"} <= reached
    assert len([name for name in reached if name.startswith(("Unit ", "Input "))]) == 1  # one stop for the network
    assert any(name.startswith("P(1) over x1 and x2") for name in reached)


def test_a_network_is_trained_and_a_weight_checked_without_a_mouse(opened):
    play = opened("xor")
    page = play.page
    page.focus('[data-do="step"]')
    page.keyboard.press("Enter")
    play.settle()
    assert play.part("training")["step"] == 1
    page.focus('[data-unit="h1 0"]')
    page.keyboard.press("w")
    page.keyboard.press("0")
    play.settle()
    assert play.theta["W1"][0, 0] == 0.0
    assert page.text_content("p[aria-live=polite]").startswith("W1[0, 0] is 0;")
    page.focus('[data-do="forward"]')
    page.keyboard.press("Space")
    play.settle()
    assert play.part("pass")["position"] == 1
    page.focus(".plane")
    page.keyboard.press("ArrowRight")
    play.settle()
    assert play.part("pass")["own"]
