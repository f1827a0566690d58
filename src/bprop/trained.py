"""Anything trained as a model: the one road of `save`, `to_onnx`, `report`, `check_gradients` and `Stepper`.

Anything trained has two methods: `to_model()`, its graph with theta and notes; and `read_batch(data)`, the arrays that
this graph takes. Models, fits, and the estimators have both. A new kind of trained thing needs no more than these.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from bprop.errors import BpropError, SettingError

SAVED_WHOLE = "or keep the whole of it with joblib or skops"


def as_model(trained: Any, call: str, error: type[BpropError] = SettingError) -> Any:
    """The Model of anything trained: a fit, a model, an estimator of bprop, a search of scikit-learn over these.

    call : what the caller is called with, for errors: "save(path, model)". error : their class.

    Raises `error`, which says what to pass instead; scikit-learn's NotFittedError for an estimator before its fit.
    """
    return unwrapped(trained, call, error).to_model()


def as_pass(trained: Any, data: Sequence[Any], call: str) -> tuple[Any, Mapping[str, Any], dict[str, Any]]:
    """(graph, theta, arrays) of anything trained, for a pass over some examples.

    data : as `read_batch` takes it, one or two: (inputs and targets), or (X, y).
    """
    source, parts = unwrapped(trained, call), [part for part in data if part is not None]
    if not parts:
        raise SettingError(f"{call} needs examples with targets: {{input: array}}, (X, y), or rows of a table")
    model = source.to_model()
    return model.graph, model.params, source.read_batch(*parts)


def unwrapped(trained: Any, call: str, error: type[BpropError] = SettingError) -> Any:
    """The thing that has `to_model`: itself, or the one in a search, or in a pipeline of one step."""
    if isinstance(trained, type):
        raise error(f"{call} needs something trained, not the class {trained.__name__}: make one, and fit it")
    if callable(getattr(trained, "to_model", None)):
        return trained
    if hasattr(trained, "best_estimator_"):
        return unwrapped(trained.best_estimator_, call, error)
    if callable(getattr(getattr(trained, "fit", None), "to_model", None)):  # the result of bp.tune
        return trained.fit
    if hasattr(trained, "steps") and hasattr(trained, "named_steps"):
        return unwrapped(_alone(trained, call, error), call, error)
    raise error(f"{call} needs a fit, a model or an estimator of bprop, not {type(trained).__name__}{_advice(trained)}")


def _alone(pipeline: Any, call: str, error: type[BpropError]) -> Any:
    """The last step of a pipeline without others."""
    *before, (name, last) = pipeline.steps
    working = [step for _, step in before if step is not None and step != "passthrough"]
    if working:
        names = ", ".join(type(step).__name__ for step in working)
        raise error(
            f"{call}: the steps {names} of this Pipeline are no boxes, so a model would lack them. Pass its last step "
            f"alone, pipeline[{name!r}], which takes what they give; or train a TableClassifier or TableRegressor on "
            f"the data frame, which encodes and scales by itself; {SAVED_WHOLE}"
        )
    return last


def _advice(thing: Any) -> str:
    """The way on for something that is not trained, or not by bprop; "" where nobody knows."""
    module = type(thing).__module__
    if isinstance(thing, str | os.PathLike):
        return ": read the file first, bp.load(path)"
    if hasattr(thing, "fprop") and hasattr(thing, "init"):
        return ": a graph has no parameters of its own; pass bp.Model(graph, theta), or what bp.train returns"
    if isinstance(thing, list | tuple):
        return ": pass one of them, or their mean, bp.ensemble(fits)"
    if isinstance(thing, Mapping):
        return ": parameters need their graph, bp.Model(graph, theta)"
    if module.startswith("sklearn.neural_network"):
        return f": train bprop.{type(thing).__name__}, which takes the same arguments"
    if hasattr(thing, "regressor_"):
        return f": its network alone knows no units of y; bp.TableRegressor scales y by itself; {SAVED_WHOLE}"
    return ""
