"""Every number on the page is what the graph computes; and training there is training."""

import numpy as np

import bprop as bp


def assert_shown(play):
    """All weights, values and gradients that the page shows are those of the graph, to the last bit."""
    theta, graph, example = play.theta, play.graph, play.example()
    for name, value in play.weights().items():
        parameter, _, index = name.rstrip("]").partition("[")
        assert value == theta[parameter][tuple(int(i) for i in index.split(","))], name
    values = graph.fprop(theta, example)
    gradients = graph.bprop(values, inputs=[box for box in graph.inputs if graph.boxes[box].spec.kind == "float"])
    for name, value in play.units().items():
        box, unit = name.rsplit(" ", 1)
        assert value == np.atleast_1d(values[box][0])[int(unit)], name
    for name, value in play.units("gradient").items():
        box, unit = name.rsplit(" ", 1)
        expected = 1.0 if box == "loss" else np.atleast_1d(gradients[box][0])[int(unit)]
        assert value == expected, name


def commands(rng, play, count):
    """Random commands of a person at play."""
    names = list(play.theta)
    for _ in range(count):
        parameter = names[rng.integers(len(names))]
        index = [int(rng.integers(size)) for size in play.theta[parameter].shape]
        yield [
            ("set_weight", {"parameter": parameter, "index": index, "value": float(rng.normal())}),
            ("nudge", {"parameter": parameter, "index": index, "by": 0.05}),
            ("choose", {"parameter": parameter, "index": index}),
            ("example", {"row": int(rng.integers(100))}),
            ("forward", {"count": 1}),
            ("forward", {"count": 3}),
            ("back", {"count": 1}),
            ("step", {"updates": 2}),
            ("rate", {"value": float(10 ** -rng.uniform(0, 3))}),
            ("undo", {}),
        ][rng.integers(10)]


def test_after_200_random_commands_every_number_is_that_of_the_graph(opened):
    play = opened("moons")
    rng = np.random.default_rng(7)
    for number, (name, more) in enumerate(commands(rng, play, 200)):
        play.page.evaluate(
            "([name, more]) => { document.getElementById('play').play.store.send(name, more); }", [name, more]
        )
        if number % 20 == 19:
            play.settle()
            assert_shown(play)
    play.send("run_pass", phase="bprop")
    assert_shown(play)
    assert len(play.units("gradient")) >= 8
    assert len(play.weights()) == play.graph.weight_count


def test_training_by_the_buttons_gives_the_weights_that_train_gives(opened):
    play = opened("xor")
    state = play.machine.state.work
    start, rule, size = play.theta, state.training.rule, state.training.batch_size
    play.page.click('[data-do="epoch"]')
    play.page.click('[data-do="epoch"]')
    play.settle()
    fit = bp.train(
        play.graph, play.data, params=start, epochs=2, batch_size=size, rule=rule, engine="numpy", shuffle=False,
        dtype="float64", progress=False,
    )  # fmt: skip
    theta = play.theta
    for name, trained in fit.params.items():
        np.testing.assert_array_equal(theta[name], trained)
    assert play.weights()["W1[0, 0]"] == fit.params["W1"][0, 0]
    assert play.page.text_content(".clock") == "Epoch0002Updates40"


def test_the_weight_after_the_next_step_is_the_one_that_is_shown(opened):
    play = opened("moons")
    play.send("choose", parameter="W2", index=[1, 2])
    shown = play.page.eval_on_selector_all(".sum tr:last-child data", "all => all.map((each) => Number(each.value))")
    play.page.click('[data-do="step"]')
    play.settle()
    assert shown == [play.theta["W2"][1, 2]]


def test_the_gradients_of_the_examples_add_up_to_the_total_that_is_shown(opened):
    play = opened("moons")
    play.send("penalty", kind="l2", strength=0.01)
    play.send("choose", parameter="W2", index=[1, 2])
    weight = play.part("weight")
    rows = play.page.eval_on_selector_all(".sum td data", "all => all.map((each) => Number(each.value))")
    mean, penalty, total = rows[1:4]
    assert len(weight["examples"]) == len(play.data["y"]) == 200
    np.testing.assert_allclose(np.mean(weight["examples"]), mean, rtol=1e-12)
    assert penalty != 0
    np.testing.assert_allclose(mean + penalty, total, rtol=1e-12)
    values = play.graph.fprop(play.theta, play.data)
    assert total == play.graph.bprop(values)["W2"][1, 2]


def test_moves_forward_and_back_again_leave_the_page_as_it_was(opened):
    play = opened("moons")
    page, picture = play.page, "document.querySelector('main').innerHTML"
    play.send("go", position=2)
    page.evaluate("document.activeElement.blur()")
    before = page.evaluate(picture)
    for _ in range(6):
        page.click('[data-do="forward"]')
    assert play.settle().part("pass")["position"] == 8
    assert page.evaluate(picture) != before
    for _ in range(6):
        page.click('[data-do="back"]')
    play.settle()
    assert page.evaluate(picture) == before
