"""How two records of what was requested differ, in words."""

from __future__ import annotations

from collections.abc import Mapping
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
    >>> before = {"Settings": {"SmoothingFWHM": 6.0}, "Inputs": {"confounds": [["c.tsv", "1"]]}}
    >>> now = {"Settings": {"SmoothingFWHM": 4.0}, "Inputs": {"confounds": [["c.tsv", "2"]]}}
    >>> differences(before, now)
    {'SmoothingFWHM': '6 before, 4 now', 'confounds': 'c.tsv has changed'}
    """
    found = {}
    old, new = before.get("Settings", {}), now["Settings"]
    for key in new:
        # a setting that an older version did not have was off
        if (old.get(key) or None) != (new[key] or None):
            found[key] = _change(old.get(key), new[key])
    for role, files in now.get("Inputs", {}).items():
        earlier = before.get("Inputs", {}).get(role, [])
        if [fingerprint for _, fingerprint in earlier] == [fingerprint for _, fingerprint in files]:
            continue
        names = [[name for name, _ in pairs] for pairs in (earlier, files)]
        if names[0] == names[1]:
            known = dict(earlier)
            changed = [name for name, fingerprint in files if known[name] != fingerprint] or names[1]
            found[role] = f"{', '.join(changed)} {'has' if len(changed) == 1 else 'have'} changed"
        else:
            found[role] = _change(*names)
    return found


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


def _shown(value: Any) -> str:
    if isinstance(value, list):
        text = ", ".join(map(_shown, value)) or "none"
    elif isinstance(value, bool) or value is None:
        text = {True: "yes", False: "no", None: "none"}[value]
    else:
        text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= MOST else f"{text[: MOST - 3]}..."


def _change(old: Any, new: Any) -> str:
    return f"{_shown(old)} before, {_shown(new)} now"
