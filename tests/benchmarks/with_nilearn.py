"""What a user of nilearn would run: ``with_nilearn.py RUN MAPS FWHM TARGET OUT``."""

import sys

import numpy as np
from nilearn.maskers import NiftiMapsMasker

run, maps, fwhm, target, out = sys.argv[1:]
masker = NiftiMapsMasker(maps, smoothing_fwhm=float(fwhm) or None, resampling_target=target, standardize=None)
np.savetxt(out, masker.fit_transform(run))
