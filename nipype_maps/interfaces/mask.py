"""Mask: maps to zero outside a mask; what is left of each, and what it is called."""

from __future__ import annotations

import numpy as np
from nipype.interfaces.base import File, Str, TraitedSpec, isdefined, traits

from ..bids.map_names import names_of_maps
from ..images.masks import NON_FINITE, holds_non_finite, read_mask
from ..images.volumes import Volumes
from ..images.writing import writing
from ..notes import note
from ..numerics.overlap import OverlapCounter, coverage, inside_of
from ..numerics.patches import Patch
from .base import InputFile, MapsInputSpec, MapsInterface, algorithm, input_images, names_read, output_path


class MaskInputSpec(MapsInputSpec):
    code_version = algorithm("4")
    in_file = input_images(mandatory=True, desc="maps on the working grid: 4D image, or list of 3D images")
    mask_file = InputFile(desc="3D image on the maps' grid; inside is where it is not 0")
    original_mask_file = InputFile(desc="the mask before it was resampled, which messages name")
    original_file = input_images(
        desc="the maps before they were resampled, which coverage refers to and names are found "
        "beside (default: in_file)"
    )
    allow_overlap = traits.Bool(True, usedefault=True, desc="whether two maps may be non-zero in one voxel")
    empty_maps = traits.Enum(
        "nan",
        "zero",
        "drop",
        "error",
        usedefault=True,
        desc="a map with no non-zero voxel after resampling and masking: its signal is n/a (nan) or 0 "
        "(zero), it is left out (drop), or the call fails (error)",
    )
    demean = traits.Bool(
        False,
        usedefault=True,
        desc="subtract from each map its mean inside the mask (or the grid): signals are then those of a fit "
        "with an intercept, as in FSL's dual regression",
    )
    map_names = traits.Either(
        InputFile(),
        traits.List(Str()),
        desc="names of the maps: a list, or a .tsv (columns index, name), .json or .txt file",
    )

    def implicit_inputs(self):
        """What may hold the maps' names."""
        given = self.original_file if isdefined(self.original_file) else self.in_file
        return names_read(given, self.map_names)


class MaskOutputSpec(TraitedSpec):
    out_file = File(
        exists=True, desc="maps, 0 outside the mask (float64 .nii); the input itself if nothing changes"
    )
    warnings = traits.List(Str(), desc="what was noticed, one sentence each")
    coverage = traits.List(
        traits.Float(), desc="per map: share of its absolute weight inside mask and field of view"
    )
    names = traits.List(Str(), desc="per map: its name")


class Mask(MapsInterface):
    """Cut maps to a mask, check them, and name them."""

    input_spec = MaskInputSpec
    output_spec = MaskOutputSpec

    def _run(self, inputs, cwd, notes):
        maps = Volumes(inputs.in_file)
        original = Volumes(inputs.original_file or inputs.in_file)
        if original.n_volumes != maps.n_volumes:
            raise ValueError(
                f"{maps.name} has {maps.n_volumes} maps, but {original.name} has {original.n_volumes}."
            )
        inside = None
        if inputs.mask_file:
            inside = maps.grid.unflatten(read_mask(inputs.mask_file, maps, inputs.original_mask_file))
        names = names_of_maps(original.paths, maps.n_volumes, inputs.map_names)
        if original.n_volumes == 1 and (n_labels := _labels_in(original)) > 1:
            note(
                f"{original.name} is one image of the whole numbers from 1 to {n_labels}; if they are labels "
                "of regions it is no map: make a 4D image with a volume for each region."
            )
        if holds_non_finite(original):
            note(f"{NON_FINITE} NaN or infinite voxels of {original.name} count as 0.")
        changed, left = _survey(maps, inside, names, inputs.allow_overlap, original.dtype)
        shares = _coverages(original, maps.grid, inside, all(left))
        if not any(left):
            raise ValueError(_nothing_left(original, maps, inside, shares))
        keep = _kept(left, names, inputs.empty_maps)
        names, shares = ([x[k] for k in keep] for x in (names, shares))
        if not (changed or inputs.demean) and len(keep) == maps.n_volumes and len(maps.paths) == 1:
            out_file = str(maps.path)
            return {"out_file": out_file, "coverage": shares, "names": names, "warnings": list(notes)}

        out_file = output_path(cwd, maps.path, "_masked.nii")
        with writing(out_file, maps.grid, len(keep), like=maps) as out:
            for index, patch in enumerate(maps.patches()):
                if index in keep:
                    out.append(_cut(patch, maps.grid.shape, inside, inputs.demean and left[index]))
        return {"out_file": out_file, "coverage": shares, "names": names, "warnings": list(notes)}


def _labels_in(image) -> int:
    """The largest value of a volume that holds all whole numbers up to it, as labels do; else 0."""
    (patch,) = image.patches()
    values = np.unique(patch.values[patch.values != 0])
    return values.size if np.array_equal(values, np.arange(1, values.size + 1)) else 0


def _survey(maps, inside, names, allow_overlap, dtype) -> tuple[bool, list[bool]]:
    """Whether masking changes the maps, and whether anything is left of each."""
    eps = np.finfo(dtype).eps if dtype.kind == "f" else 0.0
    overlaps = OverlapCounter(maps.grid.n_voxels, eps)
    changed, left = False, []
    for patch in maps.patches(finite=False):
        finite = np.where(np.isfinite(patch.values), patch.values, 0.0)
        if not allow_overlap:
            overlaps.add(*Patch(patch.corner, finite).flat(maps.grid.shape))
        masked = finite if inside is None else np.where(inside[patch.box], finite, 0.0)
        changed |= not np.array_equal(masked, patch.values)
        left.append(bool(masked.any()))
    if overlaps.pairs:
        shown = [
            f"{names[a]} and {names[b]} share {count} voxels"
            for (a, b), count in list(overlaps.pairs.items())[:3]
        ]
        more = f", and {len(overlaps.pairs) - 3} more pairs" if len(overlaps.pairs) > 3 else ""
        raise ValueError(
            f"Overlap detected in the maps, which allow_overlap=False forbids: {', '.join(shown)}{more}; "
            "resampling may have made them overlap."
        )
    return changed, left


def _cut(patch, shape, inside, demean) -> Patch:
    """One map, 0 outside the mask (X, Y, Z), without its mean inside where asked."""
    if demean:
        volume = patch.volume(shape)
        inside = np.ones(shape, dtype=bool) if inside is None else inside
        return Patch((0, 0, 0), np.where(inside, volume - volume[inside].mean(), 0.0))
    if inside is None:
        return patch
    return Patch(patch.corner, np.where(inside[patch.box], patch.values, 0.0))


def _coverages(original, grid, inside, all_left) -> list[float]:
    flat = None if inside is None else inside.ravel(order="F")
    where = original.grid.unflatten(inside_of(original.grid, grid, flat))
    if where.all() and all_left:
        return [1.0] * original.n_volumes
    return [coverage(patch.values, where[patch.box]) for patch in original.patches()]


def _nothing_left(original, maps, inside, shares) -> str:
    """The sentence about maps that are all empty."""
    if np.isnan(shares).all():
        return f"{original.name} contains no map: it is 0 everywhere."
    if inside is None or not any(patch.values.any() for patch in maps.patches()):
        return f"No map left after resampling {original.name}; check that maps and run lie in the same space."
    return (
        f"No map left after applying mask to the maps image {original.name}; check that maps, mask and run "
        "lie in the same space."
    )


def _kept(left, names, policy) -> list[int]:
    """Which maps stay, by the policy for empty ones."""
    empty = [name for name, something in zip(names, left, strict=True) if not something]
    if empty and policy == "error":
        raise ValueError(
            f"nothing is left of {', '.join(empty)} on the working grid inside the mask, which "
            "empty_maps='error' forbids."
        )
    if empty and policy == "drop":
        note(f"dropped, because nothing is left of them: {', '.join(empty)}.")
    return [k for k, something in enumerate(left) if something or policy != "drop"]
