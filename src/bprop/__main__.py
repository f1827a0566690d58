"""`python -m bprop` is the command line."""

from bprop.cli import main

main()
