"""How two records of what was requested differ, in words."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

#: Characters of a value that a message shows.
MOST = 60
#: How records identify files; those of earlier versions, which did otherwise, are not compared.
CHECKSUMS = "SHA-256"


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    """The settings and inputs in which two records differ, each with a few words on how.

    Parameters
    ----------
    before, now : mapping
        Records, as of `Request.record`; what ``now`` does not have is not compared.

    Returns
    -------
    dict of str to str
        By the keys of settings and the roles of inputs.

    Examples
    --------
    >>> before = {"Settings": {"SmoothingFWHM": 6.0}, "Inputs": {"confounds": [["/d/c.tsv", "1"]]}}
    >>> now = {"Settings": {"SmoothingFWHM": 4.0}, "Inputs": {"confounds": [["/d/c.tsv", "2"]]}}
    >>> differences(before, now)
    {'SmoothingFWHM': '6 there, 4 asked', 'confounds': 'c.tsv has changed'}
    """
    found = {}
    old, new = before.get("Settings", {}), now["Settings"]
    for key in new:
        # a setting that an older version did not have was off
        if (old.get(key) or None) != (new[key] or None):
            found[key] = _change(old.get(key), new[key])
    for role, files in now.get("Inputs", {}).items():
        earlier = before.get("Inputs", {}).get(role, [])
        if [fingerprint for _, fingerprint in earlier] != [fingerprint for _, fingerprint in files]:
            found[role] = _change_of_files(earlier, files)
    return found


def is_of_same_files(role: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether the inputs of a role are files of the same paths; what these contain is not compared.

    Sidecars, which belong to the tables beside them, may have come or gone.  Records of earlier
    versions have no paths, and no file of theirs is taken for the same.

    Examples
    --------
    >>> before, now = ({"Inputs": {"run": [["/d/rest.nii", digest]]}} for digest in "12")
    >>> is_of_same_files("run", before, now), is_of_same_files("run", {"Inputs": {}}, now)
    (True, False)
    """
    earlier, paths = (
        [path for path, _ in record["Inputs"].get(role, ()) if not path.endswith(".json")]
        for record in (before, now)
    )
    return earlier == paths and all(map(os.path.isabs, paths))


def is_record(content: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a record as `Request.record` makes them in this version."""
    settings, inputs = content.get("Settings"), content.get("Inputs")
    return (
        content.get("Checksums") == CHECKSUMS
        and isinstance(settings, dict)
        and "ConfoundsStrategy" in settings
        and isinstance(inputs, dict)
        and all(isinstance(pairs, list) and all(map(_is_pair, pairs)) for pairs in inputs.values())
    )


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item)


def in_words(value: Any) -> str:
    """The value of a setting as people read it.

    Examples
    --------
    >>> in_words(6.0), in_words(None), in_words(True), in_words(["csf", "white_matter"])
    ('6', 'none', 'yes', 'csf, white_matter')
    """
    if isinstance(value, list):
        return ", ".join(map(in_words, value)) or "none"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _change(old: Any, new: Any) -> str:
    there, asked = (
        text if len(text) <= MOST else f"{text[: MOST - 3]}..." for text in map(in_words, (old, new))
    )
    return f"{there} there, {asked} asked"


def _change_of_files(earlier: Sequence[Sequence[str]], files: Sequence[Sequence[str]]) -> str:
    """How the files of a role differ: by their names, by their paths, or by what they contain."""
    paths = [[path for path, _ in pairs] for pairs in (earlier, files)]
    names = [[PurePath(path).name for path in found] for found in paths]
    if names[0] != names[1]:
        return f"{in_words(names[0])} there, {in_words(names[1])} asked"
    if paths[0] != paths[1] and all(map(os.path.isabs, paths[0])):
        return f"{', '.join(paths[0])} there, {', '.join(paths[1])} asked"
    known = [fingerprint for _, fingerprint in earlier]
    changed = [
        name for name, old, (_, new) in zip(names[1], known, files, strict=True) if old != new
    ]  # fmt: skip
    return f"{', '.join(changed)} {'has' if len(changed) == 1 else 'have'} changed"
