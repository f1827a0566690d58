"""`Graph.functions`: the job that it makes for an engine."""

import numpy as np
import pytest

import bprop as bp
from bprop.engines.numpy import NumpyEngine


class Looking(NumpyEngine):
    name = "looking"

    def functions(self, job, options):
        return job, options


def test_an_engine_gets_a_job_with_the_graph_the_rule_and_the_precision():
    graph = bp.Graph(loss=bp.square(bp.Input("x", (), "int") * bp.Parameter("w")))
    job, options = graph.functions(
        Looking(), "adam", dtype="float64", in_place=True, check=False, batch_size=np.int64(4)
    )
    assert job.graph is graph and job.rule == bp.Adam() and job.dtype == np.float64 and job.batch_size == 4
    assert options.in_place and not options.check and options.batch_size == 4
    job, options = graph.functions(Looking())
    assert job.rule == bp.SGD() and job.dtype == np.float32 and options.batch_size is None


def test_an_engine_that_is_not_there_is_named():
    with pytest.raises(bp.errors.UnknownNameError, match="no engine is called 'fast'"):
        bp.mlp([2, 2]).functions("fast")
