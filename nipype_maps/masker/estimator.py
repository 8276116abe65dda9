"""What scikit-learn asks of an estimator, without scikit-learn."""

from __future__ import annotations

import importlib
import inspect
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from typing_extensions import Self

#: What `Estimator.set_output` takes.
CONTAINERS = ("default", "pandas", "polars")


class NotFittedError(ValueError, AttributeError):
    """A method was called before `fit`; scikit-learn's own exception is raised if that is loaded."""


class Estimator:
    """An estimator whose parameters are the arguments of ``__init__``, kept unchanged.

    It does what scikit-learn's BaseEstimator and TransformerMixin do, so that subclasses can
    be cloned, used in searches of parameters, and put into pipelines.
    """

    n_elements_: int
    _container: str

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        parameters = inspect.signature(cls.__init__).parameters
        return {name: parameter.default for name, parameter in parameters.items() if name != "self"}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters of the constructor.

        Parameters
        ----------
        deep : bool
            For scikit-learn; no parameter is an estimator itself.

        Returns
        -------
        dict
        """
        return {name: getattr(self, name) for name in self._defaults()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters of the constructor.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter does not exist.
        """
        known = self._defaults()
        for name in params:
            if name not in known:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self!r}. Valid parameters are: {list(known)}."
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def set_output(self, *, transform: str | None = None) -> Self:
        """Set the container that `transform` returns, as in scikit-learn.

        Parameters
        ----------
        transform : {'default', 'pandas', 'polars', None}
            Arrays, or data frames with the maps' names; None changes nothing.

        Returns
        -------
        self
        """
        if transform not in (*CONTAINERS, None):
            raise ValueError(f"transform must be one of {CONTAINERS} or None, not {transform!r}.")
        if transform is not None:
            self._container = transform
        return self

    def get_feature_names_out(self, input_features: None = None) -> np.ndarray:
        """Names of the signals in scikit-learn's pipelines: class and number, as in nilearn.

        Parameters
        ----------
        input_features : None
            For scikit-learn.

        Returns
        -------
        (K,) array of str
        """
        self._require_fit()
        name = type(self).__name__.lower()
        return np.array([f"{name}{index}" for index in range(self.n_elements_)], dtype=object)

    def _as_output(self, signals: np.ndarray, names: list[str]) -> Any:
        """(T, K) signals, in the container that was set."""
        container = getattr(self, "_container", "default")
        if container == "default":
            return signals
        library: ModuleType = importlib.import_module(container)
        if container == "pandas":
            return library.DataFrame(signals, columns=names)
        return library.DataFrame(signals, schema=names, orient="row")

    @property
    def _makes_frames(self) -> bool:
        return getattr(self, "_container", "default") != "default"

    def __repr__(self) -> str:
        """The class, and the parameters that differ from the defaults."""
        changed = [
            f"{name}={_shown(getattr(self, name))}"
            for name, default in self._defaults().items()
            if not _same(getattr(self, name), default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def __sklearn_is_fitted__(self) -> bool:
        """Whether `fit` was called."""
        return hasattr(self, "n_elements_")

    def __sklearn_tags__(self) -> Any:
        """Tags for scikit-learn, which calls this: takes images, needs no y, may return NaN."""
        utils = importlib.import_module("sklearn.utils")
        return utils.Tags(
            estimator_type="masker",
            target_tags=utils.TargetTags(required=False),
            transformer_tags=utils.TransformerTags(preserves_dtype=[]),
            input_tags=_image_tags(utils.InputTags),
        )

    def _require_fit(self) -> None:
        if not self.__sklearn_is_fitted__():
            sklearn = sys.modules.get("sklearn.exceptions")
            raise (sklearn.NotFittedError if sklearn else NotFittedError)(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with appropriate "
                "arguments before using this estimator."
            )


def _image_tags(kind: type) -> Any:
    """scikit-learn's tags of inputs, with the two that nilearn adds."""
    extended = type("InputTags", (kind,), {"niimg_like": True, "surf_img": False})
    return extended(string=True, allow_nan=True)


def _same(value: object, default: object) -> bool:
    if value is default:
        return True
    return type(value) is type(default) and bool(np.all(value == default))


def _shown(value: object) -> str:
    """A value's repr; of images and arrays, class and shape."""
    if isinstance(value, (list, tuple)):
        inside = ", ".join(map(_shown, value[:3])) + (f", ... {len(value)} in all" if len(value) > 3 else "")
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        return f"<{type(value).__name__} of shape {shape}>"
    return repr(value)
