"""nipype interfaces: typed traits, files in and files out.

Each one is a door: it loads, calls one function of `numerics`, and saves.
"""

from .clean import Clean
from .confounds import HighVarianceConfounds
from .grid import ReadGrid
from .inverse import Inverse
from .mask import Mask
from .project import FitProjector, Project
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
