"""Signals of brain maps from one run, as a nipype workflow of your own.

    python single_run.py RUN MAPS OUT [MASK]

Copy it and change the options of ``init_masker_wf``.  Intermediate results are cached in OUT/work
for the next call.
"""

import sys
from pathlib import Path

from nipype.interfaces.io import ExportFile
from nipype.pipeline.engine import Node, Workflow

from nipype_maps.graphs import init_masker_wf
from nipype_maps.plugins import LinearPlugin


def init_single_run_wf(run, maps, out, mask=None) -> Workflow:
    """Build the graph: the masker, and copies of its results in the output folder."""
    masker = init_masker_wf(smoothing_fwhm=6.0, detrend=True, standardize="zscore", name="masker")
    masker.inputs.inputnode.run_file = str(Path(run).absolute())
    masker.inputs.inputnode.maps_file = str(Path(maps).absolute())
    if mask:
        masker.inputs.inputnode.mask_file = str(Path(mask).absolute())

    workflow = Workflow(name="single_run", base_dir=str(out / "work"))
    for field, file in (("signals_file", "signals.tsv"), ("sidecar_file", "signals.json")):
        export = Node(ExportFile(out_file=str(out / file), clobber=True), name=f"export_{field}")
        workflow.connect(masker, f"outputnode.{field}", export, "in_file")
    return workflow


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    out = Path(sys.argv[3]).absolute()
    out.mkdir(parents=True, exist_ok=True)
    init_single_run_wf(*sys.argv[1:3], out, *sys.argv[4:]).run(plugin=LinearPlugin())
    print(out / "signals.tsv")
