"""Names of maps: a file, or a list or a column of a data frame."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...storage.checksums import checksum


@dataclass(frozen=True)
class MapNames:
    """The names of maps as `fit` was given them, for the graphs.

    Attributes
    ----------
    given : str, list of str or None
        Absolute path of a file, or the names; None finds them beside the maps.
    column : str or None
        Of a label table.
    fingerprint : str or None
        Of the file when `fit` was called.
    """

    given: str | list[str] | None = None
    column: str | None = None
    fingerprint: str | None = None

    @classmethod
    def of(cls, map_names: Any, column: Any) -> MapNames:
        """The parameters ``map_names`` and ``map_names_column``.

        Raises
        ------
        TypeError
            If these are no names.
        FileNotFoundError
            If the file does not exist.
        """
        if column is not None and not isinstance(column, str):
            raise TypeError(f"'map_names_column' must be a string or None. Got: {column!r}")
        if map_names is None:
            return cls(None, column)
        if isinstance(map_names, (str, os.PathLike)):
            if not os.path.isfile(map_names):
                raise FileNotFoundError(f"map_names: the file {map_names} does not exist.")
            path = os.path.abspath(map_names)
            return cls(path, column, checksum(path))
        if hasattr(map_names, "columns"):
            raise TypeError(
                "'map_names' must be a file or one name per map, and is a table; give its column of names, "
                "such as labels['name']."
            )
        names = list(map_names) if isinstance(map_names, Iterable) else [None]
        if not all(isinstance(name, str) for name in names):
            raise TypeError(
                f"'map_names' must be a file, a list of strings, or None. Got: {type(map_names).__name__}"
            )
        return cls([str(name) for name in names], column)  # not numpy's strings

    def inputs(self) -> dict[str, str | list[str]]:
        """The fields of an inputnode that they are.

        Raises
        ------
        FileNotFoundError
            If the file no longer exists.
        ValueError
            If it has changed since `fit` was called.
        """
        if self.fingerprint is not None and isinstance(self.given, str):
            if not os.path.isfile(self.given):
                raise FileNotFoundError(
                    f"map_names: the file {self.given} no longer exists; put it back, or set map_names and "
                    "call fit again."
                )
            if checksum(self.given) != self.fingerprint:
                raise ValueError(
                    f"map_names: the file {self.given} has changed since fit was called; call fit again."
                )
        values = {"map_names": self.given, "map_names_column": self.column}
        return {name: value for name, value in values.items() if value is not None}
