import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-c", "from nipype_maps.cli import main; main()"]


@pytest.fixture
def call(tmp_path):
    """Call the command as a user does; returns the finished process."""

    def call(*arguments, status=0):
        words = [*COMMAND, *map(str, arguments)]
        done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, timeout=300)
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return call
