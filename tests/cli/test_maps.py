"""Maps that cannot be those of one atlas are refused before anything is written."""

import json
import shutil

import numpy as np
import pytest


@pytest.fixture
def refused(invoke, tmp_path, make_run):
    """What extract, dataset and their dry runs say of maps, the same of each; nothing is written."""

    def refused(*maps):
        root = tmp_path / "fmriprep"
        run = make_run("fmriprep/sub-01/func/sub-01_task-rest_desc-preproc_bold.nii.gz")
        description = {"Name": "x", "BIDSVersion": "1.9.0", "DatasetType": "derivative"}
        (root / "dataset_description.json").write_text(json.dumps(description))
        given, out = [word for path in maps for word in ("--maps", path)], tmp_path / "out"
        calls = (["extract", run, "--out", out, *given], ["dataset", root, out, *given])
        said = {
            " ".join(invoke(*call, *more, status=2).stderr.partition("Error: ")[2].split())
            for call in calls
            for more in ([], ["--dry-run"])
        }
        assert not out.exists()
        (only,) = said
        return only

    return refused


def test_two_atlases_are_two_calls(refused, invoke, maps, tmp_path):
    other = shutil.copy(maps, tmp_path / "other.nii.gz")
    told = f"--maps is given 2 times, and {maps} alone is an image of several maps; call once for each atlas"
    assert refused(maps, other).startswith(told)
    signals = tmp_path / "signals.tsv"
    signals.write_text("a\tb\n1\t2\n")
    done = invoke(
        "inverse", signals, "--maps", maps, "--maps", other, "--out", tmp_path / "back.nii", status=2
    )
    assert told in " ".join(done.stderr.split())


def test_an_atlas_and_one_more_map_are_no_list_of_maps(refused, maps, save, grids):
    one = save(np.ones(grids["flipped"].shape), grids["flipped"], "one.nii.gz")
    assert f"{maps} alone is an image of several maps" in refused(one, maps)


def test_maps_of_two_grids_are_refused(refused, save, grids):
    images = [save(np.ones(grids[name].shape), grids[name], f"{name}.nii.gz") for name in ("plain", "coarse")]
    assert "coarse.nii.gz and " in (said := refused(*images))
    assert "lie on different grids; put the list on one grid first." in said


def test_what_is_no_image_is_refused(refused, tmp_path):
    (tmp_path / "names.tsv").write_text("index\tname\n1\ta\n")
    (tmp_path / "text.nii.gz").write_text("an atlas")
    assert "names.tsv, given as --maps, is not an image by its name" in refused(tmp_path / "names.tsv")
    assert refused(tmp_path / "text.nii.gz").startswith("--maps: ")


def test_labels_by_their_name_are_no_maps(refused, invoke, make_run, save, grids, tmp_path):
    shape = grids["plain"].shape
    values = (np.arange(np.prod(shape)) % 4).reshape(shape)
    labels = save(values, grids["plain"], "tpl-x_atlas-y_dseg.nii.gz", dtype="u1")
    assert "is one volume of the labels of regions by its name (_dseg)" in (said := refused(labels))
    assert "give maps (_probseg), or --allow-mismatch if it contains maps." in said
    call = ["extract", make_run(), "--maps", labels, "--out", tmp_path / "out", "--allow-mismatch"]
    assert "whole numbers from 1 to 3" in invoke(*call).stderr
