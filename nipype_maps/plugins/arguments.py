"""What a user tells a plugin."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

#: Arguments of sbatch that a plugin needs for itself.
OWN = ("--job-name", "-J", "--array", "-a", "--output", "-o", "--wrap")
#: Of every plugin.
SHARED = {"n_procs", "memory_gb", "status_callback", "wait"}


def read_plugin_args(path) -> dict:
    """A plugin's arguments from a JSON file, of which lines that begin with # are comments.

    Raises
    ------
    ValueError
        If it is no such file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "slurm.json")
    >>> _ = path.write_text(chr(10).join(['{"poll":', "  # seconds", "5}"]))
    >>> read_plugin_args(path)
    {'poll': 5}
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        content = json.loads("\n".join("" if line.lstrip().startswith("#") else line for line in lines))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is not a JSON file ({error}).") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no JSON object but a {type(content).__name__}.")
    return content


@dataclass(frozen=True)
class SLURMArguments:
    """What `SLURMPlugin` can be told; see there."""

    sbatch_args: str | Sequence[str] = ()
    nodes_per_task: int = 10
    max_tasks: int = 1000
    poll: float = 2.0
    linger: float = 30.0
    tries: int = 3
    nfs_wait: float = 10.0

    @classmethod
    def of(cls, arguments: dict) -> SLURMArguments:
        """Those among a plugin's arguments.

        Raises
        ------
        ValueError
            If one is unknown, or not of its kind.

        Examples
        --------
        >>> SLURMArguments.of({"sbatch_args": "--time=60", "wait": True}).options
        ['--time=60']
        >>> SLURMArguments.of({"pol": 3})
        Traceback (most recent call last):
        ...
        ValueError: SLURMPlugin has no argument 'pol'; it has sbatch_args, ...
        >>> SLURMArguments.of({"sbatch_args": ["--job-name=mine"]})
        Traceback (most recent call last):
        ...
        ValueError: sbatch_args has '--job-name=mine', which SLURMPlugin chooses itself; leave it out.
        """
        known = {field.name: field.default for field in fields(cls)}
        if unknown := sorted(set(arguments) - set(known) - SHARED):
            raise ValueError(f"SLURMPlugin has no argument {unknown[0]!r}; it has {', '.join(known)}.")
        own = {name: value for name, value in arguments.items() if name in known}
        for name, value in own.items():
            if name == "sbatch_args":
                words = [value] if isinstance(value, str) else value
                if not (isinstance(words, (list, tuple)) and all(isinstance(word, str) for word in words)):
                    raise ValueError(f"sbatch_args is {value!r}; give a text, or a list of texts.")
            elif isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
                raise ValueError(f"{name} is {value!r}; give a number, not below 0.")
            elif isinstance(known[name], int) and not (isinstance(value, int) and value > 0):
                raise ValueError(f"{name} is {value!r}; give a whole number above 0.")
        checked = cls(**own)
        for option in checked.options:
            if option.partition("=")[0] in OWN or option[:2] in OWN:  # also as in -Jmine
                raise ValueError(
                    f"sbatch_args has {option!r}, which SLURMPlugin chooses itself; leave it out."
                )
        return checked

    @property
    def options(self) -> list[str]:
        """The arguments for sbatch, one by one."""
        given = self.sbatch_args
        return shlex.split(given) if isinstance(given, str) else list(given)
