"""Errors that name the file in which something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..images.filenames import short_name
from ..storage.paths import PathLike


@contextmanager
def naming(path: PathLike) -> Iterator[None]:
    """Put a file's name before the message of any ValueError raised inside.

    The numerics know arrays, not files: whoever calls them knows where the arrays come from.

    Parameters
    ----------
    path : path-like
        The file as the user knows it, not an intermediate one that was made of it.

    Raises
    ------
    ValueError
        With the name in front, from the original one.

    Examples
    --------
    >>> with naming("/data/sub-01_bold.nii.gz"):
    ...     raise ValueError("frame 7 is not finite.")
    Traceback (most recent call last):
    ValueError: sub-01_bold.nii.gz: frame 7 is not finite.
    """
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{short_name(path)}: {error}") from error
