"""Counts of a server, as Prometheus reads them.

Source: the text format of Prometheus, version 0.0.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from threading import Lock

BOUNDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds up to which requests are counted."""
MEDIA = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts requests, rows, seconds and reloads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests, self._rows = Counter[tuple[str, int]](), Counter[str]()
        self._buckets, self._seconds = Counter[float](), 0.0
        self._reloads = Counter[str]()

    def request(self, model: str, status: int, rows: int, seconds: float) -> None:
        """Count a request. model : a name that is served, or "": others must not make new lines."""
        with self._lock:
            self._requests[model, status] += 1
            self._rows[model] += rows
            self._seconds += seconds
            self._buckets[next((bound for bound in BOUNDS if seconds <= bound), float("inf"))] += 1

    def reload(self, outcome: str) -> None:
        """Count a reload: "done" or "failed"."""
        with self._lock:
            self._reloads[outcome] += 1

    def text(self, inside: int) -> str:
        """All counts. inside : requests that are computed or wait."""
        with self._lock:
            return "".join(f"{line}\n" for line in self._lines(inside))

    def _lines(self, inside: int) -> Iterator[str]:
        yield "# HELP bprop_requests_total Requests for predictions."
        yield "# TYPE bprop_requests_total counter"
        for (model, status), count in sorted(self._requests.items()):
            yield f'bprop_requests_total{{model="{model}",status="{status}"}} {count}'
        yield "# HELP bprop_rows_total Rows that were predicted."
        yield "# TYPE bprop_rows_total counter"
        for model, count in sorted(self._rows.items()):
            yield f'bprop_rows_total{{model="{model}"}} {count}'
        yield "# HELP bprop_request_seconds Seconds from the head of a request for predictions to its answer."
        yield "# TYPE bprop_request_seconds histogram"
        total = 0
        for bound in (*BOUNDS, float("inf")):
            total += self._buckets[bound]
            yield f'bprop_request_seconds_bucket{{le="{"+Inf" if bound == float("inf") else bound}"}} {total}'
        yield f"bprop_request_seconds_sum {self._seconds:.6f}"
        yield f"bprop_request_seconds_count {total}"
        yield "# HELP bprop_requests_inside Requests that are computed, or wait for that."
        yield "# TYPE bprop_requests_inside gauge"
        yield f"bprop_requests_inside {inside}"
        yield "# HELP bprop_reloads_total Model files that were read again."
        yield "# TYPE bprop_reloads_total counter"
        for outcome in ("done", "failed"):
            yield f'bprop_reloads_total{{outcome="{outcome}"}} {self._reloads[outcome]}'
