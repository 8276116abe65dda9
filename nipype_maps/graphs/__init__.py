"""Workflow graphs: builders that return a nipype Workflow, not executed yet.

::

    atlas      maps, mask ── Resample ── Mask ── A
    fit        atlas ── [Smooth] ── FitProjector ── projector
    transform  run ── Project ── Clean ── signals
    inverse    signals, A ── Inverse ── 4D image
    masker     fit + transform for one run
    dataset    one fit per grid, one transform per run
"""

from .atlas import init_atlas_wf
from .dataset import fit_name, init_dataset_wf
from .fit import init_fit_wf
from .inverse import init_inverse_wf
from .masker import init_masker_wf
from .run_inputs import RunInputs, crossings
from .transform import init_transform_wf

__all__ = [
    "RunInputs",
    "crossings",
    "fit_name",
    "init_atlas_wf",
    "init_dataset_wf",
    "init_fit_wf",
    "init_inverse_wf",
    "init_masker_wf",
    "init_transform_wf",
]
