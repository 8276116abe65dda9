"""The folder in which a masker's graphs are executed, and their failures as exceptions."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nipype.interfaces.base.support import Bunch
from nipype.pipeline.engine import Workflow

from ..engine.execution import message_of, run_workflow
from ..engine.execution.log import log_to
from ..engine.execution.working_directory import call_apart
from ..notes import collected
from ..storage.atomic import draft_folder, sweep
from .inputs import Images
from .user_warnings import warn
from .verbosity import Verbosity

#: Exceptions that are raised again as they were; others become a RuntimeError.  Of the exception of a
#: node the engine has the name of its class alone: it may have been raised in another process, or be
#: of a class that cannot be imported here.
EXCEPTIONS = {
    kind.__name__: kind for kind in (ValueError, TypeError, OSError, FileNotFoundError, MemoryError)
}


def location_of(memory: Any) -> str | os.PathLike[str] | None:
    """The folder of a memory: a path, a joblib.Memory's location, or None."""
    return getattr(memory, "location", memory)


class WorkFolder:
    """A folder that is kept, or one that is removed with this object.

    Parameters
    ----------
    memory : None, path-like or joblib.Memory
        Where to keep results; None keeps none.

    Attributes
    ----------
    path : pathlib.Path
    inputs : pathlib.Path
        Where `keep` writes images in memory.
    kept : bool

    Raises
    ------
    OSError
        If the folder cannot be created.
    """

    def __init__(self, memory: object):
        location = location_of(memory)
        self.kept = location is not None
        self._process = os.getpid()
        if location is not None:
            self.path = Path(location).expanduser().absolute() / "nipype-maps"
            try:
                self.path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise type(error)(
                    f"memory: the folder {self.path} cannot be created ({error.strerror}); choose another "
                    "folder."
                ) from error
        else:
            self.path = Path(tempfile.mkdtemp(prefix="nipype-maps-"))
            weakref.finalize(self, _remove, self.path, self._process)
        self.inputs = self.path / "inputs"

    @property
    def is_ours(self) -> bool:
        """Whether it exists, and this process created it and will remove it."""
        return self._process == os.getpid() and self.path.is_dir()

    def keep(self, images: Images) -> list[str]:
        """Paths of images; those in memory are written to a folder named by their content."""
        with self.reporting():
            return images.files(self.inputs)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for images and tables in memory that only one call needs."""
        self.path.mkdir(parents=True, exist_ok=True)
        sweep(self.path)
        with draft_folder(self.path) as folder, self.reporting():
            yield folder

    def execute(self, workflow: Workflow, wanted: Sequence[str], verbosity: Verbosity) -> list[Bunch]:
        """Execute a graph; if another process is executing it, wait for that first.

        Parameters
        ----------
        workflow : Workflow
        wanted : sequence of str
            Names of nodes in the graph.
        verbosity : Verbosity

        Returns
        -------
        list
            The outputs of the wanted nodes.

        Raises
        ------
        ValueError, TypeError, OSError, FileNotFoundError, MemoryError or RuntimeError
            As the first node that failed raised.
        """

        def execute() -> list[Bunch]:
            with log_to(self.path / "nipype.log", verbose=verbosity.level > 1):
                outcome = run_workflow(
                    workflow,
                    logs=self.path,
                    wait=True,
                    on_start=verbosity.on_start,
                    on_done=verbosity.on_done,
                    progress=bool(verbosity.level),
                )
            if outcome.failures:
                failure = outcome.failures[0]
                raise EXCEPTIONS.get(failure.kind, RuntimeError)(failure.reason)
            return [outcome.done[name].result.outputs for name in wanted]

        workflow.base_dir = str(self.path)
        return call_apart(execute)

    @contextlib.contextmanager
    def reporting(self) -> Iterator[None]:
        """Warn of notes at the user's line, and name the folder in the message about a full disk."""
        try:
            with collected() as notes:
                yield
            warn_once(notes)
        except OSError as error:
            message = message_of(error, self.path)
            if type(error) is not OSError or message == str(error):
                raise
            raise OSError(message) from error


def warn_once(messages: Iterable[str]) -> None:
    """Warn at the user's line, of repeated messages once."""
    for message in dict.fromkeys(messages):
        warn(message)


def _remove(path: Path, process: int) -> None:
    if os.getpid() == process:  # not in a forked process, which shares the folder
        shutil.rmtree(path, ignore_errors=True)
