"""A progress bar fed by nipype's status callback."""

from __future__ import annotations

import sys

import click


class Progress:
    """Nodes done of all, and the current one; quiet where standard error is no terminal.

    Parameters
    ----------
    total : int
        Number of nodes.
    shown : bool
        False keeps it quiet everywhere.

    Examples
    --------
    >>> with Progress(2) as progress:
    ...     pass
    """

    def __init__(self, total: int, shown: bool = True):
        self._bar = None
        if shown and sys.stderr.isatty():
            self._bar = click.progressbar(
                length=total, label="nodes", file=sys.stderr, show_pos=True, item_show_func=_name
            )

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(self, *error) -> None:
        if self._bar is not None:
            self._bar.__exit__(*error)

    def __call__(self, node, status: str) -> None:
        """Take a node and 'start', 'end' or 'exception'."""
        if self._bar is not None:
            self._bar.update(0 if status == "start" else 1, node)


def _name(node) -> str:
    return "" if node is None else node.fullname.partition(".")[2]
