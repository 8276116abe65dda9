"""Batches that an earlier run has left: only what can be seen to be over is removed."""

import os

import pytest

from nipype_maps.engine.slurm.commands import Cluster, ClusterError
from nipype_maps.engine.slurm.earlier import earlier_batches, record, record_end, require_visible
from nipype_maps.engine.slurm.task import outcome_file

HERE, ELSEWHERE = "here (controller)", "here (another controller)"


@pytest.mark.parametrize(
    ("cluster", "uid", "n_done", "hides_others", "refused"),
    [
        (HERE, 0, 0, False, None),
        (HERE, 0, 0, True, None),  # one's own are shown
        (HERE, 4321, 0, False, None),
        (HERE, 4321, 0, True, "belongs to jobs of user 4321 on this cluster, which hides them; they may"),
        (HERE, 4321, 3, True, None),  # all is done, wherever it was
        (
            ELSEWHERE,
            0,
            2,
            False,
            r"on cluster here \(another controller\); they may still be running. Wait until",
        ),
        (ELSEWHERE, 0, 3, False, None),
        ("", 0, 0, False, None),  # of a version that noted nothing
    ],
)
def test_what_cannot_be_seen_is_not_taken_to_be_over(
    tmp_path, monkeypatch, cluster, uid, n_done, hides_others, refused
):
    folder = tmp_path / "abc"
    folder.mkdir()
    own = os.getuid()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getuid", lambda: uid or own)
        record(folder, cluster, [2, 1])
    for task, index in [(0, 0), (0, 1), (1, 0)][:n_done]:
        outcome_file(folder, task, index).write_text("{}")
    batches = earlier_batches(tmp_path)
    assert [batch.folder for batch in batches] == [folder]
    if refused is None:
        require_visible(batches, Cluster(HERE, hides_others))
    else:
        with pytest.raises(ClusterError, match=refused):
            require_visible(batches, Cluster(HERE, hides_others))


def test_a_run_that_saw_the_end_of_its_jobs_says_so(tmp_path):
    """Not all nodes have an outcome where some were lost."""
    (tmp_path / "abc").mkdir()
    record(tmp_path / "abc", ELSEWHERE, [2])
    record_end(tmp_path / "abc")
    require_visible(earlier_batches(tmp_path), Cluster(HERE, hides_others=True))


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"uid": "x", "cluster": 1, "n_nodes": 3}'])
def test_a_note_that_is_damaged_leaves_whose_folder_it_is(tmp_path, content):
    (tmp_path / "abc").mkdir()
    os.chown(tmp_path / "abc", os.getuid(), os.getgid())
    if content is not None:
        (tmp_path / "abc" / "submitted.json").write_text(content)
    (batch,) = earlier_batches(tmp_path)
    assert (batch.uid, batch.cluster, batch.is_done) == (os.getuid(), "", False)
