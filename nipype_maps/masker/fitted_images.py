"""Maps or mask as `fit` was given them: as files now, and again in another process or work folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..images.filenames import image_files
from ..storage.checksums import checksum
from .inputs import Images
from .work_folder import WorkFolder


@dataclass(frozen=True)
class FittedImages:
    """Images, their files when `fit` was called, and the content of these.

    Attributes
    ----------
    images : Images
        Pickled with a masker: images in memory with their data, files as absolute paths.
    fitted_files : list of str
        The files when `fit` was called.
    prints : list of list of str
        Fingerprints of each image's files.
    inputs : pathlib.Path
        The folder that images in memory were written to.
    """

    images: Images
    fitted_files: list[str]
    prints: list[list[str]]
    inputs: Path

    @classmethod
    def of(cls, images: Images, folder: WorkFolder) -> FittedImages:
        """Images as they are now; those in memory are written to a work folder."""
        files = folder.keep(images)
        return cls(images, files, [_prints(path) for path in files], folder.inputs)

    def files(self, folder: WorkFolder) -> list[str]:
        """The files, with the content that they had when `fit` was called.

        Parameters
        ----------
        folder : WorkFolder
            Images in memory are written to it, unless they are in it already.

        Returns
        -------
        list of str

        Raises
        ------
        ValueError
            If a file, or an image in memory, has changed.
        FileNotFoundError
            If a file no longer exists.
        """
        files = self.fitted_files
        if not all(self._is_usable(path, folder) for path in files):
            files = self._written_again(folder)
        for then, path, prints in zip(self.fitted_files, files, self.prints, strict=True):
            was_written, is_written = _is_in(self.inputs, then), _is_in(folder.inputs, path)
            # an image that was read from a file, and is in memory now, has other bytes
            if was_written == is_written and _prints(path) != prints:
                shown = self.images.name if is_written else f"{self.images.name}: the file {path}"
                raise ValueError(f"{shown} has changed since fit was called; call fit again.")
        return files

    def _is_usable(self, path: str, folder: WorkFolder) -> bool:
        return os.path.exists(path) and (folder.inputs == self.inputs or not _is_in(self.inputs, path))

    def _written_again(self, folder: WorkFolder) -> list[str]:
        missing = [
            path for path in self.fitted_files if not (_is_in(self.inputs, path) or os.path.exists(path))
        ]
        try:
            # an image that was loaded from a missing file may have its data in memory
            if not set(missing) & set(map(str, self.images.items)):
                return folder.keep(self.images)
        except FileNotFoundError:
            if not missing:
                raise
        raise FileNotFoundError(
            f"{self.images.name}: the file {missing[0]} no longer exists; put it back, or set "
            f"{self.images.name} and call fit again."
        )


def _is_in(folder: Path, path: str) -> bool:
    return Path(path).is_relative_to(folder)


def _prints(path: str) -> list[str]:
    return [checksum(file) for file in image_files(path)]
