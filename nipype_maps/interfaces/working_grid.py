"""The trait of a working grid."""

from __future__ import annotations

from typing import Any

from nipype.interfaces.base import isdefined, traits

from ..images.working_grid import FORM, WorkingGrid
from .base import MapsInputSpec


class WorkingGridTrait(traits.TraitType):
    """A working grid, as a dict of the form of `images.working_grid.WorkingGrid.to_dict`."""

    info_text = FORM

    def validate(self, objekt: object, name: str, value: Any) -> dict[str, Any]:
        """Return the dict with every key, in plain lists, numbers and texts."""
        try:
            return WorkingGrid.from_dict(value).to_dict()
        except (TypeError, ValueError):
            return self.error(objekt, name, value)


class OnGridInputSpec(MapsInputSpec):
    """Inputs of an interface that works on a grid given as a value."""

    grid = WorkingGridTrait(desc=f"working grid: {FORM}")

    def get_hashval(self, hash_method: str | None = None) -> tuple[list, str]:
        """The key without the grid's name: another run on the grid changes nothing."""
        if not isdefined(self.grid):
            return super().get_hashval(hash_method)
        unnamed = self.clone_traits()
        unnamed.grid = {key: value for key, value in self.grid.items() if key != "name"}
        return super(OnGridInputSpec, unnamed).get_hashval(hash_method)
