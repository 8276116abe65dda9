"""The folder that a command's results land in."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click


class ResultFolder:
    """Results, logs and, unless it lies elsewhere, the work folder.

    Parameters
    ----------
    out : pathlib.Path
    work : pathlib.Path, optional
        Default ``out/work``.
    """

    def __init__(self, out: Path, work: Path | None = None):
        self.out = Path(os.path.abspath(out))
        self.work = Path(os.path.abspath(work)) if work else self.out / "work"
        self.logs = self.out / "logs"
        self._origins = self.logs / "runs.json"

    def make(self) -> None:
        """Make the folders.

        Raises
        ------
        click.ClickException
            If one cannot be made or written.
        """
        from ..files.atomic import sweep

        for folder in (self.out, self.work, self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise click.ClickException(f"cannot make the folder {folder}: {error.strerror}.") from error
            if not os.access(folder, os.W_OK):
                raise click.ClickException(f"cannot write to the folder {folder}; choose another one.")
        sweep(self.out)
        sweep(self.logs)

    def claim(self, runs: Iterable) -> None:
        """Note which run each name stands for, so that no other run takes it later.

        Raises
        ------
        click.UsageError
            If a name holds the results of another run already.
        """
        from ..files.sidecars import read_json, write_json

        origins = read_json(self._origins) if self._origins.exists() else {}
        for run in runs:
            before = origins.get(run.name)
            if before not in (None, run.run_file) and not self._same_run(run):
                raise click.UsageError(
                    f"{self.out} holds the results of {before} under the name {run.name}, which "
                    f"{run.run_file} would take; choose another --out, or rename the run."
                )
            origins[run.name] = run.run_file
        write_json(self._origins, origins)

    def _same_run(self, run) -> bool:
        """Whether the results under a run's name come from a file of the same content."""
        from ..files.atomic import sha256

        sidecar = self.out / f"{run.name}.json"
        return not sidecar.exists() or sha256(run.run_file) in sidecar.read_text(encoding="utf-8")

    def publish(self, name: str, signals_file: str, sidecar_file: str) -> Path:
        """Copy a run's results from the work folder; returns the table's path.

        The name may have folders before it.
        """
        from ..files.atomic import copy

        (self.out / name).parent.mkdir(parents=True, exist_ok=True)
        for source, ending in ((signals_file, ".tsv"), (sidecar_file, ".json")):
            copy(source, self.out / f"{name}{ending}")
        return self.out / f"{name}.tsv"
