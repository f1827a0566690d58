"""A run that hands everything on."""

from unittest.mock import MagicMock

from bprop.engines.delegate import Delegate
from bprop.engines.engine import Run


def test_everything_that_a_run_does_is_handed_on():
    run = MagicMock(spec=Run, turn=3, engine="other", reason="because", state="state")
    delegate = Delegate(run)
    assert (delegate.turn, delegate.engine, delegate.reason, delegate.state) == (3, "other", "because", "state")
    calls = {
        "set_order": ([1, 0], None), "steps": (1, 2, 3), "compile_seconds": (), "evaluate": ("data",), "penalty": (),
        "params": (), "rule_arrays": (), "restore": ({}, []), "surroundings": (),
    }  # fmt: skip
    assert set(calls) == {name for name, method in vars(Run).items() if callable(method) and name[0] != "_"}
    for name, arguments in calls.items():
        answer = getattr(delegate, name)(*arguments)
        getattr(run, name).assert_called_once_with(*arguments)
        assert answer is getattr(run, name).return_value or name in ("set_order", "restore")


def test_a_state_is_put_back_into_the_run():
    run = MagicMock(spec=Run, turn=1)
    Delegate(run).state = "kept"
    assert run.state == "kept"
