"""How the graphs are to be executed: a plugin and its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click

from ...options import option
from ..messages import warn
from ..parsing.given import is_given
from .plugin_file import read_plugin_file

Content = TypeVar("Content")

#: Options that set an argument of MultiProc, which other plugins do not use.
OF_MULTIPROC = {"n_procs": "n_procs", "mem_mb": "memory_gb"}
#: Arguments that a plugin accepts and does not use.
UNUSED = {"Linear": {"n_procs", "memory_gb"}, "SLURM": {"n_procs", "memory_gb"}}


@dataclass(frozen=True)
class Execution:
    """How the graphs are executed.

    Attributes
    ----------
    plugin : str
    plugin_args : dict
    wait : bool
        Wait for another call that uses one of the folders.
    stop_on_first_crash : bool
        Start nothing more once a step has failed.
    verbose : bool
        Show nipype's log.
    """

    plugin: str = "Linear"
    plugin_args: dict[str, Any] = field(default_factory=dict)
    wait: bool = False
    stop_on_first_crash: bool = False
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
    from ...engine.execution import PLUGINS

    plugin, arguments, file_option = _plugin(values)
    if values["n_procs"] is not None and plugin == "SLURM":
        raise click.UsageError(
            "--n-procs is for --plugin MultiProc; SLURM executes as many jobs as the cluster has room for."
        )
    own = {"n_procs": values["n_procs"], "memory_gb": values["mem_mb"] and values["mem_mb"] / 1000}
    unused = [f"{name} of {file_option}" for name in sorted(UNUSED.get(plugin, set()) & set(arguments))]
    for name, argument in OF_MULTIPROC.items():
        if values[name] is None:
            continue
        flag = option(name).flag
        if argument in arguments:
            raise click.UsageError(
                f"{flag} is in the file of {file_option} too, as {argument}; leave out one."
            )
        if plugin == "Linear" and name == "n_procs" and values[name] == 1:
            continue  # as many as Linear has
        if argument in UNUSED.get(plugin, ()):
            unused.append(flag)
        else:
            arguments[argument] = own[argument]
    try:
        PLUGINS[plugin](arguments)
    except ValueError as error:
        raise click.UsageError(f"{file_option}: {error}") from error
    warn(f"--plugin {plugin} does not use {name}, which is for MultiProc." for name in unused)
    return Execution(plugin, arguments, values["wait"], values["stop_on_first_crash"], values["verbose"])


def _plugin(values: Mapping[str, Any]) -> tuple[str, dict[str, Any], str]:
    """The plugin, the arguments that a file has for it, and the option that this file is given as."""
    plugin, file = values["plugin"], values["plugin_args"]
    if not values["use_plugin"]:
        # BIDS Apps are told of processes alone
        if not is_given("plugin") and (values["n_procs"] or 1) > 1:
            plugin = "MultiProc"
        from ...engine.execution import read_plugin_args

        return plugin, _read(read_plugin_args, file, "--plugin-args") if file else {}, "--plugin-args"
    if file or is_given("plugin"):
        raise click.UsageError(
            "--use-plugin names the plugin and has its arguments; leave out "
            f"{'--plugin-args' if file else '--plugin'}."
        )
    return *_read(read_plugin_file, values["use_plugin"], "--use-plugin"), "--use-plugin"


def _read(reading: Callable[[str], Content], file: str, name: str) -> Content:
    """What a file has, with the name of the option in messages."""
    try:
        return reading(file)
    except ValueError as error:
        raise click.UsageError(f"{name}: {error}") from error
