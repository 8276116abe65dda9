"""What all interfaces share: traits for images and frames, warnings, and errors that name a file."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from nipype import logging
from nipype.interfaces.base import (
    BaseInterfaceInputSpec,
    File,
    InputMultiObject,
    SimpleInterface,
    Str,
    Undefined,
    isdefined,
    traits,
)
from threadpoolctl import threadpool_limits

from ..bids.inheritance import sidecars_for
from ..bids.map_names import files_beside
from ..images.filenames import image_files, stem
from ..notes import collected
from ..storage.checksums import fingerprint, record

logger = logging.getLogger("nipype.interface")


class InputFile(File):
    """An existing file, made absolute so that a node can run in its own folder.

    Symbolic links are kept: in a DataLad data set they lead away from the sidecars.
    """

    def __init__(self, **metadata):
        super().__init__(exists=True, **metadata)

    def validate(self, objekt, name, value, return_pathlike=False):
        """Return the absolute path of an existing file."""
        if isinstance(value, (str, Path)) and not os.path.isfile(value):
            raise traits.TraitError(f"the file {value} of the '{name}' trait does not exist.")
        return os.path.abspath(super().validate(objekt, name, value))


def input_images(**metadata):
    """Trait: one 3D or 4D image, or a list of 3D images."""
    return InputMultiObject(InputFile(), **metadata)


def number_or_none(low: float = 0.0, exclude_low: bool = True, **metadata):
    """Trait: a number above a limit, or None, which is the default."""
    return traits.Either(None, traits.Range(low=low, exclude_low=exclude_low), usedefault=True, **metadata)


class SampleMask(traits.TraitType):
    """Frames to keep: a file, indices, or one boolean per frame; None keeps all.

    A compound of nipype's own traits would take ``[True, False]`` for the indices 1 and 0.
    """

    default_value = None
    info_text = "a file, a list of frame indices, a list of one boolean per frame, or None"

    def validate(self, objekt, name, value):
        """Return a path, a list of bools, a list of ints, or None."""
        if value is None:
            return None
        if isinstance(value, (str, Path)) and os.path.isfile(value):
            return os.path.abspath(value)
        if isinstance(value, (list, tuple, np.ndarray)):
            kinds = {np.asarray(item).dtype.kind for item in value}
            if kinds <= {"b"} or kinds <= {"i", "u"}:
                return np.asarray(value).tolist()
        return self.error(objekt, name, value)


def algorithm(version: str):
    """Trait: version of an interface's algorithm, to be raised when the same inputs give other outputs."""
    return Str(
        version, usedefault=True, desc="version of the algorithm, part of the cache key; not to be set"
    )


class MapsInputSpec(BaseInterfaceInputSpec):
    """Inputs that every interface has."""

    code_version = algorithm("1")

    def read_besides(self) -> list[Path]:
        """Files that the interface reads without being told their names, those that exist."""
        return []

    def get_hashval(self, hash_method=None):
        """The inputs as nipype's cache knows them, and the key made of them.

        Files count by their name and content, in whatever folder they lie and whenever they
        were written, and whatever ``hash_method`` says: by time and size alone, as is nipype's
        default, one subject's run can be taken for another's.  Numbers count to the last bit.

        Returns
        -------
        list of (str, object)
            Name and value of each input; of a file its path and fingerprint.
        str
        """
        prints = functools.cache(lambda path: [fingerprint(file) for file in image_files(path)])
        values = [
            (name, value)
            for name, value in sorted(self.trait_get().items())
            if isdefined(value) and not self.has_metadata(name, "nohash", True)
        ]
        values.append(("read besides", [str(path) for path in self.read_besides()]))
        key = _described(values, lambda path: (os.path.basename(path), prints(path)))
        shown = _described(values, lambda path: (path, *prints(path)))
        key = repr([type(self).__name__, key])
        return shown, hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()


def sidecars_read(paths, t_r) -> list[Path]:
    """The sidecars that apply to a run, if they are asked for the time between frames."""
    known = isdefined(paths) and paths and isdefined(paths[0])
    return sidecars_for(paths[0]) if known and t_r in (None, Undefined) else []


def names_read(paths, given) -> list[Path]:
    """The files beside maps that may hold their names, if nobody gives them."""
    known = isdefined(paths) and paths and given in (None, Undefined)
    return files_beside(paths[0]) if known else []


def _described(value, of_file: Callable[[str], object]):
    """A value as it can be written down, with something else in place of each file."""
    if isinstance(value, dict):
        return [(key, _described(item, of_file)) for key, item in sorted(value.items())]
    if isinstance(value, (list, tuple)):
        return [_described(item, of_file) for item in value]
    if isinstance(value, str) and os.path.isabs(value) and os.path.isfile(value):
        return of_file(value)
    # nipype keeps this as JSON, which knows neither NaN nor the types of numpy
    return repr(value) if isinstance(value, float) else value


class MapsInterface(SimpleInterface):
    """An interface whose `_run` returns its outputs.

    Subclasses define ``_run(self, inputs, cwd, notes) -> dict``: ``inputs`` holds the traits'
    values, None for what is not given; ``cwd`` is the node's folder; ``notes`` lists
    what was noted so far (`numerics.notes.note`), for a sidecar.  Warnings of other packages are
    left to Python: they are shown, not recorded.
    """

    #: What it writes can be checked: `files.fingerprints.unchanged`.
    records_outputs = True

    def run(self, cwd=None, ignore_exception=None, **inputs):
        """Run, as all interfaces of nipype; without the environment in what is stored of it."""
        result = super().run(cwd=cwd, ignore_exception=ignore_exception, **inputs)
        result.runtime.environ = {}  # of all variables, passwords and tokens among them
        return result

    def _run_interface(self, runtime):
        self._results = {}
        # one thread computes while another reads or writes; a BLAS that takes all cores waits for
        # the slowest in every small product
        with collected() as notes, threadpool_limits(1, user_api="blas"):
            self._results = self._run(self._values(), Path(runtime.cwd), notes)
        record(runtime.cwd, self._files())
        for sentence in notes:
            logger.warning("%s", sentence)
        return runtime

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

    def _list_outputs(self):
        # nipype asks again when it cannot load a node's results; an error makes it run the node
        if not self._results:
            raise FileNotFoundError(f"{type(self).__name__} has not run yet.")
        return self._results


def output_path(cwd: Path, in_file: str | os.PathLike[str], suffix: str) -> str:
    """Where a node writes: in its own folder, named after its input."""
    return str(cwd / f"{stem(in_file)}{suffix}")
