"""A line of words can be looked at and pasted: nothing in it acts on the terminal, and a shell reads it as it was."""

import os
import shutil
import subprocess

import pytest

from bprop.cli.shell import line_of

ODD = [
    "plain", "", "two words", "it's", "$HOME `id` $(id)", "\x1b[31mred", "a\nb\\'c", "\u202eevil", "\u200bzero", "é日",
    os.fsdecode(b"\xff.csv"), "\x7f", "\U000e0001",
]  # fmt: skip


@pytest.mark.parametrize("word", ODD, ids=ascii)
def test_only_what_can_be_seen_is_shown(word):
    assert line_of([word]).isprintable()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not there")
def test_a_shell_reads_the_words_as_they_were():
    line = "printf '%s\\0' " + line_of(ODD)
    said = subprocess.run(
        ["bash", "-c", line], capture_output=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    assert [os.fsdecode(word) for word in said.stdout.split(b"\0")[:-1]] == ODD


def test_plain_words_stay_plain():
    assert line_of(["bprop", "train", "a b.csv", "--lr", "0.1"]) == "bprop train 'a b.csv' --lr 0.1"
