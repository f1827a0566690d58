"""Runs the notebook of the course in a fresh kernel, and checks that each cell ends well.

python examples/run_notebook.py            runs it and keeps nothing, as CI does
python examples/run_notebook.py --write    stores the outputs in course.ipynb, for people who read it without running it
"""

import os
import sys
import tempfile
from pathlib import Path

import nbclient
import nbformat

PATH = Path(__file__).with_name("course.ipynb")
WIDGET = "application/vnd.jupyter.widget-view+json"


def executed(path: Path, seconds: int = 120) -> nbformat.NotebookNode:
    """The notebook with the outputs of a fresh kernel. Raises CellExecutionError for a cell that ends in an error."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = nbclient.NotebookClient(notebook, timeout=seconds, resources={"metadata": {"path": folder}})
        client.execute(env={**os.environ, "PYTHONWARNINGS": "error::UserWarning"})
    return without_traces(notebook)


def without_traces(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without the times of its cells, and without widgets, which live in a kernel alone."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET, None)
    return notebook


if __name__ == "__main__":
    notebook = executed(PATH)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    print(f"{PATH.name}: {len(notebook.cells)} cells, {len(outputs)} outputs")
    if "--write" in sys.argv[1:]:
        nbformat.write(notebook, PATH)
        print(f"{PATH.stat().st_size / 1000:.0f} kB written")
