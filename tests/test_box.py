import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.box import as_box


@pytest.fixture
def x():
    return bp.Input("x", (4,))


def test_a_box_cannot_be_made_without_fprop_and_bprop(x):
    class Half(bp.Box):
        def fprop(self, a):
            return a

    with pytest.raises(TypeError, match="bprop"):
        Half(x)


def test_the_wrong_number_of_children_is_refused_with_their_names(x):
    with pytest.raises(errors.BoxError, match=r"Linear takes 3 children \(h, W, b\), got 1"):
        bp.Linear(x)
    with pytest.raises(errors.BoxError, match=r"takes 1 child \(a\), got 2; its hyper-parameters \(slope\)"):
        boxes.LeakyRelu(x, 3.0)
    with pytest.raises(errors.BoxError, match="got 0"):
        boxes.L2()
    with pytest.raises(errors.BoxError, match="got 0"):
        bp.concat([])


def test_the_wrong_kind_of_name_is_refused(x):
    for name in ("", 3, b"h"):
        with pytest.raises(errors.BoxError, match="name"):
            bp.tanh(x, name=name)


def test_shapes_that_do_not_fit_are_refused_naming_box_children_and_shapes(x):
    W, b = bp.Parameter("W1", (5, 3)), bp.Parameter("b1", (3,))
    with pytest.raises(errors.ShapeError) as caught:
        bp.linear(x, W, b, name="a1")
    for part in ("Linear 'a1'", "h=Input 'x' (N, 4)", "W=Parameter 'W1' (5, 3)", "b=Parameter 'b1' (3,)"):
        assert part in str(caught.value)


def test_children_of_a_box_that_takes_any_number_are_named_by_position(x):
    with pytest.raises(errors.ShapeError, match=r"child 0=Input 'x' \(N, 4\), child 1=Parameter 'W' \(2,\)"):
        bp.concat([x, bp.Parameter("W", (2,))])


def test_an_axis_or_an_index_out_of_range_is_a_shape_error(x):
    with pytest.raises(errors.ShapeError, match="axis 5"):
        bp.sum(x, axis=5)
    with pytest.raises(errors.ShapeError, match="index 7"):
        x[:, 7]


def test_numbers_of_the_wrong_kind_are_a_dtype_error(x):
    with pytest.raises(errors.DTypeError, match="int input"):
        bp.nll(bp.softmax(x), bp.Input("y", ()))


def test_a_child_that_is_no_number_is_refused(x):
    with pytest.raises(errors.BoxError, match="str cannot be part of a graph"):
        bp.tanh("x")
    with pytest.raises(errors.BoxError, match="NoneType cannot be part"):
        x + None


def test_boxes_are_immutable(x):
    box = boxes.LeakyRelu(x, slope=2.0)
    with pytest.raises(errors.BoxError, match="immutable"):
        box.slope = 3.0
    with pytest.raises(errors.BoxError, match="immutable"):
        box.children = ()
    with pytest.raises(errors.BoxError, match="immutable"):
        del box.slope
    assert box.slope == 2.0 and box.children == (x,)


def test_bind_makes_a_copy_with_another_value(x):
    box = bp.dropout(x, 0.5)
    bound = box.bind(rate=0.25)
    assert (box.rate, bound.rate) == (0.5, 0.25)
    assert bound.children == box.children and bound.spec == box.spec


def test_dims_and_repr_show_the_shape(x):
    h = bp.tanh(x, name="h")
    assert h.dims == ("N", 4)
    assert repr(h) == "<Tanh 'h' (N, 4)>"
    assert repr(bp.tanh(x)) == "<Tanh (N, 4)>"


def test_child_names_leave_out_the_extra_arguments():
    assert boxes.Linear.child_names() == ("h", "W", "b")
    assert boxes.Dropout.child_names() == ("a",)
    assert boxes.BatchNorm.child_names() == ("a", "gain", "shift", "mean", "variance")
    assert boxes.Concat.child_names() == ("*parts",)


def test_boxes_are_compared_by_identity(x):
    assert bp.tanh(x) != bp.tanh(x)
    assert len({x, x, bp.Input("x", (4,))}) == 2


def test_as_box_keeps_boxes_and_wraps_numbers(x):
    assert as_box(x) is x
    assert type(as_box(2)) is bp.Constant


def test_a_box_that_needs_noise_must_say_which(x):
    class Noisy(bp.Box):
        needs = ("noise",)

        def fprop(self, a, noise):
            return a + noise

        def bprop(self, grad, value, a, noise):
            return grad

    with pytest.raises(errors.BpropError, match="define `noise`"):
        Noisy(x)


class Limit(Exception):  # noqa: N818
    """The exception of a time limit, raised in any code."""


def raises_once(monkeypatch, cls):
    """fprop of a class of boxes meets the time limit the next time, and only then."""
    fprop, calls = cls.fprop, []

    def limited(self, *children):
        calls.append(self)
        if len(calls) == 1:
            raise Limit
        return fprop(self, *children)

    monkeypatch.setattr(cls, "fprop", limited)


def test_a_time_limit_while_a_box_is_made_is_not_reported_as_its_fault(monkeypatch):
    x = bp.Input("x", (3,))
    raises_once(monkeypatch, type(bp.tanh(x)))
    with pytest.raises(Limit):
        bp.tanh(x)


def test_too_little_memory_is_not_taken_for_a_shape_that_does_not_fit(x):
    class Greedy(bp.Box):
        def fprop(self, a):
            raise MemoryError("Unable to allocate 8.00 EiB")

        def bprop(self, grad, value, a):
            return (grad,)

    with pytest.raises(MemoryError):
        Greedy(x)


def test_a_box_without_children_is_of_no_size_unless_it_says_more():
    assert bp.Tanh.size_limit({}, []) == 0
    assert bp.Tanh.size_limit({}, [(2, 3), (7,), ()]) == 7


def test_a_bprop_with_other_arguments_is_refused_when_its_class_is_defined():
    with pytest.raises(errors.BoxError, match=r"write def bprop\(self, grad, value, a\) -> a gradient for each child"):

        class NoValue(bp.Box):
            def fprop(self, a):
                return 2 * a

            def bprop(self, grad, a):
                return 2 * grad

    with pytest.raises(errors.BoxError, match=r"write def fprop\(self, a\)"):

        class NoSelf(bp.Box):
            def fprop(a):
                return 2 * a

            def bprop(self, grad, value, a):
                return 2 * grad


def test_an_init_of_its_own_says_how_hyper_parameters_are_declared():
    class Own(bp.Box):
        def __init__(self, a, k):
            self.k = k

        def fprop(self, a):
            return a

        def bprop(self, grad, value, a):
            return grad

    with pytest.raises(errors.BoxError, match=r"annotated attributes of its class, such as `k: float = 1\.0`"):
        Own(bp.Input("x"), 3)


def test_a_wrong_number_of_children_shows_how_the_box_is_made():
    with pytest.raises(errors.BoxError, match=r"got 2; type bp.Linear\(h, W, b\)"):
        bp.Linear(4, 3)
