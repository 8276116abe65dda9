"""What maps are called in the names of results: label, segmentation and scale of their atlas."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..images.filenames import stem
from ..storage.paths import PathLike
from .entities import labels_in

#: What TemplateFlow has for a scale.
DIMENSIONS = re.compile(r"(\d+)dimensions")


@dataclass(frozen=True)
class Atlas:
    """What maps are called in the names of results.

    Attributes
    ----------
    label : str
    scale : str or None
        Such as ``64`` of DiFuMo's maps.
    seg : str or None
    """

    label: str
    scale: str | None = None
    seg: str | None = None

    @property
    def entities(self) -> dict[str, str]:
        """Its entities, in the order of names.

        Examples
        --------
        >>> Atlas("DiFuMo", scale="64").entities
        {'atlas': 'DiFuMo', 'scale': '64'}
        """
        found = {"atlas": self.label, "seg": self.seg, "scale": self.scale}
        return {entity: label for entity, label in found.items() if label}

    @property
    def name(self) -> str:
        """Its entities, joined.

        Examples
        --------
        >>> Atlas("DiFuMo", scale="64").name
        'atlas-DiFuMo_scale-64'
        """
        return "_".join(f"{entity}-{label}" for entity, label in self.entities.items())


def atlas_of(maps: Sequence[PathLike], label: str | None = None) -> Atlas:
    """What maps are called, by the name of their file.

    Parameters
    ----------
    maps : sequence of path-likes
        Several 3D maps are called by the beginning that their names have in common.
    label : str, optional
        In place of that in the name.

    Returns
    -------
    Atlas
        The entities ``atlas``, ``seg`` and ``scale`` of the name, or the letters and digits of a name
        that has no ``atlas``.  TemplateFlow's names have a scale in their ``desc``.

    Examples
    --------
    >>> atlas_of(["tpl-MNI152NLin6Asym_res-02_atlas-DiFuMo_desc-64dimensions_probseg.nii.gz"])
    Atlas(label='DiFuMo', scale='64', seg=None)
    >>> atlas_of(["tpm_00.nii", "tpm_01.nii"]).name, atlas_of(["maps.nii"], "DiFuMo").name
    ('atlas-tpm', 'atlas-DiFuMo')
    """
    names = [stem(path) for path in maps]
    entities = labels_in(names[0])
    dimensions = DIMENSIONS.fullmatch(entities.get("desc", ""))
    scale = entities.get("scale") or (dimensions[1] if dimensions else None)
    if not (label or "atlas" in entities):
        common = names[0]
        if len(names) > 1:
            common = re.sub(r"[\W_]*\d*$", "", os.path.commonprefix(names))  # noqa: RUF071 (names, no paths)
        return Atlas(re.sub(r"[^a-zA-Z0-9]", "", common) or "maps")
    return Atlas(label or entities["atlas"], scale, entities.get("seg"))


def named_atlas(name: str) -> Atlas | None:
    """The atlas in a name of results; None if it has none.

    Examples
    --------
    >>> named_atlas("sub-01/func/sub-01_task-rest_atlas-DiFuMo_scale-64_res-2_timeseries")
    Atlas(label='DiFuMo', scale='64', seg=None)
    """
    return atlas_of([name]) if "atlas" in labels_in(name) else None
