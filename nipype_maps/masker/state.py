"""What `fit` sets on a masker: used by its methods, pickled, and restored when it is needed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib

from ..images.working_grid import WorkingGrid
from .estimator import Estimator
from .extraction import Extraction, Prepared
from .fitted_images import FittedImages
from .graph_options import graph_options
from .inputs import Images, MapNames
from .result_images import maps_image, mask_image
from .serialized import serialized
from .user_warnings import warn
from .verbosity import Verbosity
from .work_folder import WorkFolder, location_of

#: Version of the state in pickles; maskers that were pickled with another one are not fitted.
FORMAT = 3
IMAGES = ("maps_img_", "mask_img_")
#: All attributes that fit sets.
FITTED = (*IMAGES, "_extraction", "_given", "_temporary", "map_names_", "memory_", "n_elements_")
#: Parameters that count when fit is called.
OF_FIT = ("maps_img", "mask_img", "map_names", "map_names_column")


class FittedEstimator(Estimator):
    """An estimator with maps and mask that were prepared by `fit`.

    Pickles have no images of the prepared maps and mask: these are files in a folder that may be
    gone later, and are prepared again when they are used.
    """

    maps_img_: nib.Nifti1Image
    mask_img_: nib.Nifti1Image | None
    _extraction: Extraction
    _given: dict[str, Any]
    _temporary: WorkFolder | None
    map_names_: list[str]
    memory_: Path | None

    def __getattr__(self, name: str) -> Any:
        """Prepare maps and mask of a masker that was unpickled."""
        if name not in IMAGES:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if not self.__sklearn_is_fitted__():
            raise AttributeError(f"this {type(self).__name__} has no {name} before fit is called.")
        self._prepare_again()
        return self.__dict__[name]

    def __getstate__(self) -> dict[str, Any]:
        """All but images and folder, see the class."""
        state = {name: value for name, value in self.__dict__.items() if name not in (*IMAGES, "_temporary")}
        return {**state, "_format": FORMAT}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the state; files are read when they are needed."""
        state = dict(state)
        found = state.pop("_format", None)
        if "_extraction" in state:
            state["_extraction"] = replace(state["_extraction"])  # a copy remembers runs of its own
        self.__dict__.update({**self._defaults(), **state})
        if self.__sklearn_is_fitted__() and found != FORMAT:
            for name in FITTED:
                self.__dict__.pop(name, None)
            warn(
                f"this {type(self).__name__} was pickled by another version of nipype-maps, so that it is no "
                "longer fitted; call fit again."
            )

    def _prepare(
        self,
        maps: Images,
        mask: Images | None,
        grid: WorkingGrid | None,
        t_r: float | None,
        verbosity: Verbosity,
    ) -> None:
        """Prepare maps and mask, and set all attributes of `FITTED`, or none if that fails."""
        folder = WorkFolder(self.memory)
        extraction = Extraction(
            FittedImages.of(maps, folder),
            None if mask is None else FittedImages.of(mask, folder),
            grid,
            t_r,
            MapNames.of(self.map_names, self.map_names_column),
            graph_options(self.get_params()),
        )
        prepared = extraction.fit(folder, extraction.options, verbosity)
        self._load_images(prepared, folder)
        self._extraction, self._temporary = extraction, None if folder.kept else folder
        self.map_names_, self.n_elements_ = prepared.names, len(prepared.names)
        self.memory_ = folder.path if folder.kept else None
        self._given = {name: getattr(self, name) for name in (*OF_FIT, "memory")}

    @serialized
    def _prepare_again(self) -> None:
        folder = self._folder()
        verbosity = self._verbosity("fit")
        self._load_images(self._extraction.fit(folder, self._extraction.options, verbosity), folder)

    def _load_images(self, prepared: Prepared, folder: WorkFolder) -> None:
        with folder.reporting():
            images = maps_image(prepared.maps_file, folder), mask_image(prepared.mask_file)
        self.maps_img_, self.mask_img_ = images

    def _folder(self) -> WorkFolder:
        """The folder to execute graphs in; without memory, a temporary one."""
        if location_of(self.memory) is not None:
            # a relative path is relative to the working directory in which fit was called
            if self.memory_ is not None and self._is_as_fitted("memory"):
                return WorkFolder(self.memory_.parent)
            return WorkFolder(self.memory)
        temporary: WorkFolder | None = self.__dict__.get("_temporary")
        if temporary is None or not temporary.is_ours:
            temporary = self._temporary = WorkFolder(None)
        return temporary

    def _is_as_fitted(self, name: str) -> bool:
        """Whether a parameter has the value that it had when fit was called."""
        value, given = getattr(self, name), self._given[name]
        return value is given or (isinstance(value, (str, os.PathLike)) and value == given)

    def _warn_of_other_images(self) -> None:
        """Warn if maps, mask or names were set after fit was called."""
        for name in OF_FIT:
            if not self._is_as_fitted(name):
                warn(f"{name} was set after fit was called, and is not used; call fit again to use it.")

    def _verbosity(self, method: str) -> Verbosity:
        return Verbosity(f"{type(self).__name__}.{method}", int(self.verbose))
