"""The folder that a masker's graphs run in, and their failures as exceptions."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nipype.interfaces.base import isdefined
from nipype.pipeline.engine import Node, Workflow

from ..engine.execution import message_of, run_workflow
from ..engine.execution.log import log_to
from ..engine.execution.log_handlers import handlers_restored
from ..engine.execution.working_directory import call_apart
from ..notes import collected
from ..storage.atomic import draft_folder, sweep
from .inputs import Images
from .warnings import warn

#: What failures are raised as; others are RuntimeErrors.
EXCEPTIONS = {
    kind.__name__: kind for kind in (ValueError, TypeError, OSError, FileNotFoundError, MemoryError)
}
#: What nilearn calls the steps when it is verbose.
STEPS = {
    "project": "Extracting region signals",
    "clean": "Cleaning extracted signals",
    "inverse": "Computing image from signals",
}
#: Arguments that files of what is handed over in memory are named after.
ARGUMENTS = r"maps_img|mask_img|imgs|confounds\d*|region_signals"
RESAMPLED = {"resample_maps": "Resampling regions", "resample_mask": "Resampling mask"}


_turn = threading.RLock()


def in_turn(method):
    """A decorator: of all threads of this process one at a time is in such a method.

    What nipype logs where, the threads of BLAS and, where threads have no folders of their own,
    the folder are those of the process.
    """

    @functools.wraps(method)
    def waiting(*arguments, **options):
        with _turn, handlers_restored():
            return method(*arguments, **options)

    return waiting


def _renew() -> None:
    """In a forked process: whose turn it was is not there to let go."""
    global _turn
    _turn = threading.RLock()


os.register_at_fork(after_in_child=_renew)


def location_of(memory) -> str | os.PathLike | None:
    """The folder that a memory stands for: a path, a joblib.Memory's location, or None."""
    return getattr(memory, "location", memory)


class WorkFolder:
    """Where graphs run: a folder that is kept, or one that lives as long as this object.

    Parameters
    ----------
    memory : None, path-like or joblib.Memory
        Where to keep results; None keeps none.

    Attributes
    ----------
    path : pathlib.Path
    inputs : pathlib.Path
        Where `keep` writes.
    kept : bool

    Raises
    ------
    OSError
        If the folder cannot be made.
    """

    def __init__(self, memory):
        location = location_of(memory)
        self.kept = location is not None
        self._process = os.getpid()
        if self.kept:
            self.path = Path(location).expanduser().absolute() / "nipype-maps"
            try:
                self.path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise type(error)(
                    f"memory: no folder can be made at {self.path} ({error.strerror}); choose another place."
                ) from error
        else:
            self.path = Path(tempfile.mkdtemp(prefix="nipype-maps-"))
            weakref.finalize(self, _remove, self.path, self._process)
        self.inputs = self.path / "inputs"

    @property
    def is_ours(self) -> bool:
        """Whether it is there, and this process made it, which will remove it."""
        return self._process == os.getpid() and self.path.is_dir()

    def keep(self, images: Images) -> list[str]:
        """Paths of images; what is in memory is kept here under a name made of its content."""
        with self.speaking():
            return images.files(self.inputs)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for what is handed over in memory and needed for one call only."""
        self.path.mkdir(parents=True, exist_ok=True)
        sweep(self.path)
        with draft_folder(self.path) as folder, self.speaking():
            yield folder

    def run(self, workflow: Workflow, wanted: Sequence[str], title: str, verbose: int = 0) -> list:
        """Run a graph here, waiting where another process uses it.

        Parameters
        ----------
        workflow : Workflow
        wanted : sequence of str
            Names of nodes in the graph.
        title : str
            What is said to be running.
        verbose : int
            1 tells the steps as they are run; 2 shows nipype's log too.

        Returns
        -------
        list
            The outputs of the nodes that are wanted.

        Raises
        ------
        ValueError, TypeError, OSError, FileNotFoundError, MemoryError or RuntimeError
            As the first node that failed raised.
        """
        begun = set()

        def on_start(name: str, node: Node) -> None:
            begun.add(name)
            if verbose and node.name in STEPS:
                print(f"[{title}] {STEPS[node.name]}")

        def on_done(name: str, node: Node) -> None:
            if verbose and name in begun and node.name in RESAMPLED and _is_own(node):
                print(f"[{title}] {RESAMPLED[node.name]}")

        def run() -> list:
            with log_to(self.path / "nipype.log", verbose=verbose > 1):
                outcome = run_workflow(
                    workflow,
                    logs=self.path,
                    wait=True,
                    on_start=on_start,
                    on_done=on_done,
                    progress=bool(verbose),
                )
            if outcome.failures:
                failure = outcome.failures[0]
                raise EXCEPTIONS.get(failure.kind, RuntimeError)(self._as_given(failure.reason))
            return [outcome.done[name].result.outputs for name in wanted]

        workflow.base_dir = str(self.path)
        return call_apart(run)

    def warn(self, sentences: Iterable[str]) -> None:
        """Warn of what was noticed while a graph ran."""
        for sentence in dict.fromkeys(sentences):
            warn(self._as_given(sentence))

    @contextlib.contextmanager
    def speaking(self) -> Iterator[None]:
        """Exceptions and notes name arguments, not files of this folder; a full disk is said to be one."""
        try:
            with collected() as notes:
                yield
            self.warn(notes)
        except (ValueError, OSError) as error:
            sentence = self._as_given(message_of(error, self.path))
            if type(error) not in (ValueError, OSError) or sentence == str(error):
                raise
            raise type(error)(sentence) from error

    def _as_given(self, sentence: str) -> str:
        """A sentence that names what was handed over in memory by its argument, not its file."""
        own = re.escape(f"{self.path}{os.sep}")
        file = rf"(?:{own}\S*?/|(?<![\w/]))({ARGUMENTS})(?:_(\d{{4}}))?\.(?:nii|npy|tsv)\b"
        return re.sub(file, lambda found: found[1] + (f"[{int(found[2]) - 1}]" if found[2] else ""), sentence)


def _is_own(node: Node) -> bool:
    """Whether a node has made a file, not handed one on."""
    made = node.result.outputs.out_file
    return isdefined(made) and Path(made).is_relative_to(node.output_dir())


def _remove(path: Path, process: int) -> None:
    if os.getpid() == process:  # not in a process that was forked, and shares the folder
        shutil.rmtree(path, ignore_errors=True)
