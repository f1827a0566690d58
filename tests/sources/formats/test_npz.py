"""NumPy .npz files."""

import io
import struct
import zipfile

import numpy as np
import pytest

from bprop import errors, memory
from bprop.sources.formats import Npz, Source

X, Y = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])


def frame_of(path, target=None):
    """The frame of a file of that name."""
    return Npz().read(Source(path, path.read_bytes(), path.read_bytes, target))


@pytest.fixture
def read(tmp_path):
    """read(target=None, **arrays): the frame of a file data.npz with those arrays."""

    def read(target=None, /, **arrays):
        np.savez(tmp_path / "data.npz", **arrays)
        return frame_of(tmp_path / "data.npz", target)

    return read


def test_x_and_y_are_read(read):
    frame = read(x=X, y=Y)
    np.testing.assert_array_equal(frame.block.cells, X)
    np.testing.assert_array_equal(frame.column("y").cells, Y)
    assert (frame.name, frame.block.names, frame.target) == ("data", ("x1", "x2"), ("y",))


def test_images_become_rows_and_keep_their_bytes(read):
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    block = read(x=images, y=[0, 1]).block
    assert block.cells.dtype == np.uint8
    np.testing.assert_array_equal(block.cells, images.reshape(2, 12))


def test_compressed_files_are_read(tmp_path):
    np.savez_compressed(tmp_path / "data.npz", x=X, y=Y)
    np.testing.assert_array_equal(frame_of(tmp_path / "data.npz").block.cells, X)


def test_the_target_may_have_another_name(read):
    frame = read("price", x=X, price=Y * 2.5, y=Y)
    assert frame.target == ("price",)
    np.testing.assert_array_equal(frame.column("price").cells, Y * 2.5)


def test_targets_may_be_absent(read):
    assert list(read(x=X).columns) == ["x"]


@pytest.mark.parametrize("y", [["cat", "dog", "cat", "dog"], [True, False, True, False], [0.5, 1.5, 2.5, 3.5]])
def test_kinds_of_targets(read, y):
    assert read(x=X, y=np.array(y)).column("y").tolist() == y


@pytest.mark.parametrize(
    ("x", "y"), [("X", "y"), ("X", "Y"), ("data", "target"), ("images", "labels"), ("Features", "Label")]
)
def test_the_arrays_have_the_names_that_other_libraries_give_them(read, x, y):
    frame = read(**{x: X, y: Y})
    np.testing.assert_array_equal(frame.block.cells, X)
    np.testing.assert_array_equal(frame.column("y").cells, Y)
    assert frame.target == ("y",)
    np.testing.assert_array_equal(read("y", **{x: X, y: Y}).column("y").cells, Y)
    assert list(read("price", **{x: X, y: Y}).columns) == ["x"]  # what is asked for is not there


def test_the_usual_names_come_first(read):
    frame = read(data=2 * X, X=3 * X, x=X, target=1 - Y, Y=2 * Y, y=Y)
    np.testing.assert_array_equal(frame.block.cells, X)
    np.testing.assert_array_equal(frame.column("y").cells, Y)


def test_a_column_of_targets_is_read(read):
    np.testing.assert_array_equal(read(x=X, y=Y[:, None]).column("y").cells, Y)


@pytest.mark.parametrize("names", [("x_train", "y_train", "x_test", "y_test"), ("train_images", "val_images")])
def test_several_sets_in_one_file_are_refused_with_a_cure(read, names):
    with pytest.raises(errors.DataError, match="write each set into a file of its own") as error:
        read(**dict.fromkeys(names, X))
    assert f"x=d['{names[0]}']" in str(error.value)
    assert "--test test.npz" in str(error.value)


def test_a_sparse_matrix_is_refused_with_a_cure(tmp_path):
    sparse = pytest.importorskip("scipy.sparse")
    sparse.save_npz(tmp_path / "data.npz", sparse.csr_matrix(X))
    with pytest.raises(errors.DataError, match=r"a sparse matrix of SciPy; write it dense: .*toarray"):
        frame_of(tmp_path / "data.npz")


def test_an_error_has_the_name_that_the_array_has_in_the_file(read):
    with pytest.raises(errors.DataError, match=r"data must be numbers of shape \(N, D\), not float64 of shape \(4,\)"):
        read(data=np.ones(4))


class Bomb:
    """Unpickling one would leave a mark."""

    unpickled = False

    def __reduce__(self):
        return setattr, (Bomb, "unpickled", True)


@pytest.mark.parametrize("name", ["x", "y"])
def test_python_objects_are_refused_and_nothing_is_executed(read, name):
    with pytest.raises(errors.DataError, match=rf"data.npz: {name} is an array of Python objects.*{name}\.astype"):
        read(**{"x": X, "y": Y, name: np.array([Bomb()] * 4, dtype=object)})
    assert Bomb.unpickled is False


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"y": Y}, "needs an array called 'x'"),
        ({}, "there is none"),
        ({"x": Y, "y": Y}, r"x must be numbers of shape \(N, D\), not int64 of shape \(4,\)"),
        ({"x": np.float64(3), "y": Y}, "x must be numbers"),
        ({"x": X.astype(str), "y": Y}, "x must be numbers"),
        ({"x": X + 1j, "y": Y}, "x must be numbers"),
        ({"x": X, "y": Y[:2]}, r"x has 4 rows, y has shape \(2,\)"),
        ({"x": X, "y": 3}, r"x has 4 rows, y has shape \(\)"),
        ({"x": X, "y": X}, "one target an example"),
        ({"x": X[:0], "y": Y[:0]}, "there are no examples"),
        ({"x": X[:, :0], "y": Y}, "there are no examples"),
        ({"x": np.where(X == 5, np.nan, X), "y": Y}, "x, row 3: nan"),
        ({"x": X, "y": np.array([0, 1, np.inf, 1])}, "y, row 3: inf"),
        ({"x": X, "y": np.array([b"a", b"b", b"a", b"b"])}, "y must be numbers or text, not |S1"),
        ({"x": X, "y": Y.astype("M8[D]")}, "y must be numbers or text, not datetime64"),
        ({"x": X, "y": Y * 1j}, "y must be numbers or text, not complex128"),
    ],
)
def test_arrays_that_make_no_table(read, arrays, says):
    with pytest.raises(errors.DataError, match=says) as caught:
        read(**arrays)
    assert "data.npz" in str(caught.value)


def test_every_truncated_or_damaged_file_is_read_or_refused(tmp_path):
    path = tmp_path / "data.npz"
    np.savez_compressed(path, x=np.random.default_rng(0).normal(size=(6, 3)), y=np.arange(6))
    whole = path.read_bytes()
    damaged = [whole[:cut] for cut in range(0, len(whole), 5)]
    damaged += [whole[:i] + bytes([whole[i] ^ 0x55]) + whole[i + 1 :] for i in range(0, len(whole), 3)]
    refused = 0
    for content in damaged:
        path.write_bytes(content)
        try:
            frame_of(path)
        except errors.DataError as error:
            assert str(path) in str(error)
            refused += 1
    assert refused > len(damaged) / 2


def test_a_npy_file_under_the_wrong_name(tmp_path):
    np.save(tmp_path / "data.npy", X)
    (tmp_path / "data.npy").rename(tmp_path / "data.npz")
    with pytest.raises(errors.DataError, match=r"not a .npz file"):
        frame_of(tmp_path / "data.npz")


def test_a_zip_file_of_something_else(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as file:
        file.writestr("x", b"hello")
    with pytest.raises(errors.DataError, match="x must be numbers"):
        frame_of(tmp_path / "data.npz")


@pytest.mark.parametrize("shape", ["(1000000000000000, 2)", "(100000000000000000000000, 2)", "(-1, 2)", "(5, 2)"])
def test_a_header_that_promises_what_is_not_there(tmp_path, shape):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("x.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\0" * 16)
    (tmp_path / "data.npz").write_bytes(content.getvalue())
    with pytest.raises(errors.DataError, match="damaged"):
        frame_of(tmp_path / "data.npz")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "data.npz", x=np.zeros((2000, 500)), y=np.zeros(2000))
    assert (tmp_path / "data.npz").stat().st_size < 20_000
    monkeypatch.setattr(memory, "free", lambda: 60 * 10**6)
    monkeypatch.setattr(np.lib.npyio.NpzFile, "__getitem__", lambda self, name: pytest.fail("it was unpacked"))
    with pytest.raises(errors.DataError, match=r"data.npz: reading its arrays takes about 61.2 MB of memory, and 57.2"):
        frame_of(tmp_path / "data.npz")


def test_an_array_that_is_neither_inputs_nor_targets_is_told(read):
    (remark,) = read(x=X, y=Y, weights=Y).remarks
    assert remark.endswith("data.npz: the array weights is not read")
    (remark,) = read(x=X, y=Y, X_test=X, y_test=Y).remarks
    assert "the arrays X_test, y_test are not read; a set for testing goes into a file of its own" in remark
    assert read(x=X, y=Y).remarks == ()


def test_python_objects_are_left_alone_where_they_are_not_needed(read):
    assert len(read(x=X, y=Y, feature_names=np.array([Bomb()], dtype=object)).columns) == 2
    assert Bomb.unpickled is False
