"""Counts, in the text format of Prometheus."""

from bprop.serving.metrics import Metrics


def test_requests_rows_and_seconds_are_counted():
    metrics = Metrics()
    for status, rows, seconds in ((200, 3, 0.001), (200, 4, 0.03), (422, 0, 99.0)):
        metrics.request("m", status, rows, seconds)
    metrics.reload("failed")
    lines = metrics.text(2).splitlines()
    assert 'bprop_requests_total{model="m",status="200"} 2' in lines
    assert 'bprop_rows_total{model="m"} 7' in lines
    buckets = {
        line.split('"')[1]: int(line.split()[-1]) for line in lines if line.startswith("bprop_request_seconds_b")
    }
    assert (buckets["0.002"], buckets["0.025"], buckets["0.05"], buckets["10.0"], buckets["+Inf"]) == (1, 1, 2, 2, 3)
    assert "bprop_request_seconds_sum 99.031000" in lines and "bprop_request_seconds_count 3" in lines
    assert "bprop_requests_inside 2" in lines and 'bprop_reloads_total{outcome="failed"} 1' in lines
    assert all(line.startswith("#") or len(line.rsplit(" ", 1)) == 2 for line in lines)
