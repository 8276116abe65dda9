"""Dual regression: group maps in each run.

    python dual_regression.py GROUP_MAPS OUT RUN [RUN ...]

Time series of the group maps (with an intercept, as in FSL), then a regression of each voxel on
them: OUT/<run> gets a table of the time series, and maps.nii.gz, a volume per group map.
"""

import sys
from pathlib import Path

from nipype.interfaces.io import DataSink
from nipype.interfaces.utility import Function
from nipype.pipeline.engine import Node, Workflow

from nipype_maps.graphs import init_masker_wf
from nipype_maps.plugins import LinearPlugin


def maps_of_run(run_file, signals_file):
    """Maps of one run, (X, Y, Z, K): the run's frames times the pseudo-inverse of its time series."""
    import os

    import nibabel as nib
    import numpy as np

    from nipype_maps.bids.signals import read_signals
    from nipype_maps.images.volumes import Volumes

    run, signals = Volumes(run_file), read_signals(signals_file).values
    inverse = np.linalg.pinv((signals - signals.mean(axis=0)) / signals.std(axis=0))
    maps = np.zeros((len(inverse), run.grid.n_voxels))
    for block in run.blocks():  # never the whole run
        maps += inverse[:, block.first : block.first + len(block.stored)] @ block.values(finite=True)
    volumes = np.stack([run.grid.unflatten(one) for one in maps], axis=-1)
    nib.save(nib.Nifti1Image(volumes, run.grid.affine), "maps.nii.gz")
    return os.path.abspath("maps.nii.gz")


def init_run_wf(run, maps, out, name) -> Workflow:
    """Build the graph of one run."""
    first = init_masker_wf(demean=True, detrend=True, name="first")
    first.inputs.inputnode.run_file, first.inputs.inputnode.maps_file = run, maps
    second = Node(Function(["run_file", "signals_file"], ["out_file"], maps_of_run), name="second")
    second.inputs.run_file = run
    sink = Node(DataSink(base_directory=str(out)), name="sink")
    workflow = Workflow(name=name, base_dir=str(out / "work"))
    workflow.connect(first, "outputnode.signals_file", second, "signals_file")
    workflow.connect(first, "outputnode.signals_file", sink, name)
    workflow.connect(second, "out_file", sink, f"{name}.@maps")
    return workflow


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    maps, out, *runs = (Path(word).absolute() for word in sys.argv[1:])
    for run in runs:
        init_run_wf(str(run), str(maps), out, run.name.partition(".")[0]).run(plugin=LinearPlugin())
