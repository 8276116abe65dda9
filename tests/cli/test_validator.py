"""Data sets that the official validator of BIDS passes."""

import json
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from nipype_maps.bids.dataset_texts import IGNORED

from ..derivatives import REAL_MAPS, write_derivatives
from ..fmriprep import SPACES, write_fmriprep

VALIDATOR = Path(sysconfig.get_path("scripts"), "bids-validator-deno")
DIFUMO = "tpl-MNI152NLin2009cAsym_res-02_atlas-DiFuMo_desc-{}dimensions_probseg.nii.gz"


def validated(root):
    """The status of the validator, and the files that have errors."""
    done = subprocess.run([VALIDATOR, root, "--format", "json"], capture_output=True, text=True, timeout=120)
    issues = json.loads(done.stdout)["issues"]["issues"]
    errors = [issue for issue in issues if issue["severity"] == "error"]
    return done.returncode, {issue["location"].lstrip("/"): issue["code"] for issue in errors}


def hides(pattern, file):
    """Whether a pattern without a slash, but for one at its start, is for a file or a folder of it."""
    parts = Path(file).parts
    return any(fnmatch(part, pattern.lstrip("/")) for part in (parts[:1] if pattern[:1] == "/" else parts))


def require_valid(root):
    """The data set is valid; without its .bidsignore, files of its patterns alone have errors."""
    assert validated(root) == (0, {})
    patterns = (root / ".bidsignore").read_text().splitlines()
    (root / ".bidsignore").unlink()
    status, errors = validated(root)
    (root / ".bidsignore").write_text("".join(f"{line}\n" for line in patterns))
    assert status
    assert errors.keys() >= {"summary.tsv"}
    assert [file for file in errors if not any(hides(one, file) for one in patterns)] == []


@pytest.fixture
def fmriprep(tmp_path, grids, rng):
    return write_fmriprep(tmp_path / "study" / "derivatives" / "fmriprep", grids["plain"], rng)


@pytest.fixture
def difumo(save, grids, rng):
    """Two sizes of an atlas, as TemplateFlow calls them."""
    grid = grids["plain"]
    return {
        size: save(rng.random((*grid.shape, size // 16)), grid, f"maps/{DIFUMO.format(size)}")
        for size in (64, 128)
    }


@pytest.fixture
def extracted(invoke, fmriprep, difumo):
    """Two sizes of an atlas, two strategies and two spaces, in one data set beside fMRIPrep's."""
    out = fmriprep.parent / "nipype-maps"
    for size, strategy, desc in ((64, "6P", "6P"), (64, "6P+scrub", "scrubbed"), (128, "6P", "6P")):
        for space in SPACES:
            call = ["--space", space.removeprefix("space-").replace("_res-", ":res-")]
            call += ["--maps", difumo[size], "--confounds-strategy", strategy, "--desc", desc]
            assert "3 of 3 runs done" in invoke("dataset", fmriprep, out, *call).stdout
    return out


def test_atlases_strategies_and_spaces_in_one_data_set_are_valid(extracted, fmriprep):
    out = extracted
    assert len(list(out.rglob("*_timeseries.tsv"))) == 3 * 2 * 3
    assert not list(out.rglob("*echo-*"))
    require_valid(out)
    assert {path.name for path in out.iterdir() if path.is_file()} >= {
        "README.md", "dataset_description.json", "summary.tsv", "atlas-DiFuMo_description.json",
        "atlas-DiFuMo_scale-64_dseg.tsv", "atlas-DiFuMo_scale-128_dseg.tsv",
    }  # fmt: skip
    assert len((out / "atlas-DiFuMo_scale-64_dseg.tsv").read_text().splitlines()) == 5
    assert len((out / "atlas-DiFuMo_scale-128_dseg.tsv").read_text().splitlines()) == 9
    assert not (out / "work").exists()
    assert list((fmriprep.parent / "nipype-maps-work").glob("extract_*"))


def test_calls_at_the_same_time_keep_the_files_of_one_another(fmriprep, difumo):
    out, program = fmriprep.parent / "maps", "from nipype_maps.cli import main; main()"
    words = ["dataset", fmriprep, out, "--space", "MNI152NLin6Asym:res-2", "--wait", "--maps"]
    together = [
        subprocess.Popen(
            [sys.executable, "-c", program, *words, maps], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for maps in difumo.values()
    ]
    for process in together:
        said, _ = process.communicate(timeout=300)
        assert (process.returncode, b"3 of 3 runs done" in said) == (0, True), said
    assert sorted(path.name for path in out.glob("atlas-*")) == [
        "atlas-DiFuMo_description.json", "atlas-DiFuMo_scale-128_dseg.tsv", "atlas-DiFuMo_scale-64_dseg.tsv",
    ]  # fmt: skip
    assert len(list(out.rglob("*_timeseries.tsv"))) == 6
    require_valid(out)


def test_sources_are_uris_that_lead_to_the_files(extracted, fmriprep):
    said = json.loads((extracted / "dataset_description.json").read_text())
    assert said["BIDSVersion"] == "1.11.1"
    assert said["DatasetLinks"] == {"preprocessed": "../fmriprep"}
    assert said["SourceDatasets"] == [{"URL": "../fmriprep", "DOI": "doi:10.18112/openneuro.ds000030"}]
    assert str(fmriprep) not in json.dumps(said)
    for path in extracted.glob("sub-*/**/*_timeseries.json"):
        run, table, maps = json.loads(path.read_text())["Sources"]
        assert maps == DIFUMO.format("64" if "_scale-64_" in path.name else "128")
        for uri in (run, table):
            start, name, inside = uri.split(":")
            assert (start, name) == ("bids", "preprocessed")
            assert (extracted / said["DatasetLinks"][name] / inside).is_file()


def test_the_data_set_of_one_participant_is_valid(invoke, tmp_path):
    """Also with what earlier versions left in it, and with figures that users put there."""
    root, out = write_derivatives(tmp_path / "fmriprep", 1, 1, tiny=True), tmp_path / "out"
    for name in ("work/extract_atlas/fit.json", "figures/a.svg", "sub-01/figures/sub-01_a.svg"):
        (out / name).parent.mkdir(parents=True)
        (out / name).write_text("{}")
    (out / "dataset_description.json").write_text('{"Name": "x", "GeneratedBy": [{"Name": "nipype-maps"}]}')
    (out / ".bidsignore").write_text("figures/\nwork/\n")  # which the validator does not honour
    invoke("dataset", root, out, "--maps", ",".join(map(str, REAL_MAPS)))
    require_valid(out)


def test_the_image_of_inverse_is_a_file_of_the_data_set(invoke, extracted, difumo, tmp_path):
    signals = next(extracted.glob("sub-01/ses-pre/func/*run-1*6Asym_atlas-DiFuMo_scale-64*_desc-6P_*.tsv"))
    invoke("inverse", signals, "--maps", difumo[64], "--out", extracted)
    (image,) = extracted.rglob("*_bold.nii.gz")
    assert image.parent == signals.parent
    assert image.name == signals.name.replace("desc-6P_timeseries.tsv", "desc-6PReconstructed_bold.nii.gz")
    sidecar = json.loads(image.with_name(image.name.replace(".nii.gz", ".json")).read_text())
    assert sidecar["SkullStripped"] is False
    assert sidecar["RepetitionTime"] == 2
    assert sidecar["Resolution"].startswith("Voxels of 3 x 3 x 4 mm")
    inside = f"sub-01/ses-pre/func/{signals.name}"
    assert sidecar["Sources"] == [f"bids::{inside}", DIFUMO.format(64)]
    require_valid(extracted)
    # BIDS has no atlas in names of runs yet; but for it, image and sidecar follow its rules
    for path in image.parent.glob("*_bold.*"):
        path.rename(path.with_name(path.name.replace("_atlas-DiFuMo_scale-64", "")))
    (extracted / ".bidsignore").write_text("".join(f"{one}\n" for one in IGNORED if "bold" not in one))
    assert validated(extracted) == (0, {})
    path = next(image.parent.glob("*_bold.json"))
    path.write_text(json.dumps({**sidecar, "SkullStripped": None}))
    assert validated(extracted)[0]


def test_the_image_of_inverse_replaces_nothing_unless_told_to(invoke, tmp_path, maps, mask):
    (tmp_path / "folder").mkdir()
    table = tmp_path / "sub-01_task-rest_atlas-a_timeseries.tsv"
    table.write_text("map-01\tmap-02\tmap-03\tmap-04\n1\t0\t0\t0\n0\t2\t0\t0\n")
    call = ["inverse", table, "--maps", maps, "--out", tmp_path / "folder", "--t-r", "0.8"]
    invoke(*call, "--mask", mask)
    image = tmp_path / "folder" / "sub-01_task-rest_atlas-a_desc-Reconstructed_bold.nii.gz"
    sidecar = json.loads((image.parent / image.name.replace(".nii.gz", ".json")).read_text())
    assert sidecar["SkullStripped"] is True
    assert sidecar["RepetitionTime"] == 0.8
    assert "Resolution" not in sidecar
    assert sidecar["Sources"] == [table.name, Path(maps).name, Path(mask).name]
    before = image.read_bytes()
    assert f"{image} exists" in invoke(*call, status=2).stderr
    image.unlink()  # its sidecar alone is left
    assert "_bold.json exists" in invoke(*call, status=2).stderr
    invoke(*call, "--overwrite")
    assert image.read_bytes() != before  # without a mask
    assert nib.load(image).shape[3] == 2
    assert np.isclose(nib.load(image).header.get_zooms()[3], 0.8)


def test_the_image_of_inverse_is_not_mixed_with_files_of_others(invoke, tmp_path, fmriprep, maps):
    table = tmp_path / "sub-01_atlas-a_timeseries.tsv"
    table.write_text("map-01\tmap-02\tmap-03\tmap-04\n1\t0\t0\t0\n")
    for folder in (fmriprep, fmriprep / "sub-01" / "ses-pre" / "func"):
        done = invoke("inverse", table, "--maps", maps, "--out", folder, "--t-r", "2", status=2)
        assert f"--out {folder} is in a data set of fMRIPrep" in done.stderr
    (fmriprep / "derivatives").mkdir()
    invoke("inverse", table, "--maps", maps, "--out", fmriprep / "derivatives", "--t-r", "2")
    assert (fmriprep / "derivatives" / "sub-01_atlas-a_desc-Reconstructed_bold.nii.gz").is_file()


def test_columns_and_descriptions_of_any_atlas_become_valid(invoke, fmriprep, save, rng, grids, tmp_path):
    grid = grids["plain"]
    maps = save(rng.random((*grid.shape, 2)), grid, "maps/atlas-A_probseg.nii.gz")
    header = "index\tname\tcolor\tmapping\tabbreviation\tcomment\n"
    (tmp_path / "maps" / "atlas-A_dseg.tsv").write_text(
        f'{header}1\tV\tred\tx\t\t"two\twords"\n2\tM\t255 0 0\t2\tM\t\n'
    )
    (tmp_path / "maps" / "atlas-A_description.json").write_text('{"Name": 5, "License": null}')
    out = tmp_path / "out"
    call = ["dataset", fmriprep, out, "--maps", maps, "--space", "MNI152NLin2009cAsym:res-2"]
    done = invoke(*call, "--confounds-strategy", "none")
    for said in (
        "lacks the column 'mapping'",
        "has the column 'comment' without tabs",
        "has Name, License in",
    ):
        assert done.stderr.count(said) == 1
    assert (out / "atlas-A_dseg.tsv").read_text() == (
        "index\tname\tcolor\tabbreviation\tcomment\n1\tV\tred\tn/a\ttwo words\n"
        "2\tM\t255 0 0\tM\tn/a\n"
    )  # fmt: skip
    require_valid(out)
