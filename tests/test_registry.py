import bprop as bp
from bprop import boxes
from bprop.registry import is_redefinition, registered, registry


class Doubled(bp.Box):
    def fprop(self, a):
        return 2 * a

    def bprop(self, grad, value, a):
        return 2 * grad


def test_ours_are_registered_by_name_and_yours_by_module_and_name():
    assert registered("Tanh") is boxes.Tanh
    assert Doubled.type_key == f"{__name__}:Doubled"
    assert registered(Doubled.type_key) is Doubled
    assert registered("NoSuchBox") is None


def test_registry_returns_a_copy():
    registry().clear()
    assert registered("Tanh") is boxes.Tanh


def test_a_custom_box_does_not_replace_ours_of_the_same_name():
    class Tanh(bp.Box):
        def fprop(self, a):
            return a

        def bprop(self, grad, value, a):
            return grad

    assert registered("Tanh") is boxes.Tanh
    assert type(bp.tanh(bp.Input("x"))) is boxes.Tanh


def test_a_class_of_the_same_name_and_module_is_a_redefinition():
    def cell():
        class Same:
            pass

        return Same

    assert is_redefinition(cell(), cell())
    assert not is_redefinition(cell(), Doubled)
