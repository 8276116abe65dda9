"""JSON sidecars."""

from __future__ import annotations

from pathlib import Path

from ..images.filenames import stem


def sidecar_of(path) -> Path:
    """Where a file's JSON sidecar lies, whether or not it exists."""
    return Path(path).with_name(stem(path) + ".json")
