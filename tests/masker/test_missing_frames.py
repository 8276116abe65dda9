"""Runs that lack frames, in the class."""

import numpy as np
import pytest

from nipype_maps import NiftiMapsMasker


@pytest.fixture
def run(make_run, tmp_path):
    """A run of 38 of the 40 frames that were acquired."""
    flags = ["1", *["0"] * 20, "1", *["0"] * 18]
    (tmp_path / "sub-01_task-rest_outliers.tsv").write_text("\n".join(["framewise_displacement", *flags]))
    return make_run("sub-01_task-rest_space-MNI_desc-denoised_bold.nii.gz", n_frames=38, t_r=2.0)


@pytest.mark.parametrize("t_r", [None, 2.0])
@pytest.mark.parametrize("band", [{"low_pass": 0.1}, {"high_pass": 0.05}])
@pytest.mark.filterwarnings("ignore:.*lacks 2 of the 40 frames")
def test_a_run_that_lacks_frames_is_not_filtered(run, maps, t_r, band):
    with pytest.raises(Exception, match=r"lacks frames that were removed before, .* need all frames"):
        NiftiMapsMasker(maps, t_r=t_r, **band).fit_transform(run)


def test_signals_are_those_of_the_run_without_the_table(run, maps, tmp_path):
    with pytest.warns(UserWarning, match="lacks 2 of the 40 frames of sub-01_task-rest_outliers.tsv"):
        signals = NiftiMapsMasker(maps).fit_transform(run)
    (tmp_path / "sub-01_task-rest_outliers.tsv").unlink()
    np.testing.assert_array_equal(signals, NiftiMapsMasker(maps).fit_transform(run))
