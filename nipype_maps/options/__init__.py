"""Every option, once: name, type, default, unit, choices, documentation, sidecar key, flag, part.

The builders of `nipype_maps.graphs` take options as keywords, the command as flags, and
`NiftiMapsMasker` as nilearn calls them; sidecars and records name them by their keys.  All of
these are derived from the tables here: `OPTIONS` of the graphs, `INPUTS` of theirs, `SELECTIONS`
among the runs of a data set, and `EXECUTION_OPTIONS`.  Interfaces have traits of their own, which
tests/test_house.py compares with the tables.
"""

from .definition import ATLAS, EXECUTION, FIT, INPUT, SELECTION, TRANSFORM, Option
from .derivation import BY_NAME, chosen, entries, option, options_of, takes
from .execution import EXECUTION_OPTIONS
from .graphs import OPTIONS
from .inputs import INPUTS, SELECTIONS

__all__ = [
    "ATLAS",
    "BY_NAME",
    "EXECUTION",
    "EXECUTION_OPTIONS",
    "FIT",
    "INPUT",
    "INPUTS",
    "OPTIONS",
    "SELECTION",
    "SELECTIONS",
    "TRANSFORM",
    "Option",
    "chosen",
    "entries",
    "option",
    "options_of",
    "takes",
]
