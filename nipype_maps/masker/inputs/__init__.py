"""Images, confounds, sample masks and signals, in any form that nilearn takes.

::

    images       images, runs and masks: files, or images in memory
    confounds    tables of confounds: files, arrays or data frames
    arrays       sample masks and signals
    names        names of the maps
    in_memory    what is in memory, written to files named by their content
"""

from .arrays import frames_of, signals_of
from .confounds import confounds_files
from .images import Images, images_of, mask_of, one_per_run, runs_of
from .names import MapNames

__all__ = [
    "Images",
    "MapNames",
    "confounds_files",
    "frames_of",
    "images_of",
    "mask_of",
    "one_per_run",
    "runs_of",
    "signals_of",
]
