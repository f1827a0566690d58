"""Files that may be gzipped."""

import gzip

import pytest

from bprop import errors
from bprop.sources.packed import content_of, opened


def test_content(tmp_path):
    (tmp_path / "plain").write_bytes(b"a\nb\n")
    (tmp_path / "packed.GZ").write_bytes(gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    assert content_of(tmp_path / "plain") == content_of(tmp_path / "packed.GZ") == b"a\nb\n"
    with opened(tmp_path / "packed.GZ") as file:
        assert file.readline() == b"a\n"


@pytest.mark.parametrize("content", [b"a,b\n", gzip.compress(b"abc" * 99)[:-9], b"\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff"])
def test_what_is_damaged_is_said(tmp_path, content):
    (tmp_path / "t.csv.gz").write_bytes(content)
    with pytest.raises(errors.DataError, match=r"t.csv.gz: not a gzip file, or a truncated one"):
        content_of(tmp_path / "t.csv.gz")
    with pytest.raises(FileNotFoundError):
        content_of(tmp_path / "absent.gz")
