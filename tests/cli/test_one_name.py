"""One name stands for one result: each option, and each file, changed in turn between two calls."""

import json
import shutil

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.tables import read_table
from nipype_maps.cli import main

from ..derivatives import describe, write_run
from .test_dataset import summary

NAME = "sub-01_task-rest_atlas-atlas_desc-test_timeseries"
WAYS_ON = (
    "Give the new ones a name of their own (--desc), choose another --out, or give --overwrite to replace "
    "them."
)
#: The first call of all.
BASE = {
    "--confounds": "{confounds}",
    "--smoothing-fwhm": "6",
    "--high-pass": "0.01",
    "--standardize": "zscore",
    "--desc": "test",
}
#: By the option that the second call has in addition, or with another value: its value, and what is told.
REFUSED = {
    "--maps": ("{other maps}", "maps: {maps} there, {other maps} asked"),
    "--mask": ("{mask}", "mask: none there, mask.nii.gz asked"),
    "--map-names": ("{names}", "MapNames: map-01, map-02, map-03, map-04 there, a, b, c, d asked"),
    "--confounds": ("{other confounds}", "confounds: confounds.tsv there, more.tsv asked"),
    "--sample-mask": ("{frames}", "sample mask: none there, frames.txt asked"),
    "--runs": ("{labels}", "run labels: none there, labels.txt asked"),
    "--t-r": ("2.5", "RepetitionTime: 2 there, 2.5 asked"),
    "--resampling-target": ("maps", "ResamplingTarget: data there, maps asked"),
    "--maps-interpolation": ("nearest", "Interpolation: linear there, nearest asked"),
    "--no-allow-overlap": (None, "AllowOverlap: yes there, no asked"),
    "--empty-maps": ("drop", "EmptyMaps: nan there, drop asked"),
    "--demean": (None, "Demean: no there, yes asked"),
    "--no-clip": (None, "Clip: yes there, no asked"),
    "--smoothing-fwhm": ("4", "SmoothingFWHM: 6 there, 4 asked"),
    "--high-variance-confounds": (None, "HighVarianceConfounds: no there, yes asked"),
    "--detrend": (None, "Detrend: no there, yes asked"),
    "--filter": ("cosine", "Filter: butterworth there, cosine asked"),
    "--low-pass": ("0.2", "LowPass: none there, 0.2 asked"),
    "--high-pass": ("0.02", "HighPass: 0.01 there, 0.02 asked"),
    "--extrapolate": (None, "Extrapolate: no there, yes asked"),
    "--confounds-strategy": ("6P", "ConfoundsStrategy: none there, 6P asked"),
    "--confound-columns": ("trans_x", "ConfoundColumns: none there, trans_x asked"),
    "--no-standardize-confounds": (None, "StandardizeConfounds: yes there, no asked"),
    "--standardize": ("psc", "Standardize: zscore there, psc asked"),
    "--dtype": ("float32", "DType: float64 there, float32 asked"),
}
#: Options by which results do not change: nothing is computed.
SAME = {
    "--allow-mismatch": None,
    "--strict": None,
    "--plugin": "MultiProc",
    "--plugin-args": "{arguments}",
    "--use-plugin": "{plugin}",
    "--n-procs": "1",
    "--mem-mb": "1000",
    "--stop-on-first-crash": None,
    "--wait": None,
    "--overwrite": None,
    "--verbose": None,
}
#: An option by which results change by rounding alone.
ROUNDED = {"--smooth-on": "data"}
#: Options by which results have other names.
RENAMED = {"--desc": "other", "--atlas": "other"}
#: What is no matter of one name: where results and intermediate files are, and what is not done.
ELSEWHERE = {"--out", "--work", "--dry-run"}
#: Options that need another one.
NEEDS = {"--strategies": {"--confounds-strategy": "6P"}, "--map-names-column": {"--map-names": "{table}"}}


@pytest.fixture
def files(make_run, maps, mask, save, rng, grids, tmp_path):
    """The files that calls are given, by the words of the tables."""
    names = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
    texts = {
        "confounds": ("confounds.tsv", "\t".join(names) + "\n" + _rows(rng, 6)),
        "other confounds": ("more.tsv", "\t".join(names) + "\n" + _rows(rng, 6)),
        "names": ("names.txt", "a\nb\nc\nd\n"),
        "table": ("names.tsv", "name\tshort\na\tp\nb\tq\nc\tr\nd\ts\n"),
        "frames": ("frames.txt", "\n".join(map(str, range(2, 40))) + "\n"),
        "labels": ("labels.txt", "first\n" * 20 + "second\n" * 20),
        "ours": ("ours.json", '{"ours": {"Columns": ["trans_x"]}}'),
        "arguments": ("arguments.json", '{"n_procs": 1}'),
        "plugin": ("plugin.yml", "plugin: MultiProc"),
    }
    found = {"run": make_run(), "maps": maps, "mask": mask}
    found["other maps"] = save(rng.random((*grids["plain"].shape, 4)), grids["plain"], "b/atlas.nii.gz")
    for word, (name, text) in texts.items():
        (tmp_path / name).write_text(text)
        found[word] = str(tmp_path / name)
    return found


def _rows(rng, n_columns):
    return "".join("\t".join(map(str, row)) + "\n" for row in rng.normal(size=(40, n_columns)))


def words(files, out, options):
    """A call of extract."""
    given = {"--maps": "{maps}", "--out": out} | options
    pairs = [[flag] if value is None else [flag, str(value).format(**files)] for flag, value in given.items()]
    return ["extract", files["run"], *(word for pair in pairs for word in pair)]


def as_it_was(out):
    return {path.name: path.read_bytes() for path in out.rglob("*_timeseries.*")}


def test_the_tables_have_every_option():
    flags = {option.opts[0] for option in main.commands["extract"].params if option.opts[0].startswith("--")}
    assert flags == {*REFUSED, *SAME, *ROUNDED, *RENAMED, *ELSEWHERE, *NEEDS}


@pytest.mark.parametrize("flag", REFUSED)
def test_other_settings_are_refused_in_words_before_anything_is_computed(invoke, files, tmp_path, flag):
    out = tmp_path / "out"
    invoke(*words(files, out, BASE))
    before = as_it_was(out)
    value, told = REFUSED[flag]
    second = words(files, out, BASE | {flag: value})
    for more in ([], ["--dry-run"]):
        refused = " ".join(invoke(*second, *more, status=2).stderr.split())
        assert f"{NAME} ({told.format(**files)}" in refused
        assert WAYS_ON in refused
        assert as_it_was(out) == before
    # the three ways on
    invoke(*words(files, tmp_path / "another", BASE | {flag: value, "--allow-mismatch": None}),
           status=1 if flag == "--no-allow-overlap" else 0)  # fmt: skip
    invoke(*second, "--overwrite", status=1 if flag == "--no-allow-overlap" else 0)
    assert as_it_was(out) == as_it_was(tmp_path / "another") != before


@pytest.mark.parametrize("flag", SAME)
def test_options_that_change_no_result_compute_nothing(invoke, files, tmp_path, flag):
    out = tmp_path / "out"
    invoke(*words(files, out, BASE))
    before = as_it_was(out)
    done = invoke(*words(files, out, BASE | {flag: SAME[flag]}))
    assert as_it_was(out) == before
    assert "\n0 steps executed" in done.stdout


@pytest.mark.parametrize("flag", ROUNDED)
def test_options_that_change_the_order_of_sums_are_no_other_settings(invoke, files, tmp_path, flag):
    out = tmp_path / "out"
    invoke(*words(files, out, BASE))
    before = read_table(out / f"{NAME}.tsv").values
    invoke(*words(files, out, BASE | {flag: ROUNDED[flag]}))
    np.testing.assert_allclose(read_table(out / f"{NAME}.tsv").values, before, atol=1e-10)


@pytest.mark.parametrize("flag", RENAMED)
def test_results_of_other_names_stand_beside_each_other(invoke, files, tmp_path, flag):
    out = tmp_path / "out"
    invoke(*words(files, out, BASE))
    before = as_it_was(out)
    invoke(*words(files, out, BASE | {flag: RENAMED[flag], "--smoothing-fwhm": "4"}))
    assert before.items() < as_it_was(out).items()
    assert len(list(out.glob("*.tsv"))) == 2


def test_another_column_of_the_names_of_maps_is_refused(invoke, files, tmp_path):
    out = tmp_path / "out"
    options = BASE | NEEDS["--map-names-column"]
    invoke(*words(files, out, options))
    before = as_it_was(out)
    second = words(files, out, options | {"--map-names-column": "short"})
    assert f"{NAME} (MapNames: a, b, c, d there, p, q, r, s asked" in " ".join(
        invoke(*second, status=2).stderr.split()
    )
    assert as_it_was(out) == before
    invoke(*second, "--overwrite")
    assert read_table(out / f"{NAME}.tsv").names == ["p", "q", "r", "s"]


def test_a_strategy_of_the_same_name_that_means_something_else_is_refused(invoke, files, tmp_path):
    out = tmp_path / "out"
    options = BASE | {"--confounds-strategy": "ours", "--strategies": "{ours}"}
    invoke(*words(files, out, options))
    before = as_it_was(out)
    (tmp_path / "ours.json").write_text('{"ours": {"Columns": ["trans_y"]}}')
    refused = invoke(*words(files, out, options), status=2).stderr
    assert f"{NAME} (strategies: ours.json has changed)" in refused
    assert as_it_was(out) == before


def test_without_a_name_of_their_own_cleaned_signals_stand_beside_those_that_are_not(invoke, files, tmp_path):
    out = tmp_path / "out"
    invoke(*words(files, out, {}))
    invoke(*words(files, out, {"--detrend": None}))
    assert sorted(path.name for path in out.glob("*.tsv")) == [
        "sub-01_task-rest_atlas-atlas_desc-denoised_timeseries.tsv",
        "sub-01_task-rest_atlas-atlas_timeseries.tsv",
    ]
    assert "Detrend: yes there, no asked" in invoke(
        *words(files, out, {"--smoothing-fwhm": "6", "--desc": "denoised"}), status=2
    ).stderr  # fmt: skip


def test_another_run_is_refused_and_the_same_one_elsewhere_is_none(invoke, files, make_run, tmp_path):
    out = tmp_path / "out"
    invoke(*words(files, out, BASE))
    before = as_it_was(out)
    moved = tmp_path / "moved" / "sub-01_task-rest_bold.nii.gz"
    moved.parent.mkdir()
    moved.write_bytes((tmp_path / moved.name).read_bytes())
    assert "0 steps executed" in invoke(*words(files | {"run": moved}, out, BASE)).stdout
    other = make_run("elsewhere/sub-01_task-rest_bold.nii.gz")
    refused = invoke(*words(files | {"run": other}, out, BASE), status=2).stderr
    assert f"{NAME} (run: {moved} there, {other} asked)" in refused
    after = as_it_was(out)
    assert {n: t for n, t in after.items() if n.endswith("tsv")} == {
        n: t for n, t in before.items() if n.endswith("tsv")
    }


@pytest.mark.parametrize("labels", [("--mask", "mask"), ("--maps", "maps")])
def test_maps_and_masks_of_all_runs_that_changed_are_other_ones(invoke, files, tmp_path, labels):
    flag, word = labels
    out = tmp_path / "out"
    invoke(*words(files, out, BASE | {flag: f"{{{word}}}"}))
    before = as_it_was(out)
    image = nib.load(files[word])
    nib.save(nib.Nifti1Image(np.flip(image.get_fdata(), 0).astype(np.float32), image.affine), files[word])
    refused = invoke(*words(files, out, BASE | {flag: f"{{{word}}}"}), status=2).stderr
    assert f"({word}: {word if word == 'mask' else 'atlas'}.nii.gz has changed)" in refused
    assert as_it_was(out) == before


def test_a_call_that_replaces_and_fails_leaves_no_table_of_before(invoke, files, tmp_path):
    out = tmp_path / "out"
    invoke(*words(files, out, BASE))
    assert as_it_was(out)
    failing = words(files, out, BASE | {"--no-allow-overlap": None})
    assert "failed: " in invoke(*failing, "--overwrite", status=1).stderr
    assert not as_it_was(out)


def test_maps_of_the_same_name_are_refused_for_other_runs_too(invoke, files, make_run, tmp_path):
    out = tmp_path / "out"
    invoke(*words(files, out, {}))
    second = files | {"run": make_run("sub-02_task-rest_bold.nii.gz")}
    refused = " ".join(invoke(*words(second, out, {"--maps": "{other maps}"}), status=2).stderr.split())
    assert f"results of other maps under the same name, such as {NAME.replace('desc-test_', '')}" in refused
    assert "Give these maps a name of their own (--atlas)" in refused
    invoke(*words(second, out, {"--maps": "{other maps}", "--atlas": "other"}))
    assert len(list(out.glob("*.tsv"))) == 2


def test_an_atlas_has_maps_in_each_of_its_spaces(invoke, files, make_run, tmp_path):
    out = tmp_path / "out"
    runs = [make_run(f"sub-01_task-rest_space-{space}_bold.nii.gz", n_frames=8) for space in ("MNI", "other")]
    invoke(*words(files | {"run": runs[0]}, out, {}))
    invoke(*words(files | {"run": runs[1]}, out, {"--maps": "{other maps}"}))
    same = make_run("sub-02_task-rest_space-MNI_bold.nii.gz", n_frames=8)
    assert "of other maps under the same name" in invoke(
        *words(files | {"run": same}, out, {"--maps": "{other maps}"}), status=2
    ).stderr  # fmt: skip


@pytest.fixture
def derivatives(tmp_path, rng, grids):
    """Two runs of two participants, of 12 frames, who moved."""
    root = describe(tmp_path / "fmriprep")
    for s in (1, 2):
        table = np.hstack([rng.normal(size=(12, 6)), np.zeros((12, 3))])
        table[1:, 6] = 0.1 * s
        grid = grids["plain"]
        write_run(root, f"sub-{s:02d}_task-rest", rng.normal(100, 5, (*grid.shape, 12)), grid.affine, table)
    return root


def test_the_summary_has_a_row_per_result_with_what_differs(invoke, derivatives, maps, tmp_path):
    out = tmp_path / "out"
    call = ["dataset", derivatives, out, "--maps", maps]
    invoke(*call, "--desc", "rough", "--smoothing-fwhm", "4")
    assert "SmoothingFWHM" not in summary(out)[0]
    invoke(*call, "--confounds-strategy", "6P", "--smoothing-fwhm", "6")
    rows = summary(out)
    keys = ("file", "participant_id", "task", "space", "atlas", "desc", "status", "SmoothingFWHM",
            "ConfoundsStrategy")  # fmt: skip
    names = [f"sub-0{s}/func/sub-0{s}_task-rest_space-MNI_atlas-atlas" for s in (1, 2)]
    assert [tuple(row[key] for key in keys) for row in rows] == [
        (
            f"{name}_desc-{desc}_timeseries.tsv",
            f"sub-0{s}",
            "rest",
            "MNI",
            "atlas",
            desc,
            "done",
            width,
            strategy,
        )
        for s, name in enumerate(names, start=1)
        for desc, width, strategy in (("denoised", "6", "6P"), ("rough", "4", "n/a"))
    ]
    header = (out / "summary.tsv").read_text().splitlines()[0].split("\t")
    assert header[0] == "file"
    assert "Detrend" not in header  # which does not differ
    for row in rows:
        assert (out / row["file"]).is_file()
        sidecar = json.loads((out / row["file"]).with_suffix(".json").read_text())
        coverage = sidecar["Maps"]["Coverage"]
        assert row["worst_map"] == sidecar["Maps"]["Names"][int(np.argmin(coverage))]
        assert float(row["coverage_min"]) == pytest.approx(min(coverage), abs=1e-4)
        values = read_table(next(derivatives.rglob(f"{row['participant_id']}*_timeseries.tsv")))
        moved = values.values[:, values.names.index("framewise_displacement")]
        assert float(row["mean_fd"]) == pytest.approx(np.nanmean(moved), abs=1e-4)
    (out / rows[1]["file"]).unlink()
    invoke(*call, "--confounds-strategy", "6P", "--smoothing-fwhm", "6")
    assert summary(out) == [{**row, "seconds": found["seconds"]} for row, found in
                            zip([rows[0], *rows[2:]], summary(out), strict=True)]  # fmt: skip


def test_a_summary_that_was_deleted_is_made_from_the_results(invoke, derivatives, maps, tmp_path):
    """So that rows of runs that failed can be forgotten."""
    out = tmp_path / "out"
    call = ["dataset", derivatives, out, "--maps", maps, "--participant-label"]
    (first,) = derivatives.glob("sub-01/func/*_bold.nii.gz")
    whole = first.read_bytes()
    first.write_bytes(b"")
    invoke(*call, "01", "--low-pass", "0.1", status=1)
    first.write_bytes(whole)
    invoke(*call, "01")
    invoke(*call, "02")
    before = summary(out)
    assert sorted(row["status"] for row in before) == ["done", "done", "failed"]
    (out / "summary.tsv").unlink()
    invoke(*call, "02")
    known = [{**row, "seconds": "n/a", "mean_fd": "n/a"} for row in before if row["status"] == "done"]
    found = [{**row, "seconds": "n/a", "mean_fd": "n/a"} for row in summary(out)]
    keys = set(found[0]) & set(known[0])
    assert [{key: row[key] for key in keys} for row in found] == [
        {key: row[key] for key in keys} for row in known
    ]


def test_settings_that_a_failed_run_was_asked_with_are_in_its_row(invoke, derivatives, maps, tmp_path):
    out = tmp_path / "out"
    (first,) = derivatives.glob("sub-01/func/*_bold.nii.gz")
    call = ["dataset", derivatives, out, "--maps", maps]
    invoke(*call, "--participant-label", "02")
    first.write_bytes(b"")
    invoke(*call, "--low-pass", "0.1", "--participant-label", "01", status=1)
    rows = {row["participant_id"]: row for row in summary(out)}
    assert (rows["sub-01"]["status"], rows["sub-01"]["LowPass"]) == ("failed", "0.1")
    assert (rows["sub-02"]["status"], rows["sub-02"]["LowPass"]) == ("done", "n/a")  # a number, or none


def test_a_corrected_name_of_a_map_is_told_where_other_results_have_the_old_one(
    invoke, derivatives, maps, tmp_path
):
    out, names = tmp_path / "out", tmp_path / "names.txt"
    names.write_text("a\nb\nc\nd\n")
    call = ["dataset", derivatives, out, "--maps", maps, "--map-names", names]
    invoke(*call, "--desc", "one")
    invoke(*call, "--desc", "two")
    names.write_text("a\nB\nc\nd\n")
    refused = invoke(*call, "--desc", "two", status=2).stderr
    assert "(map 2: 'b' there, 'B' asked)" in refused
    done = invoke(*call, "--desc", "two", "--overwrite")
    told = " ".join(done.stderr.split())
    assert "MapNames: a, b, c, d there, a, B, c, d asked (such as sub-01/func/" in told
    names.write_text("1\n3\n")  # a list of good components renames nothing
    invoke(*call[:-2], "--map-names", names, "--desc", "good", "--overwrite")


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (["--mask", "{one}"], ["--mask", "{two}"], "mask: one.nii.gz there, two.nii.gz asked"),
        (["--mask", "{one}"], [], "mask: one.nii.gz there, none asked"),
        ([], ["--brain-masks"], "mask: none, or of all runs there, of each run asked"),
        (["--brain-masks"], ["--mask", "{one}"], "mask: of each run there, none, or of all runs asked"),
        (
            ["--confounds-strategy", "mine", "--strategies", "{a}"],
            ["--confounds-strategy", "mine", "--strategies", "{b}"],
            "strategies: a.json there, b.json asked",
        ),
        ([], ["--desc-in", "other"], "run: desc-preproc there, desc-other asked"),
    ],
)
def test_other_runs_of_a_data_set_with_other_files_are_told_of(
    invoke, derivatives, maps, save, grids, tmp_path, first, second, told
):
    files = {"a": tmp_path / "a.json", "b": tmp_path / "b.json"}
    files["a"].write_text('{"mine": {"Columns": ["trans_x"]}}')
    files["b"].write_text('{"mine": {"Columns": ["trans_y"]}}')
    for k, name in enumerate(("one", "two")):
        inside = np.ones(grids["plain"].shape, np.uint8)
        inside[: k + 1] = 0
        files[name] = save(inside, grids["plain"], f"{name}.nii.gz")
    for path in derivatives.glob("sub-*/func/*desc-preproc_bold*"):
        path.with_name(path.name.replace("desc-preproc", "desc-other")).write_bytes(path.read_bytes())
    out = tmp_path / "out"

    def call(label, words):
        words = [word.format(**files) for word in words]
        more = ["--participant-label", label, "--desc", "ours"]
        return " ".join(invoke("dataset", derivatives, out, "--maps", maps, *more, *words).stderr.split())

    assert "other runs" not in call("01", first)
    assert f"results of other runs with other settings: {told} (such as sub-01/func/" in call("02", second)
    one, two = summary(out)
    column = {"mask": "Mask", "strategies": "Strategies", "run": "DescOfRun"}[told.partition(":")[0]]
    assert one[column] != two[column]


def test_other_maps_are_refused_by_the_sidecars_where_records_were_deleted(
    invoke, derivatives, maps, save, rng, grids, tmp_path
):
    out = tmp_path / "out"
    call = ["dataset", derivatives, out, "--participant-label"]
    invoke(*call, "01", "--maps", maps)
    shutil.rmtree(out / "logs" / "runs")
    other = save(rng.random((*grids["plain"].shape, 4)), grids["plain"], "b/atlas.nii.gz")
    refused = invoke(*call, "02", "--maps", other, status=2).stderr
    assert "of other maps under the same name" in refused
    invoke(*call, "02", "--maps", maps)


def test_a_run_that_was_not_begun_keeps_the_row_of_its_result(invoke, derivatives, maps, tmp_path):
    call = ["dataset", derivatives, tmp_path / "out", "--maps", maps]
    invoke(*call)
    before = summary(tmp_path / "out")
    (first,) = derivatives.glob("sub-01/func/*_bold.nii.gz")
    first.write_bytes(b"")
    shutil.rmtree(tmp_path / "out-work")
    invoke(*call, "--stop-on-first-crash", status=1)
    one, two = summary(tmp_path / "out")
    assert one["status"] == "failed"
    assert two == before[1] or two["status"] == "done"  # it may have been done before the other failed


def test_results_that_are_replaced_have_no_rows_once_they_are_gone(
    invoke, derivatives, maps, tmp_path, monkeypatch
):
    call = ["dataset", derivatives, tmp_path / "out", "--maps", maps, "--desc", "ours"]
    invoke(*call)
    monkeypatch.setattr(
        "nipype_maps.engine.execution.run_workflows",
        lambda *words, **options: (_ for _ in ()).throw(KeyboardInterrupt),
    )
    invoke(*call, "--detrend", "--overwrite", status=130)
    assert not list((tmp_path / "out").rglob("sub-*/**/*.tsv"))
    assert summary(tmp_path / "out") == []


def test_a_mask_of_each_run_that_changed_is_recomputed_with(invoke, derivatives, maps, tmp_path, rng):
    out = tmp_path / "out"
    call = ["dataset", derivatives, out, "--maps", maps, "--brain-masks"]
    invoke(*call)
    before = as_it_was(out)
    (mask,) = derivatives.glob("sub-01/func/*_mask.nii.gz")
    image = nib.load(mask)
    nib.save(nib.Nifti1Image((rng.random(image.shape) < 0.8).astype(np.uint8), image.affine), mask)
    done = invoke(*call)
    assert f"mask: {mask.name} has changed" in " ".join(done.stderr.split())
    changed = {name[:6] for name, text in as_it_was(out).items() if text != before[name]}
    assert changed == {"sub-01"}
    refused = invoke(*call[:-1], status=2).stderr
    assert "(mask: " in refused
    assert "choose another OUT" in " ".join(refused.split())
