import gzip
import os
import shutil
import threading
import warnings

import nibabel as nib
import numpy as np
import pytest
from nipype.interfaces.base import TraitError
from nipype.pipeline.engine import Node

from nipype_maps.interfaces import Clean, Mask, Project, ReadGrid, Smooth
from nipype_maps.notes import note
from nipype_maps.storage.checksums import checksum


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ([True, False], [True, False]),
        ((2, 0), [2, 0]),
        (np.array([1, 3]), [1, 3]),
        (np.array([True, False]), [True, False]),
        ([], []),
        (None, None),
    ],
)
def test_a_sample_mask_keeps_its_kind(value, held):
    clean = Clean(sample_mask=value)
    assert clean.inputs.sample_mask == held
    assert [type(x) for x in clean.inputs.sample_mask or []] == [type(x) for x in held or []]


@pytest.mark.parametrize("value", [[True, 1], [0.5], "absent.txt", 3])
def test_what_is_no_sample_mask_is_refused(value):
    with pytest.raises(TraitError, match="a file, a list of frame indices, a list of one boolean"):
        Clean(sample_mask=value)


def test_files_become_absolute_but_keep_symbolic_links(tmp_path, make_run, monkeypatch):
    """DataLad keeps contents elsewhere; the sidecar lies beside the link."""
    run = make_run("annex/MD5E-s1--0.nii.gz", t_r=2.0)
    (tmp_path / "sub-01_bold.nii.gz").symlink_to(run)
    (tmp_path / "sub-01_bold.json").write_text('{"RepetitionTime": 2.0005}')
    monkeypatch.chdir(tmp_path)
    read = ReadGrid(in_file="sub-01_bold.nii.gz")
    assert read.inputs.in_file == [os.path.join(str(tmp_path), "sub-01_bold.nii.gz")]
    assert read.run().outputs.t_r == 2.0005


@pytest.mark.parametrize(
    ("interface", "trait", "value"),
    [
        (Clean, "t_r", 0),
        (Clean, "low_pass", -0.1),
        (Clean, "standardize", "z"),
        (Clean, "dtype", "int16"),
        (Smooth, "fwhm", -6.0),
        (Smooth, "fwhm", [6.0, 6.0]),
        (ReadGrid, "in_file", "absent.nii"),
    ],
)
def test_a_wrong_value_is_refused_by_name(interface, trait, value):
    with pytest.raises(TraitError, match=f"'{trait}' trait"):
        interface(**{trait: value})


def test_speed_settings_are_no_part_of_the_cache_key():
    key = Project().inputs.get_hashval()[1]
    assert Project(block=3).inputs.get_hashval()[1] == key
    assert Project(code_version="another").inputs.get_hashval()[1] != key


@pytest.mark.parametrize("method", ["timestamp", "content"])
def test_files_count_by_content_whatever_nipype_is_told(tmp_path, make_run, method):
    """Two subjects' files of one size and time differ; a file copied elsewhere is the same."""
    one, two = make_run("one/bold.nii"), make_run("two/bold.nii")
    with open(two, "r+b") as stream:
        stream.seek(1000)
        stream.write(b"x")
    copy = shutil.copyfile(one, tmp_path / "bold.nii")
    for path in (one, two):
        os.utime(path, (1e9, 1e9))
    keys = [Smooth(in_file=path, fwhm=6.0).inputs.get_hashval(method)[1] for path in (one, two, copy)]
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]


def test_numbers_count_to_the_last_bit_and_classes_by_name(make_run):
    """nipype alone takes 1e-11 for 2e-11, and one interface for another of the same inputs."""
    run = make_run()
    keys = {Smooth(in_file=run, fwhm=width).inputs.get_hashval()[1] for width in (1e-11, 2e-11)}
    keys.add(ReadGrid(in_file=run).inputs.get_hashval()[1])
    assert len(keys) == 3


def test_the_key_is_told_by_file_and_checksum(make_run):
    run = make_run()
    shown, _ = Smooth(in_file=run, fwhm=6.0).inputs.get_hashval()
    assert dict(shown)["in_file"] == [(run, checksum(run))]
    assert dict(shown)["fwhm"] == "6.0"


def test_what_is_read_besides_counts(tmp_path, make_run):
    """Sidecars of a run, unless t_r is given, and of maps, which may name them; the other file of a pair."""
    run = make_run("sub-01_bold.nii")
    reads, told = ReadGrid(in_file=run), ReadGrid(in_file=run, t_r=2.0)
    mask = Mask(in_file=run)
    keys = {interface: interface.inputs.get_hashval()[1] for interface in (reads, told, mask)}
    (tmp_path / "sub-01_bold.json").write_text('{"RepetitionTime": 2.0}')
    after = {interface: interface.inputs.get_hashval()[1] for interface in (reads, told, mask)}
    assert [keys[one] == after[one] for one in (reads, told, mask)] == [False, True, False]

    (tmp_path / "bold.json").write_text('{"RepetitionTime": 2.0}')  # which the run inherits
    later = {interface: interface.inputs.get_hashval()[1] for interface in (reads, told, mask)}
    assert [after[one] == later[one] for one in (reads, told, mask)] == [False, True, False]

    header = tmp_path / "pair.hdr"
    nib.save(nib.Nifti1Pair(np.zeros((2, 2, 2)), np.eye(4)), header)
    before = Smooth(in_file=str(header), fwhm=6.0).inputs.get_hashval()[1]
    with open(tmp_path / "pair.img", "r+b") as stream:
        stream.write(b"x")
    assert Smooth(in_file=str(header), fwhm=6.0).inputs.get_hashval()[1] != before


def test_a_file_of_another_name_counts_as_another(tmp_path, make_run):
    """Results tell the names of what they were made from."""
    run = make_run("sub-01_bold.nii")
    other = shutil.copyfile(run, tmp_path / "sub-02_bold.nii")
    assert len({Smooth(in_file=str(path), fwhm=6.0).inputs.get_hashval()[1] for path in (run, other)}) == 2


def test_no_environment_is_stored(tmp_path, make_run, monkeypatch):
    monkeypatch.setenv("TOKEN", "swordfish")
    Node(Smooth(in_file=make_run(), fwhm=5.0), name="smooth", base_dir=str(tmp_path)).run()
    for path in (tmp_path / "smooth").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"swordfish" not in (gzip.decompress(content) if path.suffix == ".pklz" else content)


def test_an_interface_run_twice_forgets_its_first_results(make_run):
    read = ReadGrid(in_file=make_run(n_frames=5))
    assert read.run().outputs.n_frames == 5
    assert read.run(in_file=make_run(n_frames=6)).outputs.n_frames == 6


def test_a_node_whose_output_was_deleted_is_run_again(tmp_path, make_run):
    node = Node(Smooth(in_file=make_run(), fwhm=5.0), name="smooth", base_dir=str(tmp_path))
    out_file = node.run().outputs.out_file
    os.remove(out_file)
    again = Node(Smooth(in_file=make_run(), fwhm=5.0), name="smooth", base_dir=str(tmp_path))
    assert os.path.exists(again.run().outputs.out_file)


def test_warnings_of_other_threads_and_packages_are_left_alone(make_run, tmp_path):
    """They are shown as ever; the run records its own notes alone."""
    recorded = []

    class Noticing(ReadGrid):
        def _run(self, inputs, cwd, notes):
            other = threading.Thread(target=warnings.warn, args=("of another thread",))
            other.start()
            other.join()
            warnings.warn("of a package", RuntimeWarning, stacklevel=1)
            note("of this run")
            recorded.extend(notes)
            return super()._run(inputs, cwd, notes)

    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        Noticing(in_file=make_run()).run(cwd=tmp_path)
    assert recorded == ["of this run"]
    assert [str(warning.message) for warning in shown] == ["of another thread", "of a package"]
