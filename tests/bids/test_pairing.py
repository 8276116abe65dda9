import pytest

from nipype_maps.bids.pairing import mismatch


@pytest.mark.parametrize(
    ("run", "other", "entity"),
    [
        ("sub-01_bold.nii", "sub-02_confounds.tsv", "sub"),
        ("sub-01_ses-a_bold.nii", "sub-01_ses-b_confounds.tsv", "ses"),
        ("sub-01_task-rest_bold.nii", "sub-01_task-nback_confounds.tsv", "task"),
        ("haxby_run-001_bold.nii.gz", "haxby_run-002_motion.txt", "run"),
        ("sub-01_acq-x_bold.nii", "sub-01_acq-y_confounds.tsv", "acq"),
        ("sub-01_dir-AP_bold.nii", "sub-01_dir-PA_confounds.tsv", "dir"),
        ("sub-01_echo-1_bold.nii", "sub-01_echo-02_confounds.tsv", "echo"),
        ("sub-01_rec-a_bold.nii", "sub-01_rec-b_confounds.tsv", "rec"),
        ("sub-01_ce-a_bold.nii", "sub-01_ce-b_confounds.tsv", "ce"),
        ("sub-01_part-mag_bold.nii", "sub-01_part-phase_confounds.tsv", "part"),
        ("sub-01_inv-1_bold.nii", "sub-01_inv-02_confounds.tsv", "inv"),
        ("sub-01_flip-1_bold.nii", "sub-01_flip-2_confounds.tsv", "flip"),
        ("sub-01_mt-on_bold.nii", "sub-01_mt-off_confounds.tsv", "mt"),
        ("sub-01_trc-a_pet.nii", "sub-01_trc-b_confounds.tsv", "trc"),
        ("sub-01_bold.nii", "Sub-02_confounds.tsv", "sub"),
        ("sub-01_task-rest_bold.nii", "sub-01_Task-nback_confounds.tsv", "task"),
        ("sub-A-1_task-rest_bold.nii", "sub-A-2_task-rest_conf.tsv", "sub"),
        ("sub-A-1.nii", "sub-A-2.tsv", "sub"),
        ("sub-A-1_bold.nii", "sub-B-1_conf.tsv", "sub"),
        ("sub-A-1_bold.nii", "sub-01_conf.tsv", "sub"),
        ("sub-NYU-0051_bold.nii", "sub-NYU-0052_conf.tsv", "sub"),
        ("sub-01_bold.nii", "Sub-01_confounds.tsv", None),
        ("sub-01_inv-1_bold.nii", "sub-01_inv-01_confounds.tsv", None),
        ("sub-A-1_bold.nii", "sub-A-1_conf.tsv", None),
        ("sub-A-1_bold.nii", "sub-A_conf.tsv", None),
        ("sub-01_task-rest_bold.nii", "sub-01-rest1_conf.tsv", None),
        ("sub-01-rest1_bold.nii", "sub-01-motion1_conf.tsv", None),
        ("sub-01_run-1_bold.nii", "sub-01-run-1_conf.tsv", None),
        ("sub-01_run-1_bold.nii", "run-wise-confounds.tsv", None),
        ("sub-01_task-rest_bold.nii", "task-based-confounds_all.tsv", None),
        ("sub-01_part-mag_bold.nii", "sub-01_confounds.tsv", None),
        ("sub-01_run-1_bold.nii", "sub-01_run-01_confounds.tsv", None),
        ("sub-01_ses-a_bold.nii", "sub-01_confounds.tsv", None),
        ("sub-01_space-T1w_desc-preproc_bold.nii", "sub-01_desc-confounds_timeseries.tsv", None),
        ("rest.nii", "sub-01_confounds.tsv", None),
    ],
)
def test_entities_that_disagree_are_named(run, other, entity):
    told = mismatch(run, other)
    assert bool(told) == bool(entity), told
    if entity:
        assert f"{other} is of {entity}-" in told
        assert run in told


@pytest.mark.parametrize(
    ("run", "other", "entity"),
    [
        ("sub-01_bold.nii", "sub-02/func/run1.feat/mc/prefiltered_func_data_mcf.tsv", "sub"),
        ("sub-01_bold.nii", "sub-02/ses-1/func/run1.feat/mc/prefiltered_func_data_mcf.tsv", "sub"),
        ("sub-01/ses-1/func/z.feat/filtered_func_data.nii", "sub-02_motion.tsv", "sub"),
        ("sub-01/ses-1/func/z.feat/filtered_func_data.nii", "sub-01/ses-2/func/z.feat/mc/mcf.par", "ses"),
        ("sub-01/a/b/c/d/e/f/rest.nii", "SUB-02/motion.tsv", "sub"),
        ("sub-A-1/rest.nii", "sub-A-2/motion.tsv", "sub"),
        ("sub-01/rest.nii", "sub-01/sub-02_motion.tsv", "sub"),
        # the nearest folder, each entity for itself, and a name before all folders
        ("sub-pilots/a/b/sub-01/rest.nii", "sub-01_motion.tsv", None),
        ("sub-01/a/b/ses-1/c/rest.nii", "sub-01/ses-1/motion.tsv", None),
        ("sub-02/a/b/c/sub-01_bold.nii", "sub-01_motion.tsv", None),
        ("sub-01/ses-1/func/z.feat/filtered_func_data.nii", "sub-01/motion.tsv", None),
        ("a/b/c/d/rest.nii", "sub-02/motion.tsv", None),
        # the folder of a project
        ("sub-cortical/a/b/c/rest.nii", "sub-cortical/a/b/c/sub-01_motion.tsv", None),
        ("sub-cortical/a/b/c/sub-01_bold.nii", "sub-cortical/a/b/c/motion.tsv", None),
        ("sub-cortical/a/sub-01/b/c/rest.nii", "sub-cortical/a/sub-02/b/c/motion.tsv", "sub"),
    ],
)
def test_folders_say_whose_a_file_is_where_its_name_does_not(run, other, entity):
    told = mismatch(f"/data/{run}", f"/data/{other}", folders=True)
    assert bool(told) == bool(entity), told
    assert not entity or f"is of {entity}-" in told


@pytest.mark.parametrize("other", ["sub-02.mcf.par", "sub-02_task-rest.conf.tsv"])
def test_entities_end_at_a_dot(other):
    assert "is of sub-02" in mismatch("sub-01_task-rest_bold.nii.gz", other)
