"""The queue of commands: dragging leaves the newest value only, and nothing overtakes anything."""

from threading import Thread

from bprop.playing.serving.envelope import Letter
from bprop.playing.serving.waiting import Order, Waiting


def one(message):
    """A listener."""


def two(message):
    """Another."""


def queue(*order):
    waiting = Waiting()
    for number, (listener, command) in enumerate(order, 1):
        waiting.add(Order(listener, Letter(number, command)))
    taken = []
    while (first := waiting.take()) is not None:
        taken.append((first.letter.number, first.superseded))
    return taken


def weight(value, index=(0,), parameter="W"):
    return {"do": "set_weight", "parameter": parameter, "index": list(index), "value": value}


def test_a_dragged_weight_waits_with_its_newest_value_alone():
    assert queue(*[(one, weight(k)) for k in range(5)]) == [(5, (1, 2, 3, 4))]
    assert queue((one, {"do": "rate", "value": 1}), (one, {"do": "rate", "value": 2})) == [(2, (1,))]


def test_other_weights_and_other_pages_keep_theirs():
    assert [n for n, _ in queue((one, weight(1)), (one, weight(2, index=(1,))), (one, weight(3)))] == [1, 2, 3]
    assert [n for n, _ in queue((one, weight(1)), (two, weight(2)))] == [1, 2]
    assert [n for n, _ in queue((one, weight(1)), (one, weight(2, parameter="V")))] == [1, 2]
    assert [n for n, _ in queue((one, weight(1)), (one, {**weight(2), "more": 1}))] == [1, 2]


def test_what_stands_between_keeps_its_place():
    assert [n for n, _ in queue((one, weight(1)), (one, {"do": "undo"}), (one, weight(2)))] == [1, 2, 3]


def test_commands_that_add_up_are_all_done():
    for command in ({"do": "nudge", "parameter": "W", "index": [0], "by": 1}, {"do": "undo"}, {"do": "step"}):
        assert len(queue((one, command), (one, command))) == 2


def test_the_commands_of_a_page_that_has_gone_are_dropped():
    waiting = Waiting()
    for listener in (one, two, one):
        waiting.add(Order(listener, Letter(1, {"do": "undo"})))
    assert (waiting.count(one), waiting.count(two)) == (2, 1)
    waiting.forget(one)
    assert waiting.take().listener is two and waiting.take() is None
    assert (waiting.count(one), waiting.count(two)) == (0, 0)


def test_a_pause_ends_with_a_command_and_with_the_queue():
    for wake in (lambda waiting: waiting.add(Order(one, None)), Waiting.close):
        waiting = Waiting()
        sleeper = Thread(target=waiting.pause, args=(None,))
        sleeper.start()
        wake(waiting)
        sleeper.join(5)
        assert not sleeper.is_alive()
