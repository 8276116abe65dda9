"""inverse: from signals back to a 4D image."""

from __future__ import annotations

from typing import Literal

from nipype.pipeline.engine import Workflow

from ..interfaces import Inverse
from .nodes import fields, node


def init_inverse_wf(
    *,
    dtype: Literal["float64", "float32"] = "float64",
    extension: Literal[".nii.gz", ".nii"] = ".nii.gz",
    name: str = "inverse_wf",
) -> Workflow:
    """Build the graph from signals to the image ``A s``, maps times signals.

    Parameters
    ----------
    dtype : {'float64', 'float32'}
        Data type of the image.
    extension : {'.nii.gz', '.nii'}
        Of the image: compressed or not.
    name : str
        Name of the workflow.

    Inputs
    ------
    signals_file
        TSV: a column per map, a row per frame.
    maps_file
        Maps on the grid of the new image: output ``maps_file`` of `init_fit_wf`.
    mask_file
        3D image on that grid; optional.
    map_names
        Names of the maps, which their columns have; optional.
    map_names_column
        Column of names in a label table; optional.
    t_r
        Repetition time in seconds; by default from the signals' sidecar.

    Outputs
    -------
    out_file
        4D image, one volume per row of the signals.
    """
    inputnode = fields(
        "inputnode", "signals_file", "maps_file", "mask_file", "map_names", "map_names_column", "t_r"
    )
    outputnode = fields("outputnode", "out_file")
    inverse = node(Inverse(dtype=dtype, extension=extension), "inverse")

    workflow = Workflow(name=name)
    workflow.connect([
        (inputnode, inverse, [
            ("signals_file", "in_file"),
            ("maps_file", "maps_file"),
            ("mask_file", "mask_file"),
            ("map_names", "map_names"),
            ("map_names_column", "map_names_column"),
            ("t_r", "t_r"),
        ]),
        (inverse, outputnode, [("out_file", "out_file")]),
    ])  # fmt: skip
    return workflow
