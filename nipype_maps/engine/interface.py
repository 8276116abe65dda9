"""Base classes of interfaces whose results can be cached by content and checked later.

`ContentHashedInputSpec` makes the cache key: files count by content, numbers to the last bit.
`RecordedInterface` records the digests of the files that it writes, the exception that it raises,
and nothing of the environment.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nipype import logging
from nipype.interfaces.base import (
    BaseInterfaceInputSpec,
    Bunch,
    File,
    InterfaceResult,
    SimpleInterface,
    Str,
    isdefined,
)

from ..notes import Note, collected
from ..storage.checksums import digest, record
from .raised import Raised

logger = logging.getLogger("nipype.interface")


def algorithm(version: str) -> Str:
    """Trait: version of an interface's algorithm; raise it when the same inputs give other outputs."""
    return Str(
        version, usedefault=True, desc="version of the algorithm, part of the cache key; not to be set"
    )


class ContentHashedInputSpec(BaseInterfaceInputSpec):
    """Inputs whose cache key depends on the content of files."""

    code_version = algorithm("1")

    def implicit_inputs(self) -> Sequence[str | os.PathLike[str]]:
        """Existing files that the interface reads although no input names them; part of the cache key."""
        return []

    def files_of(self, path: str) -> Sequence[str]:
        """The files that a path among the inputs stands for: itself, and others that belong to it."""
        return [path]

    def get_hashval(self, hash_method: str | None = None) -> tuple[list[tuple[str, Any]], str]:
        """The inputs in the form in which nipype's cache compares them, and the key made of them.

        Files count by name and content, in whatever folder they are and whenever they were
        written.  ``hash_method`` is ignored: by time and size alone, nipype's default, one
        subject's run can be mistaken for another's.  Numbers count to the last bit.

        Returns
        -------
        list of (str, object)
            Name and value of each input; of a file its path and digests.
        str
        """
        digests = functools.cache(lambda path: [digest(file) for file in self.files_of(path)])
        values: list[tuple[str, Any]] = [
            (name, value)
            for name, value in sorted(self.trait_get().items())
            if isdefined(value) and not self.has_metadata(name, "nohash", True)
        ]
        values.append(("implicit inputs", [str(path) for path in self.implicit_inputs()]))
        key = _described(values, lambda path: (os.path.basename(path), digests(path)))
        shown = _described(values, lambda path: (path, *digests(path)))
        text = repr([type(self).__name__, key])
        return shown, hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _described(value: Any, of_file: Callable[[str], object]) -> Any:
    """A value in a form that can be written down, each file replaced."""
    if isinstance(value, dict):
        return [(key, _described(item, of_file)) for key, item in sorted(value.items())]
    if isinstance(value, (list, tuple)):
        return [_described(item, of_file) for item in value]
    if isinstance(value, str) and os.path.isabs(value) and os.path.isfile(value):
        return of_file(value)
    # nipype stores this as JSON, which knows neither NaN nor the types of numpy
    return repr(value) if isinstance(value, float) else value


class RecordedInterface(SimpleInterface):
    """An interface whose `_run` returns its outputs.

    Subclasses define ``_run(self, inputs, cwd, notes) -> dict``: ``inputs`` has the traits'
    values as attributes, None for those not given; ``cwd`` is the node's folder; ``notes`` lists
    what was noted so far (`notes.note`), for a sidecar.  Warnings of other packages are left to
    Python: they are shown, not recorded.
    """

    #: The digests of its outputs are recorded, so that they can be checked: see `checksums.unchanged`.
    records_outputs = True

    def run(
        self, cwd: str | os.PathLike[str] | None = None, ignore_exception: bool | None = None, **inputs: Any
    ) -> InterfaceResult:
        """Execute the interface as nipype does, but let Ctrl-C through and store no environment.

        Raises
        ------
        KeyboardInterrupt
            Even with ``ignore_exception``, by which nipype would make it an error of this node.
        """
        result = super().run(cwd=cwd, ignore_exception=ignore_exception, **inputs)
        result.runtime.environ = {}  # all variables, passwords and tokens among them
        if getattr(result.runtime, "raised", {}).get("kind") == KeyboardInterrupt.__name__:
            raise KeyboardInterrupt
        return result

    def _run(self, inputs: SimpleNamespace, cwd: Path, notes: list[Note]) -> dict[str, Any]:
        raise NotImplementedError

    @contextmanager
    def _context(self) -> Iterator[None]:
        """The context in which `_run` is called; for subclasses to extend."""
        yield

    def _run_interface(self, runtime: Bunch) -> Bunch:
        self._results: dict[str, Any] = {}
        with _exception_recorded(runtime):
            with collected() as notes, self._context():
                self._results = self._run(self._values(), Path(runtime.cwd), notes)
            record(runtime.cwd, self._files())
        for note in notes:
            logger.warning("%s", note)
        return runtime

    def aggregate_outputs(self, runtime: Bunch | None = None, needed_outputs: Any = None) -> Any:
        """Check the outputs as nipype does."""
        with _exception_recorded(runtime):
            return super().aggregate_outputs(runtime, needed_outputs)

    def _values(self) -> SimpleNamespace:
        # nipype sets an input to Undefined, default or not, that is connected to a field which
        # nobody filled in
        values, defaults = self.inputs.trait_get(), self.input_spec().trait_get()
        chosen = {name: values[name] if isdefined(values[name]) else defaults[name] for name in defaults}
        return SimpleNamespace(
            **{name: value if isdefined(value) else None for name, value in chosen.items()}
        )

    def _files(self) -> list[str]:
        """The files among the results."""
        spec = self.output_spec()
        return [path for name, path in self._results.items() if path and spec.trait(name).is_trait_type(File)]

    def _list_outputs(self) -> dict[str, Any]:
        # nipype asks again when it cannot load a node's results; an error makes it execute the node
        if not self._results:
            raise FileNotFoundError(f"{type(self).__name__} has not been executed yet.")
        return self._results


@contextmanager
def _exception_recorded(runtime: Bunch | None) -> Iterator[None]:
    """Keep an exception as data in what nipype stores: nipype itself keeps only its text."""
    try:
        yield
    except BaseException as error:
        if runtime is not None:
            runtime.raised = asdict(Raised.of(error))
        raise
