"""Maps or mask as `fit` was given them: as files now, and again in another process or folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..images.filenames import image_files
from ..storage.checksums import digest
from .inputs import Images
from .session import WorkFolder


@dataclass(frozen=True)
class Kept:
    """Images, the files that they were when `fit` was called, and what was in these.

    Attributes
    ----------
    images : Images
        They travel with a pickled masker: what is in memory itself, of files the absolute paths.
    files : list of str
    prints : list of list of str
        Fingerprints of each image's files.
    inputs : pathlib.Path
        The folder that what was in memory was written to.
    """

    images: Images
    files: list[str]
    prints: list[list[str]]
    inputs: Path

    @classmethod
    def of(cls, images: Images, folder: WorkFolder) -> Kept:
        """Images; what is in memory is written to a folder."""
        files = folder.keep(images)
        return cls(images, files, [_prints(path) for path in files], folder.inputs)

    def found(self, folder: WorkFolder) -> list[str]:
        """The files, with the content that they had.

        Parameters
        ----------
        folder : WorkFolder
            What was in memory is written to it, unless it is there.

        Raises
        ------
        ValueError
            If a file, or an image in memory, has changed.
        FileNotFoundError
            If a file is not there any more.
        """
        files = self.files
        if not all(self._is_usable(path, folder) for path in files):
            files = self._again(folder)
        for then, path, prints in zip(self.files, files, self.prints, strict=True):
            was_written, is_written = _is_in(self.inputs, then), _is_in(folder.inputs, path)
            # what was read from a file and has come here in memory cannot be compared
            if was_written == is_written and _prints(path) != prints:
                shown = self.images.name if is_written else f"{self.images.name}: the file {path}"
                raise ValueError(f"{shown} has changed since fit was called; call fit again.")
        return files

    def _is_usable(self, path: str, folder: WorkFolder) -> bool:
        return os.path.exists(path) and (folder.inputs == self.inputs or not _is_in(self.inputs, path))

    def _again(self, folder: WorkFolder) -> list[str]:
        missing = [path for path in self.files if not (_is_in(self.inputs, path) or os.path.exists(path))]
        try:
            # an image that was loaded from a file needs it only if its data did not come along
            if not set(missing) & set(map(str, self.images.items)):
                return folder.keep(self.images)
        except FileNotFoundError:
            if not missing:
                raise
        raise FileNotFoundError(
            f"{self.images.name}: the file {missing[0]} is not there any more; put it back, or set "
            f"{self.images.name} and call fit again."
        )


def _is_in(folder: Path, path: str) -> bool:
    return Path(path).is_relative_to(folder)


def _prints(path: str) -> list[str]:
    return [digest(file) for file in image_files(path)]
