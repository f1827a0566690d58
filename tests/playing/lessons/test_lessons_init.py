"""The five lessons: each can be followed on the machine from its first step to its last, and what it says is true."""

import re

import numpy as np
import pytest

from bprop.playing.commands import COMMANDS
from bprop.playing.lessons import LESSONS
from bprop.playing.machine import Machine
from bprop.playing.subjects.toys import toy

FORWARD = {"do": "forward"}
DOES = {
    ("forward", 2): [FORWARD],
    ("forward", 4): [FORWARD],
    ("forward", 5): [FORWARD, FORWARD],
    ("forward", 6): [FORWARD],
    ("forward", 7): [{"do": "nudge", "parameter": "W2", "index": [0, 1], "by": 0.5}],
    ("backward", 1): [FORWARD],
    ("backward", 2): [FORWARD],
    ("backward", 3): [FORWARD],
    ("backward", 5): [FORWARD],
    ("backward", 6): [FORWARD],
    ("backward", 7): [{"do": "choose", "parameter": "W1", "index": [0, 0]}],
    ("backward", 8): [{"do": "step"}],
    ("output_gradient", 5): [FORWARD, FORWARD],
    ("output_gradient", 7): [{"do": "target", "value": 1}],
    ("output_gradient", 8): [{"do": "train"}, "tick", {"do": "pause"}],
    ("initialisation", 7): [{"do": "step", "updates": 400}],
    ("checking", 1): [{"do": "check"}],
    ("checking", 3): [{"do": "check", "epsilon": 0.01}],
    ("checking", 4): [{"do": "check_boxes"}],
    ("checking", 6): [{"do": "check"}],
    ("checking", 7): [{"do": "check_boxes"}],
}
"""What a student does for the task of a step."""


def do(machine, message):
    answer = machine.do(message)
    assert "message" not in answer["parts"], answer["parts"]["message"]
    return machine.snapshot()["parts"]


def act(machine, name, step):
    for message in DOES.get((name, step), []):
        if message == "tick":
            machine.tick(200)
        else:
            do(machine, message)
    return machine.snapshot()["parts"]["lesson"]


@pytest.fixture
def machine():
    return Machine(toy("moons"))


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_can_be_followed_from_its_first_step_to_its_last(machine, name):
    part = do(machine, {"do": "lesson", "name": name})["lesson"]
    assert 5 <= part["of"] <= 9
    for step in range(1, part["of"] + 1):
        assert (part["step"], part["title"]) == (step, LESSONS[name].title)
        assert not part["done"], f"step {step} asks for nothing"
        assert (part["task"] is not None) == ((name, step) in DOES)
        part = act(machine, name, step)
        assert part["task_done"] in (None, True), part
        if part["question"] is not None:
            answer = part["question"]["answer"]
            assert isinstance(answer, str) or np.isfinite(answer), part
            part = do(machine, {"do": "answer", "value": answer})["lesson"]
            assert part["question"]["right"] is True
        assert part["done"], part
        if step < part["of"]:
            part = do(machine, {"do": "next"})["lesson"]
    assert do(machine, {"do": "end_lesson"})["lesson"] is None


@pytest.mark.parametrize("name", LESSONS)
def test_every_step_shows_its_text_and_goes_back(machine, name):
    part = do(machine, {"do": "lesson", "name": name})["lesson"]
    for step in range(1, part["of"] + 1):
        boxes = machine.snapshot()["parts"]["graph"]["order"]
        assert "{" not in part["text"] and "nan" not in part["text"]
        assert 60 < len(part["text"]) < 600 and all(len(one) < 160 for one in re.split(r"(?<=[.:])\s+", part["text"]))
        assert set(part["highlight"]) <= {*boxes, *COMMANDS}
        question = part["question"]
        if question is not None and question["choices"] is not None:
            assert question["answer"] in ("", None, *question["choices"]) and len(set(question["choices"])) > 1
        before = part
        if step < part["of"]:
            part = do(machine, {"do": "next"})["lesson"]
        if step == part["of"] - 1:
            assert do(machine, {"do": "previous"})["lesson"] == before
            assert do(machine, {"do": "next"})["lesson"] == part


@pytest.mark.parametrize("name", LESSONS)
def test_a_wrong_answer_is_not_right(machine, name):
    do(machine, {"do": "lesson", "name": name})
    for _ in range(1, len(LESSONS[name].steps)):
        part = do(machine, {"do": "next"})["lesson"]
        question = part["question"]
        if question is not None:
            wrong = "something else" if question["choices"] else (question["answer"] or 0.0) + 1.0
            assert do(machine, {"do": "answer", "value": wrong})["lesson"]["question"]["right"] is False
            part = machine.snapshot()["parts"]["lesson"]
            assert not part["done"]


def at(machine, name, step):
    parts = do(machine, {"do": "lesson", "name": name})
    for _ in range(step - 1):
        parts = do(machine, {"do": "next"})
    return parts


def test_answers_are_those_of_the_graph(machine):
    parts = at(machine, "forward", 3)
    x, theta = np.array(parts["pass"]["values"]["x"]), parts["theta"]
    a1 = x @ np.array(theta["W1"]) + np.array(theta["b1"])
    assert parts["lesson"]["question"]["answer"] == pytest.approx(a1[0])
    parts = at(machine, "forward", 1)
    assert parts["lesson"]["question"]["answer"] == parts["graph"]["weights"] == 12
    parts = do(machine, {"do": "run_pass"})
    full = parts["pass"]
    parts = at(machine, "backward", 3)
    assert parts["lesson"]["question"]["answer"] == pytest.approx(full["gradients"]["W2"][0][0])
    h, g = full["values"]["h1"][0], full["gradients"]["a2"][0]
    assert f"Here h1[0] is {h:.3g}, and dL/da2[0] is {g:.3g}." in parts["lesson"]["text"]
    assert parts["lesson"]["question"]["answer"] == pytest.approx(h * g)
    parts = at(machine, "output_gradient", 5)
    f, y = full["values"]["f"], full["values"]["y"]
    assert parts["lesson"]["question"]["answer"] == pytest.approx(f[y] - 1)
    assert at(machine, "output_gradient", 2)["lesson"]["question"]["answer"] == pytest.approx(-1 / f[y])
    assert at(machine, "output_gradient", 4)["lesson"]["question"]["answer"] == pytest.approx(f[1 - y])


def test_the_sum_that_a_text_writes_out_is_the_gradient_of_the_unit_below(machine):
    answer = at(machine, "backward", 4)["lesson"]["question"]["answer"]
    parts = do(machine, {"do": "run_pass"})
    W2, g = np.array(parts["theta"]["W2"]), np.array(parts["pass"]["gradients"]["a2"])
    assert answer == pytest.approx(W2[0, 0] * g[0] + W2[0, 1] * g[1])


def test_gradients_vanish_as_the_lesson_says(machine):
    def health(step):
        parts = at(machine, "initialisation", step)
        return parts["lesson"], {one["box"]: one for one in parts["training"]["health"]}

    lesson, of = health(4)
    assert lesson["question"]["answer"] == pytest.approx(of["a6"]["gradient_rms"] / of["a1"]["gradient_rms"])
    lesson, of = health(6)
    assert lesson["question"]["answer"] == "about 1,000 times"
    assert 1000 < of["a6"]["gradient_rms"] / of["a1"]["gradient_rms"] < 3200
    lesson, of = health(2)
    assert f"have the size {of['a1']['value_rms']:.3g}, at a6 only {of['a6']['value_rms']:.3g}." in lesson["text"]
    lesson, of = health(1)
    assert lesson["question"]["answer"] == "b6" and of["a5"]["gradient_rms"] == 0


def test_undo_brings_back_what_was_before_the_lesson(machine):
    do(machine, {"do": "set_weight", "parameter": "W1", "index": [0, 0], "value": 0.125})
    before = machine.snapshot()["parts"]
    do(machine, {"do": "lesson", "name": "forward"})
    after = do(machine, {"do": "undo"})
    assert (after["theta"], after["subject"]["name"]) == (before["theta"], before["subject"]["name"])


@pytest.mark.parametrize("message", [
    {"do": "next"}, {"do": "previous"}, {"do": "answer", "value": 1}, {"do": "lesson", "name": "calculus"},
])  # fmt: skip
def test_without_a_lesson_its_commands_are_refused(machine, message):
    answer = machine.do(message)
    assert answer["parts"]["message"]["kind"] == "error"


def test_answers_of_a_strange_kind_are_refused_and_a_lesson_has_two_ends(machine):
    do(machine, {"do": "lesson", "name": "forward"})
    for value in (None, [1], {"a": 1}, float("nan"), "x" * 300, True):
        assert machine.do({"do": "answer", "value": value})["parts"]["message"]["kind"] == "error"
    assert "first step" in machine.do({"do": "previous"})["parts"]["message"]["text"]
    assert not do(machine, {"do": "answer", "value": "twelve"})["lesson"]["question"]["right"]


def test_the_choices_list_the_lessons_in_their_order(machine):
    assert [one["name"] for one in machine.snapshot()["parts"]["choices"]["lessons"]] == [
        "forward", "backward", "output_gradient", "initialisation", "checking",
    ]  # fmt: skip


def test_a_shared_state_goes_on_with_its_lesson(machine):
    do(machine, {"do": "lesson", "name": "backward"})
    parts = do(machine, {"do": "next"})
    again = do(Machine(toy("xor")), {"do": "state", "share": parts["share"]})
    assert again["lesson"] == parts["lesson"]


def test_the_page_does_not_name_the_mistake_that_the_lesson_asks_for(machine):
    for step in (4, 5):
        parts = at(machine, "checking", step)
        assert parts["mistake"] is None
        assert parts["lesson"]["question"]["answer"] in parts["lesson"]["question"]["choices"]
    assert do(machine, {"do": "end_lesson"})["mistake"]["box"] == "h1"


@pytest.mark.parametrize("name", LESSONS)
def test_a_student_who_builds_another_network_stops_no_lesson(machine, name):
    do(machine, {"do": "lesson", "name": name})
    before = do(machine, {"do": "next"})["lesson"]
    astray = do(machine, {"do": "recipe", "recipe": {"layers": []}})["lesson"]
    assert (astray["name"], astray["step"]) == (name, 2) and astray["text"]
    do(machine, {"do": "previous"})
    assert do(machine, {"do": "next"})["lesson"] == before


@pytest.mark.parametrize("change", [
    {"do": "layer", "at": 2, "units": 3, "activation": "relu"}, {"do": "activation", "at": 1, "name": "relu"},
    {"do": "units", "at": 1, "count": 5},
])  # fmt: skip
def test_a_step_says_nothing_of_another_network_until_undo_brings_its_own_back(machine, change):
    do(machine, {"do": "lesson", "name": "backward"})
    before = do(machine, {"do": "next"})["lesson"]
    astray = do(machine, change)["lesson"]
    assert astray["text"].startswith("This step speaks of another network") and astray["question"] is None
    after = do(machine, {"do": "undo"})["lesson"]
    assert (after["text"], after["question"]) == (before["text"], before["question"])


@pytest.mark.parametrize(("name", "step", "answers"), [
    ("backward", 8, ("smaller", "larger")), ("output_gradient", 8, ("smaller", "larger")),
    ("checking", 3, ("yes", "no")),
])  # fmt: skip
def test_no_answer_is_right_before_its_task_is_done(machine, name, step, answers):
    question = at(machine, name, step)["lesson"]["question"]
    assert question["answer"] is None and tuple(question["choices"]) == answers
    for value in answers:
        assert not do(machine, {"do": "answer", "value": value})["lesson"]["question"]["right"]
    do(machine, {"do": "answer", "value": answers[0]})
    assert act(machine, name, step)["question"]["right"]


def test_a_loss_that_was_low_enough_once_stays_so_though_training_goes_up_and_down(machine):
    at(machine, "initialisation", 7)
    do(machine, {"do": "step", "updates": 240})
    assert machine.snapshot()["parts"]["lesson"]["task_done"]
    do(machine, {"do": "rate", "value": 10.0})
    parts = do(machine, {"do": "step", "updates": 2})
    assert parts["score"]["train"]["loss"] > 0.2 and parts["lesson"]["task_done"]


def test_another_subject_ends_the_lesson(machine):
    do(machine, {"do": "lesson", "name": "forward"})
    assert do(machine, {"do": "open", "subject": "sine"})["lesson"] is None
