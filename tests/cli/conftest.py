import pytest
from click.testing import CliRunner

from nipype_maps.cli import main


@pytest.fixture
def invoke():
    """Call the command in this process; returns what click's runner does."""

    def invoke(*arguments, status=0):
        done = CliRunner().invoke(main, list(map(str, arguments)))
        assert done.exit_code == status, (done.output, done.exception)
        assert "Traceback" not in done.output
        return done

    return invoke
