"""Checks on the page: a right box is green, a wrong one red and named, and a relu at 0 is a kink."""

import pytest


@pytest.fixture
def colours(opened):
    """(play, a function: the colour of a custom property of the page)."""
    play = opened("xor")

    def colour(selector, property="color"):
        return play.page.eval_on_selector(selector, f"each => getComputedStyle(each).getPropertyValue('{property}')")

    return play, colour


def check(play):
    play.page.click('[data-do="check"]')
    play.page.wait_for_selector(".check .verdict")
    play.settle()
    return play.part("check")


def test_a_right_gradient_is_green_and_the_tangent_touches_the_curve(colours):
    play, colour = colours
    play.send("choose", parameter="W1", index=[0, 0])
    shown = check(play)
    assert shown["verdict"] == "right"
    assert play.page.text_content(".check .verdict b") == "right"
    assert colour(".check .verdict b") == "rgb(15, 118, 110)"
    numbers = play.page.eval_on_selector_all(".slopes data", "all => all.map((each) => Number(each.value))")
    assert numbers == [shown["tangent"], shown["slope"], shown["numeric"]]
    for path in (".curve", ".secant", ".tangent"):
        assert play.page.get_attribute(f".check-chart {path}", "d").startswith("M")


def test_the_secant_turns_into_the_tangent_as_epsilon_shrinks(colours):
    play, _ = colours
    play.send("choose", parameter="W2", index=[1, 1])
    wide = check(play)
    play.page.fill(".epsilon input", "-3")
    play.settle()
    narrow = play.part("check")
    assert narrow["epsilon"] == 0.001
    assert abs(narrow["slope"] - narrow["tangent"]) < abs(wide["slope"] - wide["tangent"]) / 100


def test_every_box_is_checked_and_a_planted_mistake_is_found_and_named(colours):
    play, colour = colours
    page = play.page
    page.click('[data-do="check_boxes"]')
    page.wait_for_selector(".verdicts")
    assert page.locator(".verdicts .verdict.right").count() == page.locator(".verdicts .verdict").count() == 6
    page.select_option('[aria-label="Planted mistake"]', index=1)
    play.settle()
    mistake = play.part("mistake")
    page.click('[data-do="check_boxes"]')
    page.wait_for_selector(".verdicts .verdict.wrong")
    wrong = page.locator(".verdicts .verdict.wrong b").all_text_contents()
    assert wrong == [mistake["box"]]
    assert colour(".verdicts .verdict.wrong b") == "rgb(179, 38, 30)"
    assert page.text_content("p[aria-live=polite]") == f"Wrong: {mistake['box']}."
    page.click("text=Boxes")
    page.wait_for_selector(f'[data-box="{mistake["box"]}"].is-wrong')
    assert page.locator(".is-wrong").count() == 1 and page.locator(".is-right").count() == 5
    page.select_option('[aria-label="Planted mistake"]', "")
    play.settle()
    assert play.part("mistake") is None


def test_a_relu_at_zero_is_a_kink_with_two_slopes(colours):
    play, _ = colours
    play.send("activation", at=1, name="relu")
    for row in range(2):
        play.send("set_weight", parameter="W1", index=[row, 0], value=0.0)
    play.send("set_weight", parameter="b1", index=[0], value=0.0)
    shown = check(play)
    assert shown["verdict"] == "kink"
    assert play.page.text_content(".check .verdict b") == "kink"
    left, right = play.page.eval_on_selector_all(
        ".slopes div:last-child data", "all => all.map((each) => Number(each.value))"
    )
    assert left != right and min(left, right) <= shown["tangent"] <= max(left, right)
