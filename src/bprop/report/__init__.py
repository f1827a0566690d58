"""The report: training as one HTML page, from a file (`report`) or live, while it runs (`Live`)."""

from bprop.report.facts import Facts
from bprop.report.live import Live
from bprop.report.write import report

__all__ = ["Facts", "Live", "report"]
