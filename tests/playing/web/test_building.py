"""What is built on the page, the code that it shows, and the graph that runs are one."""

import numpy as np

import bprop as bp
from bprop.playing.subjects.opening import subject_of


def sizes(play):
    return [play.theta[name].shape for name in play.theta if name.startswith("W")]


def ran(code):
    """The names of the code that the page shows, run as it stands."""
    names = {}
    exec(compile(code, "shown", "exec"), names)
    return names


def test_a_network_is_built_and_its_code_is_the_same_graph(opened, capsys):
    play = opened("xor")
    page = play.page
    page.click("text=Add a layer")
    page.wait_for_selector('[aria-label="Units of layer 3"]')
    page.fill('[aria-label="Units of layer 1"]', "6")
    page.keyboard.press("Enter")
    page.click('[aria-label="One unit less in h2"]')
    page.select_option('[aria-label="Activation of layer 3"]', "relu")
    page.select_option('[aria-label="Add a skip connection"]', "0,2")
    page.select_option(".train-bar .field:has-text('Penalty') select", "l2")
    play.settle()
    assert sizes(play) == [(2, 6), (8, 3), (3, 4), (4, 2)]
    assert play.units("value") is not None and len(play.weights()) == play.graph.weight_count
    page.click("text=Show the code")
    code = page.text_content("pre.code")
    page.keyboard.press("Escape")
    names = ran(code)
    capsys.readouterr()
    assert names["graph"].describe() == play.graph.describe()
    for name, array in play.theta.items():
        np.testing.assert_array_equal(names["theta"][name], array)
    shown = names["graph"].fprop(play.theta, play.data).objective
    assert play.part("batch")["objective"] == shown
    assert [layer["units"] for layer in play.part("recipe")["layers"]] == [6, 3, 4]


def test_layers_are_removed_and_all_of_it_is_undone(opened):
    play = opened("moons")
    before, page = sizes(play), play.page
    page.click('[aria-label="Remove layer 2"]')
    page.wait_for_selector('[aria-label="Remove layer 2"]', state="detached")
    assert sizes(play) == [(2, 4), (4, 2)]
    page.click('[aria-label="Undo"]')
    page.wait_for_selector('[aria-label="Remove layer 2"]')
    play.settle()
    assert sizes(play) == before
    assert play.part("recipe")["layers"] == [{"units": 4, "activation": "tanh"}] * 2


def test_settings_are_changed_midway(opened):
    play = opened("moons")
    page = play.page
    play.send("step", updates=3)
    page.select_option(".field:has-text('Learning rate') select", "0.03")
    page.select_option(".field:has-text('Rule') select", "AdamW")
    for name, value in (("Batch size", "25"), ("Beta 1", "0.5"), ("Beta 2", "0.99"), ("Weight decay", "0.1")):
        page.fill(f".field:has-text('{name}') input", value)
        page.keyboard.press("Enter")
        play.settle()
    training, rule = play.machine.state.work.training, play.machine.state.work.training.rule
    assert isinstance(rule, bp.AdamW) and training.batch_size == 25
    assert (rule.beta1, rule.beta2, rule.weight_decay) == (0.5, 0.99, 0.1)
    page.click('[data-do="rewind"]')
    play.settle()
    for name, array in play.graph.init(0).items():
        np.testing.assert_array_equal(play.theta[name], array)


def test_the_address_holds_the_whole_state(opened):
    play = opened("moons")
    play.send("set_weight", parameter="W1", index=[0, 1], value=0.625)
    play.page.click("text=Share")
    play.settle()
    address = play.page.input_value(".address")
    assert address == play.page.url and "#" in address
    play.page.keyboard.press("Escape")
    play.send("set_weight", parameter="W1", index=[0, 1], value=0.875)
    play.page.wait_for_url("**/#" + play.part("share"))  # the address follows what is done
    address = play.page.url
    other = opened("xor")
    other.page.goto("about:blank")
    other.page.goto(other.server.url + "#" + address.split("#")[1])
    other.page.wait_for_selector('.pill[aria-pressed="true"]:has-text("Moons")')
    other.settle()
    assert "#" not in other.page.url
    for name, array in play.theta.items():
        np.testing.assert_array_equal(other.theta[name], array)
    assert other.complaints == []


def test_the_code_and_the_address_are_copied(opened):
    play = opened("xor", permissions=["clipboard-read", "clipboard-write"])
    play.page.click("text=Show the code")
    play.page.click("text=Copy the code")
    play.page.wait_for_selector("text=Copied")
    assert play.page.evaluate("navigator.clipboard.readText()") == play.part("code")["text"]


def test_many_inputs_keep_their_names_and_the_header_stays_one_line(opened):
    rng = np.random.default_rng(0)
    names = [*"abcdefghijk", "a name that is far too long 🙂 to stand beside its node"]
    columns = {name: rng.normal(size=40) for name in names} | {"target": rng.normal(size=40)}
    play = opened(subject_of(columns, target="target"))
    page = play.page
    shown = page.eval_on_selector_all(
        ".unit.input .unit-name", "all => all.map((each) => [each.textContent, each.title])"
    )
    assert [title for _, title in shown] == names
    assert shown[0][0] == "a" and shown[-1][0] == "a name …s node"
    faces = page.eval_on_selector_all(
        ".unit.input .unit-face", "all => all.map((each) => each.getBoundingClientRect().left)"
    )
    ends = page.eval_on_selector_all(
        ".unit.input .unit-name", "all => all.map((each) => each.getBoundingClientRect().right)"
    )
    assert all(end <= face for end, face in zip(ends, faces, strict=True))
    assert page.evaluate("document.querySelector('.top').clientHeight") < 70
    assert "Choose a line" in page.inner_text(".inspector")
    page.click("text=Boxes")
    play.settle()
    assert "Choose the box of a parameter" in page.inner_text(".inspector")
