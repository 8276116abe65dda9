"""What a job of a cluster has left in the folder of its batch may be anything."""

import json
from dataclasses import asdict

import pytest

from nipype_maps.engine.slurm.task import FINISHED, LEFT_OUT, outcome_file, read_outcome

FAILURE = {"node": "transform.clean", "reason": "it failed", "kind": "OSError", "traceback": ""}
FAILED = json.dumps({"state": "failed", "failure": FAILURE})


@pytest.mark.parametrize("text", [json.dumps(asdict(outcome)) for outcome in (FINISHED, LEFT_OUT)] + [FAILED])
def test_outcomes_are_read(tmp_path, text):
    outcome_file(tmp_path, 0, 1).write_text(text)
    assert read_outcome(tmp_path, 0, 1) is not None


#: Outcomes as no job writes them.
WRONG = [
    ("failed", None), ("failed", {"reason": 3}), ("failed", FAILURE | {"reason": 3}), (3, None),
    ("finished", FAILURE), ("left out", 3),
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[" * 100_000, "3", "null", '"text"', "{}", FAILED[:-1]]
    + [json.dumps({"state": state, "failure": failure}) for state, failure in WRONG],
)
def test_anything_else_is_none(tmp_path, text):
    outcome_file(tmp_path, 0, 1).write_text(text)
    assert read_outcome(tmp_path, 0, 1) is None
