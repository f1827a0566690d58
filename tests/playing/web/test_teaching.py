"""The guided lessons on the page, and the network of images unit by unit."""

import pytest


def test_a_lesson_is_gone_through_with_its_tasks_and_questions(opened):
    play = opened("moons")
    page = play.page
    page.select_option(".tool-select select", index=2)
    page.wait_for_selector(".lesson")
    steps = play.part("lesson")["of"]
    asked = done = 0
    for step in range(1, steps + 1):
        play.settle()
        lesson = play.part("lesson")
        assert page.text_content(".lesson .card-head .hint") == f"step {step} of {steps}"
        assert page.locator(".lesson-mark").count() > 0 or not lesson["highlight"], lesson["highlight"]
        if lesson["task"] and "forward" in lesson["highlight"]:
            page.click('[data-do="forward"]')
            play.settle()
            done += page.locator(".task.done").count()
        question = play.part("lesson")["question"]
        if question and not question["choices"]:
            page.fill(".question input", "123456")
            page.keyboard.press("Enter")
            page.wait_for_selector(".question .no:not(:empty)")
            page.fill(".question input", f"{question['answer']}")
            page.keyboard.press("Enter")
            page.wait_for_selector(".question .yes:not(:empty)")
            asked += 1
        assert play.part("message") is None
        page.click(".lesson .moves .strong")
    page.wait_for_selector(".lesson", state="detached")
    assert asked >= 1 and done >= 1
    assert play.complaints == []


@pytest.mark.parametrize("lesson", range(1, 6))
def test_axe_finds_nothing_in_the_lessons(opened, lesson):
    play = opened("moons", color_scheme="light" if lesson % 2 else "dark")
    play.page.select_option(".tool-select select", index=lesson)
    play.page.wait_for_selector(".lesson")
    play.page.click(".lesson .moves .strong")
    play.settle()
    assert play.axe() == []
    assert play.part("message") is None


def test_a_formula_of_a_lesson_is_mathematics(opened):
    play = opened("moons")
    play.send("lesson", name="checking")
    formula = play.page.locator(".lesson-text .formula-place")
    assert formula.get_attribute("aria-label") == "(J(w + eps) - J(w - eps)) / (2 * eps)"
    assert formula.locator("math mfrac").count() == 1
    assert play.axe() == []


def test_images_have_the_weights_of_the_first_layer_in_their_units(opened):
    pytest.importorskip("sklearn")
    play = opened("digits")
    page = play.page
    play.send("run_pass", phase="fprop")
    hidden = play.theta["W1"].shape[1]
    assert page.locator(".picture-unit canvas").count() == 1
    assert page.locator('[data-unit^="h1 "] canvas').count() == hidden
    assert page.locator('[data-weight^="W1"]').count() == 0
    assert page.locator('[data-weight^="W2"]').count() == play.theta["W2"].size
    shares = page.eval_on_selector_all(".shares data", "all => all.map((each) => Number(each.value))")
    values = play.graph.fprop(play.theta, play.example())
    assert shares == values["f"][0].tolist()
    page.click('[data-unit="h1 3"]')
    page.wait_for_selector(".side-by-side")
    assert play.axe() == []
