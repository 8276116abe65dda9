"""What a cluster's task leaves out may be told long after the failure for which it does."""

import json
import threading
from dataclasses import asdict

import pytest

from nipype_maps.engine.plugins.arguments import SLURMArguments
from nipype_maps.engine.plugins.failures import Failure
from nipype_maps.engine.slurm import jobs
from nipype_maps.engine.slurm.batch import Task
from nipype_maps.engine.slurm.request import Request
from nipype_maps.engine.slurm.task import LEFT_OUT, NodeOutcome, outcome_file

FAILURE = Failure("first", "the cat sat on it.", "ValueError")


@pytest.fixture
def executor(tmp_path, monkeypatch):
    """With a task of two nodes, of which the second waits for the first, and a queue that is empty."""
    monkeypatch.setattr(jobs, "queue", dict)
    monkeypatch.setattr(jobs, "state_of", lambda job: (False, "SLURM has no record of it any more"))
    arguments = SLURMArguments.of({"poll": 0.01, "nfs_wait": 60.0})
    executor = jobs.OnCluster(None, tmp_path, arguments)
    task = Task(tmp_path, 0, {0: "first", 1: "second"}, ["second"], Request(1, "--mem=1G"), job="1_0")
    executor._tasks, executor._followers = [task], {"second"}
    return executor


def tell(folder, index, outcome):
    outcome_file(folder, 0, index).write_text(json.dumps(asdict(outcome)))


def answer(function):
    """What a function returns, which must not wait for ever."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(function()), daemon=True)
    thread.start()
    thread.join(60)
    assert answers, "it still waits"
    return answers[0]


def test_nothing_is_waited_for_when_all_that_is_left_was_let_go(executor, tmp_path):
    tell(tmp_path, 0, NodeOutcome("failed", FAILURE))
    node, failure = answer(executor.wait)
    assert (node, failure.reason) == ("first", "the cat sat on it.")
    assert executor.is_busy  # of the second nothing is known yet
    tell(tmp_path, 1, LEFT_OUT)
    assert answer(executor.wait) is None
    assert not executor.is_busy
