"""Opening a source by name."""

import gzip

import numpy as np
import pytest

from bprop import errors
from bprop.sources import builtin, open_source


def idx_bytes(array):
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def test_the_suffix_says_the_format(tmp_path):
    (tmp_path / "a.csv").write_text("a,y\n1,2\n")
    assert open_source(str(tmp_path / "a.csv")).columns == ("a",)
    np.savez(tmp_path / "b.npz", x=np.ones((2, 3)), y=[0, 1])
    assert open_source(str(tmp_path / "b.npz")).columns == ("x1", "x2", "x3")
    (tmp_path / "c-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.ones((2, 2, 2), np.uint8))))
    assert open_source(str(tmp_path / "c-idx3-ubyte.gz")).x.shape == (2, 4)


def test_settings_reach_the_format(tmp_path):
    (tmp_path / "a.csv").write_text("b,y,a\n1,2,3\n")
    assert open_source(str(tmp_path / "a.csv"), target="b").columns == ("y", "a")
    assert open_source(str(tmp_path / "a.csv"), target="y", expected=("a", "b")).x.tolist() == [[3, 1]]
    np.savez(tmp_path / "b.npz", x=np.ones((2, 3)), price=[5.5, 6.5])
    assert open_source(str(tmp_path / "b.npz"), target="price").y.tolist() == [5.5, 6.5]
    (tmp_path / "c-idx3").write_bytes(idx_bytes(np.ones((2, 2, 2), np.uint8)))
    (tmp_path / "names").write_bytes(idx_bytes(np.array([4, 2], np.uint8)))
    assert open_source(str(tmp_path / "c-idx3"), labels=str(tmp_path / "names")).y.tolist() == [4, 2]


def test_a_source_that_is_not_there_lists_the_built_in_ones():
    with pytest.raises(errors.DataError, match="iriss: there is no such file") as caught:
        open_source("iriss")
    assert all(name in str(caught.value) for name in builtin.NAMES)


def test_a_folder_is_no_source(tmp_path):
    with pytest.raises(errors.DataError, match="no such file"):
        open_source(str(tmp_path))


def test_an_unknown_kind_of_file(tmp_path):
    (tmp_path / "data.xlsx").write_bytes(b"PK")
    with pytest.raises(errors.DataError, match=r"data.xlsx: not a kind of file that is known: .csv, .npz, or idx"):
        open_source(str(tmp_path / "data.xlsx"))


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("a,y\n1,2\n")

    def refuse(path, target, expected):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("bprop.sources.csv_file.read", refuse)
    with pytest.raises(errors.DataError, match=r"cannot read .*a.csv: Permission denied"):
        open_source(str(tmp_path / "a.csv"))


def test_labels_that_are_not_there(tmp_path):
    (tmp_path / "c-idx3").write_bytes(idx_bytes(np.ones((2, 2, 2), np.uint8)))
    with pytest.raises(errors.DataError, match=r"cannot read .*absent"):
        open_source(str(tmp_path / "c-idx3"), labels=str(tmp_path / "absent"))


def test_a_name_too_long_for_a_file():
    with pytest.raises(errors.DataError):
        open_source("a" * 5000)
