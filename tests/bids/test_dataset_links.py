import json
import os
from pathlib import Path

import pytest

from nipype_maps.bids.dataset_description import describe, sources_of
from nipype_maps.bids.dataset_links import linked_datasets, relative_link, with_uris


@pytest.mark.parametrize(
    ("out", "source", "link"),
    [
        ("/study/maps", "/study/fmriprep", "../fmriprep"),
        ("/study/fmriprep/derivatives/maps", "/study/fmriprep", "../.."),
        ("/study/results/maps/a", "/study/derivatives/fmriprep", "../../../derivatives/fmriprep"),
        ("/study/maps", "/study/data sets/f%", "../data%20sets/f%25"),
        ("/study", "/study/derivatives/fmriprep", "derivatives/fmriprep"),
        ("/out", "/data", None),  # of a container, say
        ("/a/b/c/d/maps", "/a/fmriprep", None),
    ],
)
def test_links_lead_to_data_sets_that_are_near(out, source, link):
    assert relative_link(out, source) == link


def test_links_lead_through_symbolic_links(tmp_path):
    disk, study = tmp_path / "disk" / "a" / "b" / "c" / "d", tmp_path / "study"
    for folder in (disk, study / "maps"):
        folder.mkdir(parents=True)
    (study / "fmriprep").symlink_to(disk)
    assert relative_link(study / "maps", study / "fmriprep") == "../fmriprep"
    (tmp_path / "out").symlink_to(study / "maps")  # what is beside the link is not beside the folder
    assert relative_link(tmp_path / "out", study / "fmriprep") is None


def test_what_is_linked_is_found_again_wherever_both_are_moved(tmp_path):
    out, source = tmp_path / "study" / "maps", tmp_path / "study" / "fmri prep"
    source.mkdir(parents=True)
    out.mkdir()
    assert describe(out, source) == []
    (tmp_path / "study").rename(tmp_path / "moved")
    out, source = tmp_path / "moved" / "maps", tmp_path / "moved" / "fmri prep"
    assert [os.path.realpath(path) for path in sources_of(out)] == [str(source)]
    found = linked_datasets(out)
    assert [*found] == ["", "preprocessed"]
    assert os.path.samefile(found["preprocessed"], source)


def test_a_description_names_no_folder_of_the_machine(tmp_path):
    out, source = tmp_path / "out", tmp_path / "a" / "b" / "c" / "d" / "fmriprep"
    out.mkdir()
    (out / "dataset_description.json").write_text(
        json.dumps(
            {
                "GeneratedBy": [{"Name": "nipype-maps", "Version": "0"}, {"Name": "mine"}],
                "BIDSVersion": "1.10.0",
                "SourceDatasets": [{"URL": source.as_uri()}],  # as versions up to 0.1 wrote it
            }
        )
    )
    (warning,) = describe(out, source)
    assert "has no link to" in warning
    assert describe(out, source) == []  # said once
    text = (out / "dataset_description.json").read_text()
    assert str(tmp_path) not in text
    said = json.loads(text)
    assert said["BIDSVersion"] == "1.11.1"
    assert [tool["Name"] for tool in said["GeneratedBy"]] == ["nipype-maps", "mine"]
    assert "DatasetLinks" not in said


def test_several_sources_have_names_of_their_own_and_links_of_users_stay(tmp_path):
    for name in ("out", "one", "two"):
        (tmp_path / name).mkdir()
    links = {"raw": "https://openneuro.org/ds000030", "odd": 3, "far": "file:///data/a%20b"}
    (tmp_path / "out" / "dataset_description.json").write_text(json.dumps({"DatasetLinks": links}))
    for name in ("one", "two", "one"):
        describe(tmp_path / "out", tmp_path / name)
    said = json.loads((tmp_path / "out" / "dataset_description.json").read_text())
    assert said["DatasetLinks"] == {**links, "preprocessed": "../one", "preprocessed2": "../two"}
    assert [*linked_datasets(tmp_path / "out")] == ["", "far", "preprocessed", "preprocessed2"]


def test_sources_become_uris_of_the_innermost_data_set(tmp_path):
    datasets = {"preprocessed": tmp_path, "": tmp_path / "derivatives" / "maps"}
    files = [
        tmp_path / "sub-01" / "bold é+.nii", tmp_path / "derivatives" / "maps" / "a.tsv", "/atlas/maps.nii",
        tmp_path / "one" / "mask.nii", "/other/mask.nii",
    ]  # fmt: skip
    names = [*dict.fromkeys(Path(file).name for file in files), "unknown.nii"]
    assert with_uris({"a": 1, "Sources": names}, files, datasets) == {
        "a": 1,
        "Sources": [
            "bids:preprocessed:sub-01/bold%20%C3%A9+.nii", "bids::a.tsv", "maps.nii",
            "bids:preprocessed:one/mask.nii", "mask.nii", "unknown.nii",
        ],
    }  # fmt: skip


def test_a_file_that_is_a_link_is_in_the_data_set_that_has_the_link(tmp_path):
    root = tmp_path / "fmriprep"
    (root / "sub-01").mkdir(parents=True)
    run = root / "sub-01" / "bold.nii"
    run.symlink_to(tmp_path / "annex" / "SHA256E")
    (tmp_path / "link").symlink_to(root)
    for place in (root, tmp_path / "link"):
        found = with_uris({"Sources": ["bold.nii"]}, [place / "sub-01" / "bold.nii"], {"p": root})
        assert found["Sources"] == ["bids:p:sub-01/bold.nii"]
