"""How the graphs are to be executed: a plugin and its arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from ..messages import warn

#: Arguments that a plugin accepts and does not use.
UNUSED = {"Linear": {"n_procs", "memory_gb"}, "SLURM": {"n_procs", "memory_gb"}}


@dataclass(frozen=True)
class Execution:
    """How the graphs are executed.

    Attributes
    ----------
    plugin : str
    n_procs : int or None
    plugin_args : dict
    wait : bool
        Wait for another call that uses one of the folders.
    verbose : bool
        Show nipype's log.
    """

    plugin: str = "Linear"
    n_procs: int | None = None
    plugin_args: dict[str, Any] = field(default_factory=dict)
    wait: bool = False
    verbose: bool = False


def checked_execution(values: Mapping[str, Any]) -> Execution:
    """How to execute the graphs, from the values of a call.

    Parameters
    ----------
    values : mapping
        By the names of the options.

    Raises
    ------
    click.UsageError
        If the file of the plugin's arguments cannot be read, has one that the plugin does not know, or
        if an option does not fit the plugin.
    """
    from ...engine.execution import PLUGINS, read_plugin_args

    plugin, n_procs, file = values["plugin"], values["n_procs"], values["plugin_args"]
    if n_procs is not None and plugin == "SLURM":
        raise click.UsageError(
            "--n-procs is for --plugin MultiProc; SLURM executes as many jobs as the cluster has room for."
        )
    try:
        arguments = read_plugin_args(file) if file else {}
        PLUGINS[plugin](arguments)
    except ValueError as error:
        raise click.UsageError(f"--plugin-args: {error}") from error
    if n_procs and "n_procs" in arguments:
        raise click.UsageError("--n-procs is in the file of --plugin-args too, as n_procs; leave out one.")
    unused = [f"{name} of --plugin-args" for name in sorted(UNUSED.get(plugin, set()) & set(arguments))]
    if n_procs and plugin in UNUSED:
        unused.append("--n-procs")
    warn(f"--plugin {plugin} does not use {name}, which is for MultiProc." for name in unused)
    return Execution(plugin, n_procs, arguments, values["wait"], values["verbose"])
