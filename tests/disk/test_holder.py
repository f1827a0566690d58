"""A lock file names the process that holds the lock; odd files are harmless."""

import os
import time
from dataclasses import replace

import pytest

from bprop.disk.holder import MOST, Holder


@pytest.fixture
def descriptor(tmp_path):
    number = os.open(tmp_path / "f", os.O_RDWR | os.O_CREAT)
    yield number
    os.close(number)


def test_a_written_holder_is_read_back(descriptor):
    here = Holder.here()
    os.write(descriptor, b"x" * 500)  # of a holder before, who said more
    here.write(descriptor)
    assert Holder.read(descriptor) == here
    assert here.pid == os.getpid()


def test_a_holder_fits_into_the_bytes_that_are_read():
    assert len(repr(Holder.here())) < MOST


def test_it_says_process_host_and_since_when():
    said = str(Holder(12, "ant", 1e9))
    assert said.startswith("process 12 on ant writes there since 2001-09-0")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[" * 900, b"\xff\xfe", b"null",
        b'{"pid": "1", "host": "a", "since": 1, "machine": "", "started": 1}',
        b'{"pid": 1, "host": "a", "since": 1e300, "machine": "", "started": 1}',
        b'{"pid": 1, "host": "a", "since": null, "machine": "", "started": 1}',
        b'{"pid": 1, "host": "a", "since": 1, "machine": "", "started": "x"}',
    ],
)  # fmt: skip
def test_a_file_that_says_nothing_sensible_is_of_another_process(descriptor, content):
    os.write(descriptor, content)
    holder = Holder.read(descriptor)
    assert str(holder) == "another process writes there"
    assert not holder.is_dead()


def test_a_host_cannot_write_to_the_terminal(descriptor):
    os.write(descriptor, b'{"pid": 1, "host": "a\\u001b[31m\\u202e", "since": 1, "machine": "", "started": 1}')
    assert " on a??31m? " in str(Holder.read(descriptor))


def test_this_process_lives():
    assert not Holder.here().is_dead()


def test_a_process_of_another_machine_may_live():
    assert not Holder(2**22 + 1, "elsewhere", time.time(), "another").is_dead()


@pytest.mark.parametrize(("length", "kept"), [(64, 64), (65, 64), (300, 64)])
def test_of_a_host_the_first_64_letters_are_told(descriptor, length, kept):
    replace(Holder.here(), host="h" * length).write(descriptor)
    assert Holder.read(descriptor).host == "h" * kept


def test_a_holder_names_the_file_to_remove():
    holder = Holder(12, "ant", 1e9)
    assert holder.at("/there/f.lock") == replace(holder, file="/there/f.lock")
