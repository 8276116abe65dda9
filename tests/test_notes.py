import warnings

import pytest

from nipype_maps.notes import collected, note
from nipype_maps.storage.threads import prefetched, worked


def test_a_note_outside_of_any_collection_is_a_warning_of_whoever_called():
    def noticing():
        note("map-01 is empty.")

    with pytest.warns(UserWarning, match="map-01 is empty") as caught:
        noticing()
    assert caught[0].filename == __file__


def test_notes_go_to_the_innermost_collection_and_to_no_warning():
    with warnings.catch_warnings(), collected() as outer:
        warnings.simplefilter("error")
        note("one")
        with collected() as inner:
            note("two")
        note("three")
    assert (outer, inner) == (["one", "three"], ["two"])


def test_notes_of_threads_at_work_for_a_collection_are_in_it():
    def items():
        for name in "ab":
            note(f"read {name}")
            yield name

    with collected() as notes:
        assert list(prefetched(items())) == ["a", "b"]
        list(worked(lambda name: note(f"worked {name}"), iter("cd")))
    assert sorted(notes) == ["read a", "read b", "worked c", "worked d"]
