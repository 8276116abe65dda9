"""Files that fMRIPrep takes as ``--use-plugin``: a plugin and its arguments, in YAML or JSON."""

from __future__ import annotations

from typing import Any

from ..messages import warn

#: What a file may have.
KEYS = {"plugin", "plugin_args"}
#: Plugins of nipype that ours stand in for.
NAMES = {"LegacyMultiProc": "MultiProc"}


def read_plugin_file(path: str) -> tuple[str, dict[str, Any]]:
    """The plugin that a file names, and its arguments.

    Arguments that only nipype's own plugins have are left out, with a warning.

    Parameters
    ----------
    path : str

    Raises
    ------
    ValueError
        If it cannot be read, or names no plugin that there is.
    """
    from ...engine.execution import PLUGINS
    from ...engine.plugins.arguments import ONLY_NIPYPES

    content = _content(path)
    if not isinstance(content, dict) or not KEYS.issuperset(content) or "plugin" not in content:
        raise ValueError(f'{path} is not {{"plugin": ..., "plugin_args": {{...}}}}.')
    named, arguments = content["plugin"], content.get("plugin_args") or {}
    plugin = NAMES.get(named, named) if isinstance(named, str) else named
    if not isinstance(plugin, str) or plugin not in PLUGINS:
        raise ValueError(f"{path} names the plugin {named!r}; there are {', '.join(PLUGINS)}.")
    if not isinstance(arguments, dict):
        raise ValueError(f"plugin_args of {path} are {arguments!r}; give an object of names and values.")
    unused = [name for name in arguments if name in ONLY_NIPYPES]
    warn(f"{path}: {name} of nipype's plugins is not used; {ONLY_NIPYPES[name]}." for name in unused)
    return plugin, {name: value for name, value in arguments.items() if name not in unused}


def _content(path: str) -> Any:
    from ...storage.text import read_text

    try:
        text = read_text(path)
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error}).") from error
    try:
        import yaml
    except ImportError as error:
        raise ValueError(
            f"PyYAML, which reads {path}, is not installed; install nipype-maps[bids]."
        ) from error
    try:
        return yaml.safe_load(text)  # JSON is YAML
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is neither YAML nor JSON ({' '.join(str(error).split())}).") from error
