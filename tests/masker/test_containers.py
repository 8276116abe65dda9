"""Containers: processes of one host name, each with process ids of its own, that share a folder."""

import subprocess
import sys

import nibabel as nib
import numpy as np
import pytest

from nipype_maps import NiftiMapsMasker

ALONE = ["unshare", "--pid", "--fork", "--mount-proc"]
CALL = """
import sys
import nibabel as nib, numpy as np
from nipype_maps import NiftiMapsMasker
folder, which = sys.argv[1:]
run = nib.load(f"{folder}/run-{which}.nii")
run = nib.Nifti1Image(run.get_fdata(), run.affine)
expected = np.load(f"{folder}/expected-{which}.npy")
masker = NiftiMapsMasker(f"{folder}/maps.nii", memory=f"{folder}/memory").fit()
input()  # begin together
for number in range(12):
    changed = nib.Nifti1Image(run.get_fdata() * (number + 1), run.affine)
    np.testing.assert_allclose(masker.transform(changed), expected * (number + 1))
"""


@pytest.fixture
def alone():
    """The words that start a command among process ids of its own."""
    try:
        subprocess.run([*ALONE, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system does not let us have process ids of our own (unshare --pid)")
    return ALONE


def test_containers_of_one_host_name_share_a_memory(tmp_path, atlas, bold, alone):
    nib.save(atlas, tmp_path / "maps.nii")
    for which in "ab":
        run = bold()
        nib.save(run, tmp_path / f"run-{which}.nii")
        np.save(tmp_path / f"expected-{which}.npy", NiftiMapsMasker(atlas).fit_transform(run))
    calls = [
        subprocess.Popen(
            # a shell that has started something before: so that the two process ids differ
            [
                *alone,
                "sh",
                "-c",
                f'{started}"$@"; exit $?',
                "sh",
                sys.executable,
                "-c",
                CALL,
                tmp_path,
                which,
            ],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for which, started in {"a": "", "b": "/bin/true; /bin/true; "}.items()
    ]
    for call in calls:
        call.stdin.write("\n")
        call.stdin.flush()
    ends = [call.communicate(timeout=300) for call in calls]
    assert [call.returncode for call in calls] == [0, 0], ends
    assert not list((tmp_path / "memory" / "nipype-maps").glob(".draft-*"))
