"""One time series per brain map from a 4D fMRI run, inside nipype.

With ``A`` the maps on the working grid, ``G`` Gaussian smoothing, ``R`` resampling and
``x_t`` the volume of frame t, the signals are least squares::

    s_t = argmin || A s - G R x_t ||  =  (A'A)^+ (G A)' R x_t

The package is a house of rooms; each knows only those below it::

    cli          the command nipype-maps
    masker       NiftiMapsMasker: nilearn's class, running the graphs
    graphs       nipype workflows: atlas, fit, transform, inverse, masker, dataset
    interfaces   nipype interfaces: typed traits, files in, files out
    confounds    strategies, columns, frames to keep
    bids         names, sidecars, data sets, tables, labels of maps
    images       NIfTI images on disk, block by block
    numerics     arrays in, arrays out

Beside them, knowing nothing of maps::

    engine       how a graph is executed safely: plugins, work folder, log and progress
    storage      bytes on disk: atomic writing, checksums, compression, locks
    options      every option, defined once
    notes        warnings collected while something is computed
    plugins      the engine's plugins, for ``Workflow.run(plugin=...)``
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .masker import NiftiMapsMasker

__all__ = ["NiftiMapsMasker", "__version__"]

#: The one place that says it: setup.cfg reads this line.
__version__ = "0.1.0"


def __getattr__(name: str) -> type[NiftiMapsMasker]:
    # nipype takes a second to import, which the command's --help need not wait for
    if name == "NiftiMapsMasker":
        from .masker import NiftiMapsMasker

        return NiftiMapsMasker
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
