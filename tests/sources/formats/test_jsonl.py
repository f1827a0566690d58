"""Lines of JSON. That they give the same columns as other formats is tested in test_columnar.py."""

import pytest

from bprop import errors
from bprop.sources.formats import JsonLines, Source, jsonl

pytest.importorskip("polars", reason="lines of JSON are read by polars")


def read(path, content):
    return JsonLines().read(Source(path, content, lambda: content))


def test_lines_of_json_with_too_many_keys_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("bprop.sources.limits.MOST_COLUMNS", 300)
    monkeypatch.setattr(jsonl, "MOST_COLUMNS", 300)
    path = tmp_path / "t.jsonl"
    fine = b"".join(b'{"a": "\\"key%d\\": 1", "b" : %d}\n' % (k, k) for k in range(2000))
    assert list(read(path, fine).columns) == ["a", "b"]
    many = b"".join(b'{"key%d": 1}\n' % k for k in range(301))
    with pytest.raises(errors.DataError, match=r"301 columns"):
        read(path, many)


def test_lines_of_json_with_keys_of_their_own_are_counted_as_a_table(tmp_path, monkeypatch):
    monkeypatch.setattr(jsonl, "MOST_COLUMNS", 300)
    monkeypatch.setattr("bprop.memory.free", lambda: 10**6)
    many = b"".join(b'{"key%d": 1}\n' % k for k in range(280))
    with pytest.raises(errors.DataError, match=r"a table of its 280 keys takes about 2.4 MB"):
        read(tmp_path / "t.jsonl", many)
