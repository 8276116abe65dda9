"""What sbatch's words mean, for the limits that need an accounting database."""

import pytest

from nipype_maps.engine.slurm.commands import TOO_MANY

POLICY = (
    "sbatch: error: Batch job submission failed: Job violates accounting/QOS policy "
    "(job submit limit, user's size and/or time limits)"
)


@pytest.mark.parametrize(
    ("words", "fewer_may_be_taken"),
    [
        (POLICY, True),
        (f"sbatch: error: QOSMaxSubmitJobPerUserLimit {POLICY}", True),
        (f"sbatch: error: AssocMaxSubmitJobLimit {POLICY}", True),
        (f"sbatch: error: AssocGrpSubmitJobsLimit {POLICY}", True),
        (f"sbatch: error: QOSMaxWallDurationPerJobLimit {POLICY}", False),
        ("sbatch: error: Batch job submission failed: Invalid job array specification", True),
        ("sbatch: error: invalid partition specified: nowhere", False),
        ("sbatch: error: Socket timed out on send/recv operation", False),
    ],
)
def test_refusals_that_fewer_tasks_or_time_may_mend(words, fewer_may_be_taken):
    assert bool(TOO_MANY.search(words)) == fewer_may_be_taken
