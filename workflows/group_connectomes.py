"""Correlation matrices of a group of subjects, and their group matrix.

    python group_connectomes.py MAPS OUT.npz T_R RUN,CONFOUNDS [RUN,CONFOUNDS ...]

This is an example of nilearn's gallery; only the import of the masker differs.  Intermediate
results are cached in the folder nipype_maps_cache.
"""

import sys

import numpy as np
from nilearn.connectome import ConnectivityMeasure

from nipype_maps import NiftiMapsMasker


def connectomes(maps, runs, confounds, t_r):
    """Correlations of each subject's signals, (S, K, K), and the group's, (K, K)."""
    masker = NiftiMapsMasker(
        maps,
        resampling_target="data",
        t_r=t_r,
        detrend=True,
        low_pass=0.1,
        high_pass=0.01,
        memory="nipype_maps_cache",
        memory_level=1,
        standardize="zscore_sample",
        standardize_confounds=True,
    ).fit()
    signals = [masker.transform(run, confounds=table) for run, table in zip(runs, confounds, strict=True)]
    measure = ConnectivityMeasure(kind="correlation", standardize="zscore_sample")
    matrices = measure.fit_transform(signals)
    return matrices, measure.mean_


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    maps, out, t_r, *subjects = sys.argv[1:]
    runs, confounds = zip(*(subject.split(",") for subject in subjects), strict=True)
    matrices, mean = connectomes(maps, runs, confounds, float(t_r))
    np.savez(out, matrices=matrices, mean=mean)
    print(out)
