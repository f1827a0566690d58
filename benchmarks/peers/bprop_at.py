"""bprop as it was at another commit of this repository: its source, from git, with the packages of today."""

import atexit
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from benchmarks.cases import Problem
from benchmarks.peers import UnavailableError, bprop

REPOSITORY = Path(__file__).parents[2]


def prepare(problem: Problem, commit: str):
    use(commit)
    return bprop.prepare(problem, "auto")


def use(commit: str) -> None:
    """Let `import bprop` of this process import the package of a commit."""
    if "bprop" in sys.modules:
        return
    try:
        command = ["git", "-C", str(REPOSITORY), "archive", "--format=tar", commit, "src"]
        content = subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise UnavailableError(f"git has no source of the commit {commit!r} here") from error
    folder = mkdtemp(prefix="bprop-at-")
    atexit.register(rmtree, folder, ignore_errors=True)
    with tarfile.open(fileobj=BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")
    sys.path.insert(0, f"{folder}/src")
