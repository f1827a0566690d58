import pytest

import bprop as bp
from bprop.elsewhere.boxes import SETTINGS, meant
from bprop.errors import BoxError, CallError

x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 2))


@pytest.mark.parametrize(
    ("call", "cure"),
    [
        (lambda: bp.sum(x, dim=1), "bp.sum has no argument 'dim': here it is axis="),
        (lambda: bp.mean(x, keepdim=True), "here it is keepdims="),
        (lambda: bp.dropout(x, p=0.5), "here it is rate="),
        (lambda: bp.linear(x, W, bias=W), "here it is b="),
        (lambda: bp.linear(x, W, W, W), r"takes 3 positional arguments, not 4: bp.linear\(h, W, b\)"),
        (lambda: bp.leaky_relu(x, negative_slope=0.1), "it has: slope; here it is 'slope'"),
        (lambda: bp.softmax(x, dim=1), "it has: none$"),
        (lambda: bp.layer_norm(x, W[:, 0], W[:, 0], eps=1e-3), "here it is 'epsilon'"),
    ],
)
def test_settings_by_other_names_say_what_to_type(call, cure):
    with pytest.raises((BoxError, CallError), match=cure):
        call()


def test_only_settings_that_a_box_has_are_named():
    assert meant("dim", ["axis"]) == "; here it is 'axis'" and meant("dim", []) == meant("axis", ["axis"]) == ""
    assert not {*SETTINGS} & {"axis", "rate", "epsilon", "slope"}
