"""What a node requests of a cluster: processors, memory, and further options of sbatch."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from nipype.pipeline.engine import Node

from ..plugins.arguments import NodeArguments

#: Options of sbatch for memory, of which it accepts one.
MEMORY = re.compile(r"(--mem(?:-per-cpu|-per-gpu)?)(?:=(.*))?")
AMOUNT = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)B?", re.I)
MB = {"K": 1 / 1024, "": 1, "M": 1, "G": 1024, "T": 1024**2}
#: By default a node is given at most so many times the memory that it requests first.
MOST = 8


class Request(NamedTuple):
    """What one or more nodes request.

    Attributes
    ----------
    n_procs : int
    memory : str
        Option of sbatch with its value.
    options : tuple of str
        Further ones; of several for the same purpose the last counts.

    Examples
    --------
    >>> Request(2, "--mem=256M", ("--time=60",)).words
    ['--cpus-per-task=2', '--mem=256M', '--time=60']
    """

    n_procs: int
    memory: str
    options: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """Arguments for sbatch."""
        return [f"--cpus-per-task={self.n_procs}", self.memory, *self.options]

    @property
    def mb(self) -> float:
        """Megabytes of memory; 0 where there is no limit.

        Examples
        --------
        >>> Request(1, "--mem-per-cpu=1.5G").mb, Request(1, "--mem=0").mb, Request(1, "--mem=all").mb
        (1536.0, 0.0, 0.0)
        """
        amount = AMOUNT.fullmatch(self.memory.partition("=")[2])
        return float(amount[1]) * MB[amount[2].upper()] if amount else 0.0

    @property
    def amount(self) -> str:
        """The memory in words.

        Examples
        --------
        >>> Request(1, "--mem=256M").amount, Request(1, "--mem-per-cpu=2G").amount
        ('0.25 GB', '2 GB per cpu')
        """
        unit = self.memory.partition("=")[0].removeprefix("--mem").replace("-", " ")
        return f"{self.mb / 1024:.3g} GB{unit}"

    def with_more(self, first: Request, at_most_gb: float | None, largest_mb: float | None) -> Request | None:
        """The same with twice the memory, up to the limits; None if these are reached.

        Parameters
        ----------
        first : Request
            The first request of the node.
        at_most_gb : float or None
            By default `MOST` times the first.
        largest_mb : float or None
            Memory of the largest machine, if known.

        Examples
        --------
        >>> first = Request(1, "--mem=1G")
        >>> first.with_more(first, None, 4000).memory
        '--mem=2048M'
        >>> Request(1, "--mem=3G").with_more(first, None, 4000).memory
        '--mem=4000M'
        >>> Request(1, "--mem=8G").with_more(first, None, None) is None
        True
        >>> Request(1, "--mem=3G").with_more(first, 3, None) is None
        True
        """
        limits = [MOST * first.mb if at_most_gb is None else 1024 * at_most_gb, largest_mb or math.inf]
        mb = math.floor(min(2 * self.mb, *limits))
        name = self.memory.partition("=")[0]
        return self._replace(memory=f"{name}={mb}M") if mb > self.mb else None


def request_of(node: Node, options: list[str]) -> Request:
    """What a node requests, given the options for all nodes.

    Raises
    ------
    ValueError
        If the node's ``plugin_args`` are not valid: see `NodeArguments`.
    """
    own = NodeArguments.of(getattr(node, "plugin_args", None)).options_after(options)
    # never 0, which means all of a machine's memory to SLURM
    memory = f"--mem={max(1, math.ceil(1024 * node.mem_gb))}M"
    others: list[str] = []
    words = iter(own)
    for word in words:
        if found := MEMORY.fullmatch(word):
            memory = f"{found[1]}={next(words, '') if found[2] is None else found[2]}"
        else:
            others.append(word)
    return Request(node.n_procs, memory, tuple(others))
