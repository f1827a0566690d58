from dataclasses import asdict

from bprop.training.position import Position


def test_a_run_begins_at_its_beginning_and_a_position_comes_back_from_plain_data():
    assert Position() == Position(0, 0, 0, 0.0, None)
    here = Position(3, 14, 159, 2.5, [[1.0, 2.0]])
    assert Position(**asdict(here)) == here
