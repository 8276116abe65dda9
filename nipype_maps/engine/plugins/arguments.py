"""Arguments of the plugins, and the ``plugin_args`` of a single node."""

from __future__ import annotations

import difflib
import math
import numbers
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, ClassVar, TypeVar

from nipype.pipeline.engine import Node

from ...storage.paths import PathLike
from ...storage.text import lines_of, parse_json, read_text

CheckedT = TypeVar("CheckedT", bound="_Checked")

#: Options of sbatch that a plugin sets itself, or with which sbatch submits nothing.
RESERVED = (
    "--job-name", "-J", "--array", "-a", "--clusters", "-M", "--error", "-e", "--output", "-o", "--wrap",
    "--wait", "-W", "--test-only", "--help", "-h", "--usage", "--version", "-V",
)  # fmt: skip
#: Arguments of nipype's plugins that ours do not take, and what is done instead.
ONLY_NIPYPES = {
    "dont_resubmit_completed_jobs": "finished jobs are never submitted again",
    "jobid_re": "sbatch is called with --parsable",
    "max_jobs": "see max_tasks",
    "max_tries": "see tries",
    "maxtasksperchild": "a worker that dies is replaced",
    "mp_context": "workers are forked",
    "n_gpu_procs": "only processors and memory are counted",
    "non_daemon": "workers may start processes of their own",
    "raise_insufficient": "a node that requests more than there is is executed alone",
    "retry_timeout": "a busy cluster is always asked again",
    "scheduler": "nodes are executed in the order in which they become ready",
    "template": "the job script is generated, and sbatch_args takes all options",
}


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _is_text_or_texts(value: object) -> bool:
    words = [value] if isinstance(value, str) else value
    return isinstance(words, (list, tuple)) and all(isinstance(word, str) for word in words)


def _is_count(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) > 0


FLAG = (_is_flag, "True or False")
COUNT = (_is_count, "a whole number above 0")
NOT_NEGATIVE = (lambda value: _is_number(value) and value >= 0, "a number, not below 0")
POSITIVE = (lambda value: _is_number(value) and value > 0, "a number above 0")
#: For every argument a test of its values, and a description of those it takes.
KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "status_callback": (callable, "a function of a node and a status"),
    "wait": FLAG,
    "n_procs": COUNT,
    "memory_gb": POSITIVE,
    "sbatch_args": (_is_text_or_texts, "a text, or a list of texts"),
    "nodes_per_task": COUNT,
    "max_tasks": COUNT,
    "poll": NOT_NEGATIVE,
    "linger": NOT_NEGATIVE,
    "tries": COUNT,
    "nfs_wait": NOT_NEGATIVE,
    "max_memory_gb": POSITIVE,
    "overwrite": FLAG,
}


def read_plugin_args(path: PathLike) -> dict[str, Any]:
    """Read a plugin's arguments from a JSON file; lines that begin with # are comments.

    Raises
    ------
    ValueError
        If the file cannot be read or contains no JSON object.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "slurm.json")
    >>> _ = path.write_text(chr(10).join(['{"poll":', "  # seconds", "5}"]))
    >>> read_plugin_args(path)
    {'poll': 5}
    """
    try:
        lines = lines_of(read_text(path))
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error}).") from error
    content = parse_json("\n".join("" if line.lstrip().startswith("#") else line for line in lines), path)
    if not isinstance(content, dict):
        raise ValueError(f"{path} contains no JSON object but a {type(content).__name__}.")
    return content


@dataclass(frozen=True)
class _Checked:
    """Arguments that are checked when they are read: the fields of a dataclass."""

    owner: ClassVar[str]

    @classmethod
    def of(cls: type[CheckedT], arguments: dict[str, Any] | None) -> CheckedT:
        """Check the given arguments; the others have their defaults.

        Raises
        ------
        ValueError
            If one is unknown, or has a wrong type or value.
        """
        if arguments is not None and not isinstance(arguments, dict):
            raise ValueError(f"the arguments of {cls.owner} are {arguments!r}; give a dict.")
        given = arguments or {}
        defaults = {field.name: field.default for field in fields(cls)}
        for name, value in given.items():
            if name not in defaults:
                raise ValueError(f"{cls.owner} has no argument {name!r}{_hint(name, list(defaults))}")
            fits, kind = KINDS[name]
            if not fits(value) and not (value is None and defaults[name] is None):
                raise ValueError(f"{name} is {value!r}; give {kind}.")
        return cls(**given)


def _hint(name: object, known: list[str]) -> str:
    if instead := ONLY_NIPYPES.get(str(name)):
        return f", which nipype's plugins have; leave it out: {instead}."
    near = difflib.get_close_matches(str(name), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; it has {', '.join(known)}."


@dataclass(frozen=True)
class Arguments(_Checked):
    """Arguments of every plugin; see `GraphPlugin`."""

    owner: ClassVar[str] = "GraphPlugin"

    status_callback: Callable[[Node, str], object] | None = None
    wait: bool = False


@dataclass(frozen=True)
class PlanArguments(Arguments):
    """Arguments of `PlanPlugin`; without effect, since it executes nothing."""

    owner: ClassVar[str] = "PlanPlugin"


@dataclass(frozen=True)
class MultiProcArguments(Arguments):
    """Arguments of `MultiProcPlugin`; see there.

    Examples
    --------
    >>> MultiProcArguments.of({"n_proc": 3})
    Traceback (most recent call last):
    ...
    ValueError: MultiProcPlugin has no argument 'n_proc'; did you mean n_procs?
    >>> MultiProcArguments.of({"memory_gb": -1})
    Traceback (most recent call last):
    ...
    ValueError: memory_gb is -1; give a number above 0.
    """

    owner: ClassVar[str] = "MultiProcPlugin"

    n_procs: int | None = None
    memory_gb: float | None = None


@dataclass(frozen=True)
class LinearArguments(MultiProcArguments):
    """Arguments of `LinearPlugin`: those of MultiProcPlugin, without effect for one node at a time."""

    owner: ClassVar[str] = "LinearPlugin"


@dataclass(frozen=True)
class SLURMArguments(Arguments):
    """Arguments of `SLURMPlugin`; see there.

    Examples
    --------
    >>> SLURMArguments.of({"sbatch_args": "--time=60", "wait": True}).options
    ['--time=60']
    >>> SLURMArguments.of({"sbatch_args": ["--job-name=mine"]})
    Traceback (most recent call last):
    ...
    ValueError: sbatch_args has '--job-name=mine', which SLURMPlugin sets itself; leave it out.
    """

    owner: ClassVar[str] = "SLURMPlugin"

    sbatch_args: str | Sequence[str] = ()
    nodes_per_task: int = 10
    max_tasks: int = 1000
    poll: float = 2.0
    linger: float = 30.0
    tries: int = 3
    nfs_wait: float = 10.0
    max_memory_gb: float | None = None

    def __post_init__(self) -> None:
        _require_free(self.options)

    @property
    def options(self) -> list[str]:
        """The options for sbatch, one by one."""
        return _split(self.sbatch_args)


@dataclass(frozen=True)
class NodeArguments(_Checked):
    """A node's ``plugin_args`` for `SLURMPlugin`, as for nipype's plugin of this name.

    Examples
    --------
    >>> common = ["--partition=short"]
    >>> NodeArguments.of({"sbatch_args": " --mem=8G"}).options_after(common)
    ['--partition=short', '--mem=8G']
    >>> NodeArguments.of({"sbatch_args": "--mem=8G", "overwrite": True}).options_after(common)
    ['--mem=8G']
    >>> NodeArguments.of({"sbatch_arg": "--mem=8G"})
    Traceback (most recent call last):
    ...
    ValueError: plugin_args has no argument 'sbatch_arg'; did you mean sbatch_args?
    """

    owner: ClassVar[str] = "plugin_args"

    sbatch_args: str | Sequence[str] = ()
    overwrite: bool = False

    def __post_init__(self) -> None:
        _require_free(_split(self.sbatch_args))

    def options_after(self, options: list[str]) -> list[str]:
        """The options for sbatch of a node: after those of all nodes, or instead of them."""
        own = _split(self.sbatch_args)
        return own if self.overwrite else [*options, *own]


def _split(given: str | Sequence[str]) -> list[str]:
    try:
        return shlex.split(given) if isinstance(given, str) else list(given)
    except ValueError as error:
        raise ValueError(f"sbatch_args is {given!r}, which cannot be split into words ({error}).") from error


def _require_free(options: list[str]) -> None:
    """Raise ValueError if the plugin sets one of the options itself, or one is no option at all."""
    for option in options:
        name = option.partition("=")[0]
        # also forms such as -Jmine and --job=mine
        shortened = len(name) > 4 and any(one.startswith(name) for one in RESERVED)
        if name in RESERVED or option[:2] in RESERVED or shortened:
            raise ValueError(f"sbatch_args has {option!r}, which SLURMPlugin sets itself; leave it out.")
    for before, option in pairwise(["-=", *options]):
        # sbatch would take it for the script
        if not option.startswith("-") and (not before.startswith("-") or "=" in before):
            raise ValueError(f"sbatch_args has {option!r}, which is not an option; write --name=value.")
