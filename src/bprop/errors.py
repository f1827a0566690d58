"""The errors that bprop raises on purpose: one small family under `BpropError`.

Each is also the built-in exception that Python's habits call for, so `except ValueError` works too.
"""


class BpropError(Exception):
    """The root of the family: catch it to catch every error that bprop raises on purpose."""


class BoxError(BpropError, TypeError):
    """A box was made wrongly: with the wrong number of children, or an unknown or ill-typed hyper-parameter."""


class GraphError(BpropError, ValueError):
    """Boxes that make no graph: a cycle, a duplicate name, a loss that is not one number an example."""


class ShapeError(GraphError):
    """The shapes of a box's children do not fit together, or an array does not have the declared shape."""


class DTypeError(BpropError, TypeError):
    """Values of the wrong kind, such as fractions where whole numbers (labels, row numbers) are needed."""


class UnknownNameError(BpropError, KeyError):
    """An unknown name of a box, an input, a parameter or a choice. The message lists the known names."""

    def __str__(self) -> str:  # KeyError would print the repr of the message
        return str(self.args[0]) if self.args else ""


class DataError(BpropError, ValueError):
    """Data that cannot be used: an empty set, NaN or infinity, a label out of range, a bad file line."""


class SettingError(BpropError, ValueError):
    """A setting out of its range: a negative learning rate, a batch larger than the data set."""


class CallError(SettingError, TypeError):
    """A call with arguments that the function does not have. The message says what to type."""


class NonFiniteError(BpropError, FloatingPointError):
    """Training computed NaN or infinity. The message names the box, the step and the rows.

    fit : the fit with the last finite parameters.
    """

    def __init__(self, message: str, fit: object = None):
        super().__init__(message)
        self.fit = fit


class ModelFileError(BpropError, ValueError):
    """A model file that is missing, truncated or corrupt, that needs boxes not defined here, or that cannot be written.

    fit : the fit so far, if the last checkpoint of a training run could not be written.
    """

    fit: object = None


class UnreadableError(ModelFileError):
    """A model file that exists but cannot be read now: no permission, too many open files, no memory."""


class LostProcessError(BpropError, ConnectionError):
    """One of the processes that train together has ended, or cannot be reached. All of them end."""


class MissingPackageError(BpropError, ImportError):
    """An optional package is missing. The message contains the pip command that installs it."""


class InternalError(BpropError, RuntimeError):
    """A fault of bprop itself: an engine failed at an operation that it has code for. Please report it."""


class UnsupportedError(BpropError, NotImplementedError):
    """An engine or a file format has no code for an operation of the graph or of the rule. Another engine has."""
