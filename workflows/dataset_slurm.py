"""Signals of brain maps from all runs that fMRIPrep has preprocessed, on a SLURM cluster.

    python dataset_slurm.py DERIVATIVES MAPS OUT [PLUGIN_ARGS]

PLUGIN_ARGS is a file with the resources to request from the cluster: copy slurm.json, which is in the
folder of this program, and change it.  After a failure call the program again; what has been computed
is cached in OUT/work.
"""

import sys
from pathlib import Path

from nipype.interfaces.io import ExportFile
from nipype.pipeline.engine import Node, Workflow

from nipype_maps.bids.derivatives import FoundRun, find_runs
from nipype_maps.bids.run_selection import require_one_space
from nipype_maps.graphs import RunInputs, init_dataset_wf
from nipype_maps.plugins import SLURMPlugin, read_plugin_args

RUNS_PER_GRAPH = 250  # nipype is slow with graphs of thousands of runs; the plugin takes many


def init_signals_wf(found: list[FoundRun], maps: Path, out: Path) -> Workflow:
    """Build the graph of some runs: a fit per grid, a transform per run, a copy of its signals."""
    runs = [  # a run without a table of confounds will fail, but no other
        RunInputs(run.path.name.split(".")[0], str(run.path), [str(run.confounds)] if run.confounds else ())
        for run in found
    ]
    workflow = init_dataset_wf(
        runs=runs, confounds_strategy="6P+scrub", high_pass=0.008, standardize="zscore", name="signals"
    )
    workflow.base_dir = str(out / "work")
    workflow.config["execution"]["crashdump_dir"] = str(out)
    workflow.inputs.inputnode.maps_file = str(maps)
    for run in runs:
        transform, name = workflow.get_node(run.workflow_name), f"export_{run.workflow_name}"
        export = ExportFile(out_file=str(out / f"{run.name}.tsv"), clobber=True)
        copy = Node(export, name=name, run_without_submitting=True)  # not in a job
        workflow.connect(transform, "outputnode.signals_file", copy, "in_file")
    return workflow


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    derivatives, maps, out = (Path(word).absolute() for word in sys.argv[1:4])
    out.mkdir(parents=True, exist_ok=True)
    found = find_runs(derivatives)
    print(f"{len(found)} runs")
    require_one_space(found, (), [maps])
    parts = (found[start : start + RUNS_PER_GRAPH] for start in range(0, len(found), RUNS_PER_GRAPH))
    plugin = SLURMPlugin(read_plugin_args(*sys.argv[4:]) if sys.argv[4:] else {})
    plugin.run_workflows(init_signals_wf(part, maps, out) for part in parts)
    print(f"{len(list(out.glob('*.tsv')))} tables in {out}")
