"""What the sidecar of signals may say of how they were made, and which map a column belongs to."""

import json

import numpy as np
import pytest

from nipype_maps.bids.extractions import Extraction, read_extraction

GRID = {"Shape": [2, 3, 4], "Affine": np.eye(4).tolist()}
SOURCE = {"File": "atlas.nii", "SHA256": "abc"}
WHOLE = {
    "Maps": {
        "Grid": GRID, "Names": ["a"], "Interpolation": "nearest", "EmptyMaps": "drop", "Demean": True,
    },
    "Provenance": {"Maps": [SOURCE], "Mask": [SOURCE]},
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    """Write a sidecar; returns the path of its table."""

    def write(content):
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / "signals.json").write_text(text, encoding="utf-8")
        return tmp_path / "signals.tsv"

    return write


def test_a_sidecar_says_all_or_nothing(write, tmp_path):
    grid = (GRID["Shape"], GRID["Affine"])
    assert read_extraction(write(WHOLE)) == Extraction(
        grid, ["a"], [SOURCE], [SOURCE], "nearest", "drop", True
    )
    assert read_extraction(write({"RepetitionTime": 2})) == Extraction()
    assert read_extraction(tmp_path / "other.tsv") == Extraction()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"Maps": []}, "Maps must be an object"),
        ({"Maps": {"Grid": [2, 3, 4]}}, "Maps.Grid must be an object"),
        (
            {"Maps": {"Grid": {"Shape": [2, 3, 4]}}},
            "Maps.Grid.Affine must be an invertible 4 x 4 affine, a list of four lists",
        ),
        (
            {"Maps": {"Grid": {"Affine": GRID["Affine"]}}},
            "Maps.Grid.Shape must be a list of three whole numbers",
        ),
        ({"Maps": {"Grid": {**GRID, "Shape": [2, 3]}}}, "Maps.Grid.Shape must be"),
        ({"Maps": {"Grid": {**GRID, "Shape": [2, 3, 0]}}}, "Maps.Grid.Shape must be"),
        ({"Maps": {"Grid": {**GRID, "Shape": [2, 3, True]}}}, "Maps.Grid.Shape must be"),
        ({"Maps": {"Grid": {**GRID, "Shape": [2, 3, 4.0]}}}, "Maps.Grid.Shape must be"),
        ({"Maps": {"Grid": {**GRID, "Shape": [10**9] * 3}}}, "whole numbers from 1 to 32767"),
        ({"Maps": {"Grid": {**GRID, "Affine": "identity"}}}, "Maps.Grid.Affine must be"),
        ({"Maps": {"Grid": {**GRID, "Affine": [[1, 0, 0, "a"]] * 4}}}, "Maps.Grid.Affine must be"),
        (
            {"Maps": {"Grid": {**GRID, "Affine": np.diag([1, 0, 1, 1.0]).tolist()}}},
            "Maps.Grid.Affine must be an invertible",
        ),
        (
            {"Maps": {"Grid": {**GRID, "Affine": np.diag([1, 1, 1, 2.0]).tolist()}}},
            "Maps.Grid.Affine must be an invertible",
        ),
        ('{"Maps": {"Grid": {"Shape": [2, 3, 4], "Affine": [[NaN, 0, 0, 0]]}}}', "Maps.Grid.Affine must be"),
        ({"Maps": {"Names": [1, 2]}}, "Maps.Names must be a list of texts"),
        ({"Maps": {"Names": "ab"}}, "Maps.Names must be a list of texts"),
        (
            {"Provenance": {"Maps": [{"File": "a"}]}},
            "Provenance.Maps must be a list of objects with File and SHA256",
        ),
        ({"Provenance": {"Maps": {}}}, "Provenance.Maps must be a list"),
        ({"Provenance": {"Mask": "mask.nii"}}, "Provenance.Mask must be a list"),
        ({"Maps": {"Interpolation": "cubic"}}, 'Maps.Interpolation must be one of "linear", "continuous"'),
        ({"Maps": {"Interpolation": ["linear"]}}, "Maps.Interpolation must be one of"),
        ({"Maps": {"EmptyMaps": None}}, 'Maps.EmptyMaps must be one of "nan"'),
        ({"Maps": {"Demean": 1}}, "Maps.Demean must be one of false, true"),
        ([], "contains no JSON object"),
        ("{", "is not a JSON file"),
        ("[" * 100000, "signals"),
    ],
)
def test_what_cannot_be_is_refused_by_file_and_key(write, content, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        read_extraction(write(content))
    assert "signals.json" in str(error.value)


def test_a_sidecar_that_is_a_folder(tmp_path):
    (tmp_path / "signals.json").mkdir()
    with pytest.raises(ValueError, match=r"signals\.json"):
        read_extraction(tmp_path / "signals.tsv")


def test_an_affine_of_numbers_beyond_all_integers(write):
    affine = np.eye(4).tolist()
    affine[0][0] = 10**30
    with pytest.raises(ValueError, match=r"Maps.Grid.Affine must be"):
        read_extraction(write({"Maps": {"Grid": {"Shape": [2, 3, 4], "Affine": affine}}}))
