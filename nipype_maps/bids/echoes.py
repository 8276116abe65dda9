"""Runs of several echoes: each echo is an image, and none of them is a run if the echoes are combined."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .entities import entities_of, key_of
from .spaces import OF_SPACE


def without_echoes(paths: Sequence[Path]) -> tuple[list[Path], str | None]:
    """Leave out images of single echoes where the echoes are also combined, in whichever space.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Of runs in all spaces: fMRIPrep does not resample single echoes.

    Returns
    -------
    list of pathlib.Path
        The others.
    str or None
        A message, if there are images of single echoes.
    """
    combined = {key_of(path, OF_SPACE) for path in paths if "echo" not in entities_of(path)}
    echoes = [path for path in paths if "echo" in entities_of(path)]
    left_out = [path for path in echoes if key_of(path, ("echo", *OF_SPACE)) in combined]
    single = [path for path in echoes if path not in set(left_out)]
    messages = []
    if left_out:
        messages.append(
            f"{_counted(left_out, 'image')} of single echoes, such as {left_out[0].name}, left out, because "
            "the echoes are also combined"
        )
    if single:
        messages.append(
            f"{_counted(single, 'run')} of a single echo, such as {single[0].name}; the confounds of all "
            "echoes of a run are the same table"
        )
    kept = [path for path in paths if path not in set(left_out)]
    return kept, "; ".join(messages) + "." if messages else None


def _counted(paths: Sequence[Path], noun: str) -> str:
    return f"{len(paths)} {noun}{'s' * (len(paths) != 1)}"
