"""CITATION.md and CITATION.bib: whole, true after further calls, failures and interruptions."""

import copy
import json
import re
from pathlib import Path

import numpy as np
import pytest

from nipype_maps.cli.reports.methods import settings_of
from nipype_maps.cli.reports.references import CITED, bibliography
from nipype_maps.cli.results.citation import citation, write_citation
from nipype_maps.cli.results.folder import ResultFolder
from nipype_maps.options import OPTIONS

from ..derivatives import describe, write_run
from .made_sidecars import sidecar


def test_sections_are_of_atlas_and_desc_and_paragraphs_of_settings():
    name = "sub-{}_task-rest_atlas-{}_desc-{}_timeseries"
    smoother = sidecar(smoothing_fwhm=8.0)
    text = citation(
        {
            name.format("01", "DiFuMo_scale-64", "denoised"): sidecar(),
            name.format("02", "DiFuMo_scale-64", "denoised"): sidecar(),
            name.format("03", "DiFuMo_scale-64", "denoised"): smoother,
            name.format("01", "DiFuMo_scale-128", "denoised"): sidecar(),
            name.format("01", "DiFuMo_scale-64", "plain"): sidecar(confounds_strategy=None),
        },
        "1.2",
    )
    assert re.findall("^## (.*)", text, re.M) == [
        "atlas-DiFuMo_scale-128_desc-denoised",
        "atlas-DiFuMo_scale-64_desc-denoised",
        "atlas-DiFuMo_scale-64_desc-plain",
    ]
    paragraphs = [line for line in text.splitlines() if line.startswith("One time series")]
    assert [re.search("from (.*?) with", line)[1] for line in paragraphs] == [
        "1 fMRI run of 1 participant",
        "2 fMRI runs of 2 participants",
        "1 fMRI run of 1 participant",
        "1 fMRI run of 1 participant",
    ]
    assert citation({}, "1.2") == ""


def test_files_tell_of_the_tables_that_are_there(tmp_path):
    folder = ResultFolder(tmp_path)
    folder.logs.mkdir()
    names = ["sub-01_atlas-msdl_timeseries", "sub-02/func/sub-02_atlas-msdl_timeseries"]
    for name in names:
        path = tmp_path / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(sidecar()))
        path.with_suffix(".tsv").write_text("a\tb\tc\n")
    # a sidecar that lost its table, one of another version, a damaged one
    (tmp_path / "sub-03_atlas-msdl_timeseries.json").write_text(json.dumps(sidecar()))
    old = copy.deepcopy(sidecar())
    del old["Provenance"]
    for number, content in (("04", json.dumps(old)), ("05", "{")):
        (tmp_path / f"sub-{number}_atlas-msdl_timeseries.json").write_text(content)
        (tmp_path / f"sub-{number}_atlas-msdl_timeseries.tsv").write_text("a\tb\tc\n")
    write_citation(folder)
    md, bib = folder.logs / "CITATION.md", folder.logs / "CITATION.bib"
    assert "from 2 fMRI runs of 2 participants" in md.read_text()
    assert (
        "Not described, since their sidecars are missing, damaged or of another version: " in md.read_text()
    )
    assert "`sub-04_atlas-msdl_timeseries`, `sub-05_atlas-msdl_timeseries`.\n" in md.read_text()
    assert "sub-03" not in md.read_text()
    assert set(CITED.findall(md.read_text())) == set(re.findall(r"@\w+\{(\w+),", bib.read_text()))
    before = md.stat().st_mtime_ns
    write_citation(folder)  # again: the same bytes, nothing written
    assert md.stat().st_mtime_ns == before
    for name in names:
        (tmp_path / f"{name}.tsv").unlink()
    write_citation(folder)
    assert not md.exists()
    assert not bib.exists()


def test_runs_of_other_spaces_or_with_other_kinds_of_files_have_paragraphs_of_their_own():
    name = "sub-{}_task-rest_space-MNI152NLin6Asym_atlas-x_{}_desc-denoised_timeseries"
    masked, labelled = sidecar(), sidecar()
    labelled["Provenance"]["RunLabels"] = [{"File": "labels.txt", "SHA256": "2"}]
    masked["Provenance"]["Mask"] = [{"File": "sub-02_mask.nii.gz", "SHA256": "3"}]
    text = citation(
        {
            name.format("01", "res-2"): sidecar(),
            name.format("02", "res-2"): masked,
            name.format("03", "res-2"): labelled,
            name.format("03", "res-1"): sidecar(),
        },
        "1.2",
    )
    first, *others = (line for line in text.splitlines() if line.startswith("One time series"))
    assert len(others) == 2
    assert "2 fMRI runs of 2 participants in the space MNI152NLin6Asym (res-2) with" in first
    assert "outside the mask of each run (such as `mask.nii.gz`)" in first
    assert ["were each cleaned by themselves" in line for line in (first, *others)].count(True) == 1
    assert sum("(res-1) with" in line for line in others) == 1


def paragraphs(path):
    """The paragraphs of a file, by the names of their sections."""
    found, section = {}, ""
    for line in path.read_text().splitlines():
        section = line.removeprefix("## ") if line.startswith("## ") else section
        if line.startswith("One time series"):
            found.setdefault(section, []).append(line)
    return found


def test_the_text_is_true_after_further_calls_and_failures(call, make_run, maps, tmp_path):
    one, two = make_run("sub-01_bold.nii.gz"), make_run("sub-02_bold.nii.gz")
    md = tmp_path / "out/logs/CITATION.md"
    call("extract", one, two, "--maps", maps, "--out", "out", "--desc", "plain")
    call("extract", one, two, "--maps", maps, "--out", "out", "--desc", "smooth", "--smoothing-fwhm", "5")
    plain, smooth = "atlas-atlas_desc-plain", "atlas-atlas_desc-smooth"
    before = paragraphs(md)
    assert {section: len(lines) for section, lines in before.items()} == {plain: 1, smooth: 1}
    assert "2 fMRI runs of 2 participants" in before[smooth][0]
    # one run with another kernel, the other with the first one still
    words = ["--maps", maps, "--out", "out", "--desc", "smooth", "--smoothing-fwhm", "8", "--overwrite"]
    call("extract", one, *words)
    after = paragraphs(md)
    assert after[plain] == before[plain]
    assert [re.search("kernel of (.) mm", line)[1] for line in after[smooth]] == ["8", "5"]
    assert all("1 fMRI run of 1 participant " in line for line in after[smooth])
    # a run that fails after its old results were removed is not told of
    Path(two).write_bytes(Path(two).read_bytes()[:-20000])
    call("extract", one, two, *words, status=1)
    (line,) = paragraphs(md)[smooth]
    assert "1 fMRI run of 1 participant " in line
    assert "kernel of 8 mm" in line


def test_an_interrupted_call_tells_of_what_it_published(call, invoke, make_run, maps, tmp_path, monkeypatch):
    one, two = make_run("sub-01_bold.nii.gz"), make_run("sub-02_bold.nii.gz")
    words = ["--maps", maps, "--out", tmp_path / "out"]
    call("extract", one, *words)
    (tmp_path / "out/logs/CITATION.md").unlink()  # as if the call before had been killed
    monkeypatch.setattr(
        "nipype_maps.engine.execution.run_workflows",
        lambda *words, **options: (_ for _ in ()).throw(KeyboardInterrupt),
    )
    invoke("extract", one, two, *words, status=130)
    assert "1 fMRI run of 1 participant " in (tmp_path / "out/logs/CITATION.md").read_text()


def test_a_call_writes_what_it_did(call, make_run, maps, tmp_path):
    run = make_run()
    call("extract", run, "--maps", maps, "--out", "out", "--detrend", "--smoothing-fwhm", "5")
    text = (tmp_path / "out/logs/CITATION.md").read_text()
    assert "for each of the 4 maps of the atlas atlas (`atlas.nii.gz`)" in text
    assert "kernel of 5 mm" in text
    assert "Mean and linear trend were removed from the signals." in text
    assert bibliography(text, {"nipype-maps": "0"}).count("@article") == (
        (tmp_path / "out/logs/CITATION.bib").read_text().count("@article")
    )
    (path,) = (tmp_path / "out").glob("*_timeseries.json")
    assert settings_of(json.loads(path.read_text())).keys() == {one.key for one in OPTIONS if one.key}


@pytest.fixture
def two(tmp_path, rng, grids):
    """A data set with a run of each of two participants."""
    root, grid = describe(tmp_path / "fmriprep"), grids["plain"]
    for subject in ("01", "02"):
        table = np.hstack([rng.normal(size=(12, 6)), np.zeros((12, 3))])
        frames = rng.normal(100, 5, (*grid.shape, 12))
        write_run(root, f"sub-{subject}_task-rest", frames, grid.affine, table)
    return root


def made_by(root, *tools, **more):
    """Say in a data set's description which tools made it."""
    path = root / "dataset_description.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"GeneratedBy": [*tools]} | more))


def test_a_data_set_has_tools_tasks_and_runs_that_are_gone(invoke, two, maps, tmp_path):
    made_by(two, {"Name": "fMRIPrep", "Version": "24.1.1"}, {"Name": "mine"}, "damaged", {"Version": "1"})
    out = tmp_path / "out"
    words = ["dataset", two, out, "--maps", maps, "--confounds-strategy", "6P"]
    invoke(*words)
    ((line,),) = paragraphs(out / "logs/CITATION.md").values()
    assert "2 fMRI runs of 2 participants in the space MNI with" in line
    assert "had been preprocessed with *fMRIPrep* 24.1.1 [@esteban2019] and *mine*." in line
    assert "frames and a repetition time of 2 s (task `rest`)." in line
    assert "@article{esteban2019," in (out / "logs/CITATION.bib").read_text()
    for path in two.glob("sub-02/func/*"):
        path.unlink()
    invoke(*words)
    assert (out / "summary.tsv").read_text().count("\tremoved\t") == 1
    ((line,),) = paragraphs(out / "logs/CITATION.md").values()
    assert "2 fMRI runs (1 of which no longer exists in the source data set) of 2 participants" in line
    assert "had been preprocessed with *fMRIPrep* 24.1.1" in line  # both were


@pytest.mark.parametrize("description", [{"DatasetType": "raw"}, {"GeneratedBy": "fMRIPrep"}])
def test_a_data_set_that_does_not_say_what_made_it_has_no_tools(invoke, two, maps, tmp_path, description):
    made_by(two, {"Name": "HeuDiConv", "Version": "1"}, **description)
    for path in two.glob("sub-02/func/*"):
        path.unlink()
    (run,) = two.glob("sub-01/func/*_bold.nii.gz")
    invoke("extract", run, "--maps", maps, "--out", tmp_path / "out")
    text = (tmp_path / "out/logs/CITATION.md").read_text()
    assert "One time series" in text
    assert "preprocessed with" not in text


def test_runs_far_from_the_results_have_tools_by_their_records(invoke, two, maps, tmp_path):
    """As in a container, where no relative link leads from one data set to the other."""
    made_by(two, {"Name": "fMRIPrep", "Version": "24.1.1"})
    out = tmp_path / "a/b/c/d/out"
    out.mkdir(parents=True)
    invoke("dataset", two, out, "--maps", maps, "--confounds-strategy", "none")
    assert "bids:" not in next(out.glob("sub-01/func/*.json")).read_text()
    assert "preprocessed with *fMRIPrep* 24.1.1" in (out / "logs/CITATION.md").read_text()


def test_denoised_runs_are_not_said_to_be_raw(invoke, two, maps, tmp_path):
    made_by(two, {"Name": "xcp_d", "Version": "0.10.6"})
    for path in two.glob("sub-*/func/*_desc-preproc_bold*"):
        path.rename(path.with_name(path.name.replace("preproc", "denoised")))
    words = ["--desc-in", "denoised", "--confounds-strategy", "none"]
    invoke("dataset", two, tmp_path / "out", "--maps", maps, *words)
    text = (tmp_path / "out/logs/CITATION.md").read_text()
    assert "denoised before with *xcp_d* 0.10.6 [@mehta2024]; their names have `desc-denoised`." in text
    assert "The runs were not further smoothed here." in text
    assert "No further confounds were regressed out here." in text


def test_runs_of_another_desc_or_tool_have_paragraphs_of_their_own():
    names = [f"sub-0{i}/func/sub-0{i}_atlas-x_desc-y_timeseries" for i in (1, 2, 3)]
    runs = {name: sidecar() for name in names}
    runs[names[2]] = sidecar(run="sub-03_desc-denoised_bold.nii.gz")
    tools = {names[0]: ("fMRIPrep 24.1.1",), names[1]: ("fMRIPrep 23.2.0",)}
    text = citation(runs, "1.2", tools=tools)
    assert text.count("One time series") == 3
    assert text.count("## ") == 1
    assert text.count("1 fMRI run of 1 participant") == 3
    # results without a label of the task in each name
    assert "task" not in text
