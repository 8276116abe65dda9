"""The Boutiques descriptor: valid, up to date, and what its invocations call is the command."""

import importlib.util
import json
import shlex
from importlib.resources import files
from pathlib import Path

import pytest
from boutiques import bosh

import nipype_maps

from .test_bids_app import sessions  # noqa: F401 # a fixture
from .test_dataset import summary

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("descriptor", ROOT / "docs" / "descriptor.py")
descriptor = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(descriptor)

FILE = str(files(nipype_maps) / "descriptor.json")
#: What nipoppy replaces in an invocation (as in its pipelines of fMRIPrep and QSIRecon).
OF_NIPOPPY = {
    "input_dir": "[[NIPOPPY_DPATH_PIPELINE_OUTPUT]]",
    "output_dir": "[[NIPOPPY_DPATH_PIPELINE_IDP]]/nipype-maps",
    "analysis_level": "participant",
    "participant_label": ["[[NIPOPPY_PARTICIPANT_ID]]"],
    "session_id": ["[[NIPOPPY_SESSION_ID]]"],
    "work": "[[NIPOPPY_DPATH_PIPELINE_WORK]]",
    "maps": ["[[MAPS]]"],
    "n_procs": 2,
    "mem_mb": "16G",
    "stop_on_first_crash": True,
}


@pytest.fixture
def command(tmp_path, capsys):
    """The words of the command line that Boutiques makes of an invocation."""

    def command(invocation):
        path = tmp_path / "invocation.json"
        path.write_text(json.dumps(invocation))
        capsys.readouterr()
        made = bosh(["exec", "simulate", "-i", str(path), FILE])
        return shlex.split(made.shell_command)

    return command


def test_it_is_up_to_date():
    with open(FILE, encoding="utf-8") as stream:
        assert stream.read() == descriptor.text(), "execute python3 -m docs.generate"


def test_it_is_valid():
    bosh(["validate", FILE])  # raises where it is not


def test_an_invocation_of_nipoppy_is_a_call(command, invoke, sessions, maps, tmp_path):  # noqa: F811
    places = {
        "NIPOPPY_DPATH_PIPELINE_OUTPUT": sessions, "NIPOPPY_DPATH_PIPELINE_IDP": tmp_path / "idp",
        "NIPOPPY_PARTICIPANT_ID": "01", "NIPOPPY_SESSION_ID": "2", "MAPS": maps,
        "NIPOPPY_DPATH_PIPELINE_WORK": tmp_path / "work",
    }  # fmt: skip
    text = json.dumps(OF_NIPOPPY)
    for name, place in places.items():
        text = text.replace(f"[[{name}]]", str(place))
    program, *words = command(json.loads(text))
    assert program == "nipype-maps"
    invoke(*words)
    (row,) = summary(tmp_path / "idp" / "nipype-maps")
    assert row["file"].startswith("sub-01/ses-2/func/sub-01_ses-2_task-rest")


def test_every_input_becomes_words_that_the_command_understands(
    command,
    invoke,
    sessions,  # noqa: F811
    maps,
    tmp_path,
):
    """Lists of all kinds, choices, numbers and flags."""
    words = command({
        "input_dir": str(sessions), "output_dir": str(tmp_path / "out"), "maps": [maps],
        "participant_label": ["01", "sub-02"], "task_id": ["rest"], "space": ["MNI"],
        "confound_columns": ["trans_x", "rot_z"], "smoothing_fwhm": "6,6,6", "high_pass": 0.02, "t_r": 2,
        "standardize": "zscore", "detrend": True, "no_clip": True, "dry_run": True,
    })  # fmt: skip
    assert "4 runs: 4 to execute" in invoke(*words[1:]).stdout
    assert words.count("--confound-columns") == 2
    assert words[words.index("--participant-label") + 2] == "sub-02"
