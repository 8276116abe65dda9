"""What stands in OUT: whose it is, and what replaces it."""

import errno
import json
import os
import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from click.testing import CliRunner

from nipype_maps.bids.tables import read_table
from nipype_maps.cli import main
from nipype_maps.cli.results.folder import ResultFolder
from nipype_maps.engine.workfolder.lock import locked

NAME = "sub-01_task-rest_atlas-atlas_desc-test_timeseries"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "confounds.tsv"
    path.write_text("trans_x\ttrans_y\n" + "".join(f"{i % 7}\t{i % 5}\n" for i in range(40)))
    return path


def contents(out):
    return {path.name: path.read_bytes() for path in out.glob("*_timeseries.*")}


def as_it_was(out):
    """All results and records."""
    files = [*out.glob("*_timeseries.*"), *(out / "logs" / "runs").glob("*.json")]
    return {str(path): path.read_bytes() for path in files}


def another(which, run, maps, table):
    """Give one of the inputs another content."""
    if which == "confounds":
        table.write_text(table.read_text().replace("3\t", "4\t"))
    else:
        path = {"run": run, "maps": maps}[which]
        image = nib.load(path)
        nib.save(nib.Nifti1Image(image.get_fdata() + 1, image.affine, image.header), path)


@pytest.fixture
def made(invoke, make_run, maps, out):
    """A call whose results are there."""
    call = ["extract", make_run(), "--maps", maps, "--out", out, "--desc", "test", "--smoothing-fwhm", "6"]
    invoke(*call)
    return call


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--smoothing-fwhm", "4"], "SmoothingFWHM: 6 there, 4 asked"),
        (["--detrend"], "Detrend: no there, yes asked"),
        (["--high-variance-confounds"], "HighVarianceConfounds: no there, yes asked"),
        (["--t-r", "1"], "RepetitionTime: 2 there, 1 asked"),
        (["--no-allow-overlap"], "AllowOverlap: yes there, no asked"),
        (["--map-names", "{names}"], "MapNames: map-01, map-02, map-03, map-04 there, a, b, c, d asked"),
        (["--mask", "{mask}"], "mask: none there, mask.nii.gz asked"),
        (["--confounds", "{table}"], "confounds: none there, confounds.tsv asked"),
    ],
)
def test_results_of_other_settings_stay_as_they_are(invoke, made, mask, out, table, tmp_path, options, told):
    (tmp_path / "names.txt").write_text("a\nb\nc\nd\n")
    before = contents(out)
    words = [word.format(mask=mask, table=table, names=tmp_path / "names.txt") for word in options]
    if words[0] in made:
        made = made[:-2]
    done = invoke(*made, *words, status=2)
    assert f"{NAME} ({told})" in done.stderr
    assert "give --overwrite to replace them" in done.stderr
    assert contents(out) == before


@pytest.mark.parametrize("which", ["run", "maps", "confounds"])
def test_results_of_other_inputs_stay_as_they_are(invoke, make_run, maps, out, table, which):
    run = make_run()
    made = ["extract", run, "--maps", maps, "--out", out, "--confounds", table]
    invoke(*made)
    before = contents(out)
    another(which, run, maps, table)
    name = Path({"run": run, "maps": maps, "confounds": table}[which]).name
    told = f"({which}: {name} has changed)"
    if which == "maps":  # of all results in the folder
        assert told in invoke(*made, status=2).stderr
        assert contents(out) == before
        invoke(*made, "--overwrite")
    else:
        planned = invoke(*made, "--dry-run").stderr
        assert "results would be recomputed, since their inputs have changed: " in planned
        assert told in planned
        assert contents(out) == before
        done = invoke(*made).stderr
        assert "warning: results are recomputed, since their inputs have changed: " in done
        assert told in done
        assert "recomputed" not in invoke(*made).stderr
    assert contents(out) != before


@pytest.mark.parametrize(
    "damage", ["deleted", "other checksums", "half", "a list", "another", "deep", "a folder"]
)
def test_a_damaged_record_is_made_up_for_by_the_sidecar(invoke, made, out, damage):
    record = out / "logs" / "runs" / f"{NAME}.json"
    before = contents(out)
    texts = {"half": record.read_text()[:40], "a list": "[1]", "another": "{}", "deep": "[" * 100_000}
    of_before = json.loads(record.read_text()) | {
        "Checksums": "of chunks",
        "Inputs": {"maps": [["m.nii", "0"]]},
    }
    texts["other checksums"] = json.dumps(of_before)
    if damage in texts:
        record.write_text(texts[damage])
    else:
        record.unlink()
    if damage == "a folder":
        record.mkdir()
    assert "Detrend: no there, yes asked" in invoke(*made, "--detrend", status=2).stderr
    other = invoke(*made[:-1], "4", status=2)
    assert f"{NAME} (SmoothingFWHM: 6 there, 4 asked)" in other.stderr
    done = invoke(*made, status=int(damage == "a folder"))
    assert contents(out) == before
    if damage == "a folder":
        assert "Is a directory" in done.stderr
    else:
        assert json.loads(record.read_text())["Settings"]["SmoothingFWHM"] == 6


def test_a_table_of_which_nothing_tells_how_it_was_made_stays(invoke, make_run, maps, out):
    out.mkdir()
    (out / f"{NAME}.tsv").write_text("mine\n")
    made = ["extract", make_run(), "--maps", maps, "--out", out, "--desc", "test"]
    assert "neither a record nor a sidecar of this version says how" in invoke(*made, status=2).stderr
    assert "neither a record" in invoke(*made, "--dry-run", status=2).stderr
    assert (out / f"{NAME}.tsv").read_text() == "mine\n"
    invoke(*made, "--overwrite")
    assert len(read_table(out / f"{NAME}.tsv").values) == 40


def test_no_table_of_before_looks_like_that_of_a_call_that_failed(invoke, made, out):
    wrong = [*made, "--no-allow-overlap"]  # but the maps overlap
    invoke(*wrong, status=2)
    assert contents(out)
    assert "failed: " in invoke(*wrong, "--overwrite", status=1).stderr
    assert not contents(out)
    invoke(*made)
    assert len(contents(out)) == 2


BAD_SIDECARS = {
    '{"RepetitionTime": "2"}': "not a number of seconds",
    '{"RepetitionTime": 3}': "but the header says 2 s",
    "{": "is not a JSON file",
    "[1]": "contains no JSON object",
}


@pytest.mark.parametrize("text", BAD_SIDECARS)
@pytest.mark.parametrize("more", [[], ["--high-pass", "0.01"]])
def test_a_sidecar_that_cannot_be_used_takes_no_results_away(invoke, make_run, maps, out, text, more):
    run = Path(make_run())
    call = ["extract", run, "--maps", maps, "--out", out, *more]
    invoke(*call)
    before = as_it_was(out)
    run.with_name("sub-01_task-rest_bold.json").write_text(text)
    done = invoke(*call, status=2 if more else 1)  # a filter needs the time, and asks before anything runs
    assert BAD_SIDECARS[text] in " ".join(done.stderr.split())
    assert more or "sub-01_task-rest: the existing table is of an earlier call" in done.stderr
    assert as_it_was(out) == before
    invoke(*call, "--t-r", "2")
    assert as_it_was(out) == before


@pytest.mark.parametrize("text", BAD_SIDECARS)
@pytest.mark.parametrize("which", ["run", "maps", "confounds"])
def test_other_inputs_are_seen_beside_such_a_sidecar(invoke, make_run, maps, out, table, which, text):
    run = make_run()
    call = ["extract", run, "--maps", maps, "--out", out, "--confounds", table]
    invoke(*call)
    before = as_it_was(out)
    another(which, run, maps, table)
    Path(run).with_name("sub-01_task-rest_bold.json").write_text(text)
    for last in ([], ["--dry-run"]):
        if which == "maps":
            assert f"({which}: " in invoke(*call, *last, status=2).stderr
        else:
            told = "" if last else "the existing table is of an earlier call"
            assert told in invoke(*call, *last, status=0 if last else 1).stderr
        assert as_it_was(out) == before
    invoke(*call, "--overwrite", status=1)
    assert not as_it_was(out)


def damaged(path):
    """Cut a file in its middle."""
    content = Path(path).read_bytes()
    Path(path).write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("which", ["run", "maps", "confounds", "mask", "strategies", "sample mask"])
@pytest.mark.parametrize("harm", ["first half", "empty", "gone", "text"])
def test_a_call_whose_files_are_damaged_takes_no_results_away(
    invoke, make_run, maps, mask, out, table, which, harm
):
    frames, ours = out.parent / "frames.txt", out.parent / "ours.json"
    frames.write_text("\n".join(map(str, range(30))) + "\n")
    ours.write_text('{"ours": {"Columns": ["trans_x"]}}')
    files = {"run": make_run(), "maps": maps, "mask": mask, "confounds": table, "sample mask": frames}
    files["strategies"] = ours
    call = ["extract", files["run"], "--maps", maps, "--mask", mask, "--confounds", table, "--out", out]
    call += ["--sample-mask", frames, "--strategies", ours, "--confounds-strategy", "ours"]
    invoke(*call)
    before = as_it_was(out)
    path = Path(files[which])
    whole = path.read_bytes()
    {
        "first half": damaged,
        "empty": lambda path: path.write_bytes(b""),
        "gone": Path.unlink,
        "text": lambda path: path.write_text("no such thing\n"),
    }[harm](path)
    done = CliRunner().invoke(main, list(map(str, call)))
    if harm == "first half" and which == "sample mask":  # fewer frames are frames
        assert done.exit_code == 0
        assert as_it_was(out) != before
        return
    assert done.exit_code in (1, 2), done.output
    if harm == "first half" and which == "run":  # whose header is whole, and no header tells of its end
        assert "results are recomputed" in done.stderr
        assert not as_it_was(out)
        path.write_bytes(whole)
        assert "1 of 1 run done" in invoke(*call).stdout
    assert as_it_was(out) == before


def test_a_call_that_fails_takes_no_results_of_its_own_away(invoke, made, out, monkeypatch):
    """As where there is too little memory, or room, this time."""
    before = as_it_was(out)
    shutil.rmtree(out / "work")

    def failing(self, inputs, cwd, notes):
        raise MemoryError("too little memory")

    monkeypatch.setattr("nipype_maps.interfaces.clean.Clean._run", failing)
    for more in ([], ["--overwrite"]):
        done = invoke(*made, *more, status=1)
        assert "too little memory" in done.stderr
        assert "the existing table is of an earlier call" in done.stderr
        assert as_it_was(out) == before
    monkeypatch.undo()
    invoke(*made)
    assert as_it_was(out) == before


@pytest.mark.parametrize("ending", ["json", "tsv"])
def test_a_folder_in_the_place_of_a_result_takes_the_others_not_away(published, tmp_path, ending):
    publish, there = published
    (tmp_path / "out" / f"a.{ending}").unlink()
    (tmp_path / "out" / f"a.{ending}").mkdir()
    with pytest.raises(IsADirectoryError):
        publish()
    (tmp_path / "out" / f"a.{ending}").rmdir()
    assert there() == ["old", "old"]


#: What patterns choose from the table.
CHOSEN = {
    "": ["trans_x", "trans_y"],
    "trans_*": ["trans_x", "trans_y"],
    "trans_y,trans_x": ["trans_x", "trans_y"],
    "trans_x": ["trans_x"],
    "trans_y": ["trans_y"],
}


@pytest.mark.parametrize("first", ["", "trans_*", "trans_x"])
@pytest.mark.parametrize("second", CHOSEN)
def test_columns_are_known_without_records_by_what_they_are(
    invoke, make_run, maps, out, table, first, second
):
    call = ["extract", make_run(), "--maps", maps, "--out", out, "--confounds", table]
    patterns = {text: text.split(",") if text else [] for text in CHOSEN}
    words = {text: [word for p in patterns[text] for word in ("--confound-columns", p)] for text in CHOSEN}
    invoke(*call, *words[first])
    before = contents(out)
    shutil.rmtree(out / "logs" / "runs")
    same = CHOSEN[first] == CHOSEN[second]
    done = invoke(*call, *words[second], status=0 if same else 2)
    assert contents(out) == before
    if not same:
        asked = ", ".join(patterns[second]) or "none"
        assert f"(ConfoundColumns: {', '.join(CHOSEN[first])} there, {asked} asked)" in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--mask", "{mask}", "--smoothing-fwhm", "6", "--detrend", "--high-pass", "0.01"],
        ["--standardize", "psc", "--dtype", "float32", "--empty-maps", "drop"],
        ["--sample-mask", "{frames}", "--high-variance-confounds", "--t-r", "1.5"],
        ["--confounds", "{table}", "--confound-columns", "trans_*", "--high-variance-confounds"],
        ["--confounds", "{table}", "--confounds-strategy", "ours", "--strategies", "{ours}"],
        ["--confounds", "{table}", "--confounds-strategy", "none", "--sample-mask", "{frames}"],
        ["--confounds", "{table}", "--confounds-strategy", "ours+scrub", "--strategies", "{ours}",
         "--sample-mask", "{frames}"],
        ["--confounds", "{table}", "--confounds-strategy", "none", "--sample-mask", "{all}"],
        ["--confounds", "{table}", "--confounds-strategy", "scrub"],
    ],
)  # fmt: skip
def test_the_same_call_finds_its_results_done_without_records(
    invoke, make_run, maps, mask, out, tmp_path, options
):
    steps = ["n/a", *("0.9" if i in (7, 20) else "0.1" for i in range(1, 40))]
    rows = [f"{i % 7}\t{i % 5}\t{step}\t1" for i, step in enumerate(steps)]
    header = "trans_x\ttrans_y\tframewise_displacement\tstd_dvars"
    (tmp_path / "c.tsv").write_text("\n".join([header, *rows]) + "\n")
    (tmp_path / "frames.txt").write_text("\n".join(map(str, range(2, 38))) + "\n")
    (tmp_path / "ours.json").write_text('{"ours": {"Columns": ["trans_x"]}}')
    (tmp_path / "all.txt").write_text("\n".join(map(str, range(40))) + "\n")
    files = {"all": tmp_path / "all.txt"}
    files |= {"table": tmp_path / "c.tsv", "frames": tmp_path / "frames.txt", "ours": tmp_path / "ours.json"}
    words = [word.format(mask=mask, **files) for word in options]
    call = ["extract", make_run(), "--maps", maps, "--out", out, *words]
    invoke(*call)
    before = as_it_was(out)
    shutil.rmtree(out / "logs" / "runs")
    invoke(*call)
    assert as_it_was(out) == before
    shutil.rmtree(out / "logs" / "runs")
    if files["frames"] in map(Path, words):
        (tmp_path / "frames.txt").write_text("\n".join(map(str, range(3, 38))) + "\n")
        assert "sample mask: " in invoke(*call, status=2).stderr


def test_what_an_earlier_version_wrote_is_replaced_only_on_demand(invoke, made, out):
    """Its records and sidecars have other keys, which are not taken for settings that differ."""
    record, sidecar = out / "logs" / "runs" / f"{NAME}.json", out / f"{NAME}.json"
    content = json.loads(record.read_text())
    content["Settings"]["Strategy"] = content["Settings"].pop("ConfoundsStrategy")
    record.write_text(json.dumps(content))
    invoke(*made)  # the sidecar tells
    record.write_text(json.dumps(content))
    content = json.loads(sidecar.read_text())
    content["Sources"] = content.pop("Provenance")["Run"]
    sidecar.write_text(json.dumps(content))
    told = invoke(*made, status=2).stderr
    assert "neither a record nor a sidecar of this version says how they were made" in told
    invoke(*made, "--overwrite")
    assert "Provenance" in json.loads(sidecar.read_text())


@pytest.mark.parametrize("options", [[], ["--confound-columns", "trans_x"]])
def test_confounds_that_are_not_asked_for_are_named_without_records(
    invoke, make_run, maps, out, table, options
):
    call = ["extract", make_run(), "--maps", maps, "--out", out, "--desc", "test"]
    invoke(*call, "--confounds", table, *options)
    shutil.rmtree(out / "logs" / "runs")
    told = invoke(*call, status=2).stderr
    assert f"(ConfoundColumns: trans_x{', trans_y' * (not options)} there, none asked; confounds: " in told
    assert "unknown" not in told


def test_what_was_removed_by_hand_comes_back_whole(invoke, made, out):
    before = contents(out)
    for name in before:
        (out / name).unlink()
        invoke(*made)
        assert contents(out) == before


@pytest.fixture
def published(tmp_path):
    """A folder with results of an old call, and what a new one would publish; what is there is in sight."""
    folder = ResultFolder(tmp_path / "out")
    for name in ("old", "new"):
        for ending in ("tsv", "json"):
            (tmp_path / f"{name}.{ending}").write_text(f'{{"of": "{name}"}}')
    old, new = ([str(tmp_path / f"{name}.{ending}") for ending in ("tsv", "json")] for name in ("old", "new"))
    folder.publish("a", *old, {"of": "old"})

    def there():
        files = [folder.out / "a.tsv", folder.out / "a.json", folder.logs / "runs" / "a.json"]
        return [json.loads(path.read_text())["of"] for path in files if path.exists()]

    return lambda: folder.publish("a", *new, {"of": "new"}), there


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_table_is_never_beside_the_sidecar_of_another_call(published, monkeypatch, step):
    publish, there = published
    replace, calls = os.replace, []

    def killed(source, path):
        calls.append(path)
        if len(calls) == step:
            raise KeyboardInterrupt
        replace(source, path)

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        publish()
    assert len(there()) == 2  # and no table
    monkeypatch.undo()
    publish()
    assert there() == ["new"] * 3


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_full_disk_takes_no_results_away(published, monkeypatch, step):
    publish, there = published
    copyfile, calls = shutil.copyfile, []

    def full(work):
        def write(*words):
            calls.append(words)
            if len(calls) == step:
                raise OSError(errno.ENOSPC, "No space left on device")
            return work(*words)

        return write

    monkeypatch.setattr(shutil, "copyfile", full(copyfile))
    monkeypatch.setattr("nipype_maps.storage.json_files.save_json", full(lambda path, content: None))
    with pytest.raises(OSError, match="No space"):
        publish()
    assert there() == ["old"] * 3
    monkeypatch.undo()
    publish()
    assert there() == ["new"] * 3


def test_one_command_at_a_time_writes_to_a_folder(invoke, made, out, tmp_path):
    elsewhere = [*made, "--work", tmp_path / "elsewhere"]
    invoke(*elsewhere, "--detrend", status=2)
    failing = [*elsewhere, "--no-allow-overlap"]
    failing[failing.index(out)] = tmp_path / "failed"
    invoke(*failing, status=1)
    for folder in (out, tmp_path / "failed"):  # else the next command says that they were killed
        assert (folder / "logs" / ".lock").read_text() == ""
    with locked(out / "logs"):
        refused = invoke(*elsewhere, status=1).stderr
        assert f"{out / 'logs'} is in use by process" in refused
        assert "choose another --out" in refused
        assert invoke(*elsewhere, "--dry-run").exit_code == 0
    invoke(*elsewhere)


def test_settings_that_change_nothing_are_no_difference(invoke, made, out):
    before = contents(out)
    invoke(*made, "--smooth-on", "data", "--dtype", "float64", "--plugin", "MultiProc", "--n-procs", "1")
    assert set(contents(out)) == set(before)


@pytest.mark.parametrize("maker", [{}, {"GeneratedBy": [{"Name": "fMRIPrep"}]}, None])
def test_the_data_set_of_another_tool_is_no_place_for_results(invoke, make_run, maps, out, maker):
    out.mkdir()
    text = "{" if maker is None else json.dumps({"Name": "Theirs", "BIDSVersion": "1.9.0", **maker})
    (out / "dataset_description.json").write_text(text)
    done = invoke("extract", make_run(), "--maps", maps, "--out", out, status=2)
    assert f"--out {out} is a data set of " in done.stderr
    assert [path.name for path in out.iterdir()] == ["dataset_description.json"]


def test_runs_with_odd_names_come_to_no_harm(invoke, make_run, maps, out):
    names = ["a.b", "a_b", "a b", "a+b", "50%", "it's", "-x", ".x", "ß", "中文", 'q"q', "x" * 150, "y" * 225]
    runs = [make_run(f"{name}.nii.gz", n_frames=8) for name in names]
    long = make_run(f"{'z' * 240}.nii.gz", n_frames=8)
    done = invoke("extract", *runs, long, "--maps", maps, "--out", out, status=1)
    assert done.stderr.count("failed: ") == 1
    assert "is too long for the files of its results" in done.stderr
    for name, run in zip(names, runs, strict=True):
        alone = out.parent / "alone"
        invoke("extract", run, "--maps", maps, "--out", alone)
        file = f"{name}_atlas-atlas_timeseries.tsv"
        assert (out / file).read_bytes() == (alone / file).read_bytes()
        shutil.rmtree(alone)


def test_runs_of_alike_names_in_several_graphs_keep_their_signals(invoke, make_run, maps, out, monkeypatch):
    runs = {name: make_run(f"{name}.nii.gz", n_frames=8) for name in ("a.b", "a_b", "a b")}
    monkeypatch.setattr("nipype_maps.cli.extraction.graphs.RUNS_PER_GRAPH", 1)
    invoke("extract", *runs.values(), "--maps", maps, "--out", out)
    values = [read_table(out / f"{name}_atlas-atlas_timeseries.tsv").values for name in runs]
    for name, run in runs.items():
        sidecar = json.loads((out / f"{name}_atlas-atlas_timeseries.json").read_text())
        assert sidecar["Sources"][0] == Path(run).name
    assert not any(np.array_equal(values[0], other) for other in values[1:])


def test_names_that_do_not_fit_the_maps_are_refused_before_anything_runs(invoke, make_run, maps, out):
    (out.parent / "names.txt").write_text("a\nb\n")
    call = ["extract", make_run(), "--maps", maps, "--out", out, "--map-names", out.parent / "names.txt"]
    assert "names.txt has 2 names for 4 maps" in invoke(*call, status=2).stderr
    assert not (out / "work" / "extract_atlas").exists()


def test_results_are_never_exchanged_between_calls_with_other_lists(invoke, make_run, maps, out):
    ann, bob = make_run("ann/rest.nii.gz", n_frames=8), make_run("bob/rest.nii.gz", n_frames=8)
    call = ["--maps", maps, "--out", out]
    invoke("extract", ann, *call)
    invoke("extract", bob, ann, *call)
    tables = {path.name[:5]: path.read_bytes() for path in out.glob("*.tsv")}
    assert tables["ann_r"] == tables["rest_"] != tables["bob_r"]
    refused = invoke("extract", bob, *call, status=2).stderr
    assert f"rest_atlas-atlas_timeseries (run: {ann} there, {bob} asked)" in refused


def test_two_atlases_of_one_name_in_one_work_folder(invoke, make_run, save, grids, tmp_path, rng):
    """Their nodes have the same names; what comes out goes by the content."""
    run = make_run(n_frames=8)
    both = [save(rng.random((*grids["plain"].shape, 2)), grids["plain"], f"{k}/m.nii.gz") for k in "ab"]
    tables = []
    for maps, out in zip([*both, *both], "wxyz", strict=True):
        invoke("extract", run, "--maps", maps, "--out", tmp_path / out, "--work", tmp_path / "work")
        (table,) = (tmp_path / out).glob("*.tsv")
        tables.append(table.read_bytes())
    assert tables[0] == tables[2] != tables[1] == tables[3]
    refused = invoke("extract", run, "--maps", both[1], "--out", tmp_path / "w", status=2).stderr
    assert f"(maps: {both[0]} there, {both[1]} asked)" in refused


def test_paths_may_be_relative(invoke, make_run, maps, mask, table, tmp_path, monkeypatch):
    make_run()
    (tmp_path / "kept.txt").write_text("\n".join(map(str, range(30))))
    (tmp_path / "names.txt").write_text("a\nb\nc\nd\n")
    (tmp_path / "ours.json").write_text('{"ours": {"Columns": ["trans_x"]}}')
    monkeypatch.chdir(tmp_path)
    call = ["extract", "sub-01_task-rest_bold.nii.gz", "--maps", "atlas.nii.gz", "--mask", "mask.nii.gz"]
    call += ["--confounds", "confounds.tsv", "--sample-mask", "kept.txt", "--map-names", "names.txt"]
    call += ["--confounds-strategy", "ours", "--strategies", "ours.json", "--out", "out"]
    for _ in range(2):
        invoke(*call)
    (path,) = (tmp_path / "out/logs/runs").iterdir()
    inputs = json.loads(path.read_text())["Inputs"]
    found = {role: [os.path.relpath(name, tmp_path) for name, _ in files] for role, files in inputs.items()}
    assert found == {
        "run": ["sub-01_task-rest_bold.nii.gz"],
        "maps": ["atlas.nii.gz"],
        "mask": ["mask.nii.gz"],
        "confounds": ["confounds.tsv"],
        "sample mask": ["kept.txt"],
        "run labels": [],
        "strategies": ["ours.json"],
    }


@pytest.mark.parametrize("text", ["{", "[1]", '{"sub-01": 3}', None])
def test_a_damaged_list_of_runs_of_an_older_version_does_no_harm(invoke, made, out, text):
    path = out / "logs" / "runs.json"
    path.write_text(text) if text else path.mkdir()
    invoke(*made)
    invoke(*made, "--detrend", status=2)


def test_a_command_that_is_interrupted_lets_go_of_its_folder(invoke, made, out, monkeypatch):
    monkeypatch.setattr(
        "nipype_maps.engine.execution.run_workflows",
        lambda *words, **options: (_ for _ in ()).throw(KeyboardInterrupt),
    )
    assert "interrupted" in invoke(*made, "--detrend", "--overwrite", status=130).stderr
    assert (out / "logs" / ".lock").read_text() == ""


def test_a_sidecar_of_others_is_not_replaced(invoke, make_run, maps, out):
    call = ["extract", make_run(), "--maps", maps, "--out", out]
    sidecar = out / "sub-01_task-rest_atlas-atlas_timeseries.json"
    out.mkdir()
    sidecar.write_text('{"mine": 1}')
    assert f"{sidecar.name} was not written by nipype-maps" in invoke(*call, status=2).stderr
    assert sidecar.read_text() == '{"mine": 1}'
    invoke(*call, "--overwrite")
    assert "Maps" in json.loads(sidecar.read_text())
