"""The errors that bprop raises on purpose: one small family under `BpropError`.

Each is also the built-in exception that Python's habits call for, so `except ValueError` works too.
"""


class BpropError(Exception):
    """The root of the family: catch it to catch every error that bprop raises on purpose."""


class BoxError(BpropError, TypeError):
    """A box was made wrongly: number of children, an unknown or ill-typed hyper-parameter."""


class GraphError(BpropError, ValueError):
    """The boxes do not make a graph: a cycle, a duplicate name, a loss that is not one number an example."""


class ShapeError(GraphError):
    """The shapes of a box's children do not fit together, or an array has not the shape declared."""


class DTypeError(BpropError, TypeError):
    """Values of the wrong kind, such as fractions where whole numbers (labels, row numbers) are needed."""


class UnknownNameError(BpropError, KeyError):
    """A name (of a box, an input, a parameter, a choice) that is not among those known here."""

    def __str__(self) -> str:  # KeyError would print the repr of the message
        return str(self.args[0]) if self.args else ""


class DataError(BpropError, ValueError):
    """Data that cannot be used: an empty set, NaN or infinity, a label out of range, a bad file line."""


class SettingError(BpropError, ValueError):
    """A setting out of its range: a negative learning rate, a batch larger than the set."""


class NonFiniteError(BpropError, FloatingPointError):
    """Training met NaN or infinity. `fit` is the last finite state; the message names box, step and rows."""

    def __init__(self, message: str, fit: object = None):
        super().__init__(message)
        self.fit = fit


class ModelFileError(BpropError, ValueError):
    """A model file that is missing, truncated, corrupt, made of boxes not defined here, or cannot be written.

    `fit` is the fit so far, where the last checkpoint of a training run could not be written.
    """

    fit: object = None


class UnreadableError(ModelFileError):
    """A model file that is there, but cannot be read now: permission, too many open files, memory. It may be whole."""


class MissingPackageError(BpropError, ImportError):
    """An optional package is needed; the message gives the pip command that brings it."""


class InternalError(BpropError, RuntimeError):
    """A fault of bprop itself: an engine failed at something that it should have code for. Please report it."""


class UnsupportedError(BpropError, NotImplementedError):
    """An engine, or a format, has no code for something that a graph or a rule does; another engine has."""
