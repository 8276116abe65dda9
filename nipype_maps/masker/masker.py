"""The class: parameters in, graphs run, arrays and images out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..bids.runs import Run
from ..images.volumes import Volumes, grid_of
from ..images.working_grid import WorkingGrid
from ..numerics.grid import require_same_grid
from .estimator import Estimator
from .extraction import Extraction
from .inputs import Images, images_of, mask_of, one_per_run, runs_of, signals_of
from .kept import Kept
from .outputs import image_in_memory, maps_image, mask_image
from .parameters import graph_parameters, signals_dtype
from .session import WorkFolder, in_turn, location_of
from .warnings import warn

#: Of what is pickled; another one's fitted maskers cannot be read.
FORMAT = 1
#: What fit sets.
IMAGES = ("maps_img_", "mask_img_")
FITTED = (*IMAGES, "_extraction", "_given", "_temporary", "memory_", "n_elements_")


class NiftiMapsMasker(Estimator):
    """Extract one signal per map from fMRI runs: nilearn's class, with results kept on disk.

    Least squares of every frame on continuous maps that may overlap (ICA networks, DiFuMo,
    MSDL), then cleaning along time.  Parameters, methods and results are those of
    ``nilearn.maskers.NiftiMapsMasker``; everything is computed by the graphs of
    `nipype_maps.graphs`, in double precision.

    Parameters
    ----------
    maps_img : path-like, image, or list of 3D images
        4D image of K maps; a 3D image is one map.
    mask_img : path-like or image, optional
        3D image with at most one value besides 0; inside is where it is not 0, and finite.
    allow_overlap : bool, default=True
        False: an error if two maps are both non-zero at one voxel.
    smoothing_fwhm : float, three floats or None, default=None
        Smooth the run by a Gaussian of this full width at half maximum (mm).
    standardize : {False, True, None, 'zscore', 'zscore_sample', 'psc'}, default=False
        True and 'zscore': zero mean, unit variance with ddof=0 (nilearn 0.8); 'zscore_sample':
        with ddof=1 (nilearn 0.14); 'psc': percent change from the mean, decided per signal.
    standardize_confounds : bool, default=True
        Give confounds zero mean and unit variance first.
    high_variance_confounds : bool, default=False
        Regress out five confounds from the 2 % of voxels of largest variance.
    detrend : bool, default=False
        Remove mean and linear trend.
    low_pass : float or None, default=None
        Remove frequencies above this one (Hz).
    high_pass : float or None, default=None
        Remove frequencies below this one (Hz).
    t_r : float or None, default=None
        Seconds from frame to frame.  None takes them from the run's BIDS sidecar, from those that it
        inherits in its data set, or from its header; nilearn wants to be told where a filter needs them.
    dtype : {None, 'auto'} or float type, default=None
        None is float64, 'auto' float32.  Integer types, which nilearn takes, are refused.
    resampling_target : {'data', 'mask', 'maps', None}, default='data'
        Whose grid all is put on; None: an error where grids differ.  Maps are resampled
        linearly, as by nilearn 0.14 (0.8: cubic splines), runs by cubic splines.
    memory : path-like, joblib.Memory or None, default=None
        Folder in which results are kept, so that what was computed once, in whatever process,
        is read from there; None: a temporary folder that is removed with the masker.
    memory_level : int, default=0
        Accepted for nilearn's sake: every step is kept, or none.
    verbose : int, default=0
        1 says which steps are run, 2 shows nipype's log too.
    keep_masked_maps : {None, True, False}, default=None
        What becomes of a map of which nothing is left on the grid inside the mask.  None: its
        signal is NaN, so that all subjects have the same columns; True: 0 (nilearn 0.8);
        False: it is dropped (nilearn 0.14, whose default that is).
    reports : bool, default=True
        Accepted for nilearn's sake; no reports are made.
    cmap : str, default='CMRmap_r'
        Accepted for nilearn's sake.
    clean_args : dict or None, default=None
        ``filter`` ('butterworth', 'cosine' or None) and ``extrapolate`` (bool), as in
        ``nilearn.signal.clean``.

    Attributes
    ----------
    maps_img_ : nibabel.Nifti1Image
        Maps on the working grid, 0 outside the mask; as they were given after ``fit()``
        without an image where ``resampling_target='data'``.
    mask_img_ : nibabel.Nifti1Image or None
        Mask on that grid, 0 and 1.
    memory_ : pathlib.Path or None
        Folder that results are kept in.
    n_elements_ : int
        Number of signals.

    Notes
    -----
    Images in memory are known by their content; images loaded from a file and not changed are
    read from that file.  A list of 4D images is a list of runs, and gives a list of arrays, as
    ``nilearn.maskers.MultiNiftiMapsMasker`` does.

    A name with wildcards stands for all files that match.  3D volumes are taken in the order of the
    numbers in their names, ``v_2.nii`` before ``v_10.nii``, where nilearn sorts as text; 4D runs in
    alphabetical order, as nilearn does.

    Parameters that are set after `fit` count from the next call on, as in nilearn, but for
    ``maps_img`` and ``mask_img``, which count from the next `fit` on: until then each call warns.
    ``maps_img_``, ``mask_img_`` and ``n_elements_`` are as `fit` made them.  Relative paths of maps,
    mask and memory mean what they meant when `fit` was called; a file that has changed since is
    an error.

    A fitted masker that is pickled or copied stays fitted, and nothing is run to restore it.
    Maps and mask that were in memory travel with it; those that were files are looked for, by
    their absolute paths, when they are needed.

    Maskers may be used in several threads: the calls of a process are serialised by a lock.
    nipype changes the working directory while it works, here that of a thread which has one of its
    own: other threads keep theirs.  Where the system does not allow this (macOS, and
    containers that refuse ``unshare``, as Docker does by default) the directory of the whole program
    changes meanwhile, and a program with other threads is warned once.  The threads of BLAS are limited to
    one while a node is executed, for the whole program.  A process that is forked at any time can
    use its maskers.

    Examples
    --------
    >>> import nibabel as nib, numpy as np
    >>> rng = np.random.default_rng(0)
    >>> maps = nib.Nifti1Image(rng.random((5, 6, 4, 2)), np.eye(4))
    >>> series = np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 1.0]])
    >>> run = nib.Nifti1Image(maps.get_fdata() @ series.T, np.eye(4))
    >>> masker = NiftiMapsMasker(maps)
    >>> masker.fit_transform(run).round(6)
    array([[1., 2.],
           [3., 5.],
           [4., 1.]])
    >>> masker.inverse_transform(series).shape
    (5, 6, 4, 3)
    """

    def __init__(
        self,
        maps_img=None,
        mask_img=None,
        allow_overlap=True,
        smoothing_fwhm=None,
        standardize=False,
        standardize_confounds=True,
        high_variance_confounds=False,
        detrend=False,
        low_pass=None,
        high_pass=None,
        t_r=None,
        dtype=None,
        resampling_target="data",
        memory=None,
        memory_level=0,
        verbose=0,
        keep_masked_maps=None,
        reports=True,
        cmap="CMRmap_r",
        clean_args=None,
    ):
        self.maps_img = maps_img
        self.mask_img = mask_img
        self.allow_overlap = allow_overlap
        self.smoothing_fwhm = smoothing_fwhm
        self.standardize = standardize
        self.standardize_confounds = standardize_confounds
        self.high_variance_confounds = high_variance_confounds
        self.detrend = detrend
        self.low_pass = low_pass
        self.high_pass = high_pass
        self.t_r = t_r
        self.dtype = dtype
        self.resampling_target = resampling_target
        self.memory = memory
        self.memory_level = memory_level
        self.verbose = verbose
        self.keep_masked_maps = keep_masked_maps
        self.reports = reports
        self.cmap = cmap
        self.clean_args = clean_args

    @in_turn
    def fit(self, X=None, y=None, *, imgs=None):  # noqa: N803
        """Prepare maps and mask.

        Parameters
        ----------
        X : path-like, image, list of 3D images, or list of runs, optional
            On whose grid (the first run's) signals are to be extracted where
            ``resampling_target='data'``.  Without it, each run that is transformed says so.
        y : None
            For scikit-learn.
        imgs : optional
            Another name of ``X``, nilearn's.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If a parameter or an image is of a wrong type.
        ValueError
            If a parameter has a wrong value, no map is left, maps overlap though they must not,
            or grids differ where ``resampling_target`` is None.
        """
        given = imgs if X is None else X
        graph_parameters(self)
        if self.keep_masked_maps:
            warn(
                'the "keep_masked_maps" parameter will be removed from nilearn in its version 0.15; here it '
                "stays.",
                FutureWarning,
            )
        run = None
        if given is not None:
            self._say("fit", "Loading data from", given)
            run = runs_of(given, "imgs")[0][0]
        self._say("fit", "Loading regions from", self.maps_img)
        maps = images_of(self.maps_img, "maps_img")
        if self.mask_img is not None:
            self._say("fit", "Loading mask from", self.mask_img)
        mask = mask_of(self.mask_img, "mask_img")
        self._fit(maps, mask, *self._place_and_t_r(run, maps))
        self._say("fit", "Finished fit")
        return self

    @in_turn
    def transform(self, imgs, confounds=None, sample_mask=None):
        """Extract signals.

        Parameters
        ----------
        imgs : path-like, image, list of 3D images, or list of runs
            Runs of T frames, each a 4D image or a list of 3D images.
        confounds : path-like, (T, C) array, data frame, or list of these, optional
            Confounds to regress out; for a list of runs, a list with one such entry per run.
        sample_mask : path-like, indices or T booleans, optional
            Frames to keep; for a list of runs, a list with one such entry per run.

        Returns
        -------
        (T_kept, K) array, (K,) array for a 3D image, or list of arrays for a list of runs

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        TypeError
            If something is of a wrong type, or of wrong dimensions.
        ValueError
            If something does not fit: lengths, grids, parameters.
        """
        self._require_fit()
        runs, several = runs_of(imgs, "imgs")
        if several:
            confounds = one_per_run(confounds, "confounds", len(runs))
            sample_mask = one_per_run(sample_mask, "sample_mask", len(runs))
        else:
            confounds, sample_mask = [confounds], [sample_mask]
        signals = self._transform(runs, confounds, sample_mask)
        return signals if several else signals[0]

    @in_turn
    def transform_single_imgs(self, imgs, confounds=None, sample_mask=None):
        """Extract signals from one run: `transform` without lists of runs."""
        self._require_fit()
        return self._transform([images_of(imgs, "imgs")], [confounds], [sample_mask])[0]

    @in_turn
    def fit_transform(self, imgs, y=None, confounds=None, sample_mask=None):
        """Prepare maps and mask for the grid of some runs, and extract signals.

        Parameters and result are those of `transform`; ``y`` is for scikit-learn.
        """
        return self.fit(imgs).transform(imgs, confounds=confounds, sample_mask=sample_mask)

    @in_turn
    def inverse_transform(self, region_signals):
        """Make the image that signals stand for: the sum of all maps, each times its signal.

        It lies on the grid of the image that `fit` was given, else of the run transformed last,
        and has that run's time step.

        Parameters
        ----------
        region_signals : (T, K) or (K,) array, or data frame
            A column of NaN, of a map of which nothing is left, adds nothing.

        Returns
        -------
        nibabel.Nifti1Image
            4D, or 3D for one-dimensional signals; in memory.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        ValueError
            If the signals are no numbers, or not as many as maps.
        """
        self._require_fit()
        self._warn_of_other_images()
        signals = signals_of(region_signals, self._extraction.seen.n_signals or self.n_elements_)
        given = signals.dtype if signals.dtype.kind == "f" else np.dtype("float64")
        dtype = given if self.dtype is None else signals_dtype(self.dtype)
        parameters = graph_parameters(self)
        if self._extraction.is_deferred(parameters) and not self._extraction.seen.places:
            warn(
                "no run has been seen yet, so that the image lies on the grid of maps_img; call fit with an "
                "image on the grid that you want."
            )
        path = self._extraction.inverse(
            self._folder(),
            parameters,
            np.atleast_2d(signals),
            self.t_r,
            # NIfTI knows no half precision
            "float64" if dtype == np.float64 else "float32",
            **self._telling("inverse_transform"),
        )
        image = image_in_memory(path, n_dims=signals.ndim + 2)
        shutil.rmtree(path.parent.parent)
        return image

    def __getattr__(self, name: str):
        """Maps and mask of a masker that came as a pickle, prepared when they are asked for."""
        if name not in IMAGES:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if not self.__sklearn_is_fitted__():
            raise AttributeError(f"this {type(self).__name__} has no {name} before fit is called.")
        self._prepare_again()
        return self.__dict__[name]

    def __getstate__(self) -> dict:
        """All but what lies in a folder that may be gone when this is needed."""
        state = {name: value for name, value in self.__dict__.items() if name not in (*IMAGES, "_temporary")}
        return {**state, "_format": FORMAT}

    def __setstate__(self, state: dict) -> None:
        """What was there; files are looked for when they are needed."""
        state = dict(state)
        found = state.pop("_format", None)
        if "_extraction" in state:
            state["_extraction"] = replace(state["_extraction"])  # a copy sees runs of its own
        self.__dict__.update({**self._defaults(), **state})
        if self.__sklearn_is_fitted__() and found != FORMAT:
            for name in FITTED:
                self.__dict__.pop(name, None)
            warn(
                f"this {type(self).__name__} was pickled by another version of nipype-maps, so that it is no "
                "longer fitted; call fit again."
            )

    def _fit(self, maps: Images, mask: Images | None, place: WorkingGrid | None, t_r: float | None) -> None:
        """Prepare maps and mask, and take over what came of it."""
        folder, parameters = WorkFolder(self.memory), graph_parameters(self)
        kept = [None if images is None else Kept.of(images, folder) for images in (maps, mask)]
        extraction = Extraction(*kept, place, t_r, parameters)
        images, n_elements = self._prepare(extraction, folder)
        self._extraction, self._temporary = extraction, None if folder.kept else folder
        (self.maps_img_, self.mask_img_), self.n_elements_ = images, n_elements
        self.memory_ = folder.path if folder.kept else None
        self._given = {name: getattr(self, name) for name in ("maps_img", "mask_img", "memory")}

    def _prepare(self, extraction: Extraction, folder: WorkFolder) -> tuple[tuple, int]:
        """Maps and mask on the working grid, as images, and the number of signals."""
        prepared = extraction.fit(folder, extraction.parameters, **self._telling("fit"))
        with folder.speaking():
            images = maps_image(prepared.maps_file, folder), mask_image(prepared.mask_file)
        return images, len(prepared.names)

    @in_turn
    def _prepare_again(self) -> None:
        (self.maps_img_, self.mask_img_), _ = self._prepare(self._extraction, self._folder())

    def _transform(self, runs: Sequence[Images], confounds: Sequence, sample_mask: Sequence) -> list:
        """Signals of some runs, as arrays or data frames."""
        self._warn_of_other_images()
        tables = self._extraction.transform(
            self._folder(),
            graph_parameters(self),
            runs,
            confounds,
            sample_mask,
            None if self.t_r is None else float(self.t_r),
            self._tell_of_resampling,
            **self._telling("transform"),
        )
        outputs = []
        for run, table in zip(runs, tables, strict=True):
            signals = table.values.astype(signals_dtype(self.dtype), copy=False)
            flat = run.is_volume and not self._makes_frames
            outputs.append(signals.squeeze() if flat else self._as_output(signals, table.names))
        return outputs

    def _place_and_t_r(self, run: Images | None, maps: Images) -> tuple[WorkingGrid | None, float | None]:
        """Where the runs lie, if their grid is the one to work on, and their time step."""
        if run is None:
            return None, None
        with WorkFolder(None).scratch() as scratch:
            files = run.files(scratch, n_frames=1)
            place, t_r = WorkingGrid.read(files), Run(files, self.t_r, quiet=True).t_r
            if self.resampling_target is None:
                grid = Volumes(maps.files(scratch, n_frames=1), quiet=True).grid
                require_same_grid("imgs", place.grid, "maps_img", grid)
        return (place if self.resampling_target == "data" else None), t_r

    def _tell_of_resampling(self, places: Sequence[WorkingGrid]) -> None:
        """Warn where a run makes more work than those before it."""
        fitted = self._extraction.place
        if self.resampling_target == "data":
            if fitted is not None and not all(fitted.same_as(place) for place in places):
                warn(
                    "Resampling maps at transform time: a run lies on another grid than the image that fit "
                    "was given, so that the maps are prepared anew for it."
                )
        elif self.resampling_target is not None:
            grid, _ = grid_of(self.maps_img_)
            if not all(place.grid.same_as(grid) for place in places):
                warn(
                    "Resampling images at transform time: every frame is put on the grid of the "
                    f"{self.resampling_target}, which takes longer than to put the maps on the run's "
                    "(resampling_target='data')."
                )

    def _folder(self) -> WorkFolder:
        """The folder to work in; one without memory lives as long as it is needed."""
        if location_of(self.memory) is not None:
            # a relative path means what it meant when fit was called
            return WorkFolder(self.memory_.parent if self._is_as_fitted("memory") else self.memory)
        if getattr(self, "_temporary", None) is None or not self._temporary.is_ours:
            self._temporary = WorkFolder(None)
        return self._temporary

    def _is_as_fitted(self, name: str) -> bool:
        """Whether a parameter still is what it was when fit was called."""
        value, given = getattr(self, name), self._given[name]
        return value is given or (isinstance(value, (str, os.PathLike)) and value == given)

    def _warn_of_other_images(self) -> None:
        """Warn of maps or a mask that nobody called fit with."""
        for name in ("maps_img", "mask_img"):
            if not self._is_as_fitted(name):
                warn(f"{name} was set after fit was called, and is not used; call fit again to use it.")

    def _telling(self, method: str) -> dict:
        return {"title": f"{type(self).__name__}.{method}", "verbose": int(self.verbose)}

    def _say(self, method: str, step: str, value=None) -> None:
        if self.verbose:
            shown = "" if value is None else f" {value!r}"
            print(f"[{type(self).__name__}.{method}] {step}{shown}")
