"""Maps by the name of their atlas, from a local copy of TemplateFlow's archive, without a network."""

import json
import os
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from nipype_maps.bids.tables import read_table

from ..derivatives import COLUMNS, describe, write_run
from ..templateflow_home import write_home

SCALE_4 = "tpl-MNI152NLin2009cAsym_res-{}_atlas-DiFuMo_desc-4dimensions_probseg.nii.gz"
RUN = "sub-01_task-rest_space-MNI152NLin2009cAsym_res-2_desc-preproc_bold.nii.gz"


@pytest.fixture
def home(tmp_path, grids, rng, monkeypatch):
    """The archive; whatever is not in it cannot be downloaded."""
    root = write_home(tmp_path / "templateflow", grids["flipped"], rng)
    monkeypatch.setenv("TEMPLATEFLOW_HOME", str(root))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return root


def sidecar(out):
    (path,) = (path for path in out.rglob("*_timeseries.json") if "logs" not in path.parts)
    return json.loads(path.read_text())


def test_a_name_gives_what_its_file_gives(call, home, make_run, tmp_path):
    run = make_run(RUN)
    done = call("extract", run, "--maps", "templateflow:DiFuMo:scale-4", "--out", "named")
    file = home / "tpl-MNI152NLin2009cAsym" / SCALE_4.format("02")
    assert f"--maps templateflow:DiFuMo:scale-4: {file} (res-2, the finest)" in done.stdout
    call("extract", run, "--maps", file, "--out", "typed")
    named, typed = ({path.name: path.read_bytes() for path in (tmp_path / out).glob("*")
                     if path.is_file()} for out in ("named", "typed"))  # fmt: skip
    assert named == typed
    assert sidecar(tmp_path / "named")["Provenance"]["Maps"][0]["File"] == file.name


def test_the_resolution_of_the_runs_is_taken_where_it_means_the_same(call, home, rng, grids, save):
    values = rng.normal(100, 5, (*grids["plain"].shape, 20))
    grid = grids["plain"]
    own = type(grid)(grid.shape, np.diag([3.0, 3.0, 3.0, 1.0]))
    run = save(values, own, RUN.replace("res-2", "res-03"))
    done = call("extract", run, "--maps", "templateflow:DiFuMo:scale-4", "--out", "out", "--dry-run")
    assert f"{SCALE_4.format('03')} (res-3, as the runs)" in done.stdout


def test_a_data_set_takes_the_template_of_its_runs(call, home, tmp_path, rng, grids):
    root = describe(tmp_path / "fmriprep")
    table = np.hstack([rng.normal(size=(40, 6)), np.zeros((40, 3))])
    grid = grids["plain"]
    write_run(root, "sub-01_task-rest", rng.normal(100, 5, (*grid.shape, 40)), grid.affine, table)
    for path in root.rglob("*space-MNI_*"):
        path.rename(path.with_name(path.name.replace("space-MNI_", "space-MNI152NLin6Asym_res-2_")))
    done = call(
        "dataset", root, tmp_path / "out", "--maps", "templateflow:HOSPA", "--confounds-strategy", "6P",
        "--strict",
    )  # fmt: skip
    assert "tpl-MNI152NLin6Asym_res-02_atlas-HOSPA_probseg.nii.gz (res-2, the only one)" in done.stdout
    assert COLUMNS[0] in sidecar(tmp_path / "out")["Cleaning"]["ConfoundColumns"]
    assert "## atlas-HOSPA" in (tmp_path / "out/logs/CITATION.md").read_text()
    (table_file,) = (tmp_path / "out").rglob("*atlas-HOSPA*_timeseries.tsv")
    assert read_table(table_file).values.shape == (40, 3)


def test_inverse_takes_the_maps_that_the_signals_come_from(call, home, make_run, tmp_path):
    run = make_run(RUN)
    call("extract", run, "--maps", "templateflow:DiFuMo:scale-4:res-3", "--out", "out")
    (signals,) = (tmp_path / "out").glob("*_timeseries.tsv")
    done = call("inverse", signals, "--maps", "templateflow:DiFuMo:scale-4", "--out", "image.nii.gz")
    assert f"{SCALE_4.format('03')} (the maps that the signals come from)" in done.stdout
    assert "warning" not in done.stderr
    # of another atlas, the same rule as for runs
    other = call("inverse", signals, "--maps", "templateflow:DiFuMo:scale-8", "--out", "b.nii")
    assert "desc-8dimensions_probseg.nii.gz (res-2, as the runs)" in other.stdout
    assert "the signals come from other maps" in other.stderr


@pytest.mark.parametrize(
    ("words", "space", "message"),
    [
        (
            "DiFuMo",
            "MNI152NLin6Asym",
            "give one of templateflow:DiFuMo:scale-4, templateflow:DiFuMo:scale-8.",
        ),
        ("Schaefer2018", "MNI152NLin6Asym", "there are DiFuMo, HOCPA, HOSPA."),
        ("HOSPA", "MNI152NLin2009cAsym", "no maps of HOSPA for MNI152NLin2009cAsym; there are DiFuMo."),
        ("HOSPA", "MNI", "has no template MNI; add one of tpl-MNI152NLin2009cAsym, tpl-MNI152NLin6Asym"),
        ("HOSPA", "T1w", "is in the space T1w of its participant"),
    ],
)
def test_what_is_not_there_is_refused_with_the_choices(call, home, make_run, words, space, message):
    run = make_run(RUN.replace("MNI152NLin2009cAsym", space))
    done = call("extract", run, "--maps", f"templateflow:{words}", "--out", "out", status=2)
    assert message in done.stderr
    assert not os.path.exists("out")


def test_maps_that_cannot_be_downloaded_are_refused_with_the_way_to_get_them(call, home, make_run):
    run = make_run(RUN.replace("MNI152NLin2009cAsym", "MNI152NLin6Asym"))
    done = call("extract", run, "--maps", "templateflow:HOCPA", "--out", "out", status=2)
    name = "tpl-MNI152NLin6Asym_res-01_atlas-HOCPA_probseg.nii.gz"
    assert f"{name} is not in {home}, and cannot be downloaded (no connection: ProxyError)." in done.stderr
    assert "get('MNI152NLin6Asym', suffix='probseg', atlas='HOCPA')" in done.stderr
    assert (home / "tpl-MNI152NLin6Asym" / name).stat().st_size == 0


def test_a_name_stands_alone(call, home, make_run, maps):
    run = make_run(RUN)
    done = call("extract", run, "--maps", "templateflow:HOSPA", "--maps", maps, "--out", "out", status=2)
    assert "is given together with" in done.stderr
    done = call("extract", run, "--maps", maps, "--confounds", "templateflow:HOSPA", "--out", "out", status=2)
    assert "does not exist" in done.stderr


def test_an_archive_that_cannot_be_made_is_refused(call, make_run, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TEMPLATEFLOW_HOME", str(tmp_path / "file" / "templateflow"))
    done = call("extract", make_run(RUN), "--maps", "templateflow:HOSPA", "--out", "out", status=2)
    assert "set TEMPLATEFLOW_HOME to one that has the maps, or that can be written" in done.stderr


def test_without_the_client_its_extra_is_named(call, home, make_run, tmp_path, monkeypatch):
    fake = tmp_path / "modules" / "templateflow"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text("raise ModuleNotFoundError('No module named templateflow')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(fake.parent), *filter(None, sys.path)]))
    done = call("extract", make_run(RUN), "--maps", "templateflow:HOSPA", "--out", "out", status=2)
    assert "pip install 'nipype-maps[atlases]'" in done.stderr


def test_the_client_is_imported_only_when_it_is_needed(call, maps, make_run, tmp_path, monkeypatch):
    fake = tmp_path / "modules" / "templateflow"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(fake.parent), *filter(None, sys.path)]))
    call("extract", make_run(RUN), "--maps", maps, "--out", "out")


def test_a_download_that_is_interrupted_leaves_no_part(home, monkeypatch):
    from nipype_maps.bids import templateflow
    from nipype_maps.bids.atlas_queries import AtlasQuery

    path = home / "tpl-MNI152NLin6Asym" / "tpl-MNI152NLin6Asym_res-01_atlas-HOCPA_probseg.nii.gz"

    def get(template, asked, target):
        assert (template, asked["resolution"], asked["atlas"]) == ("MNI152NLin6Asym", 1, "HOCPA")
        Path(target).write_bytes(b"the first half")
        raise KeyboardInterrupt

    monkeypatch.setattr(templateflow, "_home", lambda: home)
    monkeypatch.setattr(templateflow, "_get", get)
    with pytest.raises(KeyboardInterrupt):
        templateflow.find_maps(
            AtlasQuery.parse("templateflow:HOCPA"), [RUN.replace("MNI152NLin2009cAsym", "MNI152NLin6Asym")]
        )
    assert path.read_bytes() == b""


def test_a_file_that_another_process_is_downloading_is_waited_for(home, monkeypatch):
    """Half a file would be taken for the whole."""
    from nipype_maps.bids import templateflow
    from nipype_maps.bids.atlas_queries import AtlasQuery

    monkeypatch.setattr(templateflow, "_home", lambda: home)
    monkeypatch.setattr(templateflow, "_get", lambda *words: pytest.fail("downloaded twice"))
    folder = home / "tpl-MNI152NLin6Asym"
    path = folder / "tpl-MNI152NLin6Asym_res-01_atlas-HOCPA_probseg.nii.gz"
    path.write_bytes(b"the first half")
    found = []
    query, run = AtlasQuery.parse("templateflow:HOCPA"), RUN.replace("MNI152NLin2009cAsym", folder.name[4:])
    reader = threading.Thread(target=lambda: found.append(templateflow.find_maps(query, [run]).path))
    with templateflow._alone(folder):
        reader.start()
        reader.join(3 * templateflow.WAIT)
        assert reader.is_alive()
        assert not found
        path.write_bytes(b"the first half, and the second")
    reader.join(30)
    assert found == [path]


def test_an_archive_that_cannot_be_locked_is_read(home, monkeypatch):
    from nipype_maps.bids import templateflow
    from nipype_maps.bids.atlas_queries import AtlasQuery

    def refused(*words):
        raise PermissionError("read-only")

    monkeypatch.setattr(templateflow, "_home", lambda: home)
    monkeypatch.setattr(templateflow.os, "open", refused)
    found = templateflow.find_maps(AtlasQuery.parse("templateflow:DiFuMo:scale-4"), [RUN])
    assert found.path.name == SCALE_4.format("02")


def test_desc_as_templateflow_writes_it(call, home, make_run):
    run = make_run(RUN)
    done = call("extract", run, "--maps", "templateflow:DiFuMo:desc-4dimensions", "--out", "out", "--dry-run")
    assert f"{SCALE_4.format('02')} (res-2, the finest)" in done.stdout


def test_the_client_downloads_the_file_that_is_asked_for(home, monkeypatch):
    """The client's own request, with its last step replaced."""
    code = (
        "import sys, nibabel, templateflow.client as client\n"
        "from nipype_maps.cli import main\n"
        "def got(config, path):\n"
        "    print('got', path.name)\n"
        f"    path.write_bytes(open({str(_any_maps(home))!r}, 'rb').read())\n"
        "client._s3_get = got\n"
        "main()\n"
    )
    import subprocess

    run = home.parent / "sub-01_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz"
    shutil.copy(_any_maps(home), run)  # any 4D image
    done = subprocess.run(
        [sys.executable, "-c", code, "extract", str(run), "--maps", "templateflow:HOCPA", "--out", "out"],
        capture_output=True, text=True, cwd=home.parent, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "got tpl-MNI152NLin6Asym_res-01_atlas-HOCPA_probseg.nii.gz" in done.stdout


def _any_maps(home):
    return home / "tpl-MNI152NLin6Asym" / "tpl-MNI152NLin6Asym_res-02_atlas-HOSPA_probseg.nii.gz"
