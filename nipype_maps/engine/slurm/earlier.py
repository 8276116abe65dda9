"""Batches of jobs that an earlier process has left: whose they are, and whether they have finished."""

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

#: Beside the tasks of a batch: its record, and the mark that all its jobs have finished.
NAME, OVER = "submitted.json", "over"


class EarlierBatch(NamedTuple):
    """A batch of an earlier process.

    Attributes
    ----------
    folder : pathlib.Path
    uid : int
        The owner.
    owner : str
        Name of the owner.
    cluster : str
        Where its jobs are; empty if not recorded.
    n_nodes : list of int
        Number of nodes of each task.
    """

    folder: Path
    uid: int
    owner: str
    cluster: str
    n_nodes: Sequence[int]

    @property
    def is_done(self) -> bool:
        """Whether its jobs are known to have finished: by a mark, or since all nodes have an outcome."""
        try:
            existing = set(os.listdir(self.folder))
        except OSError:
            return False
        wanted = (
            outcome_file(self.folder, task, index).name
            for task, n_nodes in enumerate(self.n_nodes)
            for index in range(n_nodes)
        )
        return OVER in existing or (bool(self.n_nodes) and existing.issuperset(wanted))


def job_name(folder: Path) -> str:
    """The name of a batch's job, which is unique: by it a later process finds the job."""
    return f"nipype-maps-{folder.name}"


def record(folder: Path, cluster: str, n_nodes: Sequence[int]) -> None:
    """Record what a later process needs to know about a batch, before it is submitted."""
    content = {"cluster": cluster, "uid": os.getuid(), "owner": _name_of(os.getuid()), "n_nodes": n_nodes}
    with replacing(folder / NAME) as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")


def record_end(folder: Path) -> None:
    """Record that all jobs of a batch have finished."""
    with contextlib.suppress(OSError):
        (folder / OVER).touch()


def earlier_batches(folder: Path) -> list[EarlierBatch]:
    """The batches in a folder."""
    return [_read(path) for path in sorted(folder.glob("*")) if path.is_dir()]


def require_visible(batches: Iterable[EarlierBatch], cluster: Cluster) -> None:
    """Raise ClusterError for a batch whose jobs may be running but cannot be seen.

    The jobs of other users cannot be seen where the cluster keeps them private, and no job of
    another cluster can.
    """
    for batch in batches:
        elsewhere = batch.cluster not in ("", cluster.name)
        hidden = batch.uid != os.getuid() and cluster.hides_others
        if (elsewhere or hidden) and not batch.is_done:
            where = f"cluster {batch.cluster}" if elsewhere else "this cluster, which hides them"
            raise ClusterError(
                f"{batch.folder} belongs to jobs of {batch.owner} on {where}; they may still be "
                "running. Wait until they have finished and remove that folder, or choose another "
                "work folder."
            )


def _read(folder: Path) -> EarlierBatch:
    try:
        content = dict(json.loads((folder / NAME).read_text(encoding="utf-8")))
        uid, cluster = int(content["uid"]), str(content["cluster"])
        n_nodes = [int(n) for n in content["n_nodes"]]
        return EarlierBatch(folder, uid, str(content["owner"]), cluster, n_nodes)
    except (OSError, ValueError, TypeError, KeyError):
        uid = folder.stat().st_uid
        return EarlierBatch(folder, uid, _name_of(uid), "", [])


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
