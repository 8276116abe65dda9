"""An exception as data: what it says, and what caused it."""

import errno

from nipype_maps.engine.raised import Raised


def raised(make):
    try:
        make()
    except Exception as error:
        return Raised.of(error)


def disk_is_full():
    raise OSError(errno.ENOSPC, "No space left on device")


def another_error(cause):
    try:
        disk_is_full()
    except OSError as error:
        raise ValueError("the projector is damaged") from (error if cause else None)


def test_a_full_disk_is_seen_behind_the_error_that_it_caused():
    assert raised(disk_is_full).is_full_disk
    assert raised(lambda: another_error(cause=True)).is_full_disk


def test_an_error_that_names_no_cause_speaks_for_itself():
    found = raised(lambda: another_error(cause=False))
    assert not found.is_full_disk
    assert (found.kind, found.message) == ("ValueError", "the projector is damaged")


def test_causes_that_are_a_circle_end():
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert Raised.of(first) == Raised("ValueError", "first")


def test_a_number_that_is_none_is_left_out():
    error = OSError("odd")
    error.errno = lambda: None
    assert Raised.of(error).errnos == ()
