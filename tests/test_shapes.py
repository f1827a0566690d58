import numpy as np
import pytest

from bprop.shapes import batched, fixed, infer, kind_of, show_shape, thin


def no_extras(arrays):
    return ()


def test_kinds_of_numbers():
    assert [kind_of(d) for d in ("float", "int", "bool")] == ["float", "int", "bool"]
    assert [kind_of(d) for d in (np.float16, np.longdouble, np.uint8, "int32", bool, int)] == [
        "float", "float", "int", "int", "bool", "int",
    ]  # fmt: skip


@pytest.mark.parametrize("dtype", [complex, object, "U5", "datetime64[s]"])
def test_other_kinds_are_refused(dtype):
    with pytest.raises(TypeError):
        kind_of(dtype)


def test_dims_say_where_the_batch_is():
    assert batched((784,)).dims == ("N", 784)
    assert batched(()).dims == ("N",)
    assert fixed((3, 4)).dims == (3, 4)
    assert str(batched((784,))) == "(N, 784)"
    assert str(batched((), "int")) == "(N,) int"
    assert show_shape(()) == "()"


def test_the_shape_of_a_value_is_inferred_by_running_fprop():
    assert infer(lambda a, b: a @ b, [batched((4,)), fixed((4, 3))], no_extras).dims == ("N", 3)
    assert infer(lambda a: a.sum(), [batched((4,))], no_extras).dims == ()
    assert infer(lambda a: a.T, [batched((4,))], no_extras).dims == (4, "N")


def test_sizes_that_depend_on_the_batch_are_expressions_in_N():
    spec = batched((4,))
    assert infer(lambda a: a.reshape(-1), [spec], no_extras).dims == ("4N",)
    assert infer(lambda a: a[1:], [spec], no_extras).dims == ("N-1", 4)
    assert infer(lambda a: np.concatenate([a, a, a[:1]]), [spec], no_extras).dims == ("2N+1", 4)


def test_the_kind_of_a_value_is_inferred_too():
    assert infer(lambda a: a > 0, [batched(())], no_extras).kind == "bool"
    assert infer(lambda a: a + 1, [batched((), "int")], no_extras).kind == "int"
    assert infer(lambda a: a + 0.5, [batched((), "int")], no_extras).kind == "float"


def test_extras_are_handed_over_after_the_children():
    assert infer(lambda a, w: a * w[:, None], [batched((2,))], lambda arrays: (np.ones(len(arrays[0])),)).dims == (
        "N",
        2,
    )


def test_a_number_of_axes_that_depends_on_the_batch_is_refused():
    with pytest.raises(ValueError, match="axes"):
        infer(lambda a: np.ones((1,) * len(a)), [batched(())], no_extras)


def test_dummies_cannot_be_written_to_and_cost_no_memory():
    def mutate(a):
        a += 1
        return a

    with pytest.raises(ValueError, match="read-only"):
        infer(mutate, [batched((2,))], no_extras)
    assert fixed((10**6, 10**6)).dummy(0).strides == (0, 0)


def test_a_dummy_of_whole_numbers_is_a_legal_label_of_even_one_class():
    assert infer(lambda a, y: a[y], [fixed((1, 3)), batched((), "int")], no_extras).dims == ("N", 3)


def test_dummies_that_divide_by_zero_do_not_warn():
    assert infer(lambda a: np.log(a - 1) / a, [batched(())], no_extras).dims == ("N",)


def test_an_axis_that_is_summed_over_can_be_thin():
    assert thin(batched((4, 5), "int"), -1) == batched((4, 1), "int")
    assert thin(fixed((4, 5)), 0) == fixed((1, 5))


def test_what_fprop_returns_must_be_an_array():
    with pytest.raises(TypeError, match="fprop returned a list, not an array"):
        infer(lambda: [1.0, 2.0], (), lambda arrays: ())
