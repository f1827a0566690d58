"""Tables in Python, on the same road as those of the command line: `bp.table`, and the models that `bp.load` gives."""
