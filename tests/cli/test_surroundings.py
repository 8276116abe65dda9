"""Locales, variables, settings and disks that a command finds itself among."""

import json
import os
import shutil
import subprocess
import sys

import pytest

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
NAME = "sub-01_atlas-atlas_timeseries"


@pytest.fixture
def among(tmp_path):
    """Call the command in a folder, with some variables set or (None) not; returns the process."""

    def among(*arguments, folder=tmp_path, status=0, before="", **variables):
        environment = {**os.environ, **{key: value for key, value in variables.items() if value is not None}}
        for key in (key for key, value in variables.items() if value is None):
            environment.pop(key, None)
        done = subprocess.run(
            [sys.executable, "-c", f"{before}from nipype_maps.cli import main; main()", *map(str, arguments)],
            capture_output=True, cwd=folder, env=environment, timeout=300,
        )  # fmt: skip
        done.stdout, done.stderr = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return among


@pytest.mark.parametrize("plugin", ["Linear", "MultiProc"])
def test_names_outside_ascii_under_an_ascii_locale(among, make_run, maps, tmp_path, plugin):
    run = make_run("静息_bold.nii.gz")
    (tmp_path / "names.txt").write_text("é\n静\nc\nd\n", encoding="utf-8")
    arguments = ["extract", run, "--maps", maps, "--map-names", tmp_path / "names.txt", "--plugin", plugin]
    among(*arguments, "--out", tmp_path / "ö", **ASCII)
    (table,) = (tmp_path / "ö").glob("*_timeseries.tsv")
    assert table.read_text(encoding="utf-8").startswith("é\t静\tc\td\n")
    sidecar = json.loads(table.with_suffix(".json").read_text(encoding="utf-8"))
    assert sidecar["Sources"][0] == "静息_bold.nii.gz"
    among(*arguments, "--out", tmp_path / "ü")
    for ending in (".tsv", ".json"):  # the same in any locale
        there = next((tmp_path / "ü").glob(f"*_timeseries{ending}"))
        assert there.read_bytes() == table.with_suffix(ending).read_bytes()
    among("inverse", table, "--maps", maps, "--out", tmp_path / "é.nii", **ASCII)
    assert (tmp_path / "é.nii").exists()


@pytest.mark.parametrize(
    "variables",
    [{"HOME": None}, {"HOME": "/proc/nowhere"}, {"TMPDIR": "/nowhere"}, {"NO_COLOR": "1", "TERM": "dumb"}],
    ids=str,
)
def test_variables_that_are_not_set_or_lead_nowhere(among, make_run, maps, tmp_path, variables):
    among("extract", make_run("sub-01_bold.nii.gz"), "--maps", maps, "--out", "out", **variables)
    among("inverse", f"out/{NAME}.tsv", "--maps", maps, "--out", "image.nii", **variables)
    assert (tmp_path / "image.nii").exists()


def test_a_working_directory_that_is_gone(among, tmp_path):
    (tmp_path / "gone").mkdir()
    done = among("demo", before="import os; os.mkdir('x'); os.chdir('x'); os.rmdir('../x'); ", status=1)
    assert done.stderr == "Error: the working directory is gone; change to another one.\n"


#: Settings that nipype knows, as a user of other pipelines may have them.
SETTINGS = """
[execution]
hash_method = timestamp
stop_on_first_rerun = true
stop_on_first_crash = true
keep_inputs = true
remove_node_directories = true
local_hash_check = false
use_relative_paths = true
poll_sleep_duration = 7
keep_unnecessary_outputs = false
remove_unnecessary_outputs = true
create_report = true
crashdump_dir = /proc/none
[logging]
workflow_level = DEBUG
"""


def test_a_nipype_cfg_in_the_folder_changes_no_result(among, make_run, maps, tmp_path):
    arguments = ["extract", make_run("sub-01_bold.nii.gz"), "--maps", maps, "--out"]
    among(*arguments, "plain")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "nipype.cfg").write_text(SETTINGS)
    first = among(*arguments, "out", folder=tmp_path / "set")
    assert "6 steps executed, 0 cached" in first.stdout
    assert "0 steps executed, 6 cached" in among(*arguments, "out", folder=tmp_path / "set").stdout
    for ending in (".tsv", ".json"):
        there, here = (tmp_path / folder / f"{NAME}{ending}" for folder in ("plain", "set/out"))
        assert there.read_bytes() == here.read_bytes()


@pytest.mark.parametrize(
    "content", ["garbage", "[logging]\nlog_to_file = true\nlog_directory = /proc/none\n"]
)
def test_a_nipype_cfg_that_stops_nipype_is_named(among, tmp_path, content):
    (tmp_path / "nipype.cfg").write_text(content)
    done = among("demo", status=1)
    assert done.stderr.startswith("Error: nipype cannot start with its settings, in nipype.cfg here or in")
    assert "in nipype.cfg" not in among("demo", "--help").stderr


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of 64 KB; returns a function that makes it read-only."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("needs to mount a disk (root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_and_leaves_nothing(among, make_run, maps, tmp_path, small_disk):
    among("extract", make_run("sub-01_bold.nii.gz"), "--maps", maps, "--out", "out")
    arguments = ["inverse", f"out/{NAME}.tsv", "--maps", maps, "--out"]
    done = among(*arguments, small_disk / "image.nii", status=1)
    assert done.stderr == (
        f"Error: {small_disk}/image.nii was not written: the disk of {small_disk} is full; free some "
        "space and call again.\n"
    )
    done = among(*arguments, "image.nii", status=1, TMPDIR=str(small_disk))
    assert "is full; free some space and " in done.stderr
    assert "Intermediate files are in a temporary folder; TMPDIR chooses another one." in done.stderr
    assert not list(small_disk.iterdir())
    assert not (tmp_path / "image.nii").exists()


def test_a_dry_run_needs_to_write_nowhere(among, make_run, maps, tmp_path, small_disk):
    arguments = ["extract", make_run("sub-01_bold.nii.gz"), "--maps", maps, "--out"]
    assert "6 steps: 6 to execute" in among(*arguments, "/proc/nowhere/out", "--dry-run").stdout
    (small_disk / "here").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert "6 steps: 6 to execute" in among(*arguments, small_disk / "here", "--dry-run").stdout
    done = among(*arguments, small_disk / "here", status=1)
    assert "Error: cannot " in done.stderr
    assert f"the folder {small_disk}/here" in done.stderr


def test_the_package_is_the_command(make_run, maps, tmp_path):
    def called(*words):
        command = [sys.executable, "-m", "nipype_maps", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)

    done = called("extract", make_run("sub-01_bold.nii.gz", n_frames=8), "--maps", maps, "--out", "out")
    assert (done.returncode, (tmp_path / "out" / f"{NAME}.tsv").exists()) == (0, True), done.stderr
    assert "Usage: python -m nipype_maps" in called("--help").stdout
    assert called("extrct").returncode == 2
