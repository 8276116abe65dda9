"""NiftiMapsMasker: nilearn's class, executing our graphs.

::

    masker          the class: parameters, fit, transform, inverse_transform
    state           what fit sets: pickled, and restored when it is needed
    estimator       the methods of any scikit-learn estimator
    graph_options   the class's parameters, checked, and as options of the graphs
    inputs          images, confounds and sample masks, in any form, as files
    fitted_images   maps and mask of fit, found again in another process or folder
    extraction      the graphs behind a fitted masker: which one is executed for which method
    working_grid    which grid to work on, and warnings if that costs an extra resampling
    work_folder     the folder in which graphs are executed, and their failures as exceptions
    result_images   images for the user, made of result files
    serialized      calls of a process, one at a time
    verbosity       steps on the screen
    user_warnings   warnings at the user's line
"""

from .masker import NiftiMapsMasker

__all__ = ["NiftiMapsMasker"]
