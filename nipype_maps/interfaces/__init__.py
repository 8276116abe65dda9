"""nipype interfaces: typed traits, files in and files out.

Each one loads its files, calls the numerics, and saves the results.
"""

from .clean import Clean
from .confounds import HighVarianceConfounds
from .fit_projector import FitProjector
from .grid import ReadGrid
from .inverse import Inverse
from .mask import Mask
from .project import Project
from .resample import Resample
from .select import SelectConfounds
from .smooth import Smooth

__all__ = [
    "Clean",
    "FitProjector",
    "HighVarianceConfounds",
    "Inverse",
    "Mask",
    "Project",
    "ReadGrid",
    "Resample",
    "SelectConfounds",
    "Smooth",
]
