"""`python -m benchmarks.checkers`."""

from benchmarks.checkers.table import main

main()
