"""Files that are brought here."""

import gzip
import os
import signal
import threading
from itertools import count

import pytest

from bprop.errors import DataError, ModelFileError
from bprop.remote import download
from bprop.remote.download import fetched, forget, forget_all


def test_a_file_comes_once(memory, web):
    memory.pipe_file("/rows.csv", b"a\n1\n")
    path = fetched("memory://rows.csv")
    memory.pipe_file("/rows.csv", b"a\n2\n")
    assert fetched("memory://rows.csv") == path
    with open(path) as file:
        assert file.read() == "a\n1\n"
    forget("memory://rows.csv")
    assert not os.path.exists(path)
    with open(fetched("memory://rows.csv")) as file:
        assert file.read() == "a\n2\n"


def test_all_of_a_folder_is_forgotten(memory):
    for name in ("d/a.csv", "d/b.csv", "e.csv"):
        memory.pipe_file(f"/{name}", b"a\n1\n")
    d, e = fetched("memory://d/a.csv"), fetched("memory://e.csv")
    forget_all("memory://d/*.csv")
    assert (os.path.exists(d), os.path.exists(e)) == (False, True)


@pytest.mark.parametrize("name", ["/rows.csv", "/moved.csv", "/unsized.csv", "/packed.csv", "/rows.csv?sign=0123abcd"])
def test_the_web_gives_the_whole_file(web, name):
    with open(fetched(web + name), "rb") as file:
        assert file.read().count(b"\n") == 61


def test_a_packed_file_stays_packed(web):
    with open(fetched(f"{web}/rows.csv.gz"), "rb") as file:
        assert gzip.decompress(file.read()).count(b"\n") == 61


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/cut.csv", "the connection broke before all of it had come: try again"),
        ("/round.csv", "the server redirects round and round"),
        ("/none.csv", "there is no such file"),
        ("/gone.csv", r"the file is gone \(410\)"),
        ("/busy.csv", "429"),
        ("/denied.csv?token=hidden1234", r"denied.csv\?\.\.\.: access is denied \(403\)$"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_nothing(web, name, says):
    with pytest.raises(ModelFileError, match=says) as info:
        fetched(web + name, ModelFileError)
    assert "hidden1234" not in str(info.value)
    assert info.value.__suppress_context__
    assert not [file for _, _, files in os.walk(download._root()) for file in files if file.endswith(".part")]


def test_no_server(web):
    with pytest.raises(DataError, match=r"^cannot read http://127.0.0.1:9/rows.csv: the server cannot be reached"):
        fetched("http://127.0.0.1:9/rows.csv")


def test_a_shorter_copy_than_the_server_says_is_refused(memory, monkeypatch):
    memory.pipe_file("/rows.csv", b"a\n1\n")
    monkeypatch.setattr(type(memory), "get_file", lambda self, path, here, **more: open(here, "wb").close())
    with pytest.raises(DataError, match="0 bytes came, and the server says that the file has 4: try again"):
        fetched("memory://rows.csv")


def test_a_file_that_changes_meanwhile_is_refused(memory, monkeypatch):
    memory.pipe_file("/rows.csv", b"a\n1\n")
    marks, info = count(1), type(memory).info
    monkeypatch.setattr(type(memory), "info", lambda self, path, **more: {**info(self, path), "ETag": next(marks)})
    with pytest.raises(DataError, match="the file changed while it was read"):
        fetched("memory://rows.csv")


def test_a_full_disk_is_foreseen(memory, monkeypatch):
    memory.pipe_file("/rows.csv", b"a\n1\n")
    monkeypatch.setattr(download.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 3}))
    with pytest.raises(DataError, match="name a larger one with TMPDIR"):
        fetched("memory://rows.csv")


def test_whoever_listens_hears_how_far_it_is(web, monkeypatch):
    heard = []
    monkeypatch.setattr(download, "LISTENERS", [lambda *words: heard.append(words)])
    fetched(f"{web}/rows.csv")
    assert heard[-1][:3] == ("fetching", f"{web}/rows.csv", 1.0)


def in_a_fork(work):
    """The exit code of a forked process that does the work; below 0 where it hangs."""
    number = os.fork()
    if not number:
        signal.alarm(20)
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.filterwarnings("ignore:.*fork:RuntimeWarning", "ignore:.*fork:DeprecationWarning")  # JAX's, and Python's
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_process_that_is_forked_while_a_file_comes_does_not_wait_for_it(memory, monkeypatch):
    begun, end = threading.Event(), threading.Event()

    def slow(address, path):
        begun.set()
        end.wait(60)
        open(path, "w").close()

    monkeypatch.setattr(download, "READERS", [(lambda address: "slow" in address, slow)])
    memory.pipe_file("/rows.csv", b"a\n1\n")
    coming = threading.Thread(target=fetched, args=("memory://slow.csv",))
    coming.start()
    try:
        assert begun.wait(60)
        assert in_a_fork(lambda: fetched("memory://rows.csv")) == 0
    finally:
        end.set()
        coming.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.filterwarnings("ignore:.*fork:RuntimeWarning", "ignore:.*fork:DeprecationWarning")  # JAX's, and Python's
def test_a_forked_process_does_not_remove_a_file_that_its_parent_reads(memory):
    memory.pipe_file("/rows.csv", b"a\n1\n")
    path = fetched("memory://rows.csv")
    assert in_a_fork(lambda: forget("memory://rows.csv")) == 0
    assert os.path.exists(path)
    forget("memory://rows.csv")
    assert not os.path.exists(path)
