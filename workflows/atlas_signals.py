"""Correlations of the signals of a probabilistic atlas, with confounds regressed out.

    python atlas_signals.py RUN MAPS OUT.tsv [CONFOUNDS]

This is an example of nilearn's gallery, with the MSDL atlas; only the import of the masker differs.
Intermediate results are cached in the folder nipype_maps_cache.
"""

import sys

import numpy as np
from nilearn.connectome import ConnectivityMeasure

from nipype_maps import NiftiMapsMasker


def correlations(run, maps, confounds=None):
    """Correlations (K, K) of the signals of K maps, after regression of confounds."""
    masker = NiftiMapsMasker(
        maps_img=maps,
        standardize="zscore_sample",
        standardize_confounds=True,
        memory="nipype_maps_cache",
        memory_level=1,
    )
    signals = masker.fit_transform(run, confounds=confounds)
    measure = ConnectivityMeasure(kind="correlation", standardize="zscore_sample")
    return measure.fit_transform([signals])[0]


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    run, maps, out, *confounds = sys.argv[1:]
    np.savetxt(out, correlations(run, maps, *confounds), delimiter="\t")
    print(out)
