"""Runs as fMRIPrep and XCP-D name them, of several versions."""

import json
import shutil

import nibabel as nib
import numpy as np
import pytest

from .test_dataset import summary

MNI = "MNI152NLin2009cAsym"


@pytest.fixture
def tree(tmp_path, rng, grids):
    """``tree(*names)``: a data set of these files; images of runs have 12 frames."""
    root = tmp_path / "derivatives"

    def tree(*names, subject="01"):
        grid = grids["plain"]
        for name in names:
            path = root / f"sub-{subject}" / "func" / f"sub-{subject}_{name}"
            path.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith("_bold.nii.gz"):
                image = nib.Nifti1Image(rng.normal(100, 5, (*grid.shape, 12)), grid.affine)
                image.set_sform(grid.affine, code="mni")
                image.header.set_xyzt_units("mm", "sec")
                image.header.set_zooms((*image.header.get_zooms()[:3], 2))
                nib.save(image, path)
            elif name.endswith("_mask.nii.gz"):
                nib.save(nib.Nifti1Image(np.ones(grid.shape, np.uint8), grid.affine), path)
            elif name.endswith(".tsv"):
                columns = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]
                table = rng.normal(size=(12, 6))
                np.savetxt(path, table, delimiter="\t", header="\t".join(columns), comments="")
            else:
                path.write_text("{}")
        description = {"Name": "x", "BIDSVersion": "1.9.0", "DatasetType": "derivative"}
        (root / "dataset_description.json").write_text(json.dumps(description))
        return root

    return tree


@pytest.fixture
def dataset(invoke, maps, tmp_path):
    """Extract from a data set; what was said, and the runs that were done."""

    def dataset(root, *words, status=0):
        done = invoke("dataset", root, tmp_path / "out", "participant", "--maps", maps, *words, status=status)
        table = tmp_path / "out" / "summary.tsv"
        rows = summary(tmp_path / "out") if table.exists() else []
        names = [row["file"].rpartition("/")[2].partition("_atlas")[0] for row in rows]
        return " ".join(done.stderr.split()), names

    return dataset


#: fMRIPrep's names, older and newer.
FMRIPREP = (
    f"task-rest_space-{MNI}_desc-preproc_bold.nii.gz", f"task-rest_space-{MNI}_desc-preproc_bold.json",
    f"task-rest_space-{MNI}_desc-brain_mask.nii.gz", f"task-rest_space-{MNI}_boldref.nii.gz",
    "task-rest_from-boldref_to-T1w_mode-image_xfm.txt", "task-rest_desc-hmc_boldref.nii.gz",
)  # fmt: skip


@pytest.mark.parametrize("table", ["regressors", "timeseries"])
def test_tables_of_older_and_newer_versions(tree, dataset, table):
    root = tree(*FMRIPREP, f"task-rest_desc-confounds_{table}.tsv")
    assert len(dataset(root, "--confounds-strategy", "6P", "--brain-masks")[1]) == 1


@pytest.mark.parametrize(
    ("spaces", "told"),
    [
        ([MNI, "T1w"], f"{MNI}, T1w; choose the one of the maps by spaces (--space)."),
        ([f"{MNI}_res-2", f"{MNI}_res-1"], f"{MNI}:res-1, {MNI}:res-2; choose"),
        ([f"{MNI}_res-2", MNI], f"{MNI}, {MNI}:res-2; choose"),
        (["MNIInfant_cohort-1", "MNIInfant_cohort-2"], "MNIInfant:cohort-1, MNIInfant:cohort-2; choose"),
        (["MNIInfant+2", "MNIInfant+1"], "MNIInfant:cohort-1, MNIInfant:cohort-2; choose"),
    ],
)
def test_several_spaces_are_named_and_asked_for(tree, dataset, tmp_path, spaces, told):
    root = tree(*[f"task-rest_space-{space}_desc-preproc_bold.nii.gz" for space in spaces])
    said, runs = dataset(root, status=1)
    assert f"there are runs in the spaces {told}" in said
    assert runs == []
    dataset(root, "--space", spaces[0].replace("_", ":").replace("+", ":cohort-"))
    (sidecar,) = (tmp_path / "out").glob("sub-01/func/*_timeseries.json")
    assert f"sub-01_task-rest_space-{spaces[0]}_desc-preproc_bold.nii.gz" in sidecar.read_text()


ECHOES = [f"task-rest_echo-{echo}_desc-preproc_bold.nii.gz" for echo in (1, 2, 3)]


def test_single_echoes_beside_combined_ones_are_no_runs(tree, dataset):
    root = tree(*ECHOES, "task-rest_desc-preproc_bold.nii.gz", "task-rest_desc-confounds_timeseries.tsv")
    said, runs = dataset(root, "--confounds-strategy", "6P")
    assert "3 images of single echoes, such as sub-01_task-rest_echo-1_desc-preproc_bold.nii.gz" in said
    assert len(runs) == 1
    assert "echo" not in runs[0]


def test_only_single_echoes_are_runs_and_that_is_said(tree, dataset):
    said, runs = dataset(tree(*ECHOES))
    assert "3 runs of a single echo" in said
    assert len(runs) == 3


def test_combined_echoes_are_runs_of_the_space_that_they_were_resampled_to(tree, dataset):
    """With --me-output-echos fMRIPrep writes the echoes in the space of the run, and nothing else there."""
    root = tree(*ECHOES, f"task-rest_space-{MNI}_res-2_desc-preproc_bold.nii.gz")
    said, runs = dataset(root)
    assert "3 images of single echoes" in said
    assert [run.partition("_res")[0] for run in runs] == [f"sub-01_task-rest_space-{MNI}"]


def test_single_echoes_are_no_runs_in_their_own_space_either(tree, dataset, tmp_path):
    root = tree(*ECHOES, f"task-rest_space-{MNI}_res-2_desc-preproc_bold.nii.gz")
    said, _ = dataset(root, "--space", "func", status=1)
    assert f"of space func; there are the tasks rest in the spaces {MNI}:res-2. 3 images of single" in said
    said, _ = dataset(root, "--space", "T1w", status=1)
    assert said.endswith(f"of space T1w; there are the tasks rest in the spaces {MNI}:res-2.")
    # whoever wants one says so
    (tmp_path / "filter.json").write_text('{"bold": {"echo": 2}}')
    said, runs = dataset(root, "--bids-filter-file", tmp_path / "filter.json")
    assert runs == ["sub-01_task-rest_echo-2"]
    assert "1 run of a single echo, such as sub-01_task-rest_echo-2_desc-preproc_bold.nii.gz" in said


def test_runs_of_one_and_of_several_echoes_are_all_runs(tree, dataset):
    root = tree(*ECHOES, "task-rest_desc-preproc_bold.nii.gz", "task-nback_desc-preproc_bold.nii.gz")
    assert dataset(root)[1] == ["sub-01_task-nback", "sub-01_task-rest"]


@pytest.mark.parametrize(
    ("query", "run"),
    [
        ({"res": "2"}, f"{MNI}_res-2"),
        ({"res": 1}, f"{MNI}_res-1"),
        ({"space": MNI, "res": None}, MNI),
        ({"space": "T1w"}, "T1w"),
    ],
)
def test_a_filter_chooses_a_space_and_a_resolution(tree, dataset, tmp_path, query, run):
    spaces = (MNI, f"{MNI}_res-1", f"{MNI}_res-2", "T1w")
    root = tree(*[f"task-rest_space-{space}_desc-preproc_bold.nii.gz" for space in spaces])
    (tmp_path / "filter.json").write_text(json.dumps({"bold": query}))
    dataset(root, "--bids-filter-file", tmp_path / "filter.json")
    (sidecar,) = (tmp_path / "out").glob("sub-01/func/*_timeseries.json")
    assert f"sub-01_task-rest_space-{run}_desc-preproc_bold.nii.gz" in sidecar.read_text()


@pytest.mark.parametrize("table", ["task-rest_desc-confounds_timeseries.tsv", None])
def test_the_minimal_level_has_no_runs(tree, dataset, table):
    names = [name for name in (
        "task-rest_desc-hmc_boldref.nii.gz", "task-rest_desc-coreg_boldref.nii.gz",
        "task-rest_desc-brain_mask.nii.gz", "task-rest_from-orig_to-boldref_mode-image_xfm.txt", table,
    ) if name]  # fmt: skip
    said, _ = dataset(tree(*names), status=1)
    assert (
        "only references such as sub-01_task-rest_desc-coreg_boldref.nii.gz, as fMRIPrep writes with" in said
    )
    assert "--level minimal or resampling; preprocess with --level full." in said


def test_raw_runs_are_said_to_be_such(tree, dataset):
    said, _ = dataset(tree("task-rest_bold.nii.gz"), status=1)
    assert "its runs, such as sub-01_task-rest_bold.nii.gz, have no desc-, as before preprocessing." in said


#: XCP-D's names, 0.6 to 26.
XCP_D = (
    f"task-rest_space-{MNI}_res-2_desc-denoised_bold.nii.gz",
    f"task-rest_space-{MNI}_res-2_desc-denoised_bold.json",
    f"task-rest_space-{MNI}_res-2_desc-denoisedSmoothed_bold.nii.gz",
    f"task-rest_space-{MNI}_res-2_desc-interpolated_bold.nii.gz",
    "task-rest_space-fsLR_den-91k_desc-denoised_bold.dtseries.nii",
    f"task-rest_space-{MNI}_res-2_stat-alff_boldmap.nii",
    f"task-rest_space-{MNI}_res-2_seg-Tian_stat-mean_timeseries.tsv",
    "task-rest_motion.tsv", "task-rest_outliers.tsv", "task-rest_design.tsv",
    "task-rest_desc-preproc_design.tsv",
)  # fmt: skip


def test_runs_that_xcp_d_has_denoised(tree, dataset):
    root = tree(*XCP_D)
    said, runs = dataset(root, status=1)
    assert (
        "there are runs of desc denoised, denoisedSmoothed, interpolated: choose one by desc (--desc-in)"
        in said
    )
    said, runs = dataset(root, "--desc-in", "denoised")
    assert len(runs) == 1
    assert "no confounds are regressed out" not in said


@pytest.mark.parametrize("desc", ["denoisedSmoothed", "desc-denoisedSmoothed", "interpolated"])
def test_a_desc_is_of_one_run(tree, dataset, tmp_path, desc):
    dataset(tree(*XCP_D), "--desc-in", desc)
    (sidecar,) = (tmp_path / "out").glob("sub-01/func/*_timeseries.json")
    assert f"desc-{desc.removeprefix('desc-')}_bold.nii.gz" in sidecar.read_text()


@pytest.mark.parametrize("strategy", ["6P", "none"])
def test_confounds_of_denoised_runs_are_not_guessed(tree, dataset, strategy):
    """motion.tsv has motion of all frames, also of those that were censored; none needs a table too."""
    words = ["--desc-in", "denoised", "--confounds-strategy", strategy]
    said, runs = dataset(tree(*XCP_D), *words, status=1)
    assert "no run of desc-denoised has a table of confounds (*_desc-confounds_timeseries.tsv)" in said
    assert "leave out --confounds-strategy and --confound-columns." in said
    assert runs == []


def test_a_desc_that_is_not_there_is_answered_with_those_that_are(tree, dataset):
    said, _ = dataset(tree(*FMRIPREP), "--desc-in", "denoised", status=1)
    assert "has no preprocessed run (*_desc-denoised_bold.nii.gz); there are runs of desc preproc" in said


def test_runs_without_masks_are_extracted_unless_masks_are_asked_for(tree, dataset):
    root = tree(FMRIPREP[0])
    assert len(dataset(root)[1]) == 1
    shutil.rmtree(root.parent / "out")
    said, _ = dataset(root, "--brain-masks", status=1)
    assert "has no brain mask (*_desc-brain_mask.nii.gz)." in said


def test_maps_of_a_template_say_which_space_is_theirs(tree, invoke, maps, tmp_path):
    root = tree(*[f"task-rest_space-{space}_desc-preproc_bold.nii.gz" for space in (MNI, "T1w")])
    named = tmp_path / f"tpl-{MNI}_atlas-x_probseg.nii.gz"
    shutil.copy(maps, named)
    done = invoke("dataset", root, tmp_path / "out", "--maps", named, status=1)
    assert f"tpl-{MNI}_atlas-x_probseg.nii.gz is for {MNI} by its name." in done.stderr
