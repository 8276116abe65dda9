"""HighVarianceConfounds: principal components of the most variable voxels of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from nipype.interfaces.base import File, TraitedSpec, traits

from ..bids.signals import write_signals
from ..confounds.frames import loaded_acquisitions, read_sample_mask
from ..images.masks import read_mask
from ..images.volumes import Volumes
from ..notes import Note
from ..numerics.blocks import StoredBlock
from ..numerics.confounds import high_variance_confounds
from ..numerics.frames import kept_frames
from .base import (
    InputFile,
    MapsInputSpec,
    MapsInterface,
    SampleMask,
    algorithm,
    input_images,
    output_path,
    run_labels,
)
from .errors import naming


class HighVarianceConfoundsInputSpec(MapsInputSpec):
    code_version = algorithm("2")
    in_file = input_images(mandatory=True, desc="run: 4D image, or list of 3D images")
    mask_file = InputFile(desc="3D image on the run's grid; default: all voxels")
    sample_mask = SampleMask(
        usedefault=True, desc="frames to use, as in Clean; the rows of other frames are n/a"
    )
    runs = run_labels()
    n_confounds = traits.Range(low=1, value=5, usedefault=True, desc="number of confounds")
    percentile = traits.Range(
        low=0.0,
        high=100.0,
        value=2.0,
        exclude_low=True,
        usedefault=True,
        desc="share of voxels to use, those of largest sum of squares, in percent",
    )
    detrend = traits.Bool(True, usedefault=True, desc="remove each voxel's mean and linear trend first")


class HighVarianceConfoundsOutputSpec(TraitedSpec):
    out_file = File(exists=True, desc="confounds (.tsv): columns high_variance_01 and on, a row per frame")


class HighVarianceConfounds(MapsInterface):
    """Confounds from the voxels of largest variance, without anatomy (CompCor).

    Censored frames are not used, and have no value.
    """

    input_spec = HighVarianceConfoundsInputSpec
    output_spec = HighVarianceConfoundsOutputSpec

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, Any]:
        run = Volumes(inputs.in_file)
        mask = inputs.sample_mask
        if isinstance(mask, str):
            mask = read_sample_mask(mask, run.n_volumes)
        with naming(run.path):
            kept = kept_frames(mask, run.n_volumes)
            acquisitions = loaded_acquisitions(inputs.runs, run.n_volumes)
        inside = np.flatnonzero(read_mask(inputs.mask_file, run)) if inputs.mask_file else None

        def read(voxels: np.ndarray | None) -> Iterator[StoredBlock]:
            if inside is not None:
                voxels = inside if voxels is None else inside[voxels]
            return run.blocks(voxels)

        values = np.full((run.n_volumes, inputs.n_confounds), np.nan)
        with naming(run.path):
            values[kept] = high_variance_confounds(
                read, kept, inputs.n_confounds, inputs.percentile, inputs.detrend, acquisitions
            )
        out_file = output_path(cwd, run.path, "_highvariance.tsv")
        names = [f"high_variance_{index:02d}" for index in range(1, inputs.n_confounds + 1)]
        write_signals(out_file, names, values)
        return {"out_file": out_file}
