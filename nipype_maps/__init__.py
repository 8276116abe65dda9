"""One time series per brain map from a 4D fMRI run, inside nipype.

With ``A`` the maps on the working grid, ``G`` Gaussian smoothing, ``R`` resampling and
``x_t`` the volume of frame t, the signals are least squares::

    s_t = argmin || A s - G R x_t ||  =  (A'A)^+ (G A)' R x_t

The package is a house of tiers; each knows only those below it::

    cli          the command nipype-maps
    masker       NiftiMapsMasker: nilearn's class, running the graphs
    graphs       nipype workflows: atlas, fit, transform, inverse, masker, dataset
    interfaces   nipype interfaces: typed traits, files in, files out
    files        images, tables, sidecars and names on disk
    numerics     arrays in, arrays out

Beside them stands what runs graphs, which knows nipype, not maps::

    running      a workflow, its settings, log and progress
    plugins      nipype execution plugins: Linear, MultiProc, SLURM, and one that only plans
    workfolder   who may write to a work folder, and what of it can be trusted
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .masker import NiftiMapsMasker

__all__ = ["NiftiMapsMasker"]


def __getattr__(name: str):
    # nipype takes a second to import, which the command's --help need not wait for
    if name == "NiftiMapsMasker":
        from .masker import NiftiMapsMasker

        return NiftiMapsMasker
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
