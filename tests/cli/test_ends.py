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
    arguments = [command, what, "--maps", maps, "--out", "out", "--plugin", plugin]
    done, worker = stop(number, ("interfaces.project", "Project._run"), *arguments)
    assert done.returncode == status, done.stderr
    work = tmp_path / "out" / "work"
    # the grids are read, maps resampled and masked, the projector is made
    assert done.stderr == f"interrupted; 4 nodes are kept in {work}: call again to go on.\n"
    assert not Path(f"/proc/{worker}").exists()
    assert not list((tmp_path / "out").rglob("*_timeseries.tsv"))
    assert "2 nodes run, 4 found done" in call(*arguments).stdout


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(
    ("stuck_in", "more"),
    [(("files.runs", "Run.__init__"), []), (("workfolder.plan", "plan"), ["--dry-run"])],
)
def test_what_is_interrupted_before_it_runs_leaves_nothing(
    stop, make_run, maps, tmp_path, number, status, stuck_in, more
):
    done, _ = stop(number, stuck_in, "extract", make_run(), "--maps", maps, "--out", "out", *more)
    assert (done.returncode, done.stderr[:11]) == (status, "interrupted"), done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out/*_timeseries.tsv"))


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
        "from nipype_maps.cli.ends import ending_well\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with ending_well(): os.kill(os.getpid(), signal.SIGHUP)"
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
