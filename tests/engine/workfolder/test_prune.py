from click.testing import CliRunner

from nipype_maps.cli import main
from nipype_maps.engine.workfolder.lock import locked


def clean(*arguments):
    return CliRunner().invoke(main, ["prune", *map(str, arguments)])


def test_what_nothing_needs_is_removed_and_nothing_else(run, tmp_path):
    work = tmp_path / "work"
    run()
    assert clean("--work", work).output.endswith("0 steps removed, 0.0 MB\n")
    run(smoothing_fwhm=None)  # no Smooth: that of before is needed no more
    smooth = work / "masker" / "fit" / "smooth"
    assert clean("--work", work, "--dry-run").output.splitlines()[0].startswith("masker/fit/smooth: ")
    assert smooth.exists()
    assert "1 step removed" in clean("--work", work).output
    assert not smooth.exists()
    assert run(smoothing_fwhm=None) == []


def test_a_folder_in_use_is_left_alone(run, tmp_path):
    run()
    with locked(tmp_path / "work" / "masker"):
        result = clean("--work", tmp_path / "work")
    assert result.exit_code == 1
    assert "masker is in use by process" in result.output


def test_a_folder_without_notes_is_refused(tmp_path):
    (tmp_path / "data" / "_0xabc.json").parent.mkdir()
    (tmp_path / "data" / "_0xabc.json").write_text("precious")
    result = clean("--work", tmp_path)
    assert result.exit_code == 2
    assert "is not a work folder" in result.output
    assert (tmp_path / "data" / "_0xabc.json").exists()
