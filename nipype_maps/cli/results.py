"""The folder that a command's results land in: whose they are, and who may replace them."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from .asked import Request, differences, is_record

#: Results that a message names; of more it gives the number.
SHOWN = 3


class ResultFolder:
    """Results, logs and, unless it lies elsewhere, the work folder.

    Beside each table lies its sidecar, and in ``logs/runs`` a record of what was asked: by
    that a later call sees whether the table is what it would make.

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

    @contextlib.contextmanager
    def held(self, wait: bool = False) -> Iterator[None]:
        """Make the folders, and keep other commands out of them.

        Parameters
        ----------
        wait : bool
            Wait for another command to end.

        Raises
        ------
        click.ClickException
            If a folder cannot be made or written, or another command writes to it.
        """
        from ..engine.execution import sentence_of
        from ..engine.workfolder.lock import FolderInUseError, locked

        self._make()
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(self.logs, wait, instead="--out"))
            except FolderInUseError as error:
                raise click.ClickException(str(error)) from error
            except OSError as error:
                raise click.ClickException(sentence_of(error, self.logs)) from error
            yield

    def _make(self) -> None:
        from ..storage.atomic import sweep

        for folder in (self.out, self.work, self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise click.ClickException(f"cannot make the folder {folder}: {error.strerror}.") from error
            if not os.access(folder, os.W_OK):
                raise click.ClickException(f"cannot write to the folder {folder}; choose another one.")
        sweep(self.out)
        sweep(self.logs)

    def claim(
        self,
        runs: Iterable,
        request: Request,
        overwrite: bool = False,
        *,
        lacking: Iterable = (),
        remove: bool = True,
        of_one_kind: bool = False,
    ) -> list[str]:
        """See to it that no results of other settings or inputs are replaced unasked.

        Parameters
        ----------
        runs : iterable of RunInputs
        request : Request
        overwrite : bool
            Remove such results, so that none looks like this call's should it fail.
        lacking : iterable of RunInputs
            Runs that cannot be done now: of their results only the settings are compared.
        remove : bool
            False removes nothing even then.
        of_one_kind : bool
            Results of one atlas in the folder belong together, as those of a data set.

        Returns
        -------
        list of str
            What is to be warned of: settings and spaces in which results of other runs, in a
            folder of one kind, differ.

        Raises
        ------
        click.UsageError
            If there are such results, and they are not to be overwritten; or, in a folder of one
            kind, results of other maps.
        """
        from ..storage.atomic import sweep
        from ..storage.checksums import remembering

        runs, lacking = list(runs), list(lacking)
        memory = self.work / ".fingerprints"
        with remembering(memory if remove or memory.is_dir() else None):
            found = {run.name: self._differences(run, request) for run in runs if self.has(run.name)}
            for run in lacking:
                if self.has(run.name):
                    found[run.name] = self._differences(run, request, whole=False)
        for run in runs:
            if run.name not in found and (foreign := self._foreign(run.name)):
                found[run.name] = [f"{foreign} is not of nipype-maps"]
        others = {name: told for name, told in found.items() if told}
        if others and not overwrite:
            shown = [f"{name} ({'; '.join(told)})" for name, told in list(others.items())[:SHOWN]]
            more = f", and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
            raise click.UsageError(
                f"{self.out} holds results of other settings or inputs: {', '.join(shown)}{more}. "
                "Choose another --out, or give --overwrite to replace them."
            )
        warnings = self._mixed([*runs, *lacking], request) if of_one_kind else []
        if remove:
            self.remove(others)
            for folder in {path.parent for run in runs for path in self._files(run.name)}:
                sweep(folder)
        return warnings

    def _mixed(self, runs: list, request: Request) -> list[str]:
        """Warnings where other runs' results have other settings or spaces; a usage error where maps differ.

        Those of another atlas are of another kind.
        """
        from ..bids.result_names import atlas_name
        from ..bids.spaces import full_space

        own, spaces = {run.name for run in runs}, {full_space(run.name) for run in runs}
        atlas = f"_atlas-{atlas_name(request.maps)}_timeseries"
        found, elsewhere = {}, {}
        for path in sorted((self.logs / "runs").rglob("*.json")):
            name = path.relative_to(self.logs / "runs").with_suffix("").as_posix()
            # in many file systems case makes no difference
            if name in own or not name.casefold().endswith(atlas.casefold()) or not self.has(name):
                continue
            there = _read(path)
            if not is_record(there):
                continue
            for told in differences(there, request.shared()):
                found.setdefault(told, []).append(name)
            if full_space(name) not in spaces:
                elsewhere.setdefault(full_space(name), name)
        maps = {told: names for told, names in found.items() if told.startswith("maps: ")}
        for told, names in maps.items():
            raise click.UsageError(
                f"{self.out} holds results of other maps under the same name, such as {names[0]} ({told}); "
                "choose another --out, or a name for the file of the maps that gives another atlas-."
            )
        settings = [f"{told} (such as {names[0]})" for told, names in found.items()]
        others = [f"{space} (such as {name})" for space, name in elsewhere.items()]
        return [
            f"{self.out} holds results of {what}: {'; '.join(told)}."
            for what, told in (("other runs with other settings", settings), ("runs in other spaces", others))
            if told
        ]

    def has(self, name: str) -> bool:
        """Whether there is a table of signals under a name."""
        return os.path.lexists(self._files(name)[0])

    def runs_of_before(self) -> Iterator[tuple[str, str]]:
        """The names of results that there are records of, and the files of their runs."""
        for path in sorted((self.logs / "runs").rglob("*.json")):
            run = _read(path).get("Run")
            if isinstance(run, str) and os.path.isabs(run):
                yield path.relative_to(self.logs / "runs").with_suffix("").as_posix(), run

    def _foreign(self, name: str) -> str | None:
        """A file in the place of a sidecar without a table, unless an earlier call has left it."""
        _, sidecar, _ = self._files(name)
        ours = not os.path.lexists(sidecar) or "nipype-maps" in (_read(sidecar).get("Versions") or ())
        return None if ours else sidecar.name

    def remove(self, names: Iterable[str]) -> None:
        """Remove tables, their sidecars and records."""
        from ..engine.execution import sentence_of

        for name in names:
            for path in self._files(name):
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise click.ClickException(sentence_of(error, path)) from error

    def publish(self, name: str, signals_file: str, sidecar_file: str, record: dict) -> Path:
        """Copy a run's results from the work folder; returns the table's path.

        What is there is replaced once all is copied: a full disk takes nothing away.  The table comes
        last, so that wherever there is one its own sidecar and record are too.

        Parameters
        ----------
        name : str
            May have folders before it.
        signals_file, sidecar_file : str
        record : dict
            What was asked: `Request.of`.
        """
        from ..storage.atomic import replacing
        from ..storage.json_files import save_json

        table, sidecar, kept = self._files(name)
        for folder in (table.parent, kept.parent):
            folder.mkdir(parents=True, exist_ok=True)
        same = _read(kept) == record and all(
            path.is_file() and filecmp.cmp(source, path, shallow=False)
            for source, path in ((signals_file, table), (sidecar_file, sidecar))
        )
        if not same:
            for path in filter(Path.is_dir, (table, sidecar, kept)):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            with replacing(table) as new, replacing(sidecar) as beside, replacing(kept) as told:
                shutil.copyfile(signals_file, new)
                shutil.copyfile(sidecar_file, beside)
                save_json(told, record)
                table.unlink(missing_ok=True)
        return table

    def _files(self, name: str) -> tuple[Path, Path, Path]:
        """Table, sidecar and record."""
        record = self.logs / "runs" / f"{name}.json"
        return self.out / f"{name}.tsv", self.out / f"{name}.json", record

    def _differences(self, run, request: Request, whole: bool = True) -> list[str]:
        """How the results under a run's name are others than those that are asked for."""
        asked = request.as_far_as_readable(run) if whole else {"Settings": request.settings, "Inputs": {}}
        _, sidecar, record = self._files(run.name)
        there = _read(record)
        if not is_record(there):
            there = request.as_told_by(_read(sidecar), run)
        if there is None:
            return ["nothing tells how they were made"]
        if (
            "run" in asked["Inputs"]
            and there.get("Run") != run.run_file
            and there["Inputs"].get("run") != asked["Inputs"]["run"]
        ):
            return [f"run: {there.get('Run')} there, {run.run_file} asked"]
        return differences(there, asked)


def _read(path: Path) -> dict:
    """A JSON object; empty where there is none, or another content."""
    from ..storage.json_files import read_json

    try:
        return read_json(path)
    except (OSError, ValueError, RecursionError):
        return {}
