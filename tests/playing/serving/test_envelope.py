"""Messages of a page, and of the machine."""

import json

import pytest

from bprop.errors import SettingError
from bprop.playing.serving.envelope import LONGEST, Letter, merged, read_letter, written


def test_a_command_is_read_with_its_number():
    assert read_letter('{"id": 3, "command": {"do": "step"}}') == Letter(3, {"do": "step"})
    assert read_letter(b'{"command": {"do": "step", "updates": 2}}') == Letter(None, {"do": "step", "updates": 2})


@pytest.mark.parametrize("number", ["-1", "true", '"3"', "1.5", "99999999999999999999", "[1]"])
def test_what_is_no_number_of_a_message_is_none(number):
    assert read_letter('{"id": ' + number + ', "command": {"do": "step"}}').number is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"), ("[" * 3000, "no JSON"), ("NaN", "no JSON"), ('"' + "x" * LONGEST + '"', "65,538 letters"),
        ("[]", "a message is"), ('{"id": 1}', "a message is"), ('{"command": {}}', "names what to do"),
        ('{"command": {"do": "a"}, "and": 1}', "unknown key: 'and'"),
        ('{"command": {"do": "a", "x": 1e999}}', "finite"),
        ('{"command": {"do": "a", "x": 1' + "0" * 400 + "}}", "large"),
        ('{"command": {"do": "a", "x": ' + "[" * 20 + "]" * 20 + "}}", "more than 12"),
    ],
)  # fmt: skip
def test_other_messages_are_refused(text, says):
    with pytest.raises(SettingError, match=says):
        read_letter(text)


def test_a_refusal_keeps_the_number_where_there_is_one():
    with pytest.raises(SettingError) as refused:
        read_letter('{"id": 7, "command": 3}')
    assert refused.value.number == 7


def test_news_become_one_with_the_newest_of_each_part():
    first = {"version": 2, "parts": {"theta": 1, "batch": 1}}
    assert merged(first, {"version": 3, "parts": {"theta": 2}}) == {"version": 3, "parts": {"theta": 2, "batch": 1}}


def test_numbers_are_written_so_that_they_read_back_bit_for_bit():
    numbers = [0.1, 1 / 3, 1e-320, -0.0, 2.0**53 + 2]
    back = json.loads(written({"parts": numbers}))["parts"]
    assert [number.hex() for number in back] == [number.hex() for number in numbers]
    with pytest.raises(ValueError, match="JSON"):
        written({"x": float("nan")})
