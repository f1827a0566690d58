"""Temporary arrays of a pass come from memory that the process has already."""

import os
import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
import bprop as bp
from bprop.heap import LARGEST

x = np.ones(200_000)


def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        (x + 1) * (x + 2)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


faults()
first = faults()
graph = bp.mlp([2, 3, 2])
graph.predict(graph.init(0), {"x": np.zeros((1, 2))})
faults()
print(first, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have other rules")
def test_temporary_arrays_cost_no_page_faults_after_a_first_prediction():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    result = subprocess.run([sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True, env=environment)
    before, after = map(int, result.stdout.split())
    assert before > 5000  # 20 rounds of two or three arrays of 390 pages
    assert after < before / 50
