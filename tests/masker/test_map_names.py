"""Names of maps in the class: those of the command and of the graphs."""

import copy
import pickle

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from nipype_maps import NiftiMapsMasker
from nipype_maps.bids.signals import read_signals

FILES = {
    "names.tsv": "index\tname\n2\tb\n1\ta \n4\td\n3\ta\n",
    "labels.csv": "x,region,roi\n1,a,p\n2,b,q\n3,a,r\n4,d,s\n",
    "good.txt": "4 1",
}
CASES = [
    ("names.tsv", None, ["a [1]", "b", "a [3]", "d"]),
    ("labels.csv", "Region", ["a [1]", "b", "a [3]", "d"]),
    ("labels.csv", "roi", ["p", "q", "r", "s"]),
    ("good.txt", None, ["map-01", "map-04"]),
    (None, None, ["map-01", "map-02", "map-03", "map-04"]),
]


@pytest.fixture
def files(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.filterwarnings("ignore:.*gives several maps the same name")
@pytest.mark.parametrize(("file", "column", "names"), CASES)
def test_the_class_the_graph_and_the_command_have_the_same_columns(
    files, run_masker, call, make_run, maps, file, column, names
):
    run, path = make_run(), None if file is None else files / file
    masker = NiftiMapsMasker(maps, map_names=path, map_names_column=column).set_output(transform="pandas")
    frame = masker.fit_transform(run)
    assert list(frame.columns) == names == masker.map_names_
    assert masker.n_elements_ == len(names)

    given = {"map_names": path, "map_names_column": column}
    inputs = {name: str(value) for name, value in given.items() if value is not None}
    outcome = run_masker(run, maps, inputs=inputs)
    graph = read_signals(outcome.done["transform.clean"].result.outputs.out_file)

    flags = [f"--{name.replace('_', '-')}={value}" for name, value in inputs.items()]
    call("extract", run, "--maps", maps, "--out", "out", *flags)
    (table,) = (files / "out").glob("*_timeseries.tsv")
    command = read_signals(table)

    assert graph.names == command.names == names
    np.testing.assert_array_equal(graph.values, frame.to_numpy())
    np.testing.assert_array_equal(command.values, frame.to_numpy())


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series])
def test_names_in_memory(atlas, bold, kind):
    masker = NiftiMapsMasker(atlas, map_names=kind(["a", "b", "c"])).set_output(transform="pandas")
    assert list(masker.fit_transform(bold()).columns) == ["a", "b", "c"]
    assert masker.map_names_ == ["a", "b", "c"]
    assert all(type(name) is str for name in masker.map_names_)


def test_only_the_good_components_are_returned_and_make_the_image(files, maps, make_run, same):
    run = make_run()
    everything, chosen = NiftiMapsMasker(maps), NiftiMapsMasker(maps, map_names=files / "good.txt")
    signals = everything.fit_transform(run)
    found = chosen.fit_transform(run)
    same(found, signals[:, [0, 3]])
    signals[:, [1, 2]] = 0
    with pytest.warns(UserWarning, match="the image is the sum of these, without map-02, map-03"):
        image = chosen.inverse_transform(found)
    same(image.get_fdata(), everything.inverse_transform(signals).get_fdata())
    with pytest.raises(ValueError, match="3"):
        chosen.inverse_transform(found[:, [0, 0, 1]])


def test_names_without_a_run_and_of_each_run(files, maps, make_run):
    masker = NiftiMapsMasker(maps, map_names=files / "good.txt").fit()
    assert (masker.map_names_, masker.n_elements_) == (["map-01", "map-04"], 2)
    assert masker.transform(make_run(grid="permuted")).shape == (40, 2)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda masker: pickle.loads(pickle.dumps(masker))])
def test_a_copy_keeps_its_names_and_a_clone_its_parameters(files, maps, make_run, same, copied):
    masker, run = NiftiMapsMasker(maps, map_names=files / "good.txt"), make_run()
    signals = masker.fit_transform(run)
    other = copied(masker)
    assert other.map_names_ == ["map-01", "map-04"]
    same(other.transform(run), signals)
    assert clone(masker).get_params()["map_names"] == files / "good.txt"
    assert not hasattr(clone(masker), "map_names_")


def test_a_file_that_has_changed_since_fit_is_an_error(files, maps, make_run):
    masker = NiftiMapsMasker(maps, map_names=str(files / "good.txt")).fit(make_run())
    (files / "good.txt").write_text("1 2")
    with pytest.raises(ValueError, match=r"map_names: the file .*good.txt has changed since fit was called"):
        masker.transform(make_run())
    (files / "good.txt").unlink()
    with pytest.raises(FileNotFoundError, match=r"map_names: the file .*good.txt no longer exists"):
        masker.transform(make_run())


def test_names_that_are_set_after_fit_are_not_used(atlas, bold):
    masker = NiftiMapsMasker(atlas).fit(bold())
    masker.map_names = ["a", "b", "c"]
    with pytest.warns(UserWarning, match="map_names was set after fit was called, and is not used"):
        masker.transform(bold())
    assert masker.map_names_ == ["map-01", "map-02", "map-03"]


def test_what_is_said_of_names_is_a_warning(atlas, bold):
    masker = NiftiMapsMasker(atlas, map_names=["a", "b", "a"])
    with pytest.warns(UserWarning, match="map_names gives several maps the same name"):
        masker.fit_transform(bold())


@pytest.mark.parametrize(
    ("names", "column", "error", "sentence"),
    [
        ("missing.tsv", None, FileNotFoundError, "map_names: the file missing.tsv does not exist"),
        (3, None, TypeError, "'map_names' must be a file, a list of strings, or None. Got: int"),
        ([1, 2, 3], None, TypeError, "'map_names' must be a file, a list of strings, or None. Got: list"),
        (pd.DataFrame({"name": ["a", "b", "c"]}), None, TypeError, "give its column of names"),
        (["a", "b", "c"], 1, TypeError, "'map_names_column' must be a string or None. Got: 1"),
        (["a", "b", "c"], "name", ValueError, "map_names is a list; leave it out"),
        (["a", "b"], None, ValueError, "map_names has 2 names for 3 maps"),
        (None, "name", ValueError, "no label table was found"),
    ],
)
def test_other_names_are_refused(atlas, bold, names, column, error, sentence):
    with pytest.raises(error, match=sentence):
        NiftiMapsMasker(atlas, map_names=names, map_names_column=column).fit(bold())


def test_difumo_as_nilearn_stores_it(rng, grids, bold, tmp_path):
    folder = tmp_path / "difumo_atlases" / "3"
    (folder / "2mm").mkdir(parents=True)
    (folder / "labels_3_dictionary.csv").write_text(
        "Component,Difumo_names,Yeo_networks7\n1,Cuneus,VisCent\n2,Putamen,No network found\n"
        "3,Cuneus,VisCent\n"
    )
    maps = nib.Nifti1Image(rng.random((*grids["plain"].shape, 3)), grids["plain"].affine)
    nib.save(maps, folder / "2mm" / "maps.nii.gz")
    masker = NiftiMapsMasker(folder / "2mm" / "maps.nii.gz").fit(bold())
    assert masker.map_names_ == ["Cuneus [1]", "Putamen", "Cuneus [3]"]


@pytest.mark.parametrize("name", ["atlas-T_dseg.tsv", "given.tsv"])
@pytest.mark.filterwarnings("ignore:given.tsv does not have a row per map in the order of their files")
def test_maps_in_files_of_their_own_have_the_names_of_their_labels(
    run_masker, call, make_run, rng, grids, save, tmp_path, same, name
):
    labels = {"GM": "gray", "WM": "white", "CSF": "fluid"}
    values = {label: rng.random(grids["plain"].shape) for label in labels}
    for label in labels:
        save(values[label], grids["plain"], f"atlas-T_label-{label}_probseg.nii.gz")
    rows = "".join(f"{k}\t{long}\t{label}\n" for k, (label, long) in enumerate(labels.items(), start=1))
    (tmp_path / name).write_text(f"index\tname\tabbreviation\n{rows}")
    maps, run = sorted(map(str, tmp_path.glob("atlas-T_label-*.nii.gz"))), make_run()
    given = str(tmp_path / name) if name == "given.tsv" else None

    frame = NiftiMapsMasker(maps, map_names=given).set_output(transform="pandas").fit_transform(run)
    outcome = run_masker(run, maps, inputs={"map_names": given} if given else None)
    graph = read_signals(outcome.done["transform.clean"].result.outputs.out_file)
    call("extract", run, "--maps", ",".join(maps), "--out", "out", *(["--map-names", given] if given else []))
    (table,) = (tmp_path / "out").glob("*_timeseries.tsv")
    command = read_signals(table)

    in_table = save(np.stack(list(values.values()), axis=-1), grids["plain"], "stacked.nii.gz")
    expected = NiftiMapsMasker(in_table, map_names=list(labels.values())).fit_transform(run)
    assert list(frame.columns) == graph.names == command.names == ["fluid", "gray", "white"]
    for signals in (frame.to_numpy(), graph.values, command.values):
        np.testing.assert_allclose(signals, expected[:, [2, 0, 1]], rtol=1e-9)
