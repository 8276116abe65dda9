"""The masker inside a larger pipeline: denoise a run with nipype's own nodes, then extract.

    python inside_preprocessing.py RUN MAPS MASK OUT

Quadratic trends are removed from every voxel (TSNR), and principal components of the noisiest
voxels (TCompCor) are regressed out of the signals.  RUN, MAPS and MASK are on one grid; for maps
on another grid leave resampling_target at its default.
"""

import sys
from pathlib import Path

from nipype.algorithms.confounds import TSNR, TCompCor
from nipype.pipeline.engine import Node, Workflow

from nipype_maps.graphs import init_masker_wf
from nipype_maps.plugins import LinearPlugin


def init_denoised_signals_wf(run, maps, mask, out) -> Workflow:
    """Build the graph: run ── TSNR ── TCompCor ── masker."""
    detrend = Node(TSNR(in_file=run, regress_poly=2), name="detrend")
    noise = Node(
        TCompCor(mask_files=[mask], num_components=3, percentile_threshold=0.05, pre_filter=False),
        name="noise",
    )
    masker = init_masker_wf(resampling_target=None, standardize="zscore", name="masker")
    masker.inputs.inputnode.maps_file = maps
    masker.inputs.inputnode.mask_file = mask

    workflow = Workflow(name="denoised_signals", base_dir=str(out))
    workflow.connect([
        (detrend, noise, [("detrended_file", "realigned_file")]),
        (detrend, masker, [("detrended_file", "inputnode.run_file")]),
        (noise, masker, [("components_file", "inputnode.confounds_files")]),
    ])  # fmt: skip
    return workflow


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    *inputs, out = (str(Path(argument).absolute()) for argument in sys.argv[1:])
    graph = init_denoised_signals_wf(*inputs, out).run(plugin=LinearPlugin())
    clean = next(node for node in graph.nodes() if node.fullname.endswith("transform.clean"))
    print(clean.result.outputs.out_file)
