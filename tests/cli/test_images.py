"""What the command makes of images of every kind, and what it says of them."""

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.tables import read_table


def signals(folder):
    (table,) = folder.glob("*_timeseries.tsv")
    return read_table(table).values


@pytest.fixture
def as_of(tmp_path, make_run):
    """Save the same run in other ways: ``as_of(name, factor, unit)`` returns its path."""
    source = nib.load(make_run(n_frames=12))

    def as_of(name, factor=1.0, unit="mm"):
        image = nib.Nifti1Image(
            source.get_fdata().astype("float32"), np.diag([factor] * 3 + [1]) @ source.affine
        )
        image.header.set_xyzt_units(unit, "sec")
        image.header.set_zooms((*image.header.get_zooms()[:3], 2.0))
        nib.save(image, tmp_path / name)
        return str(tmp_path / name)

    return as_of


@pytest.mark.parametrize(
    ("name", "factor", "unit"),
    [("a.nii.bz2", 1, "mm"), ("a.nii.GZ", 1, "mm"), ("a.nii", 1000, "micron"), ("a.nii.gz", 0.001, "meter")],
)
def test_the_same_run_in_another_file_gives_the_same_signals(call, tmp_path, maps, as_of, name, factor, unit):
    options = ("--maps", maps, "--smoothing-fwhm", "6")
    call("extract", as_of("plain.nii"), *options, "--out", tmp_path / "plain")
    done = call("extract", as_of(name, factor, unit), *options, "--out", tmp_path / "other")
    np.testing.assert_allclose(signals(tmp_path / "other"), signals(tmp_path / "plain"), rtol=1e-5)
    warnings = [line for line in done.stderr.splitlines() if "converted to mm" in line]
    assert len(warnings) == (factor != 1)
    assert all(line.startswith("warning: a: a.nii") for line in warnings)


def test_what_was_noticed_is_said_once(call, tmp_path, as_of, save, rng, grids):
    parts = rng.random((*grids["plain"].shape, 3))
    parts /= parts.sum(axis=-1, keepdims=True)
    values = np.concatenate([parts, np.ones((*parts.shape[:3], 1))], axis=-1).astype("float32")
    atlas = save(values, grids["plain"], "tpl-MNI152NLin6Asym_probseg.nii.gz")
    run = as_of("sub-01_space-T1w_desc-preproc_bold.nii.gz")
    done = call("extract", run, "--maps", atlas, "--t-r", "2000", "--out", tmp_path / "out")
    for sentence in (
        "nearly depend linearly",
        "(--t-r) says, which is not between",
        "is in the space native",
    ):
        assert done.stderr.count(sentence) == 1
    assert "with signal 100% to 100%" in done.stdout
