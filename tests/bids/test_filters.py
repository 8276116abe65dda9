"""Files of filters, as fMRIPrep and BABS have them."""

import json

import pytest

from nipype_maps.bids.derivatives import find_runs
from nipype_maps.bids.filters import read_filters

NAMES = [
    "sub-01/ses-1/func/sub-01_ses-1_task-rest_run-1_space-MNI_desc-preproc_bold.nii.gz",
    "sub-01/ses-1/func/sub-01_ses-1_task-rest_run-2_space-MNI_desc-preproc_bold.nii.gz",
    "sub-01/ses-2/func/sub-01_ses-2_task-rest_acq-fast_run-1_space-MNI_desc-preproc_bold.nii.gz",
    "sub-02/ses-1/func/sub-02_ses-1_task-nback_space-MNI_desc-preproc_bold.nii.gz",
]


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "fmriprep"
    for name in NAMES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    description = {"Name": "fMRIPrep", "BIDSVersion": "1.9.0", "DatasetType": "derivative"}
    (root / "dataset_description.json").write_text(json.dumps(description))
    return root


@pytest.fixture
def filters(tmp_path):
    def write(content):
        path = tmp_path / "filter.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ({}, [0, 1, 2, 3]),
        ({"session": "1"}, [0, 1, 3]),
        ({"session": "ses-1", "run": [1, 2]}, [0, 1]),
        ({"run": "02"}, [1]),
        ({"acquisition": None}, [0, 1, 3]),
        ({"acquisition": "*"}, [2]),
        ({"run": [None, 2]}, [1, 3]),
        ({"task": ["nback", "rest"], "subject": "sub-02"}, [3]),
        ({"datatype": "func", "suffix": "bold", "session": "2"}, [2]),
    ],
)
def test_runs_are_chosen_in_the_words_of_pybids(tree, filters, query, chosen):
    found = find_runs(tree, filters=read_filters(filters({"bold": query})))
    assert [str(run.path.relative_to(tree)) for run in found] == [NAMES[index] for index in chosen]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "filter.json is not a JSON file"),
        ("[]", "contains no JSON object but a list"),
        ({"bolds": {}}, "has the unknown query 'bolds'; did you mean 'bold'?"),
        ({"t1w": {"session": "1"}}, "has no query 'bold', which alone chooses runs"),
        ({"bold": "rest"}, "'bold' is 'rest'; give an object of entities"),
        ({"bold": {"run": 1.5}}, "'run' is 1.5; give a label"),
        ({"bold": {"run": True}}, "'run' is True; give a label"),
        ({"bold": {"run": []}}, "'run' has no label"),
    ],
)
def test_what_chooses_nothing_is_refused(filters, content, sentence):
    with pytest.raises(ValueError, match=r".") as raised:
        read_filters(filters(content))
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("entity", "sentence"),
    [
        ("ses", "unknown entity 'ses'; did you mean 'session'?"),
        ("acq", "unknown entity 'acq'; did you mean 'acquisition'?"),
        ("sessoin", "unknown entity 'sessoin'; did you mean 'session'?"),
        ("xyz", "unknown entity 'xyz'; there are "),
    ],
)
def test_entities_have_the_names_of_pybids(tree, entity, sentence):
    with pytest.raises(ValueError, match=r"bids-filter-file has the") as raised:
        find_runs(tree, filters={entity: ["1"]})
    assert sentence in str(raised.value)


def test_what_a_filter_leaves_is_in_the_message(tree):
    with pytest.raises(
        ValueError, match=r"of session 9, acquisition none or any; there are the sessions 1, 2, the tasks"
    ):
        find_runs(tree, filters={"session": ["9"], "acquisition": [None, "*"]})
