"""nipype's traps that users of our graphs can meet: with its own plugins, and with ours.

Each trap is a function of a folder and of what makes a plugin; it returns what came of it, and is
run in a process of its own, which is killed when it hangs.
"""

import gzip
import itertools
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from .command import ROOT
from .data import dataset

#: Seconds after which a trap is taken to hang, many times what the slowest takes.
PATIENCE = 120.0
os.environ["NIPYPE_NO_ET"] = "1"


def _steps(folder, does, plugin) -> str:
    """Run first -> second -> third, apart; what is said of the second."""
    from tests.engine.plugins.steps import workflow_of

    try:
        workflow_of(folder, does).run(plugin=plugin)
    except BaseException as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        crashes = len(list(folder.glob("crash*")))
        apart = "apart done" if (folder / "wf" / "apart" / "out.txt").exists() else "apart not run"
        said = lines[0] if lines else ""
        return f"{type(error).__name__}: {said[:90]} [{crashes} crash reports, {apart}]"
    return "said to be done"


def killed_worker(folder, make):
    """MultiProc: a worker is killed"""
    return _steps(folder, "is_killed", make("MultiProc"))


def unpicklable(folder, make):
    """MultiProc: a result cannot be pickled"""
    return _steps(folder, "gives_what_cannot_be_stored", make("MultiProc"))


def no_result_file(folder, make):
    """MultiProc: a node fails before its result file exists"""
    from tests.engine.plugins.steps import workflow_of

    workflow = workflow_of(folder, "works")
    (folder / "wf").mkdir()
    (folder / "wf" / "second").write_text("a file where the node's folder shall be")
    try:
        workflow.run(plugin=make("MultiProc"))
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0][:90]}"
    return "said to be done"


def raising_callback(folder, make):
    """a status callback raises"""

    def listen(node, status):
        raise ZeroDivisionError("in the callback")

    return _steps(folder, "works", make("Linear", status_callback=listen))


def interrupted(folder, make):
    """Ctrl-C while a node is at work (Linear)"""
    return _steps(folder, "is_interrupted", make("Linear"))


def lost_results(folder, make):
    """the system forgets a result file that it has written"""
    return _steps(folder, "loses_its_results", make("Linear"))


def full_disk(folder, make):
    """MultiProc: the disk is full"""
    from .disk import small_disk

    with small_disk(folder / "disk", 64):
        return _steps(folder / "disk", "works", make("MultiProc"))


def _masker(folder, plugin, **changes):
    """Run the masker graph; the file of its signals."""
    from nipype_maps.graphs import init_masker_wf

    runs, maps = dataset(folder / "data", 1)
    workflow = init_masker_wf(name="masker", smoothing_fwhm=8.0, **changes)
    workflow.base_dir = str(folder / "work")
    workflow.inputs.inputnode.run_file, workflow.inputs.inputnode.maps_file = str(runs[0]), [str(maps)]
    workflow.config["execution"] = {
        "create_report": "false", "crashdump_dir": str(folder), "remove_unnecessary_outputs": "false",
        "poll_sleep_duration": "0.05",
    }  # fmt: skip
    workflow.run(plugin=plugin)
    return next((folder / "work" / "masker" / "transform" / "clean").glob("*_clean.tsv"), None)


def deleted_output(folder, make):
    """an output was deleted (MultiProc)"""
    _masker(folder, make("MultiProc")).unlink()
    return (
        "it is there again" if _masker(folder, make("MultiProc")) else "said to be done, but it is not there"
    )


def damaged_output(folder, make):
    """a bit of an intermediate file is flipped, then another step is asked for"""
    right = _masker(folder / "right", make("Linear"), detrend=True).read_bytes()
    _masker(folder, make("Linear"))
    (signals,) = (folder / "work" / "masker" / "transform" / "project").glob("*_signals.tsv")
    content = bytearray(signals.read_bytes())
    place = content.rindex(b".") + 1
    content[place] ^= 1
    signals.write_bytes(content)
    found = _masker(folder, make("Linear"), detrend=True).read_bytes()
    return "right signals" if found == right else "WRONG SIGNALS, without a word"


def truncated_result(folder, make):
    """a result file was truncated"""
    from tests.engine.plugins.steps import workflow_of

    workflow_of(folder, "works").run(plugin=make("Linear"))
    for name in ("first", "third"):
        path = folder / "wf" / name / f"result_{name}.pklz"
        path.write_bytes(path.read_bytes()[:100])
    graph = workflow_of(folder, "works").run(plugin=make("Linear"))
    values = {node.name: node.result.outputs.out_file for node in graph}
    return ", ".join(
        f"{name}'s output is {os.path.basename(str(values[name]))}" for name in ("first", "third")
    )


def orphans(folder, make):
    """the master of MultiProc is killed"""
    program = (
        "import sys, os; sys.path.insert(0, sys.argv[1])\n"
        "from tests.endurance.traps import KINDS\n"
        "from tests.engine.plugins.test_multiproc import independent\n"
        "make = KINDS[sys.argv[2]]\n"
        "independent(sys.argv[3], sys.argv[4], 60).run(plugin=make('MultiProc', n_procs=2))\n"
    )
    journal = folder / "journal"
    journal.mkdir()
    kind = next(name for name, one in KINDS.items() if one is make)
    master = subprocess.Popen(
        [sys.executable, "-c", program, str(ROOT), kind, str(folder / "work"), str(journal)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while len(list(journal.iterdir())) < 2:
        time.sleep(0.02)
    time.sleep(0.1)
    os.kill(master.pid, signal.SIGKILL)
    master.wait()
    before = len(list(journal.iterdir()))
    time.sleep(3)
    after = len(list(journal.iterdir()))
    subprocess.run(["pkill", "-f", str(journal)], check=False)
    return f"its workers wrote {after - before} more results"


def two_runs(folder, make):
    """two runs on one work folder"""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from tests.endurance.traps import KINDS, _masker\n"
        "_masker(Path(sys.argv[3]), KINDS[sys.argv[2]]('Linear'))\n"
    )
    kind = next(name for name, one in KINDS.items() if one is make)
    dataset(folder / "data", 1)
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(ROOT), kind, str(folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    told = []
    for process in both:
        lines = process.communicate()[1].strip().splitlines()
        told.append(f"one ends with {lines[-1][-100:]}" if process.returncode else "one is done")
    return ", ".join(sorted(told))


def environment(folder, make):
    """passwords of the environment in result files"""
    os.environ["SECRET_TOKEN"] = "swordfish"
    if make is KINDS["ours"]:
        _masker(folder, make("Linear"))
    else:
        _steps(folder, "works", make("Linear"))
    files = list(folder.rglob("*.pklz"))
    found = sum(b"swordfish" in gzip.decompress(path.read_bytes()) for path in files)
    return f"in {found} of {len(files)}"


def _keys(make, one, two):
    """Whether two inputs share a cache key: nipype's own, or ours."""
    from nipype.interfaces.base import BaseInterfaceInputSpec

    own = make is not KINDS["ours"]
    keys = [
        BaseInterfaceInputSpec.get_hashval(spec, "timestamp")[1] if own else spec.get_hashval()[1]
        for spec in (one, two)
    ]
    return "one key: the first result is returned for both" if keys[0] == keys[1] else "two keys"


def same_size_and_time(folder, make):
    """two subjects' files of one size and time"""
    from nipype_maps.interfaces import Smooth

    runs, _ = dataset(folder / "data", 2)
    one, two = (folder / name / "bold.nii.gz" for name in ("sub-01", "sub-02"))
    size = max(run.stat().st_size for run in runs)
    for run, path in zip(runs, (one, two), strict=True):
        path.parent.mkdir()
        shutil.copyfile(run, path)
        with open(path, "ab") as stream:
            stream.write(bytes(size - path.stat().st_size))
        os.utime(path, (1e9, 1e9))
    return _keys(make, *(Smooth(in_file=str(path), fwhm=8.0).inputs for path in (one, two)))


def close_numbers(folder, make):
    """numbers that differ behind the tenth digit"""
    from nipype_maps.interfaces import Smooth

    return _keys(make, *(Smooth(fwhm=width).inputs for width in (1e-11, 2e-11)))


def cached_nodes(folder, make):
    """MultiProc as it is: a chain of 10 nodes, all cached"""
    from nipype.pipeline.engine import Node, Workflow

    from tests.engine.plugins.steps import Step

    def chain():
        workflow = Workflow(name="wf", base_dir=str(folder))
        nodes = [Node(Step(), name=f"n{index}") for index in range(10)]
        for one, two in itertools.pairwise(nodes):
            workflow.connect(one, "out_file", two, "after")
        return workflow

    chain().run(plugin=make("Linear"))
    began = time.perf_counter()
    chain().run(plugin=make("MultiProc"))
    return f"{time.perf_counter() - began:.2f} s"


TRAPS = (
    killed_worker, unpicklable, no_result_file, full_disk, raising_callback, interrupted, lost_results,
    deleted_output, damaged_output, truncated_result, orphans, two_runs, environment, same_size_and_time,
    close_numbers, cached_nodes,
)  # fmt: skip


def nipypes(kind, **plugin_args):
    """A plugin of nipype."""
    from nipype.pipeline import plugins

    return getattr(plugins, f"{kind}Plugin")(plugin_args=plugin_args)


def ours(kind, **plugin_args):
    """A plugin of nipype-maps."""
    from nipype_maps.engine import plugins

    return getattr(plugins, f"{kind}Plugin")(plugin_args)


KINDS = {"nipype's": nipypes, "ours": ours}
COLUMNS = ["trap", "with nipype's plugin", "with ours"]


def traps(folder: Path, times: int) -> list[list[str]]:
    """Rows: the trap, and what comes of it with either plugin."""
    del times
    rows = []
    for trap in TRAPS:
        cells = []
        for kind in KINDS:
            place = folder / "trap"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            command = [sys.executable, "-m", "tests.endurance.traps", trap.__name__, kind, str(place)]
            child = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
                start_new_session=True,
            )  # fmt: skip
            try:
                output, errors = child.communicate(timeout=PATIENCE)
                lines = (output or errors).strip().splitlines()
                cells.append(lines[-1].replace(str(folder), "") if lines else "-")
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.communicate()
                subprocess.run(["umount", "-l", str(place / "disk")], check=False, capture_output=True)
                cells.append(f"HANGS (killed after {PATIENCE:.0f} s)")
        rows.append([trap.__doc__, *(cell.replace("|", "/") for cell in cells)])
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    """Spring one trap."""
    name, kind, folder = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    from tests.endurance import traps

    print(getattr(traps, name)(Path(folder), traps.KINDS[kind]))


if __name__ == "__main__":
    main()
