"""scikit-learn's callback protocol (1.9 and newer). Older versions have no callbacks; nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:

    class CallbackSupportMixin: ...

    def with_callbacks(method: Callable[..., Any]) -> Callable[..., Any]: ...

else:
    try:
        from sklearn.callback import CallbackSupportMixin, with_callbacks
    except ImportError:

        class CallbackSupportMixin:
            """Replaces scikit-learn's class in versions without callbacks."""

        def with_callbacks(method):
            """The method as it is."""
            return method


class Hooks:
    """Calls the callbacks of an estimator when the fit, or an epoch, begins and ends. Does nothing without any."""

    estimator: Any

    data: dict[str, Any]
    context: Any
    task: Any

    def __init__(self, estimator: Any, epochs: int | None, X: Any, y: Any, metadata: dict[str, Any] | None):
        self.estimator, self.data = estimator, {"X": X, "y": y, "metadata": metadata}
        self.context = self.task = None
        if getattr(estimator, "_skl_callbacks", None):
            self.context = estimator._init_callback_context(max_subtasks=epochs)
            self.context.call_on_fit_task_begin(estimator=estimator, **self.data)

    def begin(self) -> None:
        """An epoch begins."""
        if self.context is not None:
            self.task = self.context.subcontext(task_name="epoch")
            self.task.call_on_fit_task_begin(estimator=self.estimator, **self.data)

    def end(self, fitted: Callable[[], dict[str, Any]]) -> bool:
        """An epoch has ended. Returns True if a callback stops the fit. fitted() -> the attributes used to predict."""
        if self.context is None or self.task is None:
            return False
        return bool(
            self.task.call_on_fit_task_end(estimator=self.estimator, reconstruction_attributes=fitted, **self.data)
        )

    def close(self) -> None:
        """The fit has ended."""
        if self.context is not None:
            self.context.call_on_fit_task_end(estimator=self.estimator, reconstruction_attributes=dict, **self.data)
