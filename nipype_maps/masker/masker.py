"""The class: parameters, and the methods of nilearn's maskers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np
from numpy.typing import DTypeLike

from ..storage.paths import PathLike
from .graph_options import graph_options, signals_dtype
from .inputs import Images, images_of, mask_of, one_per_run, runs_of, signals_of
from .inputs.arrays import ArrayLike
from .inputs.images import ImageLike
from .result_images import image_in_memory
from .serialized import serialized
from .state import FittedEstimator
from .user_warnings import warn
from .working_grid import grid_and_t_r, warn_of_resampling

if TYPE_CHECKING:
    from typing_extensions import Self


class NiftiMapsMasker(FittedEstimator):
    """Extract one signal per map from fMRI runs: nilearn's class, with results kept on disk.

    Least squares of every frame on continuous maps that may overlap (ICA networks, DiFuMo, MSDL), then
    denoising along time.  Parameters, methods and results are those of
    ``nilearn.maskers.NiftiMapsMasker``; everything is computed by the graphs of
    `nipype_maps.graphs`, in double precision.

    Parameters
    ----------
    maps_img : path-like, image, or list of 3D images
        4D image of K maps; a 3D image is one map.
    mask_img : path-like or image, optional
        3D image with at most one value besides 0; voxels that are finite and not 0 are inside.
    allow_overlap : bool, default=True
        False raises an error if two maps are both non-zero in one voxel.
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
        Repetition time (seconds).  None takes it from the run's BIDS sidecar, from sidecars that the run
        inherits in its data set, or from its header; nilearn requires it for filters.
    dtype : {None, 'auto'} or float type, default=None
        None is float64, 'auto' float32.  Integer types, which nilearn takes, are refused.
    resampling_target : {'data', 'mask', 'maps', None}, default='data'
        Whose grid is the working grid; None raises an error if grids differ.  Maps are resampled
        linearly, as by nilearn 0.14 (0.8: cubic splines), runs by cubic splines.
    memory : path-like, joblib.Memory or None, default=None
        Folder in which results are cached, for all processes that use it; None uses a temporary folder
        that is removed with the masker.
    memory_level : int, default=0
        Accepted for compatibility with nilearn: every step is cached, or none.
    verbose : int, default=0
        1 prints the steps that are executed, 2 also nipype's log.
    keep_masked_maps : {None, True, False}, default=None
        What becomes of a map with no non-zero voxel after resampling and masking.  None: its signal is
        NaN, so that all subjects have the same columns; True: it is 0 (nilearn 0.8); False: the map is
        dropped (default of nilearn 0.14).
    reports : bool, default=True
        Accepted for compatibility with nilearn; no reports are made.
    cmap : str, default='CMRmap_r'
        Accepted for compatibility with nilearn.
    clean_args : dict or None, default=None
        ``filter`` ('butterworth', 'cosine' or None) and ``extrapolate`` (bool), as in
        ``nilearn.signal.clean``.
    map_names : path-like, sequence of str or None, default=None
        Names of the maps, which nilearn does not have: a label table (.tsv, .csv), a .json or .txt file,
        or one name per map; or a .txt file of the numbers, from 1, of the maps whose signals are
        returned, while all are fitted.  None finds them beside the maps.
    map_names_column : str or None, default=None
        Column of the label table that has the names; None takes ``name``, else the only one of
        ``Difumo_names``, ``label``, ``labels``, ``names``, ``region`` and ``roi``.

    Attributes
    ----------
    maps_img_ : nibabel.Nifti1Image
        Maps on the working grid, 0 outside the mask; not resampled after ``fit()`` without an image
        if ``resampling_target='data'``.
    mask_img_ : nibabel.Nifti1Image or None
        Mask on that grid, 0 and 1.
    map_names_ : list of str
        Names of the signals.
    memory_ : pathlib.Path or None
        Folder in which results are cached.
    n_elements_ : int
        Number of signals.

    Notes
    -----
    Images in memory are identified by their content; images that were loaded from a file and not changed
    are read from that file.  A list of 4D images is a list of runs, and returns a list of arrays, as
    with ``nilearn.maskers.MultiNiftiMapsMasker``.

    A name with wildcards stands for all files that match.  3D volumes are taken in the order of the
    numbers in their names, ``v_2.nii`` before ``v_10.nii``, where nilearn sorts as text; 4D runs in
    alphabetical order, as in nilearn.

    Parameters that are set after `fit` are used from the next call on, as in nilearn, except
    ``maps_img``, ``mask_img`` and the names of maps, which are used from the next `fit` on: until then
    each call warns.  ``maps_img_``, ``mask_img_``, ``map_names_`` and ``n_elements_`` stay as `fit` set
    them.  Relative paths of maps, mask, names and memory are relative to the working directory in which
    `fit` was called; a file that has changed since is an error.

    A fitted masker that is pickled or copied stays fitted, and nothing is executed to restore it.
    Maps and mask in memory are part of the pickle; files are read from their absolute paths when they
    are needed.

    Maskers may be used in several threads: calls are serialized by one lock per process.
    nipype changes the working directory while it executes a node, here only that of a separate thread.
    Where threads cannot have a working directory of their own (macOS, and containers that refuse
    ``unshare``, as Docker does by default) that of the whole program changes meanwhile, and a program
    with other threads is warned once.  BLAS uses one thread in the whole program while a node is
    executed.  A process that is forked at any time can use its maskers.

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
        maps_img: ImageLike | Sequence[ImageLike] | None = None,
        mask_img: ImageLike | None = None,
        allow_overlap: bool = True,
        smoothing_fwhm: float | Sequence[float] | None = None,
        standardize: bool | str | None = False,
        standardize_confounds: bool = True,
        high_variance_confounds: bool = False,
        detrend: bool = False,
        low_pass: float | None = None,
        high_pass: float | None = None,
        t_r: float | None = None,
        dtype: DTypeLike | None = None,
        resampling_target: str | None = "data",
        memory: Any = None,
        memory_level: int = 0,
        verbose: int = 0,
        keep_masked_maps: bool | None = None,
        reports: bool = True,
        cmap: str = "CMRmap_r",
        clean_args: dict[str, Any] | None = None,
        map_names: PathLike | Sequence[str] | None = None,
        map_names_column: str | None = None,
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
        self.map_names = map_names
        self.map_names_column = map_names_column

    @serialized
    def fit(self, X: Any = None, y: None = None, *, imgs: Any = None) -> Self:  # noqa: N803
        """Prepare maps and mask.

        Parameters
        ----------
        X : path-like, image, list of 3D images, or list of runs, optional
            The grid of the (first) run is the working grid if ``resampling_target='data'``.  Without
            it, maps and mask are prepared for each run that is transformed.
        y : None
            For scikit-learn.
        imgs : optional
            nilearn's name of ``X``.

        Returns
        -------
        self

        Raises
        ------
        TypeError
            If a parameter or an image has the wrong type.
        ValueError
            If a parameter has a value that is not allowed, all maps are zero after masking, maps overlap
            with ``allow_overlap=False``, or grids differ with ``resampling_target=None``.
        """
        given = imgs if X is None else X
        graph_options(self.get_params())  # before any file is read
        if self.keep_masked_maps:
            warn(
                'the "keep_masked_maps" parameter will be removed from nilearn in its version 0.15; here it '
                "stays.",
                FutureWarning,
            )
        verbosity, run = self._verbosity("fit"), None
        if given is not None:
            verbosity.say("Loading data from", given)
            run = runs_of(given, "imgs")[0][0]
        verbosity.say("Loading regions from", self.maps_img)
        maps = images_of(self.maps_img, "maps_img")
        if self.mask_img is not None:
            verbosity.say("Loading mask from", self.mask_img)
        mask = mask_of(self.mask_img, "mask_img")
        grid, t_r = grid_and_t_r(run, maps, self.resampling_target, self.t_r)
        self._prepare(maps, mask, grid, t_r, verbosity)
        verbosity.say("Finished fit")
        return self

    @serialized
    def transform(self, imgs: Any, confounds: Any = None, sample_mask: Any = None) -> Any:
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
            Data frames after ``set_output``.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        TypeError
            If an argument has the wrong type or number of dimensions.
        ValueError
            If lengths or grids do not fit, or a parameter is not allowed.
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

    @serialized
    def transform_single_imgs(self, imgs: Any, confounds: Any = None, sample_mask: Any = None) -> Any:
        """Extract signals from one run: `transform` without lists of runs."""
        self._require_fit()
        return self._transform([images_of(imgs, "imgs")], [confounds], [sample_mask])[0]

    @serialized
    def fit_transform(self, imgs: Any, y: None = None, confounds: Any = None, sample_mask: Any = None) -> Any:
        """Prepare maps and mask for the grid of some runs, and extract signals.

        Parameters and result are those of `transform`; ``y`` is for scikit-learn.
        """
        return self.fit(imgs).transform(imgs, confounds=confounds, sample_mask=sample_mask)

    @serialized
    def inverse_transform(self, region_signals: ArrayLike) -> nib.Nifti1Image:
        """Compute the image of signals: the sum of all maps, each multiplied by its signal.

        It is on the grid of the image that `fit` was given, otherwise of the run that was transformed
        last, and has that run's repetition time.

        Parameters
        ----------
        region_signals : (T, K) or (K,) array, or data frame
            A column of NaN, of a map with no non-zero voxel, adds nothing.

        Returns
        -------
        nibabel.Nifti1Image
            4D, or 3D for one-dimensional signals; in memory.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        ValueError
            If the signals are not numbers, or not as many as maps.
        """
        self._require_fit()
        self._warn_of_other_images()
        extraction, options = self._extraction, graph_options(self.get_params())
        signals = signals_of(region_signals, extraction.last_runs.n_signals or self.n_elements_)
        given = signals.dtype if signals.dtype.kind == "f" else np.dtype("float64")
        dtype = given if self.dtype is None else signals_dtype(self.dtype)
        if extraction.is_deferred(options) and not extraction.last_runs.grids:
            warn(
                "no run has been transformed yet, so that the image is on the grid of maps_img; call fit "
                "with an image on the grid that you want."
            )
        path = extraction.inverse(
            self._folder(),
            options,
            np.atleast_2d(signals),
            self.t_r,
            # NIfTI has no half precision
            "float64" if dtype == np.float64 else "float32",
            self._verbosity("inverse_transform"),
        )
        image = image_in_memory(path, n_dims=signals.ndim + 2)
        shutil.rmtree(path.parent.parent)
        return image

    def _transform(self, runs: Sequence[Images], confounds: Sequence, sample_mask: Sequence) -> list:
        """Signals of runs, as arrays or data frames."""
        self._warn_of_other_images()
        tables = self._extraction.transform(
            self._folder(),
            graph_options(self.get_params()),
            runs,
            confounds,
            sample_mask,
            None if self.t_r is None else float(self.t_r),
            lambda grids: warn_of_resampling(
                grids, self._extraction.grid, lambda: self.maps_img_, self.resampling_target
            ),
            self._verbosity("transform"),
        )
        outputs = []
        for run, table in zip(runs, tables, strict=True):
            signals = table.values.astype(signals_dtype(self.dtype), copy=False)
            flat = run.is_volume and not self._makes_frames
            outputs.append(signals.squeeze() if flat else self._as_output(signals, table.names))
        return outputs
