import inspect

import pytest

from bprop import errors

CLASSES = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if cls.__module__ == errors.__name__]


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_belongs_to_the_family_and_explains_itself(cls):
    assert issubclass(cls, errors.BpropError)
    assert cls.__doc__


@pytest.mark.parametrize(
    ("cls", "habit"),
    [
        (errors.BoxError, TypeError),
        (errors.GraphError, ValueError),
        (errors.ShapeError, ValueError),
        (errors.DTypeError, TypeError),
        (errors.UnknownNameError, KeyError),
        (errors.DataError, ValueError),
        (errors.SettingError, ValueError),
        (errors.CallError, TypeError),
        (errors.NonFiniteError, FloatingPointError),
        (errors.ModelFileError, ValueError),
        (errors.UnreadableError, errors.ModelFileError),
        (errors.MissingPackageError, ImportError),
    ],
)
def test_errors_are_also_built_in_exceptions(cls, habit):
    with pytest.raises(habit, match="why"):
        raise cls("why")


def test_an_unknown_name_prints_its_message_without_quotes():
    assert str(errors.UnknownNameError("no box is called 'q'")) == "no box is called 'q'"
    assert str(errors.UnknownNameError()) == ""


def test_a_non_finite_error_carries_the_last_finite_fit():
    fit = object()
    assert errors.NonFiniteError("loss is nan", fit).fit is fit
    assert errors.NonFiniteError("loss is nan").fit is None
