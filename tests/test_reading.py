"""What people give as arrays: read as it is meant, or refused in words."""

import numpy as np
import pytest

from bprop import errors
from bprop.reading import hint, need_columns, need_one_set, need_unmasked, read_array

X = np.array([[1.0, 2.0], [3.0, 4.0]])
MASKED = np.ma.masked_array(X, [[False, False], [False, True]])
NAMED = np.array([(1.0, 2.0)], dtype=[("a", "f8"), ("b", "f8")])


def test_an_array_is_itself():
    assert read_array(X, "x") is X


@pytest.mark.parametrize(
    "same",
    [X.tolist(), np.ma.masked_array(X), np.ma.masked_array(X, np.zeros_like(X, bool)), list(np.ma.masked_array(X)),
     memoryview(X)],
    ids=["list", "no mask", "nothing masked", "list of arrays", "memory"],
)  # fmt: skip
def test_what_says_the_same_is_a_plain_array(same):
    found = read_array(same, "x")
    assert type(found) is np.ndarray
    np.testing.assert_array_equal(found, X)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_a_matrix_is_a_plain_array():
    assert type(read_array(np.asmatrix(X), "x")) is np.ndarray


@pytest.mark.parametrize("check", [read_array, need_unmasked, need_columns])
def test_masked_elements_are_counted_and_the_first_is_named(check):
    with pytest.raises(errors.DataError, match="x: 1 of 4 elements are masked, the first in row 1: fill them"):
        check(MASKED, "x")
    with pytest.raises(errors.DataError, match="x, element 1: 1 of 2 elements are masked"):
        check(list(MASKED), "x")
    with pytest.raises(errors.DataError, match="x, element 0, element 1: 1 of 1 elements are masked"):
        check([[1.0, np.ma.masked]], "x")
    with pytest.raises(errors.DataError, match="x: 1 of 2 elements are masked"):
        check(np.ma.masked_array(NAMED, [(True, False)]), "x")


def test_rows_of_unequal_length_are_no_array():
    with pytest.raises(errors.ShapeError, match="x: cannot be read as an array"):
        read_array([[1.0], [1.0, 2.0]], "x")


def test_what_another_library_says_is_told():
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("detach it first")

    with pytest.raises(errors.DTypeError, match="x: cannot be read as an array: RuntimeError: detach it first"):
        read_array(Tensor(), "x")


def test_a_tensor_of_bfloat16_is_refused_with_the_way_to_numbers():
    torch = pytest.importorskip("torch")
    with pytest.raises(errors.DTypeError, match=r"tensor\.float\(\) makes float32 of it"):
        read_array(torch.ones(2, dtype=torch.bfloat16), "x")


def test_a_sparse_matrix_is_named():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(errors.DTypeError, match=r"x: a sparse matrix: give it with .toarray\(\)"):
        read_array(sparse.csr_array(X), "x")


@pytest.mark.parametrize("kind", ["datetime64[s]", "timedelta64[s]"])
def test_columns_of_dates_are_refused(kind):
    with pytest.raises(errors.DTypeError, match=r"X: needs numbers, got an array of .*encode text and dates"):
        need_columns(X.astype(kind), "X")
    need_columns(X, "X")


def test_dates_in_a_frame_are_refused():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(errors.DTypeError, match="X: needs numbers, got an array of datetime64"):
        need_columns(pandas.DataFrame({"a": [1.0, 2.0], "day": X[0].astype("datetime64[s]")}), "X")


def test_what_is_no_array_yet_is_left_to_who_reads_it():
    class Data:
        def __array_function__(self, *args):
            raise TypeError("no function of NumPy's")

    need_columns(Data(), "X")
    need_columns([[1.0], [2.0]], "X")
    pandas = pytest.importorskip("pandas")
    need_columns(pandas.Series([1.0, 2.0]), "y")
    with pytest.raises(errors.DTypeError, match="y: needs numbers"):
        need_columns(pandas.Series(X[0].astype("datetime64[s]")), "y")


def test_named_columns_are_refused_with_the_way_to_make_an_array():
    with pytest.raises(errors.DTypeError, match=r"np.stack\(\[a\[name\] for name in a.dtype.names\]"):
        need_columns(NAMED, "X")
    np.testing.assert_array_equal(np.stack([NAMED[name] for name in NAMED.dtype.names], axis=-1), X[:1])


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.array(["a"]), "encode text and dates as numbers"),
        (np.array([1j]), "real and imaginary parts"),
        (np.array([1, 2], object), "all are whole numbers: give it with .astype(int)"),
        (np.array([1, 2.5], object), "all are numbers: give it with .astype(float)"),
        (np.array([1, None], object), "some are missing"),
        (np.array([1, "a"], object), "encode text and dates as numbers"),
        (NAMED, "give its columns as numbers"),
    ],
    ids=str,
)
def test_the_hint_says_what_to_do(array, said):
    assert said in hint(array.dtype, array)


def test_several_data_sets_by_name_are_refused():
    class Table:
        column_names = ("a", "b")

    with pytest.raises(
        errors.DataError, match=r"rows: these are several data sets, 'train', 'test': give one of them, data\['t"
    ):
        need_one_set({"train": Table(), "test": Table()}, "rows")
    need_one_set({"x": Table(), "y": [1]}, "rows")
    need_one_set({}, "rows")


def test_columns_of_nullable_numbers_are_an_array_and_a_missing_one_is_told():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.5, 2.0], "b": [1, 2], "c": [True, False]}).convert_dtypes()
    np.testing.assert_array_equal(read_array(frame, "x"), [[1.5, 1, 1], [2, 2, 0]])
    assert read_array(frame[["b", "c"]], "x").dtype == np.int64
    assert read_array(frame[["c", "c"]], "x").dtype == bool
    frame.loc[0, "a"] = None
    array = read_array(frame, "x")
    assert array.dtype == object
    assert "some are missing" in hint(array.dtype, array)
