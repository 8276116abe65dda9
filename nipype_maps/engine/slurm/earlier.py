"""Batches of jobs that an earlier run has left: whose they are, and whether they are over."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ...storage.atomic import replacing
from .commands import Cluster, ClusterError
from .task import outcome_file

#: Beside the tasks of a batch: what is known of it, and that its run saw the end of its jobs.
NAME, OVER = "submitted.json", "over"


class Earlier(NamedTuple):
    """A batch.

    Attributes
    ----------
    folder : pathlib.Path
    uid : int
        Whose it is.
    owner : str
        The same by name.
    cluster : str
        Where its jobs are; empty if that was not noted.
    n_nodes : list of int
        Of each task.
    """

    folder: Path
    uid: int
    owner: str
    cluster: str
    n_nodes: Sequence[int]

    @property
    def is_done(self) -> bool:
        """Whether its jobs are known to have ended: all its nodes have an outcome, or its run said so."""
        try:
            there = set(os.listdir(self.folder))
        except OSError:
            return False
        wanted = (
            outcome_file(self.folder, task, index).name
            for task, n_nodes in enumerate(self.n_nodes)
            for index in range(n_nodes)
        )
        return OVER in there or (bool(self.n_nodes) and there.issuperset(wanted))


def job_name(folder: Path) -> str:
    """The name of a batch's job, which no other has: it tells a later run whose the job is."""
    return f"nipype-maps-{folder.name}"


def note(folder: Path, cluster: str, n_nodes: Sequence[int]) -> None:
    """Note what a later run needs to know of a batch, before it is submitted."""
    content = {"cluster": cluster, "uid": os.getuid(), "owner": _name_of(os.getuid()), "n_nodes": n_nodes}
    with replacing(folder / NAME) as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")


def note_end(folder: Path) -> None:
    """Note that no job of a batch is at work any more."""
    with contextlib.suppress(OSError):
        (folder / OVER).touch()


def earlier_batches(folder: Path) -> list[Earlier]:
    """Those in a folder."""
    return [_read(path) for path in sorted(folder.glob("*")) if path.is_dir()]


def require_in_sight(batches: Iterable[Earlier], cluster: Cluster) -> None:
    """Raise ClusterError for a batch that may be at work where it cannot be seen.

    The jobs of others are not seen where the cluster keeps them private; none is from another
    cluster.
    """
    for batch in batches:
        elsewhere = batch.cluster not in ("", cluster.name)
        hidden = batch.uid != os.getuid() and cluster.hides_others
        if (elsewhere or hidden) and not batch.is_done:
            where = f"cluster {batch.cluster}" if elsewhere else "this cluster, which does not show them"
            raise ClusterError(
                f"{batch.folder} is of jobs of {batch.owner} on {where}, which may be at work. Wait until "
                "they have ended, then remove that folder; or choose another work folder."
            )


def _read(folder: Path) -> Earlier:
    try:
        noted = dict(json.loads((folder / NAME).read_text(encoding="utf-8")))
        uid, cluster, n_nodes = int(noted["uid"]), str(noted["cluster"]), [int(n) for n in noted["n_nodes"]]
        return Earlier(folder, uid, str(noted["owner"]), cluster, n_nodes)
    except (OSError, ValueError, TypeError, KeyError):
        uid = folder.stat().st_uid
        return Earlier(folder, uid, _name_of(uid), "", [])


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
