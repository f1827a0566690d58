import pytest

import bprop as bp
from bprop import boxes, signatures


class Mine:
    def few(self, a): ...

    def many(self, a, *more): ...

    def optional(self, a, b, c=None): ...

    named = few


@pytest.mark.parametrize("method", ["many", "optional", "nothing"])
def test_a_method_that_can_be_called_is_no_fault(method):
    assert signatures.fault(Mine, method, ("self", "a", "b"), "x") is None


def test_a_method_that_cannot_be_called_is_shown_with_the_line_to_write():
    fault = signatures.fault(Mine, "few", ("self", "a", "b"), "x")
    assert fault == "Mine.few(self, a): bprop calls it otherwise; write def few(self, a, b) -> x"


def test_an_inherited_method_is_judged_where_it_was_defined():
    assert signatures.fault(type("Heir", (Mine,), {}), "few", ("self", "a", "b"), "x") is None


def test_a_keyword_that_a_method_has_is_passed_by_name():
    class Asks:
        def bprop(self, grad, wanted): ...

    assert signatures.fault(Asks, "bprop", ("self", "grad"), "x", ("wanted",)) is None
    assert signatures.fault(Asks, "bprop", ("self", "grad"), "x") is not None


def test_a_signature_that_is_not_known_is_accepted():
    assert signatures.accepts(object(), 7)
    assert not signatures.accepts(lambda: 0, 1)


def test_every_box_of_bprop_is_called_as_a_pass_calls_it():
    """No process that imports bprop looks at them."""
    named = [getattr(boxes, name) for name in boxes.__all__]
    ours = [cls for cls in named if isinstance(cls, type) and issubclass(cls, bp.Box)]
    assert len(ours) > 50
    for cls in ours:
        signatures.need_box(cls)
