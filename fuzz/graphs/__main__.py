"""`python -m fuzz.graphs` is `python -m fuzz graphs`."""

import sys

from fuzz.graphs.cli import main

if __name__ == "__main__":
    main(sys.argv[1:])
