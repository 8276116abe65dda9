import pytest

from nipype_maps.interfaces.errors import naming


def test_an_error_names_the_file_and_keeps_its_cause():
    original = ValueError("frame 7 is not finite.")
    with (
        pytest.raises(ValueError, match=r"^bold.nii: frame 7 is not finite.$") as error,
        naming("a/bold.nii"),
    ):
        raise original
    assert error.value.__cause__ is original


@pytest.mark.parametrize("kind", [TypeError, KeyboardInterrupt, FileNotFoundError])
def test_other_errors_are_left_alone(kind):
    with pytest.raises(kind, match=r"^as it was$"), naming("bold.nii"):
        raise kind("as it was")
