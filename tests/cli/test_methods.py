"""The methods section and its references."""

import copy
import re
from pathlib import Path

import pytest

from nipype_maps.cli.reports.confounds_in_words import confounds_in_words
from nipype_maps.cli.reports.limits_in_words import OF_KIND
from nipype_maps.cli.reports.methods import methods
from nipype_maps.cli.reports.references import ATLASES, CITED, bibliography, entries, known_atlas
from nipype_maps.cli.reports.runs_in_words import RunsOfParagraph
from nipype_maps.confounds.strategies import definition
from nipype_maps.options import OPTIONS

from .made_sidecars import STRATEGIES, sidecar

ROOT = Path(__file__).resolve().parents[2]
MOTION = [f"{kind}_{axis}" for kind in ("trans", "rot") for axis in "xyz"]

#: Another value for each option that sidecars record.
OTHERS = {
    "resampling_target": "maps", "maps_interpolation": "nearest", "allow_overlap": False,
    "empty_maps": "drop", "demean": True, "clip": False, "smoothing_fwhm": [6.0, 6.0, 4.0],
    "high_variance_confounds": True, "detrend": True, "filter": "cosine", "low_pass": 0.2,
    "high_pass": 0.02, "extrapolate": True, "confounds_strategy": "24P+scrub-strict",
    "confound_columns": ["csf"], "standardize_confounds": False, "standardize": "psc", "dtype": "float32",
}  # fmt: skip


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.key], ids=lambda one: one.name)
def test_every_option_that_changes_results_changes_the_text(option):
    before = methods("x", [sidecar()])
    after = methods("x", [sidecar(**{option.name: OTHERS[option.name]})])
    assert before != after


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.key], ids=lambda one: one.name)
def test_every_choice_of_an_option_has_words(option):
    """None of them is an error, and no two that differ in results have the same."""
    same = {("standardize", True): "zscore", ("standardize", None): False, ("dtype", None): "float64",
            ("dtype", "auto"): "float32", ("filter", None): None}  # fmt: skip
    texts = {}
    for choice in option.choices:
        changes = {option.name: choice}
        if option.name == "filter":
            changes |= {"low_pass": None} if choice == "cosine" else {}
            changes |= {"low_pass": None, "high_pass": None} if choice is None else {}
        texts[same.get((option.name, choice), choice)] = methods("x", [sidecar(**changes)])
    assert len(set(texts.values())) == len(texts)


def test_options_without_an_effect_are_not_mentioned():
    """No filter without a band; nothing of confounds without any; no clipping of runs that stay."""
    plain = {"confounds_strategy": None, "low_pass": None, "high_pass": None, "resampling_target": "data"}
    before = methods("x", [sidecar(kept=40, **plain)])
    for name in ("standardize_confounds", "extrapolate", "clip"):
        assert methods("x", [sidecar(kept=40, **plain, **{name: OTHERS[name]})]) == before
    assert "ilter" not in before
    assert "censored" not in before
    assert "No confounds were regressed out." in before


def test_the_text_says_what_was_done():
    runs = [sidecar(confounds_strategy="24P+acompcor50+scrub", kept=kept,
                    columns=[*STRATEGIES["24P"]["Columns"], *STRATEGIES["12P"]["Columns"], *MOTION,
                             "cosine00", *(f"a_comp_cor_{i:02d}" for i in range(n))])
            for kept, n in ((40, 7), (30, 9))]  # fmt: skip
    runs[1]["WarningKinds"] = ["SignalCoverage", "RepeatedNames", "LabelIndex"]
    about = RunsOfParagraph(2, "MNI:res-2", ("rest",), tools=("fMRIPrep 24.1.1",))
    assert methods("DiFuMo", runs, about) == (
        "One time series for each of the 3 maps of DiFuMo [@dadi2020] (`atlas.nii.gz`) was extracted from 2 "
        "fMRI runs of 2 participants in the space MNI (res-2) with *nipype-maps* 1.2 [@nipypemaps], which is "
        "based on *nipype* 1.2 [@gorgolewski2011]. The runs have 40 frames and a repetition time of 2 s "
        "(task `rest`). The runs had been preprocessed with *fMRIPrep* 24.1.1 [@esteban2019]. The grid was "
        "that of the mask (4 x 5 x 6 voxels of 3 x 3 x 4 mm); maps on another one were resampled to it by "
        "linear interpolation, and runs by cubic spline interpolation, clipped to the range of the run, and "
        "the maps were set to 0 outside a mask (`mask.nii.gz`). The runs were smoothed with a Gaussian "
        "kernel of 6 mm (full width at half maximum), as a part of the following fit. All maps were fitted "
        "to each frame together, by least squares, as NiftiMapsMasker of nilearn does [@abraham2014]; there "
        "was no intercept, which the first stage of dual regression in FSL has [@nickerson2017]. Frames that "
        "the confounds mark as before the steady state, frames with a framewise displacement above 0.5 mm or "
        "standardized DVARS above 1.5 (the thresholds of fMRIPrep), and segments of fewer than 5 frames "
        "between them were censored [@power2014]; on average 87.5% of the frames of a run were kept (at "
        "least 75.0%). Signals and confounds were band-pass filtered (0.01 to 0.1 Hz) with a Butterworth "
        "filter of order 5, forward and backward, so that regression does not bring back what the filter "
        "removes [@lindquist2019]; for the filter, censored frames were interpolated by cubic splines, and "
        "those at the ends of a run cut off. These confounds were regressed out of the signals (strategy "
        "`24P+acompcor50+scrub`), after each was scaled to a mean of 0 and a variance of 1: 6 motion "
        "parameters with their temporal derivatives and the squares of both [@friston1996; "
        "@satterthwaite2013], 1 cosine term of slow drift, and 7 to 9 components of aCompCor (those that "
        "explain 50% of the variance of white matter and CSF together) [@behzadi2007; @muschelli2014] (32 to "
        "34 regressors). The signals were scaled to a mean of 0 and a variance of 1 (divisor n). At least 1 "
        "degree of freedom was left in each run. At least 75.0% of the weight of each map (least: `b`) was "
        "inside the grid and the mask. At least 50.0% of the weight of each map (least: `a`) was where the "
        "run has signal. The checks of nipype-maps gave warnings for 1 of 2 runs, on maps of which less than "
        "half is where the run has signal (1) and labels of the maps (1). All was computed in double "
        "precision, with *numpy* 1.2 [@harris2020], *scipy* 1.2 [@virtanen2020] and *nibabel* 1.2 "
        "[@nibabel]."
    )


def test_frames_that_nobody_lost_were_not_censored():
    text = methods("x", [sidecar(kept=40), sidecar(kept=40)])
    assert " Frames with a framewise displacement above 0.5 mm or " in text
    assert "were to be censored [@power2014], but no run had any." in text
    assert "were kept" not in text
    assert "interpolated" not in text


@pytest.mark.parametrize("name", STRATEGIES)
def test_strategies_cite_the_papers_of_their_descriptions(name):
    entry = STRATEGIES[name]
    papers = re.findall(r"([A-Z]\w+) et al\. \(?(\d{4})", entry["Description"])
    columns = [column for part in definition(name, STRATEGIES).values() for column in part.get("Columns", [])]
    columns += ["a_comp_cor_00"] * ("CompCor" in entry)
    columns = ["aroma_motion_01" if column == "aroma_motion_*" else column for column in columns]
    text = methods("x", [sidecar(confounds_strategy=name, columns=columns)])
    assert {f"{author.lower()}{year}" for author, year in papers} <= set(CITED.findall(text))


def test_a_strategy_that_was_redefined_is_not_credited():
    mine = sidecar(confounds_strategy="9P", columns=["mine"])
    mine["Cleaning"]["StrategyDefinition"] = {"9P": {"Columns": ["mine"]}}
    assert "ciric2017" not in methods("x", [mine])
    assert "ciric2017" in methods("x", [sidecar(confounds_strategy="9P")])


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["csf", "white_matter"], "the mean signals of white matter and CSF (2 regressors)"),
        (["global_signal", "global_signal_power2"], "the global signal with its square (2 regressors)"),
        (["x", "y"], "the columns `x` and `y` (2 regressors)"),
        ([f"x{i}" for i in range(8)], "8 further columns (`x0`, `x1`, `x2`, `x3`, `x4`, `x5`, ...) (8 regr"),
        (["aroma_motion_1"], "1 component that ICA-AROMA classified as motion [@pruim2015] (1 regressor)"),
        (["high_variance_1"], "1 principal component of the 2 % most variable voxels [@behzadi2007] (1 "),
    ],
)
def test_columns_by_hand_in_words(columns, words):
    assert confounds_in_words([columns], {}).startswith(words)


def test_frames_before_the_steady_state_are_told_of_where_a_table_marks_them():
    marked, bare = sidecar(confounds_strategy="6P"), sidecar(confounds_strategy="6P", kept=40)
    assert "that the confounds mark as before the steady state were censored; 90.0%" in methods("x", [marked])
    assert "steady" not in methods("x", [bare])
    assert "fMRIPrep" not in methods("x", [marked])


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        ("scrub", "above 0.5 mm or standardized DVARS above 1.5 (the thresholds of fMRIPrep), and"),
        ("scrub-strict", "above 0.2 mm (the threshold of Power et al. 2014) or standardized DVARS above 1.5 "
                         "(the threshold of fMRIPrep), and"),
        # the strictest of several acts, and is told of once
        ("scrub+scrub-strict", "above 0.2 mm (the threshold of Power et al. 2014) or"),
    ],
)  # fmt: skip
def test_thresholds_are_of_those_who_set_them(strategy, words):
    text = methods("x", [sidecar(confounds_strategy=strategy)])
    assert words in text
    assert text.count("a framewise displacement above") == text.count("segments of fewer than") == 1


def test_the_share_of_frames_is_told_as_one_number_where_it_is_one():
    assert "; 90.0% of the frames were kept." in methods("x", [sidecar()])
    assert "; 90.0% of the frames of each run were kept." in methods("x", [sidecar(), sidecar()])
    assert "; on average 80.0% of the frames of a run were kept (at least 70.0%)." in methods(
        "x", [sidecar(), sidecar(kept=28)]
    )


@pytest.mark.parametrize(
    ("desc", "tools", "before", "smoothed", "confounds"),
    [
        ("_desc-preproc", ("fMRIPrep 24.1.1",),
         "had been preprocessed with *fMRIPrep* 24.1.1 [@esteban2019].",
         "was not smoothed.", "No confounds were regressed out."),
        ("_desc-denoised", ("xcp_d 0.10.6", "mine"),
         "had been denoised before with *xcp_d* 0.10.6 [@mehta2024] and *mine*; its name has `desc-",
         "was not further smoothed here.", "No further confounds were regressed out here."),
        ("_desc-denoisedSmoothed", (), "had been denoised and smoothed before; its name",
         "was not further smoothed here.", "No further confounds were regressed out here."),
        ("_desc-smoothAROMAnonaggr", (), "had been denoised and smoothed before; its name",
         "was not further smoothed here.", "No further confounds were regressed out here."),
        ("_desc-optcom", (), "had been processed before; its name",
         "was not further smoothed here.", "No further confounds were regressed out here."),
        ("", (), "", "was not smoothed here.", "No confounds were regressed out here."),
    ],
)  # fmt: skip
def test_what_was_done_to_runs_before(desc, tools, before, smoothed, confounds):
    run = sidecar(run=f"sub-01{desc}_bold.nii.gz", confounds_strategy=None, smoothing_fwhm=None)
    text = methods("x", [run], RunsOfParagraph(tools=tools))
    assert f"The run {before}" in text
    assert f"The run {smoothed}" in text
    assert f" {confounds} " in text
    assert ("before" in text) == (desc not in ("", "_desc-preproc"))


def test_cosine_terms_are_told_of_as_they_were():
    cosine = {"filter": "cosine", "high_pass": 0.008, "low_pass": None, "confounds_strategy": "acompcor5"}
    runs = [sidecar(columns=["a_comp_cor_00", "cosine00"], **cosine) for _ in range(2)]
    assert (
        "Drift slower than 0.008 Hz was regressed out, as discrete cosine terms that the following confounds "
        "did not contain already." in methods("x", runs)
    )
    runs[0]["WarningKinds"] = ["DriftTermsTwice"]
    assert "terms; in 1 run they were all among the confounds, and none were added." in methods("x", runs)
    both = methods("x", [runs[0], runs[0]])
    assert (
        "The discrete cosine terms of drift slower than 0.008 Hz were among the confounds, and none" in both
    )
    assert "was regressed out" not in both
    runs[0]["WarningKinds"] = ["NoDriftTerms"]
    assert "already; 1 run was too short for any." in methods("x", runs)
    assert "removed nothing, since the runs were too short." in methods("x", runs[:1])


def test_frames_repetition_times_and_tasks():
    runs = [sidecar() for _ in range(5)]
    assert "The runs have 40 frames and a repetition time of 2 s." in methods("x", runs)
    for run, time in zip(runs, (0.8, 2.0, 1.5, 1.0, 2.5), strict=True):
        run["RepetitionTime"] = time
    runs[1]["FramesInRun"] = 200
    about = RunsOfParagraph(tasks=("nback", "rest"))
    assert (
        "The runs have 40 to 200 frames and a repetition time of 0.8 to 2.5 s (tasks `nback` and `rest`)."
        in methods("x", runs, about)
    )
    assert "a repetition time of 0.8 or 2 s." in methods("x", runs[:2])
    runs[0]["RepetitionTime"] = None
    assert "The run has 40 frames; its repetition time is not known." in methods("x", runs[:1])
    assert "a repetition time of 2 s; some have a repetition time that is not known." in methods(
        "x", runs[:2]
    )


def test_the_text_says_which_runs_are_gone():
    assert "from 2 fMRI runs (1 of which no longer exists in the source data set) with" in methods(
        "x", [sidecar(), sidecar()], RunsOfParagraph(n_removed=1)
    )
    assert "from 1 fMRI run (which no longer exists in the source data set) with" in methods(
        "x", [sidecar()], RunsOfParagraph(n_removed=1)
    )


def test_the_intercept_of_dual_regression_is_claimed_where_it_was():
    assert "no intercept, which the first stage of dual regression in FSL has" in methods("x", [sidecar()])
    text = methods("x", [sidecar(demean=True)])
    assert (
        "All maps and an intercept were fitted to each frame together, by least squares, as in the first "
        in text
    )
    assert "no intercept" not in text


def test_masks_grids_and_standardized_confounds_are_told_of():
    run = sidecar(resampling_target="data")
    run["Provenance"].pop("Mask")
    text = methods("x", [run])
    assert "The grid was that of the run (4 x 5 x 6 voxels of 3 x 3 x 4 mm); maps on another one" in text
    assert "; no mask was used." in text
    assert "inside the grid. At least 50.0%" in text
    assert ", after each was scaled to a mean of 0 and a variance of 1: " in text
    other = copy.deepcopy(run)
    other["Maps"]["Grid"]["Shape"] = [4, 5, 7]
    assert "each run (2 grids, voxels of 3 x 3 x 4 mm); maps" in methods("x", [run, other])


def test_limits_are_those_of_the_worst_run():
    good, bad = sidecar(), sidecar()
    bad |= {"DegreesOfFreedom": [17, 3], "WarningKinds": ["DegreesOfFreedom", "DifferentSpaces", ""]}
    bad["Maps"] = bad["Maps"] | {"Coverage": [1.0, 0.2, "n/a"], "SignalCoverage": [1.0, 0.9, 0.1]}
    text = methods("x", [good, bad])
    assert "At least 3 degrees of freedom were left in each run." in text
    assert "At least 20.0% of the weight of each map (least: `b`) was inside the grid and the mask." in text
    assert "At least 10.0% of the weight of each map (least: `c`) was where the run has signal." in text
    assert (
        "gave warnings for 1 of 2 runs, on few degrees of freedom (1), maps or a mask in another space than "
        "the run (1), and other causes (1)." in text
    )
    bad["Maps"]["Coverage"] = [0.99996, 1.0, "n/a"]
    assert "At least 99.9% of the weight of each map (least: `a`) was inside" in methods("x", [bad])
    whole = sidecar()
    whole["Maps"] = whole["Maps"] | {"Coverage": [1.0] * 3, "SignalCoverage": [1.0] * 3}
    text = methods("x", [whole])
    assert "All weight of each map was inside the grid and the mask. All weight of each map was where" in text
    assert "The checks of nipype-maps gave no warnings." in text


def test_every_kind_of_warning_has_words():
    page = (ROOT / "docs/checks.md").read_text().partition("## Kinds of warnings")[2]
    assert {*re.findall(r"^\| `(\w+)` \|", page, re.M)} == {*OF_KIND}


def test_names_that_look_like_citations_are_none():
    run = sidecar()
    run["Maps"] = run["Maps"] | {"Names": ["@a", "@b", "@c"]}
    assert "(least: `@b`)" in (text := methods("x", [run]))
    assert "nipypemaps" in bibliography(text, {"nipype-maps": "1.2"})


def test_every_reference_is_complete_and_can_be_cited():
    known = entries()
    for key, text in known.items():
        assert re.match(r"@(article|software|inproceedings)\{" + key + ",\n", text)
        assert text.count("{") == text.count("}")
        assert key == "nibabel" or {"author", "title", "year"} <= set(
            re.findall(r"^  (\w+) = \{", text, re.M)
        )
    cited = {paper for _, paper in ATLASES.values()}
    package = "".join(path.read_text() for path in (ROOT / "nipype_maps/cli/reports").glob("*.py"))
    assert cited <= set(known)
    assert all(f'"{key}"' in package or f"@{key}" in package for key in known), "an entry that nothing cites"


def test_the_package_cites_itself_as_its_citation_file_says():
    text, cff = entries()["nipypemaps"], (ROOT / "CITATION.cff").read_text()
    for field, key in (("title", "title"), ("author", "  - name")):
        value = re.search(rf"^{key}: \"?(.*?)\"?$", cff, re.M)[1]
        assert f"{field} = {{{value}}}" in text.replace("{{", "{").replace("}}", "}")
    for doi in re.findall(r"doi: (\S+)", cff):
        assert any(doi in entry for entry in entries().values())


@pytest.mark.parametrize(
    ("label", "name"),
    [("DiFuMo", "DiFuMo"), ("msdlrois", "MSDL"), ("Smith2009", "Smith et al. (2009)"),
     ("PNASSmith09rsn10", "Smith et al. (2009)"), ("NeuromarkfMRI22modelordermulti", "NeuroMark 2"),
     ("NeuromarkfMRI10", "NeuroMark 1.0"), ("rfMRIICAd25", "UK Biobank"), ("UKBiobank100", "UK Biobank"),
     # of other papers
     ("NeuroMarkfMRI10modelorder500", None), ("NeuromarkfMRIWM22modelordermulti", None),
     ("Smithsonian", None), ("tissues", None)],
)  # fmt: skip
def test_known_atlases(label, name):
    assert (known_atlas(label) or [None])[0] == name


def test_maps_of_another_label_are_known_by_their_file():
    mine = sidecar()
    mine["Provenance"]["Maps"] = [
        {"File": "tpl-X_atlas-DiFuMo_desc-64dimensions_probseg.nii.gz", "SHA256": "0"}
    ]
    assert "maps of DiFuMo [@dadi2020] (`tpl-X_" in methods("mine", [mine])
