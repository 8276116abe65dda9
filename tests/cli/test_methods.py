"""The methods section and its references."""

import re
from pathlib import Path

import pytest

from nipype_maps.cli.reports.confounds_in_words import confounds_in_words
from nipype_maps.cli.reports.methods import methods
from nipype_maps.cli.reports.references import ATLASES, CITED, entries, known_atlas
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
    assert methods("DiFuMo", runs, n_subjects=2) == (
        "One time series for each of the 3 maps of DiFuMo [@dadi2020] (`atlas.nii.gz`) was extracted from "
        "2 fMRI runs of 2 participants with *nipype-maps* 1.2 [@nipypemaps], which is based on *nipype* 1.2 "
        "[@gorgolewski2011]. Where the grids differed, the maps were resampled to that of the mask by linear "
        "interpolation, and the runs by cubic spline interpolation, clipped to the range of the run, and the "
        "maps were set to 0 outside a mask (`mask.nii.gz`). The runs were smoothed with a Gaussian kernel of "
        "6 mm (full width at half maximum), as a part of the following fit. All maps were fitted to each "
        "frame together, by least squares, as NiftiMapsMasker of nilearn does [@abraham2014]; this is the "
        "first stage of dual regression [@nickerson2017]. Frames before the steady state (marked by "
        "fMRIPrep), frames with a framewise displacement above 0.5 mm or standardized DVARS above 1.5, and "
        "segments of fewer than 5 frames between them were censored [@power2014]; on average 87.5% of the "
        "frames of a run were kept (at least 75.0%). Signals and confounds were band-pass filtered (0.01 to "
        "0.1 Hz) with a Butterworth filter of order 5, forward and backward, so that regression does not "
        "bring back what the filter removes [@lindquist2019]; for the filter, censored frames were "
        "interpolated by cubic splines, and those at the ends of a run cut off. These confounds were "
        "regressed out of the signals (strategy `24P+acompcor50+scrub`): 6 motion parameters with their "
        "temporal derivatives and the squares of both [@friston1996; @satterthwaite2013], 1 cosine term of "
        "slow drift, and 7 to 9 components of aCompCor (those that explain 50% of the variance of white "
        "matter and CSF together) [@behzadi2007; @muschelli2014] (32 to 34 regressors). The signals were "
        "scaled to a mean of 0 and a variance of 1 (divisor n). All was computed in double precision, with "
        "*numpy* 1.2 [@harris2020], *scipy* 1.2 [@virtanen2020] and *nibabel* 1.2 [@nibabel]."
    )


def test_frames_that_nobody_lost_were_not_censored():
    sentence = "Frames before the steady state (marked by fMRIPrep), frames with"
    assert f"{sentence} " in methods("x", [sidecar(kept=36)])
    text = methods("x", [sidecar(kept=40), sidecar(kept=40)])
    assert "were to be censored [@power2014]; there were none, in no run." in text
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


def test_every_reference_is_complete_and_can_be_cited():
    known = entries()
    for key, text in known.items():
        assert re.match(r"@(article|software|inproceedings)\{" + key + ",\n", text)
        assert text.count("{") == text.count("}")
        assert key in ("nipypemaps", "nibabel") or {"author", "title", "year"} <= set(
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
