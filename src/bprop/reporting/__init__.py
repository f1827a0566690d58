"""The report: training as one HTML page, in a file (`report`) or live while it runs (`Live`)."""

from bprop.reporting.about import Facts
from bprop.reporting.comparing import compare
from bprop.reporting.content import report
from bprop.reporting.live import Live

__all__ = ["Facts", "Live", "compare", "report"]
