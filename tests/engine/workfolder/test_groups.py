"""A work folder that the members of a group share."""

import multiprocessing
import os

import pytest
from click.testing import CliRunner

from nipype_maps.cli import main
from nipype_maps.engine.workfolder.lock import NAME

GROUP, FIRST, SECOND = 64321, 64322, 64323
pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can be two other users")


@pytest.fixture
def group_call(tmp_path, maps, make_run):
    """Call the command as one of two users: ``group_call(user, *arguments)``; its result."""
    arguments = ["extract", make_run(n_frames=12), "--maps", maps, "--smoothing-fwhm", "5"]
    # whoever we become may not import any more
    assert CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "own")]).exit_code == 0
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o5)
    if not all(folder.stat().st_mode & 0o1 for folder in tmp_path.parents):
        pytest.skip("other users cannot come as far as the folders of tests here")
    shared = tmp_path / "shared"
    shared.mkdir()
    os.chown(shared, FIRST, GROUP)
    shared.chmod(0o2775)

    def as_user(user, umask, arguments, pipe):
        os.setgroups([])
        os.setgid(GROUP)
        os.setuid(user)
        os.umask(umask)
        os.chdir(shared)
        os.environ["HOME"] = str(shared)
        result = CliRunner().invoke(main, list(map(str, arguments)))
        unspoken = None if isinstance(result.exception, SystemExit) else result.exception
        pipe.send((result.exit_code, result.output, repr(unspoken)))

    def group_call(user, *arguments, umask=0o002):
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(target=as_user, args=(user, umask, arguments, theirs))
        process.start()
        theirs.close()
        code, output, unspoken = ours.recv()
        process.join()
        assert unspoken == "None", output
        return code, output

    group_call.extract = [*arguments[:-2], "--work", shared / "work", "--out"]
    return group_call


def test_a_second_member_uses_the_folder_as_the_first(tmp_path, group_call):
    shared = tmp_path / "shared"
    calls = [
        (FIRST, ["out-1"], "steps executed, 0 cached"),
        (SECOND, ["out-2"], "0 steps executed"),
        (SECOND, ["out-2", "--smoothing-fwhm", "6", "--overwrite"], " cached"),
        (FIRST, ["out-2", "--smoothing-fwhm", "6"], "0 steps executed"),
        (FIRST, ["out-1", "--smoothing-fwhm", "8", "--overwrite"], " cached"),
    ]
    for user, options, said in calls:
        code, output = group_call(user, *group_call.extract, *options)
        assert code == 0, output
        assert said in output
    code, output = group_call(SECOND, "prune", "--work", "work")
    assert code == 0
    assert "removed" in output
    private = [path for path in shared.rglob("*") if path.stat().st_mode & 0o060 != 0o060]
    assert not private
    assert {path.stat().st_gid for path in shared.rglob("*")} == {GROUP}


def test_a_folder_of_one_user_alone_is_refused_to_another(group_call):
    code, output = group_call(FIRST, *group_call.extract, "out-1", umask=0o022)
    assert code == 0, output
    code, output = group_call(SECOND, *group_call.extract, "out-2")
    assert code == 1
    assert "cannot write to the folder" in output


def test_a_lock_of_another_that_can_only_be_read(tmp_path, group_call):
    """As earlier versions left it."""
    assert group_call(FIRST, *group_call.extract, "out-1")[0] == 0
    (lock,) = (tmp_path / "shared" / "work").glob(f"*/{NAME}")
    lock.chmod(0o644)
    code, output = group_call(SECOND, *group_call.extract, "out-2")
    assert code == 0, output
    assert lock.stat().st_uid == FIRST
