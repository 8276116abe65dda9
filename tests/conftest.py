"""One generator, a few small named grids, and images on them, for all tests."""

import os

os.environ["NIPYPE_NO_ET"] = "1"

import logging
import signal
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import nipype.testing
import numpy as np
import pytest
from hypothesis import settings

from nipype_maps.numerics.grid import Grid

from .summary import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown  # noqa: F401

for name in ("nipype", "nipype.workflow", "nipype.interface", "nipype.utils"):
    logging.getLogger(name).setLevel(logging.ERROR)


# a shell that starts the tests in the background lets them and their children ignore Ctrl-C; nohup lets
# them ignore a terminal that closes
for number, default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, default)


def _affine(linear, origin):
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = linear, origin
    return affine


# no deadline: machines may be busy; the same draws on each machine
settings.register_profile("patient", deadline=None, max_examples=200, derandomize=True)
# thousands of new draws: --hypothesis-profile nightly
settings.register_profile("nightly", deadline=None, max_examples=3000)
settings.load_profile("patient")

COS, SIN = np.cos(0.3), np.sin(0.3)
#: Overlapping grids, in every relation to each other that images have.  All affines but the oblique one
#: are exact in single precision, as NIfTI headers store them.
GRIDS = {
    "plain": Grid((7, 8, 6), _affine(np.diag([3.0, 3.0, 4.0]), (-9, -11, -10))),
    "flipped": Grid((8, 7, 6), _affine(np.diag([-3.0, 3.0, 3.5]), (11, -9, -8))),
    "permuted": Grid((6, 8, 7), _affine([[0, 3.0, 0], [0, 0, -3.0], [4.0, 0, 0]], (-10, 9, -10))),
    "oblique": Grid(
        (8, 8, 7),
        np.float32(
            _affine(np.array([[COS, -SIN, 0], [SIN, COS, 0], [0, 0, 1]]) @ np.diag([3, 3, 4]), (-8, -12, -11))
        ).astype(float),
    ),
    "coarse": Grid((4, 4, 3), _affine(np.diag([6.0, 6.0, 8.0]), (-8, -10, -7))),
}


@pytest.fixture
def rng():
    return np.random.default_rng(20261122)


@pytest.fixture
def grids():
    return GRIDS


@pytest.fixture
def save(tmp_path):
    """Save an array as a NIfTI image: ``save(values, grid, name)`` returns its path."""

    def save(values, grid, name="image.nii.gz", t_r=2.0, located=True, dtype=None):
        values = np.asarray(values)
        image = nib.Nifti1Image(values if dtype is None else values.astype(dtype), grid.affine)
        image.header.set_xyzt_units("mm", "sec")
        if values.ndim == 4:
            image.header.set_zooms((*image.header.get_zooms()[:3], t_r))
        image.set_sform(grid.affine if located else None, code=1 if located else 0)
        image.set_qform(grid.affine if located else None, code=1 if located else 0)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nib.save(image, path)
        return str(path)

    return save


@pytest.fixture
def write(tmp_path):
    """Write a table: a text, or an array as .npy."""

    def write(text, name="table.tsv"):
        path = tmp_path / name
        if isinstance(text, str):
            path.write_text(text)
        else:
            np.save(path, text)
        return path

    return write


@pytest.fixture
def nipype_data():
    """The folder of real images inside the nipype package."""
    return Path(nipype.testing.__file__).parent / "data"


@pytest.fixture
def maps(rng, grids, save):
    """Path of four signed, sparse, overlapping maps on the flipped grid."""
    shape = (*grids["flipped"].shape, 4)
    return save(rng.normal(size=shape) * (rng.random(shape) < 0.4), grids["flipped"], "atlas.nii.gz")


@pytest.fixture
def mask(grids, save):
    """Path of a mask on the coarse grid."""
    inside = np.zeros(grids["coarse"].shape, dtype=np.uint8)
    inside[:3, 1:, :] = 1
    return save(inside, grids["coarse"], "mask.nii.gz")


@pytest.fixture
def make_run(rng, grids, save):
    """Save a run of noise on a slow drift: ``make_run(name, grid, n_frames)`` returns its path."""

    def make_run(name="sub-01_task-rest_bold.nii.gz", grid="plain", n_frames=40, **options):
        shape = grids[grid].shape
        values = 100 + rng.normal(size=(*shape, n_frames)).cumsum(axis=-1) * rng.random((*shape, 1))
        return save(values, grids[grid], name, **options)

    return make_run


@pytest.fixture
def run_masker(tmp_path):
    """Execute the masker graph in one work folder; returns its Outcome, without failures."""
    from nipype_maps.engine.execution import run_workflow
    from nipype_maps.graphs import init_masker_wf

    def run_masker(run, maps, mask=None, inputs=None, work="work", plugin="Linear", **parameters):
        workflow = init_masker_wf(name="masker", **parameters)
        workflow.base_dir = str(tmp_path / work)
        inputnode = workflow.inputs.inputnode
        inputnode.run_file, inputnode.maps_file = run, maps
        if mask:
            inputnode.mask_file = mask
        for name, value in (inputs or {}).items():
            setattr(inputnode, name, value)
        outcome = run_workflow(workflow, logs=tmp_path / "logs", plugin=plugin)
        assert not outcome.failures, outcome.failures
        return outcome

    return run_masker


@pytest.fixture
def call(tmp_path):
    """Call the command in a process of its own; returns the finished process."""

    def call(*arguments, status=0):
        command = [sys.executable, "-c", "from nipype_maps.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)
        assert done.returncode == status, done.stdout + done.stderr
        # lines of progress appear after half a minute, on a busy machine
        lines = done.stderr.splitlines(keepends=True)
        done.stderr = "".join(line for line in lines if not line.startswith("progress: "))
        return done

    return call


@pytest.fixture
def execute(tmp_path):
    """Execute an interface in a node, and return its outputs."""
    from nipype.pipeline.engine import Node

    def execute(interface, name="node"):
        return Node(interface, name=name, base_dir=str(tmp_path / "work")).run().outputs

    return execute
