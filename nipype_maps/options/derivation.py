"""What is derived from the tables: the options of a part, keywords of builders, entries of sidecars."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from .definition import Option
from .execution import EXECUTION_OPTIONS
from .graphs import OPTIONS
from .inputs import INPUTS, SELECTIONS

#: The options of the graphs, by name.
BY_NAME = {option.name: option for option in OPTIONS}
EVERY = (*OPTIONS, *INPUTS, *SELECTIONS, *EXECUTION_OPTIONS)

Built = TypeVar("Built")


def option(name: str) -> Option:
    """The option of a name, of whatever part.

    Examples
    --------
    >>> option("sample_mask").flag, option("mask_file").flag
    ('--sample-mask', '--mask')
    """
    (found,) = (option for option in EVERY if option.name == name)
    return found


def options_of(*parts: str, node: str = "") -> tuple[Option, ...]:
    """The options that act in any of some parts, or in any; of a node those that are its traits.

    Examples
    --------
    >>> [option.name for option in options_of("fit")][:3]
    ['resampling_target', 'maps_interpolation', 'allow_overlap']
    >>> [option.name for option in options_of(node="Mask")]
    ['allow_overlap', 'empty_maps', 'demean']
    """
    return tuple(
        option
        for option in EVERY
        if (not parts or not set(parts).isdisjoint(option.parts)) and (not node or option.node == node)
    )


def chosen(values: Mapping[str, Any], options: Iterable[Option]) -> dict[str, Any]:
    """Select the values of some options, in the options' order.

    Examples
    --------
    >>> chosen({"detrend": True, "demean": False}, options_of("fit"))
    {'demean': False}
    """
    return {option.name: values[option.name] for option in options if option.name in values}


def entries(values: Mapping[str, Any], options: Iterable[Option]) -> dict[str, Any]:
    """Select the values of some options on which signals depend, by their keys in sidecars.

    Examples
    --------
    >>> entries({"smoothing_fwhm": 6.0, "smooth_on": "maps"}, options_of("fit"))
    {'SmoothingFWHM': 6.0}
    """
    options = [option for option in options if option.key]
    keys = {option.name: option.key for option in options if option.key}
    return {keys[name]: value for name, value in chosen(values, options).items()}


def takes(*parts: str) -> Callable[[Callable[..., Built]], Callable[..., Built]]:
    """Decorate a builder, ``f(*, name, **options)``, so that it takes the options of some parts.

    Defaults are filled in, the signature has every option with its type, and the documentation of
    the options replaces ``{options}`` in the docstring.

    Raises
    ------
    TypeError
        When the builder is called with a keyword that it does not have.

    Examples
    --------
    >>> @takes("fit")
    ... def build(*, name: str = "wf", **options) -> dict:
    ...     return options
    >>> build(demean=True)["demean"], build()["empty_maps"]
    (True, 'nan')
    >>> build(detrend=True)
    Traceback (most recent call last):
    TypeError: build has no parameter 'detrend'.
    """
    options = options_of(*parts)
    defaults = {option.name: option.default for option in options}

    def decorate(builder: Callable[..., Built]) -> Callable[..., Built]:
        signature = inspect.signature(builder)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        names = {*defaults, *(parameter.name for parameter in own)}

        @functools.wraps(builder)
        def build(**given: Any) -> Built:
            if unknown := sorted(set(given) - names):
                raise TypeError(f"{builder.__name__} has no parameter {unknown[0]!r}.")
            return builder(**{**defaults, **given})

        keywords = [
            inspect.Parameter(o.name, inspect.Parameter.KEYWORD_ONLY, default=o.default, annotation=o.type)
            for o in options
        ]
        setattr(build, "__signature__", signature.replace(parameters=[*keywords, *own]))  # noqa: B010 (mypy)
        if builder.__doc__:
            text = "\n".join(option.documentation for option in options)
            build.__doc__ = inspect.cleandoc(builder.__doc__).replace("{options}", text)
        return build

    return decorate
