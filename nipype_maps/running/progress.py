"""A progress bar fed by nipype's status callback."""

from __future__ import annotations

import sys

import click


class Progress:
    """Nodes done of all, and the current one; quiet where standard error is no terminal.

    Parameters
    ----------
    shown : bool
        False keeps it quiet everywhere.

    Examples
    --------
    >>> with Progress() as progress:
    ...     progress.expect(2)
    """

    def __init__(self, shown: bool = True):
        self._bar = None
        if shown and sys.stderr.isatty():
            self._bar = click.progressbar(
                length=0, label="nodes", file=sys.stderr, show_pos=True, item_show_func=_name
            )

    def expect(self, n_nodes: int) -> None:
        """Count on so many more nodes."""
        if self._bar is not None:
            self._bar.length += n_nodes

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
