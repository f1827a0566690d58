"""Lines that are said once."""

import io
import sys

from bprop.engines.store.notice import say_once


def test_a_line_is_said_once_in_a_process(lines_said):
    for _ in range(3):
        say_once("the folder is not used")
    say_once("another line")
    assert lines_said() == ["bprop: the folder is not used", "bprop: another line"]


def test_nobody_needs_to_listen(lines_said, monkeypatch, capsys):
    closed = io.StringIO()
    closed.close()
    for stream in (None, closed):
        monkeypatch.setattr(sys, "stderr", stream)
        say_once(f"a line to {stream}")
    assert capsys.readouterr().out == ""
