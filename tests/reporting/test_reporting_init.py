"""The names of the room, and that they are those of the package, whatever is imported first."""

import subprocess
import sys

import bprop as bp
from bprop import reporting


def test_names():
    assert bp.report is reporting.report
    assert bp.Live is reporting.Live


def test_the_name_is_the_function_whatever_is_imported_first():
    code = "import bprop.reporting.live; import bprop as bp; assert callable(bp.report)"
    subprocess.run([sys.executable, "-c", code], check=True)
