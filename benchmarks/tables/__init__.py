"""Models of tables beside each other, on the same rows: `python -m benchmarks.tables`."""
