"""Files of participants, also through links to folders."""

import os

import pytest

from nipype_maps.bids.participant_files import participant_files


@pytest.fixture
def tree(tmp_path):
    root, disk = tmp_path / "root", tmp_path / "disk"
    for path in (
        root / "sub-01" / "func" / "a_bold.nii", root / "sub-01" / "func" / "a_bold.json",
        root / "derivatives" / "sub-01" / "b_bold.nii", root / "sub-[1]" / "c_bold.nii",
        disk / "func" / "ses-1" / "d_bold.nii", disk / "sub-03" / "e_bold.nii",
    ):  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (root / "sub-02").mkdir()
    (root / "sub-02" / "func").symlink_to(disk / "func")
    (root / "sub-03").symlink_to(disk / "sub-03")
    (root / "sub-04").symlink_to("/nowhere")
    (root / "sub-05").write_text("no folder")
    (root / "sub-01" / "f_bold.nii").symlink_to("/nowhere/of/an/annex")
    return root


def found(root, *arguments):
    return [os.path.relpath(path, root) for path in participant_files(root, *arguments)]


EVERY = [
    "sub-01/f_bold.nii", "sub-01/func/a_bold.nii", "sub-02/func/ses-1/d_bold.nii", "sub-03/e_bold.nii",
    "sub-[1]/c_bold.nii",
]  # fmt: skip


def test_links_to_folders_are_followed(tree):
    assert sorted(found(tree, "*_bold.nii")) == sorted(EVERY)
    assert found(tree, "*_bold.nii", "sub-02") == ["sub-02/func/ses-1/d_bold.nii"]
    assert found(tree, "*_bold.nii", "sub-[1]") == ["sub-[1]/c_bold.nii"]


@pytest.mark.parametrize("target", ["sub-01", "", "sub-01/func"])
def test_links_that_lead_back_end(tree, target):
    (tree / "sub-01" / "func" / "back").symlink_to(tree / target)
    assert sorted(found(tree, "*_bold.nii")) == sorted(EVERY)


@pytest.mark.parametrize("link", ["sub-00", "sub-01/anat", "sub-02/a"])
def test_files_that_several_links_lead_to_are_there_once(tree, link):
    (tree / link).symlink_to(tree / "sub-01" / "func")
    assert sorted(found(tree, "*_bold.nii")) == sorted(EVERY)


def test_links_to_each_other_end(tree):
    (tree / "sub-01" / "itself").symlink_to(tree / "sub-01" / "itself")
    for here, there in (("one", "other"), ("other", "one")):
        (tree / "sub-01" / here).mkdir()
        (tree / "sub-01" / here / "link").symlink_to(tree / "sub-01" / there)
    assert sorted(found(tree, "*_bold.nii")) == sorted(EVERY)
