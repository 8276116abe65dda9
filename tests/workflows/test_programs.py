"""The standalone programs, run as a user runs them."""

import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.tables import read_table

WORKFLOWS = Path(__file__).parents[2] / "workflows"


def run(program, *arguments, cwd):
    words = [sys.executable, WORKFLOWS / program, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, cwd=cwd, timeout=300)


def test_single_run(tmp_path, make_run, maps, mask):
    done = run("single_run.py", make_run(), maps, "out", mask, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    table = read_table(done.stdout.splitlines()[-1])
    assert table.values.shape == (40, 4)
    np.testing.assert_allclose(table.values.std(axis=0), 1)
    assert (tmp_path / "out" / "signals.json").exists()
    again = run("single_run.py", make_run(), maps, "out", mask, cwd=tmp_path)
    assert again.returncode == 0


def test_inside_preprocessing(tmp_path, save, rng, grids):
    """nipype's own nodes before the masker: trends and noise components are gone."""
    grid = grids["plain"]
    values = rng.normal(size=(*grid.shape, 2))
    t = np.linspace(-1, 1, 60)
    known = rng.normal(size=(60, 2))
    data = values @ known.T + 50 + 20 * t**2 + 0.01 * rng.normal(size=(*grid.shape, 60))
    files = [
        save(data, grid, "run.nii.gz"),
        save(values, grid, "maps.nii.gz"),
        save(np.ones(grid.shape, np.uint8), grid, "mask.nii.gz"),
    ]
    done = run("inside_preprocessing.py", *files, "out", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    path = done.stdout.splitlines()[-1]
    table = read_table(path)
    assert table.values.shape == (60, 2)
    np.testing.assert_allclose(table.values.std(axis=0), 1)
    quadratic = np.stack([t**0, t, t**2], axis=1)
    quadratic -= quadratic.mean(axis=0)
    assert np.abs(quadratic.T @ table.values).max() < 1e-3
    assert nib.load(next((tmp_path / "out").rglob("detrend.nii.gz"))).shape == data.shape


@pytest.mark.parametrize("program", [path.name for path in sorted(WORKFLOWS.glob("*.py"))])
def test_programs_are_short_and_say_how_they_are_used(program, tmp_path):
    assert len((WORKFLOWS / program).read_text().splitlines()) < 60
    done = run(program, cwd=tmp_path)
    assert done.returncode == 1
    assert f"    python {program} " in done.stderr


def with_nilearn(program, tmp_path):
    """A program with nilearn's masker: the import line is all that is changed."""
    text = (WORKFLOWS / program).read_text()
    ours = "from nipype_maps import NiftiMapsMasker\n"
    assert text.count(ours) == 1
    path = tmp_path / f"theirs_{program}"
    path.write_text(text.replace(ours, "from nilearn.maskers import NiftiMapsMasker\n"))
    return path


def test_atlas_signals(tmp_path, make_run, maps, rng):
    data, confounds = make_run(n_frames=50), tmp_path / "confounds.txt"
    np.savetxt(confounds, rng.normal(size=(50, 3)))
    answers = []
    for program in (WORKFLOWS / "atlas_signals.py", with_nilearn("atlas_signals.py", tmp_path)):
        done = run(program, data, maps, "correlations.tsv", confounds, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        answers.append(np.loadtxt(tmp_path / "correlations.tsv"))
    np.testing.assert_allclose(*answers, atol=1e-9)


def test_group_connectomes(tmp_path, make_run, maps, rng):
    subjects = []
    for index in range(3):
        name = f"sub-{index}_bold.nii.gz"
        np.savetxt(tmp_path / f"{index}.txt", rng.normal(size=(80, 2)))
        subjects.append(f"{make_run(name, n_frames=80)},{tmp_path / f'{index}.txt'}")
    answers = []
    for program in (WORKFLOWS / "group_connectomes.py", with_nilearn("group_connectomes.py", tmp_path)):
        done = run(program, maps, "group.npz", 2.0, *subjects, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        answers.append(dict(np.load(tmp_path / "group.npz")))
    assert answers[0]["matrices"].shape == (3, 4, 4)
    for name in ("matrices", "mean"):
        np.testing.assert_allclose(answers[0][name], answers[1][name], atol=1e-9)


def test_dual_regression(tmp_path, save, rng, grids):
    """Beside both regressions done voxel by voxel on arrays."""
    grid = grids["plain"]
    group = rng.normal(size=(*grid.shape, 3))
    own = group + 0.5 * rng.normal(size=group.shape)
    series = rng.normal(size=(40, 3)).cumsum(axis=0)
    data = own @ series.T + 100 + 0.1 * rng.normal(size=(*grid.shape, 40))
    files = save(group, grid, "group.nii.gz"), "out", save(data, grid, "sub-01_bold.nii.gz")
    done = run("dual_regression.py", *files, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

    design = group.reshape(-1, 3) - group.reshape(-1, 3).mean(axis=0)
    signals = np.linalg.lstsq(design, data.reshape(-1, 40), rcond=None)[0].T
    time = np.stack([np.ones(40), np.arange(40)], axis=1)
    signals -= time @ np.linalg.lstsq(time, signals, rcond=None)[0]
    (path,) = (tmp_path / "out" / "sub-01_bold").glob("*.tsv")
    table = read_table(path)
    np.testing.assert_allclose(table.values, signals, atol=1e-9 * np.abs(signals).max())
    with_intercept = np.hstack([signals / signals.std(axis=0), np.ones((40, 1))])
    maps = np.linalg.lstsq(with_intercept, data.reshape(-1, 40).T, rcond=None)[0][:3]
    answer = nib.load(tmp_path / "out" / "sub-01_bold" / "maps.nii.gz").get_fdata()
    np.testing.assert_allclose(answer.reshape(-1, 3).T, maps, atol=1e-8 * np.abs(maps).max())
