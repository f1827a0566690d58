"""The report: training as one HTML page, from a file (`report`) or live, while it runs (`Live`)."""

from bprop.reporting.facts import Facts
from bprop.reporting.live import Live
from bprop.reporting.write import report

__all__ = ["Facts", "Live", "report"]
