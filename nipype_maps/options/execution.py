"""How the command executes the graphs, and where results go: no signal depends on these options."""

from __future__ import annotations

from .definition import EXECUTION, Option

EXECUTION_OPTIONS = (
    Option(
        "out", "str", None, parts=(EXECUTION,), topic="Results", syntax="folder", is_required=True,
        argument=None, doc="Folder for the results",
    ),
    Option(
        "desc", "str | None", None, parts=(EXECUTION,), topic="Results", metavar="LABEL", argument=None,
        default_shown="denoised if anything is cleaned, else none",
        doc="What the results are, as desc- in their names: two strategies in one OUT need two",
    ),
    Option(
        "atlas", "str | None", None, parts=(EXECUTION,), topic="Results", metavar="LABEL", argument=None,
        default_shown="from the name of the maps", doc="What the maps are called, as atlas- in the names",
    ),
    Option(
        "overwrite", "bool", False, parts=(EXECUTION,), topic="Results", argument=None,
        doc="Replace results of other settings or inputs",
    ),
    Option(
        "allow_mismatch", "bool", False, parts=(EXECUTION,), topic="Inputs", argument=None,
        doc="Accept tables, sample masks, masks and maps whose names are of another participant, session, "
        "task or run, and one table of confounds for several runs",
    ),
    Option(
        "strict", "bool", False, parts=(EXECUTION,), topic="Inputs", argument=None,
        doc="Refuse, before anything is computed, what is only warned of otherwise: maps or masks that may "
        "be in another space than a run, a data set without confounds, options and labels without effect",
    ),
    Option(
        "work", "str | None", None, parts=(EXECUTION,), topic="Execution", syntax="folder",
        aliases=("-w", "--work-dir"),
        default_shown="OUT/work; for dataset OUT-work, beside OUT", argument="memory",
        doc="Folder for intermediate results, which later calls reuse",
    ),
    Option(
        "plugin", "str", "Linear", parts=(EXECUTION,), topic="Execution",
        choices=("Linear", "MultiProc", "SLURM"), argument=None,
        doc="How steps are executed: one after the other, in several processes, or on a SLURM cluster",
    ),
    Option(
        "plugin_args", "dict | None", None, parts=(EXECUTION,), topic="Execution", syntax="file",
        argument=None,
        doc="JSON file of arguments of MultiProc or SLURM; lines that begin with # are comments",
    ),
    Option(
        "use_plugin", "str | None", None, parts=(EXECUTION,), topic="Execution", syntax="file",
        argument=None,
        doc='File of a plugin and its arguments, {"plugin": ..., "plugin_args": {...}} in YAML or JSON, as '
        "fMRIPrep takes it, in place of --plugin and --plugin-args",
    ),
    Option(
        "n_procs", "int | None", None, parts=(EXECUTION,), topic="Execution", default_shown="all cores",
        aliases=("--nprocs", "--n-cpus", "--nthreads"), argument=None,
        doc="Processes of MultiProc, which is the plugin if there are several and --plugin is left out",
    ),
    Option(
        "mem_mb", "float | None", None, parts=(EXECUTION,), topic="Execution", syntax="memory",
        aliases=("--mem",), default_shown="90% of the machine's", argument=None,
        doc="Memory that steps of MultiProc may request together, in MB, or with a unit (16G)",
    ),
    Option(
        "stop_on_first_crash", "bool", False, parts=(EXECUTION,), topic="Execution", argument=None,
        doc="Execute nothing more once a step has failed; by default the other runs go on",
    ),
    Option(
        "wait", "bool", False, parts=(EXECUTION,), topic="Execution", argument=None,
        doc="Wait for another call that uses OUT or the work folder, instead of failing",
    ),
    Option(
        "dry_run", "bool", False, parts=(EXECUTION,), topic="Execution", argument=None,
        doc="Show what would be computed and why, and compute and write nothing",
    ),
    Option(
        "verbose", "bool", False, parts=(EXECUTION,), topic="Execution", aliases=("-v",),
        doc="Show nipype's log, which is in OUT/logs, on the screen too; with --dry-run, show every step",
    ),
)  # fmt: skip
