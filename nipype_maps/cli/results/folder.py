"""The output folder: its lock, its results, and how they are published."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from ...storage.paths import PathLike


class ResultFolder:
    """Results, logs and, unless it is elsewhere, the work folder.

    The results of a run are a table, its sidecar, and in ``logs/runs`` a record of what was
    requested, by which a later call knows whether it would make the same table.

    Parameters
    ----------
    out : pathlib.Path
    work : pathlib.Path, optional
        Default ``out/work``.
    called : str
        What the user gives the folder as, for messages.

    Attributes
    ----------
    datasets : dict of str to pathlib.Path
        Data sets whose files have BIDS URIs in sidecars, by their names; empty for a folder that is
        none itself.
    """

    def __init__(self, out: Path, work: Path | None = None, called: str = "--out") -> None:
        self.out = Path(os.path.abspath(out))
        self.work = Path(os.path.abspath(work)) if work else self.out / "work"
        self.logs = self.out / "logs"
        self.called = called
        self.datasets: dict[str, Path] = {}

    @property
    def shown(self) -> str:
        """The folder as messages name it."""
        return os.path.relpath(self.out)

    @contextlib.contextmanager
    def locked(self, wait: bool = False) -> Iterator[None]:
        """Make the folders, and lock them against other commands.

        Parameters
        ----------
        wait : bool
            Wait for another command to finish.

        Raises
        ------
        click.ClickException
            If a folder cannot be made or written, or another command writes to it.
        """
        from ...engine.execution import message_of
        from ...engine.workfolder.lock import FolderInUseError, locked

        self._make()
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(self.logs, wait, alternative=f"{self.called}, or give --wait"))
            except FolderInUseError as error:
                raise click.ClickException(str(error)) from error
            except OSError as error:
                raise click.ClickException(message_of(error, self.logs)) from error
            yield

    def _make(self) -> None:
        from ...storage.atomic import sweep

        for folder in (self.out, self.work, self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise click.ClickException(
                    f"cannot make the folder {folder}: {error.strerror}{self._other_choice(folder)}."
                ) from error
            if not os.access(folder, os.W_OK):
                choice = self._other_choice(folder) or "; choose another one"
                raise click.ClickException(f"cannot write to the folder {folder}{choice}.")
        sweep(self.out)
        sweep(self.logs)

    def _other_choice(self, folder: Path) -> str:
        is_elsewhere = folder == self.work and not self.work.is_relative_to(self.out)
        return "; choose a folder for intermediate results by --work" if is_elsewhere else ""

    def files(self, name: str) -> tuple[Path, Path, Path]:
        """Table, sidecar and record of the results of a name, which may begin with folders."""
        record = self.logs / "runs" / f"{name}.json"
        return self.out / f"{name}.tsv", self.out / f"{name}.json", record

    def has(self, name: str) -> bool:
        """Whether there is a table of signals of a name."""
        return os.path.lexists(self.files(name)[0])

    def recorded(self) -> Iterator[str]:
        """The names of results that have records."""
        for path in sorted((self.logs / "runs").rglob("*.json")):
            yield path.relative_to(self.logs / "runs").with_suffix("").as_posix()

    def tables(self, is_dataset: bool) -> set[str]:
        """The names of results whose tables are there: of runs of a data set, or in the folder itself."""
        from ...bids.participant_files import participant_files

        pattern = "*_timeseries.tsv"
        found = participant_files(self.out, pattern) if is_dataset else self.out.glob(pattern)
        return {table.relative_to(self.out).with_suffix("").as_posix() for table in found}

    def records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The names of results that have records, and these; empty where they are damaged."""
        for name in self.recorded():
            yield name, read_object(self.files(name)[2])

    def remove(self, names: Iterable[str]) -> None:
        """Remove tables, their sidecars and records.

        Raises
        ------
        click.ClickException
            If one cannot be removed.
        """
        from ...engine.execution import message_of

        for name in names:
            for path in self.files(name):
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise click.ClickException(message_of(error, path)) from error

    def publish(
        self,
        name: str,
        signals_file: PathLike,
        sidecar_file: PathLike,
        record: dict[str, Any],
        sources: Iterable[PathLike] = (),
    ) -> Path:
        """Copy a run's results from the work folder; return the table's path.

        Existing results are replaced once all are copied, so that a full disk removes nothing.  The
        table comes last: where there is a table, there are its own sidecar and record.

        Parameters
        ----------
        name : str
            May begin with folders.
        signals_file, sidecar_file : path-like
        record : dict
            Of what was requested: `Request.record`.
        sources : iterable of path-likes
            The files that ``Sources`` of the sidecar names; those in data sets get URIs.
        """
        from ...bids.dataset_links import with_uris
        from ...storage.atomic import replacing
        from ...storage.json_files import json_bytes, read_json, save_json

        table, sidecar, kept = self.files(name)
        for folder in (table.parent, kept.parent):
            folder.mkdir(parents=True, exist_ok=True)
        content = read_json(sidecar_file)
        if self.datasets:
            content = with_uris(content, sources, self.datasets)
        same = (
            read_object(kept) == record
            and all(map(Path.is_file, (table, sidecar)))
            and filecmp.cmp(signals_file, table, shallow=False)
            and sidecar.read_bytes() == json_bytes(content)
        )
        if not same:
            for path in filter(Path.is_dir, (table, sidecar, kept)):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            with (
                replacing(table) as new_table,
                replacing(sidecar) as new_sidecar,
                replacing(kept) as new_record,
            ):
                shutil.copyfile(signals_file, new_table)
                save_json(new_sidecar, content)
                save_json(new_record, record)
                table.unlink(missing_ok=True)
        return table


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is no file, or a damaged one."""
    from ...storage.json_files import read_json

    try:
        return read_json(path)
    except (OSError, ValueError, RecursionError):
        return {}
