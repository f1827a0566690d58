"""What other libraries call it is answered with the line to type here."""

import inspect

import pytest

from bprop.elsewhere import TRAINING, alike, answering, need_keywords
from bprop.errors import CallError

ANSWERS = alike({("optimizer", "solver"): "type rule=bp.Adam(0.001)"})


@answering(ANSWERS, "work", places="work(data)")
def work(data, *, rule=None, epochs=10):
    """Does it."""
    return data, rule, epochs


def test_a_call_that_the_function_takes_goes_through():
    assert work(1, rule=2) == (1, 2, 10)
    assert work.__doc__ == "Does it." and list(inspect.signature(work).parameters) == ["data", "rule", "epochs"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: work(1, optimizer="adam"), "work has no argument 'optimizer': type rule=bp.Adam"),
        (lambda: work(1, epoch=3), "no argument 'epoch'; did you mean 'epochs'"),
        (lambda: work(1, zzz=3), "no argument 'zzz'; there are: "),
        (lambda: work(1, 2), "takes 1 positional arguments, not 2: work"),
    ],
)
def test_a_call_that_it_does_not_take_is_answered(call, words):
    with pytest.raises(CallError, match=words) as caught:
        call()
    assert isinstance(caught.value, TypeError)


def test_an_argument_that_is_missing_is_an_error_of_python():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'data'"):
        work()


def test_further_names_may_go_into_a_functions_keywords():
    @answering(ANSWERS, "more", more=lambda: ["seed"])
    def more(data, **settings):
        return settings

    assert more(1, seed=3) == {"seed": 3}
    with pytest.raises(CallError, match="'sed'; did you mean 'seed'"):
        more(1, sed=3)


def test_known_keywords_pass():
    need_keywords("f", {"a": 1}, ["a", "b"], {})


def test_every_answer_about_training_names_something_to_type():
    assert all("=" in words or "record.metrics" in words or "bp." in words for words in TRAINING.values())
