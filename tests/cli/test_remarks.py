"""Remarks on standard error."""

from bprop.cli.remarks import MOST, print_remarks


def test_the_first_of_many_remarks_are_printed_and_steering_letters_are_shown(capsys):
    print_remarks(["a\x1b[1m", *(f"line {k}" for k in range(MOST + 4))])
    shown = capsys.readouterr().err.splitlines()
    assert shown[0] == "a\\x1b[1m"
    assert shown[-1] == "... and 5 further columns like these"
    assert len(shown) == MOST + 1
