"""NiftiMapsMasker: nilearn's class, running our graphs.

::

    masker       the class: fit, transform, inverse_transform
    estimator    what scikit-learn asks of any estimator
    parameters   what the class is given, checked, as the graphs know it
    inputs       images, confounds and sample masks, in any form, as files
    kept         maps and mask as fit was given them, in whatever process or folder
    extraction   the graphs behind a fitted masker: which one is run for which method
    work         the folder that they run in, and their failures as exceptions
    outputs      files of the graphs as images
    telling      warnings at the user's line
"""

from .masker import NiftiMapsMasker

__all__ = ["NiftiMapsMasker"]
