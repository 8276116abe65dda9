"""What a job of a cluster has left in the folder of its batch may be anything."""

import pytest

from nipype_maps.engine.slurm.task import outcome_file, read_outcome

FAILED = '{"sentence": "it failed", "kind": "OSError", "traceback": ""}'


@pytest.mark.parametrize("text", ["{}", '{"left_out": true}', FAILED])
def test_outcomes_are_read(tmp_path, text):
    outcome_file(tmp_path, 0, 1).write_text(text)
    assert read_outcome(tmp_path, 0, 1) is not None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[" * 100_000, "3", "null", '"text"', '{"sentence": 3}', '{"left_out": 3}', FAILED[:-1]],
)
def test_anything_else_is_none(tmp_path, text):
    outcome_file(tmp_path, 0, 1).write_text(text)
    assert read_outcome(tmp_path, 0, 1) is None
