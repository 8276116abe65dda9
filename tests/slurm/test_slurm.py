"""Our SLURM plugin on a real cluster: results, and everything that clusters do to jobs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nipype.pipeline.engine import Node, Workflow

from nipype_maps.bids.derivatives import find_runs
from nipype_maps.engine.slurm.commands import ClusterError
from nipype_maps.graphs import RunInputs, init_dataset_wf
from nipype_maps.plugins import LinearPlugin, SLURMPlugin

from ..derivatives import REAL_MAPS, write_derivatives
from ..engine.plugins.steps import Step, names, workflow_of
from .cluster import until

pytestmark = pytest.mark.xdist_group("slurm")  # there is one cluster

WORKFLOWS = Path(__file__).parents[2] / "workflows"
ARGS = {"poll": 0.3, "nfs_wait": 1.0, "linger": 1.0, "tries": 2, "nodes_per_task": 2}


def steps(tmp_path, *does, last="works", name="wf", mem_gb=0.5) -> Workflow:
    """Nodes that do not wait for each other, and one behind the first."""
    (tmp_path / "journal").mkdir(exist_ok=True)
    workflow = Workflow(name=name, base_dir=str(tmp_path))
    workflow.config["execution"].update(crashdump_dir=str(tmp_path), crashfile_format="txt")
    nodes = [
        Node(Step(does=one, journal=str(tmp_path / "journal")), name=f"step{k}", mem_gb=mem_gb)
        for k, one in enumerate(does)
    ]
    last = Node(Step(does=last, journal=str(tmp_path / "journal")), name="last", mem_gb=mem_gb)
    workflow.add_nodes(nodes)
    workflow.connect(nodes[0], "out_file", last, "after")
    return workflow


def run(workflow, **more):
    plugin = SLURMPlugin({**ARGS, **more})
    try:
        workflow.run(plugin=plugin)
    except RuntimeError:
        assert plugin.failures
    return plugin


def journal(tmp_path):
    """Which nodes were run, as often as they were."""
    return sorted(path.name.partition("-")[0] for path in (tmp_path / "journal").iterdir())


def test_nodes_share_tasks_arrays_and_looks_at_the_queue(cluster, tmp_path):
    plugin = run(steps(tmp_path, *["works"] * 9))
    assert names(plugin.executed) == ["last", *(f"step{k}" for k in range(9))]
    assert not plugin.failures
    assert cluster.calls("sbatch") == 1  # nine nodes in five tasks of one array, one of which goes on
    assert len(set(cluster.words("squeue"))) == 1  # the queue of all, not of each
    assert not list((tmp_path / "wf" / "batch").glob("*"))
    again = SLURMPlugin(ARGS)
    steps(tmp_path, *["works"] * 9).run(plugin=again)
    assert again.executed == []
    assert cluster.calls("sbatch") == 1


def test_a_failure_is_told_and_the_others_go_on(cluster, tmp_path):
    plugin = run(steps(tmp_path, "raises", "works", "works"))
    (failure,) = plugin.failures
    assert (failure.node, failure.kind) == ("step0", "ValueError")
    assert failure.reason == "the cat sat on it; feed the cat."
    assert names(plugin.executed) == ["step1", "step2"]
    assert list(tmp_path.glob("crash*step0*"))


def test_where_the_first_failure_stops_all_jobs_are_cancelled(cluster, tmp_path):
    workflow = steps(tmp_path, "raises", "sleeps", "sleeps")  # an hour
    workflow.config["execution"]["stop_on_first_crash"] = "true"
    plugin = run(workflow, nodes_per_task=1)
    assert [failure.node for failure in plugin.failures] == ["step0"]
    assert plugin.executed == []
    until(lambda: not cluster.jobs())


def test_a_node_that_kills_its_job_takes_no_other_with_it(cluster, tmp_path):
    plugin = run(steps(tmp_path, "works", "is_killed", "works", "works"))
    (failure,) = plugin.failures
    assert failure.node == "step1"
    assert "its job was lost 2 times (SLURM reports" in failure.reason
    assert names(plugin.executed) == ["last", "step0", "step2", "step3"]


def test_a_task_goes_on_with_what_waits_for_its_own_nodes(cluster, tmp_path):
    (tmp_path / "journal").mkdir()
    plugin = run(workflow_of(tmp_path, "works", journal=tmp_path / "journal"))
    assert names(plugin.executed) == ["apart", "first", "second", "third"]
    assert cluster.calls("sbatch") == 1
    plugin = run(workflow_of(tmp_path, "raises", journal=tmp_path / "journal"))
    assert [failure.node for failure in plugin.failures] == ["second"]  # and the third is left out
    assert plugin.executed == []


def test_a_node_behind_another_of_its_task_that_is_lost_is_submitted_apart(cluster, tmp_path):
    plugin = run(steps(tmp_path, "works", "works", last="is_killed"))
    (failure,) = plugin.failures
    assert failure.node == "last"
    assert "its job was lost 2 times (SLURM reports" in failure.reason
    assert journal(tmp_path) == ["step0", "step1"]
    assert cluster.calls("sbatch") <= 3  # the second time it asks for more memory than the other


def test_requests_that_cannot_be_met_are_told_in_slurms_words(cluster, tmp_path):
    plugin = run(steps(tmp_path, "works"), sbatch_args="--partition=nowhere")
    (failure,) = plugin.failures
    assert "sbatch: " in failure.reason
    assert "invalid partition" in failure.reason
    assert cluster.calls("sbatch") == 1
    plugin = run(steps(tmp_path, "works"), sbatch_args=["--mem=100G"])
    assert "sbatch: " in plugin.failures[0].reason


def test_a_busy_cluster_is_asked_again(cluster, tmp_path):
    cluster.fail("sbatch", 2)
    cluster.fail("squeue", 10)
    plugin = run(steps(tmp_path, "lasts", "works"))
    assert not plugin.failures
    assert journal(tmp_path) == ["last", "step0", "step1"]


def test_arrays_are_as_large_as_the_cluster_takes_them(cluster, tmp_path):
    with cluster.configured(MaxArraySize=4):
        plugin = run(steps(tmp_path, *["works"] * 9), nodes_per_task=1)
    assert not plugin.failures
    assert journal(tmp_path) == ["last", *(f"step{k}" for k in range(9))]
    assert cluster.calls("sbatch") == 4  # 9 tasks are refused, 4, 4 and 1 are taken


def test_where_no_more_tasks_are_taken_the_others_wait_for_room(cluster, tmp_path):
    cluster.limit(2)
    plugin = run(steps(tmp_path, *["works"] * 5), nodes_per_task=1)
    assert not plugin.failures
    assert journal(tmp_path) == ["last", *(f"step{k}" for k in range(5))]


def test_other_work_of_the_user_makes_room_too(cluster, tmp_path, meanwhile):
    other = ["sbatch", "--output=/dev/null", "--wrap=sleep 3600"]
    subprocess.run(other, check=True, capture_output=True)
    cluster.limit(1)
    refused = cluster.calls("sbatch") + 1

    def end_other():
        until(lambda: cluster.calls("sbatch") > refused)  # it is asked with two tasks, then with one
        subprocess.run(["scancel", *cluster.jobs()], check=True)

    meanwhile(end_other)
    plugin = run(steps(tmp_path, "works", "works"), nodes_per_task=1)
    assert not plugin.failures
    assert journal(tmp_path) == ["last", "step0", "step1"]


def test_where_no_task_is_taken_at_all_sbatch_is_quoted(cluster, tmp_path):
    cluster.limit(0)
    plugin = run(steps(tmp_path, "works", "works", "works"), nodes_per_task=1)
    assert [failure.node for failure in plugin.failures] == ["step0", "step1", "step2"]
    assert "violates accounting/QOS policy" in plugin.failures[0].reason
    assert cluster.calls("sbatch") == 2  # not one by one


MASTER = """
import sys
from pathlib import Path
from tests.slurm.test_slurm import ARGS, steps
from nipype_maps.plugins import SLURMPlugin
steps(Path(sys.argv[1]), *["works"] * 6).run(plugin=SLURMPlugin(ARGS))
"""


def begin_and_kill(cluster, tmp_path, python=sys.executable, **how):
    """Leave tasks at the gate that a run has submitted, which was killed then."""
    (tmp_path / "journal").mkdir(exist_ok=True)
    cluster.close_gate()
    command = [python, "-c", MASTER, tmp_path]
    master = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **how)
    until(cluster.at_gate, master)
    master.kill()
    master.communicate()


def test_jobs_of_a_killed_master_are_waited_for_not_submitted_twice(cluster, tmp_path, meanwhile):
    begin_and_kill(cluster, tmp_path)
    before = cluster.calls("squeue")

    def let_on():
        try:
            until(lambda: cluster.calls("squeue") > before + 1)
        finally:
            cluster.open_gate()

    meanwhile(let_on)
    plugin = run(steps(tmp_path, *["works"] * 6))
    assert not plugin.failures
    assert journal(tmp_path) == ["last", *(f"step{k}" for k in range(6))]  # each once
    assert cluster.calls("sbatch") == 1


def test_the_program_runs_on_a_cluster_as_it_stands(cluster, tmp_path):
    tree = write_derivatives(tmp_path / "fmriprep", n_subjects=2, n_runs=2, tiny=True)
    arguments = [WORKFLOWS / "dataset_slurm.py", tree, REAL_MAPS[0], "out", WORKFLOWS / "slurm.json"]
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"4 tables in {tmp_path / 'out'}"
    assert cluster.calls("sbatch") == 1  # so few runs go into the task of their fits


@pytest.mark.parametrize("plugin", ["SLURM", "SLURMGraph"])
def test_nipypes_own_plugins_run_the_graph(cluster, tmp_path, monkeypatch, plugin):
    monkeypatch.setenv("LOGNAME", "root")
    tree = write_derivatives(tmp_path / "fmriprep", n_subjects=2, n_runs=1, tiny=True)
    found = {}
    for way, how in (
        ("linear", {"plugin": LinearPlugin()}),
        ("stock", {"plugin": plugin, "plugin_args": {"sbatch_args": " --mem=500M"}}),
    ):
        runs = [
            RunInputs(run.path.name.split(".")[0], str(run.path), [str(run.confounds)])
            for run in find_runs(tree)
        ]
        workflow = init_dataset_wf(runs=runs, confounds_strategy="6P", detrend=True)
        workflow.base_dir = str(tmp_path / way)
        workflow.inputs.inputnode.maps_file = str(REAL_MAPS[0])
        workflow.config["execution"].update(poll_sleep_duration="0.3", crashdump_dir=str(tmp_path))
        workflow.run(**how)
        until(lambda: not cluster.jobs())  # SLURMGraph only submits
        results = (tmp_path / way).rglob("clean/*_signals_clean.*")
        found[way] = {path.name: path.read_bytes() for path in results}
    assert len(found["linear"]) == 4
    assert found["stock"] == found["linear"]


def test_linear_and_slurm_find_each_others_results(cluster, tmp_path):
    run(steps(tmp_path, "works", "works"))
    plugin = LinearPlugin()
    steps(tmp_path, "works", "works").run(plugin=plugin)
    assert plugin.executed == []


#: What a shell, SLURM and a log file might each take for something else.
ODD = "100%j of it, a 'b' \"c\" $HOME \u00e9"


def test_a_folder_of_any_name_is_worked_in(cluster, tmp_path):
    (tmp_path / ODD).mkdir()
    plugin = run(steps(tmp_path / ODD, "works", "is_killed"))
    (failure,) = plugin.failures
    assert failure.node == "step1"
    assert journal(tmp_path / ODD) == ["last", "step0"]
    logs = {path.name for path in (tmp_path / ODD / "wf" / "batch").glob("*/*.log")}
    assert logs == {"0.log"}
    for batch in (tmp_path / ODD / "wf" / "batch").iterdir():
        assert (batch / "over").exists()


def test_a_folder_that_slurm_cannot_write_logs_into_is_refused(cluster, tmp_path):
    workflow = steps(tmp_path, "works")
    workflow.base_dir = str(tmp_path / "a\\b")
    with pytest.raises(ClusterError, match="a backslash in its path"):
        workflow.run(plugin=SLURMPlugin(ARGS))
    assert cluster.calls("sbatch") == 0


def test_options_of_a_node_follow_those_of_all_or_replace_them(cluster, tmp_path):
    workflow = steps(tmp_path, "works", "works", "works")
    # as nipype's plugin needs it, whose options are joined without a space
    workflow.get_node("step1").plugin_args = {"sbatch_args": " --comment=dear --mem=600M"}
    workflow.get_node("step2").plugin_args = {"sbatch_args": "--comment=apart", "overwrite": True}
    plugin = run(workflow, sbatch_args="--nice=5")
    assert not plugin.failures
    options = [
        line.partition("0.log ")[2] or line.partition("%a.log ")[2] for line in cluster.words("sbatch")
    ]
    assert sorted(options) == [
        "--cpus-per-task=1 --mem=512M --comment=apart",
        "--cpus-per-task=1 --mem=512M --nice=5",
        "--cpus-per-task=1 --mem=600M --nice=5 --comment=dear",
    ]


def test_a_node_behind_another_goes_into_its_task_only_if_it_asks_for_the_same(cluster, tmp_path):
    workflow = steps(tmp_path, "works")
    workflow.get_node("last").plugin_args = {"sbatch_args": "--comment=apart"}
    assert not run(workflow).failures
    assert cluster.calls("sbatch") == 2


def test_memory_is_asked_for_once_in_the_words_of_the_user(cluster, tmp_path):
    assert not run(steps(tmp_path, "works"), sbatch_args="--mem-per-cpu 600M").failures
    (words,) = cluster.words("sbatch")
    assert words.endswith("--cpus-per-task=1 --mem-per-cpu=600M")


@pytest.mark.parametrize(
    ("plugin_args", "sentence"),
    [
        ({"sbatch_arg": "--mem=8G"}, "plugin_args has no argument 'sbatch_arg'; did you mean sbatch_args?"),
        ({"template": "#!/bin/sh"}, "plugin_args has no argument 'template', which nipype's plugins have"),
        ({"sbatch_args": "-Jmine"}, "sbatch_args has '-Jmine', which SLURMPlugin sets itself"),
        ({"overwrite": "yes"}, "overwrite is 'yes'; give True or False."),
    ],
)  # fmt: skip
def test_a_node_whose_options_are_none_is_refused_before_all_others(cluster, tmp_path, plugin_args, sentence):
    workflow = steps(tmp_path, "works", "works")
    workflow.get_node("step1").plugin_args = plugin_args
    with pytest.raises(ValueError, match=re.escape(f"wf.step1: {sentence}")):
        workflow.run(plugin=SLURMPlugin(ARGS))
    assert cluster.calls("sbatch") == 0


def test_memory_grows_to_the_limit_and_that_is_told(cluster, tmp_path):
    cluster.need(2000)
    plugin = run(steps(tmp_path, "works", mem_gb=0.2), max_memory_gb=0.3, tries=5)
    (failure,) = plugin.failures
    assert failure.node == "step0"
    assert (
        "its job was killed for lack of memory 2 times, the last time with 0.3 GB (SLURM reports"
        in failure.reason
    )
    assert cluster.calls("sbatch") == 2  # with the same again it would be killed again


def test_variables_that_change_slurms_commands_change_nothing(cluster, tmp_path, monkeypatch, meanwhile):
    """As users have them for their own calls, or a master has that is itself a job."""
    for name, value in {
        "SQUEUE_STATES": "SUSPENDED", "SQUEUE_PARTITION": "dear", "SBATCH_WAIT": "1",
        "SBATCH_JOB_NAME": "mine", "SBATCH_ARRAY_INX": "7", "SBATCH_ERROR": "/dev/null",
        "SBATCH_OUTPUT": "/dev/null", "SLURM_JOB_ID": "1", "SLURM_ARRAY_TASK_ID": "7",
        "SLURM_CPUS_PER_TASK": "9", "SLURM_MEM_PER_NODE": "9", "SBATCH_MEM_PER_CPU": "5",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    cluster.close_gate()

    def let_on():
        try:
            until(cluster.at_gate)
            seen = cluster.calls("squeue")
            until(lambda: cluster.calls("squeue") > seen + 10)  # a task that is not shown is lost by then
        finally:
            cluster.open_gate()

    meanwhile(let_on)
    assert not run(steps(tmp_path, *["works"] * 3)).failures
    assert journal(tmp_path) == ["last", "step0", "step1", "step2"]
    assert cluster.calls("sbatch") == 1


def test_a_batch_that_is_removed_is_submitted_again(cluster, tmp_path, meanwhile):
    cluster.close_gate()

    def remove():
        try:
            until(cluster.at_gate)
            shutil.rmtree(tmp_path / "wf" / "batch")
        finally:
            cluster.open_gate()

    meanwhile(remove)
    assert not run(steps(tmp_path, "works")).failures
    assert journal(tmp_path) == ["last", "step0"]
