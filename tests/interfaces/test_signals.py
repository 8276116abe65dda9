import dataclasses
import json
import re
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.signals import write_signals
from nipype_maps.bids.tables import read_table
from nipype_maps.images.projectors import read_projector, write_projector
from nipype_maps.interfaces import (
    Clean,
    FitProjector,
    HighVarianceConfounds,
    Inverse,
    Project,
    Resample,
    SelectConfounds,
)
from nipype_maps.numerics.clean import Cleaning, clean
from nipype_maps.options import TRANSFORM, options_of


@pytest.fixture
def atlas(save, rng, grids):
    """Maps on the run's grid and their values, (V, 3); the last one is empty."""
    values = rng.normal(size=(*grids["plain"].shape, 3))
    values[..., 2] = 0
    return save(values, grids["plain"], "atlas.nii.gz"), values.reshape(-1, 3, order="F")


def lstsq(run, weights):
    flat = nib.load(run).get_fdata().reshape(len(weights), -1, order="F")
    return np.linalg.lstsq(weights[:, :2], flat, rcond=None)[0].T


@pytest.mark.parametrize("empty", ["nan", "zero"])
def test_fit_and_project(atlas, make_run, execute, empty):
    maps, weights = atlas
    fitted = execute(FitProjector(maps_file=maps, empty_maps=empty, names=["a", "b", "c"]), "fit")
    assert fitted.rank == 2
    assert fitted.condition == pytest.approx(np.linalg.cond(weights[:, :2]))
    run = make_run(n_frames=30, t_r=0.8)
    projected = execute(Project(in_file=run, projector=fitted.projector), "project")
    table = read_table(projected.out_file)
    np.testing.assert_allclose(table.values[:, :2], lstsq(run, weights), rtol=1e-11)
    np.testing.assert_array_equal(table.values[:, 2], np.full(30, np.nan if empty == "nan" else 0))
    assert table.names == ["a", "b", "c"]
    assert projected.t_r == 0.8

    sidecar = json.loads(Path(projected.out_json).read_text())
    assert sidecar["Sources"] == ["sub-01_task-rest_bold.nii.gz", Path(maps).name]
    (source,) = sidecar["Provenance"]["Run"]
    assert source["File"] == "sub-01_task-rest_bold.nii.gz"
    assert len(source["SHA256"]) == 64
    assert sidecar["RepetitionTime"] == 0.8
    assert sidecar["Maps"]["Rank"] == 2
    assert sidecar["Maps"]["VarianceInflation"][2] == "n/a"
    assert sidecar["Versions"]["nipype"]
    assert sidecar["Warnings"] == [
        "maps with no non-zero voxel after resampling and masking: c; their signals are "
        f"{'n/a' if empty == 'nan' else '0'}."
    ]
    assert sidecar["WarningKinds"] == ["EmptyMaps"]
    assert "Warnings" not in sidecar["Maps"]
    assert "WarningKinds" not in sidecar["Maps"]


def test_a_projector_of_an_earlier_version_is_refused(atlas, make_run, execute, tmp_path):
    fitted = execute(FitProjector(maps_file=atlas[0]), "fit").projector
    projector, info = read_projector(fitted)
    earlier = dataclasses.replace(info, description={"Sources": [{"File": "atlas.nii"}]})
    write_projector(tmp_path / "p.npz", [projector.weights], projector.solution, earlier)
    project = Project(in_file=make_run(), projector=str(tmp_path / "p.npz"))
    with pytest.raises(Exception, match=r"p.npz is of an earlier version; make it again with FitProjector"):
        execute(project, "project")


def test_messages_about_maps_come_before_those_about_the_run(save, atlas, rng, grids, execute):
    """Each with its kind beside it; earlier ones may have none."""
    fit = FitProjector(maps_file=atlas[0], warnings=["one.", "two."], warning_kinds=["First"])
    projector = execute(fit, "fit").projector
    run = rng.normal(size=(*grids["plain"].shape, 5))
    run[0, 0, 0] = np.nan
    outputs = execute(Project(in_file=save(run, grids["plain"], "run.nii"), projector=projector), "project")
    sidecar = json.loads(Path(outputs.out_json).read_text())
    assert sidecar["Warnings"][:2] == ["one.", "two."]
    assert sidecar["WarningKinds"] == ["First", "", "EmptyMaps", "NonFinite"]


def test_a_doubtful_repetition_time_is_in_the_sidecar(atlas, make_run, execute):
    """It is noted while the sidecar is written."""
    projector = execute(FitProjector(maps_file=atlas[0]), "fit").projector
    outputs = execute(Project(in_file=make_run(t_r=2.0), projector=projector, t_r=2000.0), "project")
    sidecar = json.loads(Path(outputs.out_json).read_text())
    assert [w for w in sidecar["Warnings"] if "has 2 s between frames by its header" in w]
    assert [w for w in sidecar["Warnings"] if "has 2000 s between frames" in w]
    assert len(sidecar["WarningKinds"]) == len(sidecar["Warnings"])


@pytest.mark.parametrize("settings", [{"block": 1}, {"block": 7}])
def test_speed_settings_do_not_change_the_signals(atlas, make_run, execute, settings):
    projector = execute(FitProjector(maps_file=atlas[0]), "fit").projector
    run = make_run()
    plain = execute(Project(in_file=run, projector=projector), "plain").out_file
    other = execute(Project(in_file=run, projector=projector, **settings), "other").out_file
    np.testing.assert_allclose(read_table(other).values, read_table(plain).values, rtol=1e-12)


def test_a_run_on_another_grid_is_refused(atlas, make_run, execute):
    projector = execute(FitProjector(maps_file=atlas[0]), "fit").projector
    with pytest.raises(Exception, match=r"other.nii.gz .* and atlas.nii.gz .* are on different grids"):
        execute(Project(in_file=make_run("other.nii.gz", grid="flipped"), projector=projector), "project")


def test_smoothed_maps_stand_for_a_smoothed_run(atlas, make_run, save, rng, grids, execute):
    """The products are with G A, the fit is that of A: ``(A'A)^-1 (G A)' x``."""
    maps, weights = atlas
    smoothed = rng.normal(size=weights.shape)
    file = save(smoothed.reshape((*grids["plain"].shape, 3), order="F"), grids["plain"], "smoothed.nii.gz")
    run = make_run()
    fitted = execute(FitProjector(maps_file=maps, smoothed_file=file), "fit")
    signals = read_table(execute(Project(in_file=run, projector=fitted.projector)).out_file).values
    flat = nib.load(run).get_fdata().reshape(len(weights), -1, order="F")
    a, g = weights[:, :2], smoothed[:, :2]
    np.testing.assert_allclose(signals[:, :2], np.linalg.solve(a.T @ a, g.T @ flat).T, atol=1e-10)


@pytest.mark.parametrize("clip", [True, False])
def test_a_run_resampled_on_the_way_gives_the_signals_of_a_resampled_run(
    maps, save, rng, grids, execute, clip
):
    """Without clipping other signals: splines overshoot in a run of zeros and ones."""
    run = save(rng.integers(0, 2, size=(*grids["plain"].shape, 3)).astype("uint8"), grids["plain"])
    resample = Resample(
        in_file=run, reference=maps, interpolation="continuous", nonfinite="neighbors", clip=clip
    )
    resampled = execute(resample, "resample").out_file
    projector = execute(FitProjector(maps_file=maps), "fit").projector
    expected = read_table(execute(Project(in_file=resampled, projector=projector)).out_file)
    at_once, other = (
        read_table(
            execute(Project(in_file=run, projector=projector, on_mismatch="resample", clip=clipped)).out_file
        ).values
        for clipped in (clip, not clip)
    )
    np.testing.assert_allclose(at_once, expected.values, atol=1e-12)
    assert np.abs(other - expected.values).max() > 1e-3


def test_a_run_without_place_on_the_maps_grid_is_warned_of(atlas, make_run, save, grids, execute):
    run = make_run("lost.nii.gz", located=False)
    values = nib.load(atlas[0]).get_fdata()
    image = nib.Nifti1Image(values, nib.load(run).affine)
    maps = str(Path(run).with_name("beside.nii.gz"))
    nib.save(image, maps)
    projector = execute(FitProjector(maps_file=maps), "fit").projector
    outputs = execute(Project(in_file=run, projector=projector), "project")
    warnings = json.loads(Path(outputs.out_json).read_text())["Warnings"]
    assert any("lost.nii.gz has neither sform nor qform" in warning for warning in warnings)


def test_dependent_maps_are_warned_of(save, rng, grids, execute):
    values = rng.normal(size=(*grids["plain"].shape, 2))
    values[..., 1] = 2 * values[..., 0]
    outputs = execute(FitProjector(maps_file=save(values, grids["plain"])), "fit")
    assert (outputs.rank, outputs.condition) == (1, np.inf)


@pytest.mark.parametrize(
    ("dtype", "spread", "sentence"),
    [
        # the rounding of single precision keeps maps that sum to 1 apart, barely
        (
            "float32",
            1.0,
            r"map-0\d.* nearly depend linearly on each other: .* is \d.\de\+0[678], .*Leave one",
        ),
        ("float64", 1.0, r"map-01, .*, map-04 depend linearly on each other"),
    ],
)
def test_maps_that_sum_to_a_constant_are_warned_of(
    save, rng, grids, make_run, execute, dtype, spread, sentence
):
    parts = rng.random((*grids["plain"].shape, 3))
    parts /= parts.sum(axis=-1, keepdims=True)
    values = np.concatenate([parts, np.full((*parts.shape[:3], 1), 0.3)], axis=-1).astype(dtype)
    projector = execute(FitProjector(maps_file=save(values, grids["plain"], "parts.nii.gz")), "fit").projector
    outputs = execute(Project(in_file=make_run(), projector=projector), "project")
    (warning,) = json.loads(Path(outputs.out_json).read_text())["Warnings"]
    assert re.match(sentence, warning)


def test_only_the_maps_concerned_are_named(save, rng, grids, execute):
    values = rng.normal(size=(*grids["plain"].shape, 4))
    values[..., 2] = values[..., 0] + 2e-5 * values[..., 2]
    projector = execute(FitProjector(maps_file=save(values, grids["plain"])), "fit").projector
    (warning,) = read_projector(projector)[1].description["Warnings"]
    assert re.match(r"map-0[13], map-0[13] nearly depend", warning)


@pytest.fixture
def signals(tmp_path, rng):
    """Path of a table of signals, and its values."""
    values = 100 + rng.normal(size=(60, 2)).cumsum(axis=0)
    write_signals(tmp_path / "signals.tsv", ["a", "b"], values)
    return str(tmp_path / "signals.tsv"), values


def test_clean_does_what_the_numerics_do(tmp_path, signals, rng, execute):
    path, values = signals
    confounds = rng.normal(size=(60, 3))
    confounds[0, 1] = np.nan
    write_signals(tmp_path / "confounds.tsv", ["trans_x", "trans_x_derivative1", "csf"], confounds)
    write_signals(tmp_path / "high_variance.tsv", ["high_variance_01"], rng.normal(size=(60, 1)))
    (tmp_path / "keep.txt").write_text("\n".join(map(str, range(3, 58))))
    outputs = execute(
        Clean(
            in_file=path,
            sample_mask=str(tmp_path / "keep.txt"),
            detrend=True,
            low_pass=0.1,
            high_pass=0.01,
            t_r=2.0,
            confounds_files=str(tmp_path / "confounds.tsv"),
            confound_columns=["trans_*"],
            extra_confounds=str(tmp_path / "high_variance.tsv"),
            standardize="zscore_sample",
            dtype="float32",
        )
    )
    used = np.hstack([confounds[:, :2], read_table(tmp_path / "high_variance.tsv").values])
    options = Cleaning(detrend=True, low_pass=0.1, high_pass=0.01, t_r=2.0, standardize="zscore_sample")
    expected = clean(values, used, np.arange(3, 58), options=options)
    answer = read_table(outputs.out_file)
    np.testing.assert_array_equal(answer.values.astype("float32"), expected.signals.astype("float32"))
    assert answer.names == ["a", "b"]
    # of the 55 dimensions 32 lie above 0.1 Hz, and 3 below 0.01 Hz, of which detrending takes 2
    assert outputs.degrees_of_freedom_before_filter == [55 - 3 - 2]
    assert outputs.degrees_of_freedom == expected.degrees_of_freedom == [17]

    sidecar = json.loads(Path(outputs.out_json).read_text())
    assert sidecar["FramesKept"] == list(range(3, 58))
    assert sidecar["DegreesOfFreedom"] == 17
    assert sidecar["DegreesOfFreedomBeforeFilter"] == 50
    assert sidecar["RepetitionTime"] == 2
    assert sidecar["Cleaning"]["ConfoundColumns"] == ["trans_x", "trans_x_derivative1", "high_variance_01"]
    assert sidecar["Cleaning"]["ConfoundsFilledAtStart"] == []
    assert sidecar["Provenance"]["Confounds"][0]["File"] == "confounds.tsv"
    assert sidecar["Cleaning"]["DType"] == "float32"


def test_every_option_of_clean_is_one_of_the_numerics():
    """But for the precision of the table; the repetition time is the run's own."""
    names = {option.name for option in options_of(TRANSFORM, node="Clean")}
    assert {field.name for field in dataclasses.fields(Cleaning)} == names - {"dtype"} | {"t_r"}


def test_clean_fills_first_rows_and_says_so(tmp_path, signals, rng, execute):
    confounds = rng.normal(size=(60, 1))
    confounds[0] = np.nan
    write_signals(tmp_path / "confounds.tsv", ["fd"], confounds)
    outputs = execute(Clean(in_file=signals[0], confounds_files=str(tmp_path / "confounds.tsv")))
    sidecar = json.loads(Path(outputs.out_json).read_text())
    assert sidecar["Cleaning"]["ConfoundsFilledAtStart"] == ["fd"]
    assert sidecar["Warnings"] == [
        "confounds without a number in the first frames take their first number there: fd."
    ]
    assert sidecar["FramesKept"] == list(range(60))


def test_one_sentence_names_all_columns_that_were_filled(tmp_path, signals, rng, execute):
    confounds = rng.normal(size=(60, 12))
    confounds[0] = np.nan
    write_signals(tmp_path / "confounds.tsv", [f"d{k}" for k in range(12)], confounds)
    outputs = execute(Clean(in_file=signals[0], confounds_files=str(tmp_path / "confounds.tsv")))
    (warning,) = json.loads(Path(outputs.out_json).read_text())["Warnings"]
    assert warning.endswith("take their first number there: d0, d1, d2 and 9 more.")


@pytest.mark.parametrize(
    ("blank", "kept", "words"),
    [
        (slice(30, 60), None, "30 of 60 frames are zero wherever the maps are (the first is frame 30,"),
        (slice(30, 60), range(31), "1 of 31 frames are zero"),
        (slice(30, 60), range(30), None),
    ],
)
def test_frames_of_zeros_are_warned_of(tmp_path, rng, execute, blank, kept, words):
    values = 100 + rng.normal(size=(60, 2))
    values[blank] = 0
    table = np.column_stack([values, np.full(60, np.nan)])
    write_signals(tmp_path / "signals.tsv", ["a", "b", "empty"], table)
    outputs = execute(Clean(in_file=str(tmp_path / "signals.tsv"), sample_mask=kept and list(kept)))
    warnings = json.loads(Path(outputs.out_json).read_text())["Warnings"]
    assert [words in warning for warning in warnings] == [True] * bool(words)


def test_a_sidecar_of_an_earlier_version_is_not_extended(tmp_path, signals, execute):
    (tmp_path / "signals.json").write_text('{"Sources": [{"File": "run.nii", "SHA256": "0f"}]}')
    clean = Clean(in_file=signals[0], in_json=str(tmp_path / "signals.json"))
    with pytest.raises(Exception, match=r"signals.json is of an earlier version of nipype-maps; extract"):
        execute(clean, "clean")


def test_entries_of_others_stay_and_none_is_kept_that_no_longer_holds(tmp_path, signals, execute):
    earlier = {
        "TaskName": "rest",
        "SamplingFrequency": 2.0,
        "RepetitionTime": 0.5,
        "Sources": ["bids::run.nii"],
    }
    (tmp_path / "signals.json").write_text(json.dumps(earlier))
    clean = Clean(
        in_file=signals[0], in_json=str(tmp_path / "signals.json"), sample_mask=[1, 2, *range(4, 60)]
    )
    sidecar = json.loads(Path(execute(clean, "clean").out_json).read_text())
    assert (sidecar["TaskName"], sidecar["StartTime"]) == ("rest", 0.5)
    assert sidecar["Sources"] == ["bids::run.nii"]
    assert sidecar["ConfoundsStrategy"] is None
    assert "SamplingFrequency" not in sidecar


def test_confounds_selected_from_another_runs_table_are_refused(tmp_path, signals, execute):
    selection = {"FramesInRun": 480, "Provenance": {"Confounds": [{"File": "sub-02.tsv"}]}}
    (tmp_path / "selected.json").write_text(json.dumps(selection))
    with pytest.raises(Exception, match=r"sub-02.tsv has 480 rows, but the run has 60 frames; give the conf"):
        execute(Clean(in_file=signals[0], sample_mask=[479], confounds_json=tmp_path / "selected.json"))


@pytest.mark.parametrize("trait", ["in_json", "confounds_json"])
def test_a_sidecar_that_is_nested_too_deeply_is_named(tmp_path, signals, execute, trait):
    (tmp_path / "deep.json").write_text('{"a":' * 50000)
    with pytest.raises(Exception, match=r"deep.json is nested too deeply to be read"):
        execute(Clean(in_file=signals[0], **{trait: tmp_path / "deep.json"}))


def test_clean_of_concatenated_runs(tmp_path, signals, execute):
    path, values = signals
    (tmp_path / "runs.txt").write_text("one\n" * 30 + "two\n" * 30)
    outputs = execute(Clean(in_file=path, runs=str(tmp_path / "runs.txt"), detrend=True))
    expected = [clean(part, options=Cleaning(detrend=True)).signals for part in (values[:30], values[30:])]
    np.testing.assert_array_equal(read_table(outputs.out_file).values, np.vstack(expected))
    assert outputs.degrees_of_freedom == [28, 28]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"detrend": True, "low_pass": 0.15, "high_pass": 0.02, "t_r": 2.0},
        {"filter": "cosine", "high_pass": 0.02, "t_r": 2.0, "standardize": "zscore_sample"},
        {"detrend": True, "low_pass": 0.15, "t_r": 2.0, "extrapolate": True, "standardize": "psc"},
    ],
)
def test_clean_of_each_acquisition_by_itself(tmp_path, rng, execute, options):
    """Censored frames at the border and inside, confounds without a number in the first frames."""
    lengths, masks = [60, 45], [np.delete(np.arange(60), [20, 58, 59]), np.delete(np.arange(45), [0, 1, 30])]
    values = [100 + rng.normal(size=(n, 2)).cumsum(axis=0) for n in lengths]
    confounds = [rng.normal(size=(n, 3)) for n in lengths]
    confounds[0][0, 1:] = confounds[1][:3, 1:] = np.nan

    def cleaned(name, signals, table, kept, **traits):
        write_signals(tmp_path / f"{name}_signals.tsv", ["a", "b"], signals)
        write_signals(tmp_path / f"{name}_confounds.tsv", ["x", "y", "z"], table)
        interface = Clean(
            in_file=str(tmp_path / f"{name}_signals.tsv"),
            confounds_files=str(tmp_path / f"{name}_confounds.tsv"),
            sample_mask=kept.tolist(),
            **options,
            **traits,
        )
        return read_table(execute(interface, name).out_file).values

    alone = [cleaned(f"alone{k}", values[k], confounds[k], masks[k]) for k in range(2)]
    mask = np.concatenate([masks[0], masks[1] + 60])
    labels = [1] * 60 + [2] * 45
    together = cleaned("both", np.vstack(values), np.vstack(confounds), mask, runs=labels)
    np.testing.assert_array_equal(together, np.vstack(alone))


@pytest.mark.parametrize("labels", [[1, 2], "1\n2\n"])
def test_labels_of_another_run_are_refused_by_all(make_run, tmp_path, write, execute, labels):
    if isinstance(labels, str):
        labels = str(write(labels, "labels.txt"))
    table = write("csf\n" + "1\n2\n" * 20)
    for interface in (
        HighVarianceConfounds(in_file=make_run(), runs=labels),
        SelectConfounds(in_file=str(table), strategy="none", runs=labels),
    ):
        with pytest.raises(Exception, match="has 2 labels for 40 frames; give one per frame"):
            execute(interface)


@pytest.mark.parametrize(
    ("traits", "sentence"),
    [
        ({"sample_mask": [0, 99]}, "signals.tsv: sample_mask names frame 99"),
        ({"low_pass": 0.1}, "signals.tsv: low_pass and high_pass need t_r"),
        ({"confound_columns": ["csf"]}, r"confounds_files \(--confounds\) gives no table"),
        ({"runs": [1, 2]}, "runs has 2 labels for 60 frames"),
    ],
)
def test_clean_names_the_file_that_it_cannot_clean(signals, execute, traits, sentence):
    with pytest.raises(Exception, match=sentence):
        execute(Clean(in_file=signals[0], **traits))


def test_inverse_is_the_sum_of_maps_times_signals(atlas, save, rng, grids, tmp_path, execute):
    maps, weights = atlas
    signals = np.hstack([rng.normal(size=(5, 2)), np.full((5, 1), np.nan)])
    write_signals(tmp_path / "signals.tsv", ["map-01", "map-02", "map-03"], signals)
    (tmp_path / "signals.json").write_text('{"RepetitionTime": 0.8}')
    inside = np.zeros(grids["plain"].shape, np.uint8)
    inside[2:] = 1
    mask = save(inside, grids["plain"], "mask.nii.gz")
    inverse = Inverse(in_file=str(tmp_path / "signals.tsv"), maps_file=maps, mask_file=mask)
    image = nib.load(execute(inverse).out_file)
    expected = weights[:, :2] @ signals[:, :2].T * (inside.reshape(-1, 1, order="F") > 0)
    np.testing.assert_allclose(image.get_fdata().reshape(-1, 5, order="F"), expected, atol=1e-13)
    assert image.header.get_zooms()[3] == np.float32(0.8)


def test_inverse_finds_columns_by_name(atlas, tmp_path, execute):
    maps, weights = atlas
    write_signals(tmp_path / "signals.tsv", ["map-02"], np.ones((1, 1)))
    image = nib.load(
        execute(Inverse(in_file=str(tmp_path / "signals.tsv"), maps_file=maps, t_r=3.0)).out_file
    )
    np.testing.assert_allclose(image.get_fdata().ravel(order="F"), weights[:, 1])
    write_signals(tmp_path / "signals.tsv", ["x"], np.ones((1, 1)))
    with pytest.raises(Exception, match="has 1 signals for 3 maps, and their names differ"):
        execute(Inverse(in_file=str(tmp_path / "signals.tsv"), maps_file=maps))


def test_high_variance_confounds(make_run, save, grids, execute):
    run = make_run()
    mask = save(np.ones(grids["plain"].shape, np.uint8), grids["plain"], "mask.nii.gz")
    every = execute(HighVarianceConfounds(in_file=run, n_confounds=3, percentile=10.0), "every")
    masked = execute(
        HighVarianceConfounds(in_file=run, n_confounds=3, percentile=10.0, mask_file=mask), "masked"
    )
    table = read_table(every.out_file)
    assert table.names == ["high_variance_01", "high_variance_02", "high_variance_03"]
    np.testing.assert_array_equal(read_table(masked.out_file).values, table.values)
    np.testing.assert_allclose(table.values.T @ table.values, np.eye(3), atol=1e-12)
    some = execute(
        HighVarianceConfounds(in_file=run, n_confounds=3, percentile=10.0, sample_mask=[*range(1, 40)]),
        "some",
    )
    assert np.flatnonzero(np.isnan(read_table(some.out_file).values[:, 0])).tolist() == [0]


def test_signals_too_small_for_their_precision_are_refused(execute, tmp_path, rng):
    path = tmp_path / "signals.tsv"
    write_signals(path, ["a"], 1e-50 * rng.normal(size=(30, 1)))
    with pytest.raises(Exception, match="lose digits in dtype float32"):
        execute(Clean(in_file=str(path), dtype="float32"))


@pytest.mark.parametrize(("text", "words"), [
    ("a\tb\n1\t2\n3\tinf\n", "has an infinite signal"),
    ("a\tb\n1\t2\n3\r\t4\n", "has line breaks of two kinds"),
])  # fmt: skip
def test_damaged_signals_make_no_image(execute, save, rng, grids, tmp_path, text, words):
    maps = save(rng.normal(size=(*grids["coarse"].shape, 2)), grids["coarse"], "maps.nii.gz")
    (tmp_path / "signals.tsv").write_bytes(text.encode())
    with pytest.raises(Exception, match=words):
        execute(Inverse(in_file=str(tmp_path / "signals.tsv"), maps_file=maps, map_names=["a", "b"]))
