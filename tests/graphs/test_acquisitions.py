"""Two acquisitions, concatenated and labeled, give what each of them gives alone."""

import numpy as np
import pytest

from nipype_maps.bids.signals import write_signals
from nipype_maps.bids.tables import read_table
from nipype_maps.storage.json_files import read_json

LENGTHS = [60, 50]
MOTION = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]
DERIVATIVES = [f"{name}_derivative1" for name in MOTION]
SQUARES = [f"{name}_power2" for name in (*MOTION, *DERIVATIVES)]
NAMES = [*MOTION, *DERIVATIVES, *SQUARES, "framewise_displacement", "std_dvars", "non_steady_state_outlier00"]
#: Frames of large motion: alone, the 2 frames behind the first of them and the 3 before the second are
#: short segments; concatenated, they are one of 5.
LARGE = [57, 3]


@pytest.fixture
def tables(rng):
    """Confounds as fMRIPrep writes them: derivatives and measures without a number in the first frame."""
    tables = []
    for n_frames, large in zip(LENGTHS, LARGE, strict=True):
        motion = rng.normal(size=(n_frames, 6)).cumsum(axis=0) / 10
        derivatives = np.diff(motion, axis=0, prepend=np.full((1, 6), np.nan))
        measures = np.full((n_frames, 3), 0.1)
        measures[0, :2] = np.nan
        measures[large, 0] = 0.8
        measures[:, 2] = 0
        tables.append(np.hstack([motion, derivatives, motion**2, derivatives**2, measures]))
    tables[0][0, -1] = 1
    return tables


@pytest.fixture
def extract(run_masker, maps, save, grids, tmp_path):
    """Signals and sidecar of a run, from its values and confounds."""

    def extract(name, values, table, labels=None, mask=None, **options):
        run = save(values, grids["plain"], f"{name}_bold.nii.gz")
        path = tmp_path / f"{name}_desc-confounds_timeseries.tsv"
        write_signals(path, NAMES, table)
        inputs = {"confounds_files": [str(path)]}
        if labels is not None:
            inputs["runs"] = labels
        if mask is not None:
            inputs["sample_mask"] = mask
        done = run_masker(run, maps, inputs=inputs, work=name, **options).done
        outputs = done["transform.clean"].result.outputs
        return read_table(outputs.out_file).values, read_json(outputs.out_json)

    return extract


@pytest.mark.parametrize("labeled", ["list", "file"])
@pytest.mark.parametrize(
    "options",
    [
        {"confounds_strategy": "6P+scrub"},
        {"confounds_strategy": "24P"},
        {"confound_columns": (*MOTION, *DERIVATIVES), "detrend": True},
        {"high_variance_confounds": True, "confound_columns": ("trans_x",), "standardize": "zscore"},
        {
            "confounds_strategy": "12P+scrub",
            "high_variance_confounds": True,
            "detrend": True,
            "low_pass": 0.15,
            "standardize": "psc",
        },
    ],
    ids=lambda options: "-".join(str(value) for value in options.values())[:40],
)
def test_acquisitions_are_denoised_each_by_itself(extract, rng, grids, tables, tmp_path, options, labeled):
    # the second is of other size, so that components of both together are those of the second
    values = [
        (100 + rng.normal(size=(*grids["plain"].shape, n_frames)).cumsum(axis=-1)) * factor
        for n_frames, factor in zip(LENGTHS, (1, 20), strict=True)
    ]
    masks = [np.delete(np.arange(n_frames), [20, 21]).tolist() for n_frames in LENGTHS]
    alone = [
        extract(f"sub-0{index + 1}", *parts, **options)
        for index, parts in enumerate(zip(values, tables, [None] * 2, masks, strict=True))
    ]
    labels = ["one"] * LENGTHS[0] + ["two"] * LENGTHS[1]
    if labeled == "file":
        (tmp_path / "labels.txt").write_text("\n".join(labels) + "\n")
        labels = str(tmp_path / "labels.txt")
    mask = [*masks[0], *(frame + LENGTHS[0] for frame in masks[1])]
    signals, sidecar = extract(
        "sub-03", np.concatenate(values, axis=-1), np.vstack(tables), labels, mask, **options
    )

    frames = [*alone[0][1]["FramesKept"], *(frame + LENGTHS[0] for frame in alone[1][1]["FramesKept"])]
    assert sidecar["FramesKept"] == frames
    assert sidecar["DegreesOfFreedom"] == [part["DegreesOfFreedom"] for _, part in alone]
    filled = [part["Cleaning"]["ConfoundsFilledAtStart"] for _, part in alone]
    assert sorted(sidecar["Cleaning"]["ConfoundsFilledAtStart"]) == sorted({*filled[0], *filled[1]})
    expected = np.vstack([part for part, _ in alone])
    np.testing.assert_allclose(signals, expected, rtol=0, atol=1e-9)
