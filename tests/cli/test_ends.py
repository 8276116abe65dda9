"""How a command ends when somebody stops it, or when nobody can hear it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

#: The command, in which a method of an interface notes that it is at work, and never ends.
STUCK = """
import os, sys, time
from nipype_maps.cli import main
import nipype_maps.{module} as module

def stuck(*arguments, **options):
    open({journal!r}, "w", encoding="utf-8").write(str(os.getpid()))
    time.sleep(1000)

module.{function} = stuck
main()
"""


@pytest.fixture
def stop(tmp_path):
    """Call the command, stop it by a signal once a function is at work; returns the process, its worker."""

    def stop(number, stuck_in, *arguments):
        module, function = stuck_in
        journal = tmp_path / "journal"
        code = STUCK.format(module=module, function=function, journal=str(journal))
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
            env={**os.environ, "TMPDIR": str(tmp_path / "scratch")},
        )  # fmt: skip
        (tmp_path / "scratch").mkdir(exist_ok=True)
        while not journal.exists() or not journal.read_text():
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=120)
        return subprocess.CompletedProcess([], process.returncode, stdout, stderr), int(journal.read_text())

    return stop


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("plugin", ["Linear", "MultiProc"])
@pytest.mark.parametrize("command", ["extract", "dataset"])
def test_a_run_that_is_interrupted_says_what_is_kept(
    stop, call, make_run, maps, tmp_path, number, status, plugin, command
):
    what = make_run("data/sub-01/func/sub-01_task-rest_desc-preproc_bold.nii.gz")
    if command == "dataset":
        (tmp_path / "data" / "dataset_description.json").write_text(
            '{"Name": "x", "BIDSVersion": "1.8.0", "DatasetType": "derivative"}'
        )
        what = tmp_path / "data"
    out = ["out"] if command == "dataset" else ["--out", "out"]
    arguments = [command, what, *out, "--maps", maps, "--plugin", plugin]
    done, worker = stop(number, ("interfaces.project", "Project._run"), *arguments)
    assert done.returncode == status, done.stderr
    work = tmp_path / ("out-work" if command == "dataset" else "out/work")
    # the grids are read, maps resampled and masked, the projector is made
    assert done.stderr.endswith(f"interrupted; 4 steps are kept in {work}: call again to continue.\n")
    assert not Path(f"/proc/{worker}").exists()
    assert not list((tmp_path / "out").rglob("*_timeseries.tsv"))
    assert "2 steps executed, 4 cached" in call(*arguments).stdout


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(
    ("stuck_in", "more"),
    [(("bids.runs", "Run.__init__"), []), (("engine.workfolder.plan", "plan"), ["--dry-run"])],
)
def test_what_is_interrupted_before_it_runs_leaves_nothing(
    stop, make_run, maps, tmp_path, number, status, stuck_in, more
):
    done, _ = stop(number, stuck_in, "extract", make_run(), "--maps", maps, "--out", "out", *more)
    assert (done.returncode, done.stderr[:11]) == (status, "interrupted"), done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out/*_timeseries.tsv"))


#: Where a signal arrives whose exception Python, or somebody's code, ignores.
IGNORED = {
    "finalizer": "weakref.finalize(Thing(), send)",
    "__del__": "Deleted()",
    "weak reference": "thing = Thing(); reference = weakref.ref(thing, send); del thing",
    "garbage collector": "gc.callbacks.append(send); gc.collect(); gc.callbacks.clear()",
    "bare except": "try: send()\n    except: pass",
}
#: The command, in which a node receives a signal there, and goes on in one way or another.
SENT = """
import gc, os, time, weakref
from nipype_maps.cli import main
from nipype_maps.interfaces.project import Project

class Thing:
    pass

class Deleted:
    def __del__(self):
        send()

def send(*_):
    gc.callbacks.clear()
    os.kill(os.getpid(), {number})
    os.path.join("the signal", "is handled by now")
    open({folder!r} + "/cleaned_up", "w").close()

run = Project._run
def receive(*arguments):
    open({folder!r} + "/journal", "a").write("Project ")
    {ignored}
    {then}
    return run(*arguments)

Project._run = receive
main()
"""


@pytest.mark.parametrize(
    ("where", "then", "number", "status"),
    [
        ("finalizer", "time.sleep(1000)", signal.SIGINT, 130),
        ("finalizer", "time.sleep(1000)", signal.SIGTERM, 143),
        ("finalizer", "time.sleep(1000)", signal.SIGHUP, 129),
        ("__del__", "time.sleep(1000)", signal.SIGTERM, 143),
        ("weak reference", "time.sleep(1000)", signal.SIGTERM, 143),
        ("garbage collector", "time.sleep(1000)", signal.SIGINT, 130),
        # of which nothing tells: the node is finished, and no other is begun
        ("bare except", "", signal.SIGINT, 130),
        ("bare except", "", signal.SIGTERM, 143),
    ],
)
def test_a_signal_ends_the_command_where_python_ignores_its_exception(
    make_run, maps, tmp_path, where, then, number, status
):
    code = SENT.format(number=int(number), ignored=IGNORED[where], then=then, folder=str(tmp_path))
    runs = [make_run("a.nii.gz"), make_run("b.nii.gz", n_frames=9)]
    done = subprocess.run(
        [sys.executable, "-c", code, "extract", *runs, "--maps", maps, "--out", "out"],
        capture_output=True, text=True, cwd=tmp_path, timeout=120,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert "call again to continue" in done.stderr
    assert (tmp_path / "journal").read_text() == "Project "
    # what cleans up by Python's own means is let finish
    assert where not in ("finalizer", "__del__") or (tmp_path / "cleaned_up").exists()
    assert "Exception ignored" not in done.stderr


def test_a_signal_that_was_ignored_till_the_end_gives_its_status():
    code = (
        "import os, signal, sys\n"
        "from nipype_maps.cli.process.exit_status import ending_with_status\n"
        "with ending_with_status():\n"
        "    try: os.kill(os.getpid(), signal.SIGTERM)\n"
        "    except: pass\n"
        "    sys.exit(int(sys.argv[1]))"
    )
    for given in "01":
        done = subprocess.run([sys.executable, "-c", code, given], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (143, "interrupted.\n")


def test_who_needs_the_timer_keeps_it():
    code = (
        "import signal\n"
        "from nipype_maps.cli.process.exit_status import ending_with_status\n"
        "signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
        "signal.setitimer(signal.ITIMER_REAL, 1000)\n"
        "with ending_with_status(): assert signal.getsignal(signal.SIGALRM) == signal.SIG_IGN\n"
        "assert signal.getitimer(signal.ITIMER_REAL)[0] > 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_inverse_that_is_interrupted_leaves_nothing(stop, maps, tmp_path, number, status):
    (tmp_path / "signals.tsv").write_text("map-01\tmap-02\tmap-03\tmap-04\n1\t0\t0\t0\n")
    stuck_in = ("interfaces.inverse", "Inverse._run")
    done, _ = stop(number, stuck_in, "inverse", "signals.tsv", "--maps", maps, "--out", "image.nii")
    assert (done.returncode, done.stderr) == (status, "interrupted; image.nii was not written.\n")
    assert not (tmp_path / "image.nii").exists()
    assert not list((tmp_path / "scratch").iterdir())


def test_a_demo_that_is_interrupted_says_so(stop):
    done, _ = stop(signal.SIGINT, ("interfaces.inverse", "Inverse._run"), "demo")
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("interrupted; ")


def test_nohup_keeps_a_command_going():
    code = (
        "import os, signal\n"
        "from nipype_maps.cli.process.exit_status import ending_with_status\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with ending_with_status(): os.kill(os.getpid(), signal.SIGHUP)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def shell(script, cwd, **environment):
    """Call a line of shell, in which $NM is the command."""
    command = f"'{sys.executable}' -c 'from nipype_maps.cli import main; main()'"
    return subprocess.run(
        ["bash", "-c", script.replace("$NM", command)],
        capture_output=True, text=True, cwd=cwd, timeout=300, env={**os.environ, **environment},
    )  # fmt: skip


def test_a_full_standard_output_loses_no_results(make_run, maps, tmp_path):
    done = shell(f"$NM extract {make_run()} --maps {maps} --out out > /dev/full", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "error: standard output cannot be written (No space left on device).\n"
    assert list((tmp_path / "out").glob("*_timeseries.tsv"))
    assert shell("$NM --help > /dev/full", tmp_path).returncode == 1


@pytest.mark.parametrize("what", ["2> /dev/full", "2>&-", "<&-", ">&-"])
def test_other_streams_that_nobody_reads_lose_nothing(make_run, maps, tmp_path, what):
    done = shell(f"$NM extract {make_run()} --maps {maps} --out out {what}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert list((tmp_path / "out").glob("*_timeseries.tsv"))


def test_a_reader_that_has_read_enough_is_no_failure(make_run, maps, tmp_path):
    script = f"set -o pipefail; $NM extract {make_run()} --maps {maps} --out out --dry-run | head -1"
    done = shell(script, tmp_path)
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)


def test_an_error_that_nobody_foresaw_leaves_its_traceback_in_a_file(tmp_path, make_run, maps):
    code = (
        "import sys; from nipype_maps.cli import main\n"
        "def fails(*_, **__): raise KeyError('boo')\n"
        "sys.modules['nipype_maps.cli.extract'].extract_runs = fails\n"
        "main()"
    )
    arguments = ["extract", make_run(), "--maps", maps, "--out", "out"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first == "error: KeyError: 'boo'"
    report = Path(second.rpartition(" ")[2])
    assert "Traceback" in report.read_text()
    report.unlink()
