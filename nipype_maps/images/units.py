"""Units that NIfTI headers give their numbers in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Codes of the NIfTI standard: names, and how many millimeters or seconds a unit is.
SPACE = {0: ("unknown", 1.0), 1: ("metres", 1e3), 2: ("mm", 1.0), 3: ("micrometres", 1e-3)}
TIME = {0: ("unknown", None), 8: ("sec", 1.0), 16: ("msec", 1e-3), 24: ("usec", 1e-6),
        32: ("hz", None), 40: ("ppm", None), 48: ("rads", None)}  # fmt: skip
#: Edges of voxels (mm) that images of brains have, from light-sheet microscopy to whole lobes.
EDGES = (0.001, 100.0)
#: Edges (mm) that are as wide as these are not what a unit other than mm was meant for.
EDGES_IF_NOT_MM = (0.01, 20.0)


@dataclass(frozen=True)
class Units:
    """What the numbers of a header are in.

    Attributes
    ----------
    mm : float
        Millimeters in a unit of space, for the affine too.
    seconds : float or None
        Seconds in a unit of time; None where it is unknown, or of something else.
    time : str
        The unit of time as nibabel calls it.
    notes : tuple of str
        What users should know: predicates to the name of an image.
    """

    mm: float
    seconds: float | None
    time: str
    notes: tuple[str, ...] = ()


def units_of(code: int, affine: np.ndarray) -> Units:
    """The units of a header.

    Parameters
    ----------
    code : int
        ``xyzt_units``.
    affine : (4, 4) array
        As the header has it.

    Raises
    ------
    ValueError
        If voxels are in another unit than mm, and of an impossible size.

    Examples
    --------
    >>> units_of(3 + 16, np.diag([3000, 3000, 3000, 1])).mm
    0.001
    """
    space, time = code & 0b111, code & 0b111000
    notes = []
    if space not in SPACE or time not in TIME or code > 0b111111:
        notes.append(
            f"has the units code {code}, which NIfTI does not define; its numbers are taken to be in mm, and "
            "the time between its volumes as unknown where that is what the code leaves open."
        )
    name, mm = SPACE.get(space, SPACE[0])
    label, seconds = TIME.get(time, TIME[0])
    edges = np.linalg.norm(np.asarray(affine)[:3, :3], axis=0) * mm
    shown = " x ".join(f"{edge:.3g}" for edge in edges)
    if mm != 1:
        low, high = EDGES_IF_NOT_MM
        if not (edges >= low).all() or not (edges <= high).all():
            raise ValueError(
                f"the header says that voxels are in {name}, which would make them {shown} mm large; "
                "correct the unit in the header (nibabel: image.header.set_xyzt_units('mm', 'sec'))."
            )
        notes.append(
            f"has voxels in {name}, as its header says; they were converted to mm ({shown}), which other "
            "software may not do."
        )
    elif not (edges >= EDGES[0]).all() or not (edges <= EDGES[1]).all():
        notes.append(f"has voxels of {shown} mm; correct the header if they are in another unit.")
    return Units(mm, seconds, label, tuple(notes))
