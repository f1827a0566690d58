"""Files that are put elsewhere, whole or not at all."""

import pytest

from bprop.errors import ModelFileError
from bprop.remote.upload import cannot_put, put


def names(memory):
    return sorted(memory.store)


def test_a_file_is_put_and_replaced(memory):
    put("memory://d/m.bprop", [b"one", memoryview(b"two")])
    assert memory.cat_file("/d/m.bprop") == b"onetwo"
    put("memory://d/m.bprop", [b"three"])
    assert memory.cat_file("/d/m.bprop") == b"three"
    assert names(memory) == ["/d/m.bprop"]


def test_a_put_that_fails_leaves_the_file_before(memory, monkeypatch):
    put("memory://m.bprop", [b"one"])
    monkeypatch.setattr(type(memory), "put_file", lambda *words, **more: (_ for _ in ()).throw(OSError("expired")))
    with pytest.raises(ModelFileError, match=r"cannot write memory://m.bprop: the credentials have expired"):
        put("memory://m.bprop", [b"two"])
    assert memory.cat_file("/m.bprop") == b"one"


def test_where_files_grow_it_is_put_beside_and_renamed(memory, monkeypatch):
    monkeypatch.setattr("bprop.remote.upload.OBJECTS", ())
    put("memory://m.bprop", [b"one"])
    assert names(memory) == ["/m.bprop"]
    moved = type(memory).mv
    monkeypatch.setattr(type(memory), "mv", lambda *words, **more: (_ for _ in ()).throw(PermissionError("no")))
    with pytest.raises(ModelFileError, match="access is denied"):
        put("memory://m.bprop", [b"two"])
    assert names(memory) == ["/m.bprop"]
    assert memory.cat_file("/m.bprop") == b"one"
    assert moved is not None


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("https://host/m.bprop", "https:// is only read here"),
        ("hf://datasets/a/b/m.bprop", "hf:// is only read here"),
        ("sqlite:///shop.db", "a database holds none"),
        ("memory://d/", "that is the name of a folder"),
        ("nosuch://d/m.bprop", "nothing is read from nosuch://"),
    ],
)
def test_what_can_never_be_written_is_known_before(memory, address, says):
    assert says in cannot_put(address)
    assert names(memory) == []


def test_whether_a_file_can_be_put_is_tried(memory, monkeypatch):
    assert cannot_put("memory://d/m.bprop") is None
    assert names(memory) == []
    monkeypatch.setattr(type(memory), "pipe_file", lambda *words, **more: (_ for _ in ()).throw(PermissionError("no")))
    assert cannot_put("memory://d/m.bprop") == "access is denied (no)"
