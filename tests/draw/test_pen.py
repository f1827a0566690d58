"""Path data."""

from bprop.draw.pen import Pen, Sheet


def drawn(turned):
    pen = Pen(10, 100)
    pen.up(80)
    pen.up(60)
    pen.curve(30, 40)
    pen.turn(50, 40)
    pen.turn(60, 30)
    return pen.path(Sheet(turned, 200))


def test_lines_upwards_are_joined_and_curves_end_vertically():
    assert drawn(False) == "M10.0 100.0V60.0C10.0 50.0 30.0 50.0 30.0 40.0H50.0L60.0 30.0"


def test_a_turned_path_goes_to_the_right():
    assert drawn(True) == "M100.0 10.0H140.0C150.0 10.0 150.0 30.0 160.0 30.0V50.0L170.0 60.0"


def test_rectangles_and_arrows_turn_too():
    up, right = Sheet(False, 200), Sheet(True, 200)
    assert up.rectangle(10, 100, 30, 20) == (10, 100, 30, 20)
    assert right.rectangle(10, 100, 30, 20) == (80, 10, 20, 30)
    assert [up.heading(side) for side in (0, 1, -1)] == ["up", "right", "left"]
    assert [right.heading(side) for side in (0, 1, -1)] == ["right", "down", "up"]
