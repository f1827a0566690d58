"""Other users: a folder that they can reach, and what they do in it. Only root can become somebody else."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bprop.engines.store import notice

BECOME = """
import os, sys
from pathlib import Path
from bprop.engines.store import Store, default_folder
uid, groups = int(sys.argv[1]), [int(group) for group in sys.argv[2].split()]
os.setgroups(groups)
os.setgid(uid)
os.setuid(uid)
"""


@pytest.fixture
def lines_said(monkeypatch, capsys):
    """lines_said(): the lines on standard error since the last call, in a process that has said nothing yet."""
    monkeypatch.setattr(notice, "_said", set())
    capsys.readouterr()
    return lambda: capsys.readouterr().err.splitlines()


@pytest.fixture
def place():
    """A folder that all users can reach. Tests that need it need root, to make files of other users."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can act as other users")
    path = Path(tempfile.mkdtemp(prefix="bprop-users-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def act():
    """act(uid, code, groups, **variables): what the user prints who runs the code, and what is said to him."""

    def run(uid, code, groups=(), **variables):
        others = {k: v for k, v in os.environ.items() if k not in ("BPROP_CACHE", "XDG_CACHE_HOME")}
        command = [sys.executable, "-W", "error", "-c", BECOME + code, str(uid), " ".join(map(str, groups))]
        environment = others | {name: str(value) for name, value in variables.items()}
        ran = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/", timeout=60)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout, ran.stderr.splitlines()

    return run
