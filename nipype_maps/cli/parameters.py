"""Options of how signals are extracted, which several commands have."""

from __future__ import annotations

from pathlib import Path

import click

from .checks import check_options, check_plugin
from .commands import joined
from .options import EXISTING_FILE, FOLDER, HERTZ, Count, Files, Widths

#: Words for None and False, of the options that have them.
WORDS = {"resampling_target": {"none": None}, "standardize": {"no": False}}
SHARED = [
    click.option(
        "--maps",
        required=True,
        multiple=True,
        type=Files(),
        callback=lambda context, option, groups: [path for group in groups for path in group],
        help="Maps: a 4D image, or 3D images (repeat, or join by commas).",
    ),
    click.option("--out", required=True, type=FOLDER, help="Folder for the results."),
    click.option("--mask", type=EXISTING_FILE, help="Mask: a 3D image; outside it the maps count as 0."),
    click.option(
        "--map-names", type=EXISTING_FILE, help="Names of the maps: .tsv (index, name), .json or .txt."
    ),
    click.option(
        "--confound-columns",
        multiple=True,
        metavar="PATTERN",
        help="Columns to regress out, names or patterns such as 'trans_*' (repeat); default all.",
    ),
    click.option(
        "--confounds-strategy",
        metavar="NAME[+NAME]",
        multiple=True,
        callback=joined("+"),
        help="What to regress out and which frames to censor, by the names of papers: 6P, 24P, 36P, gs, "
        "wmcsf, acompcor5, acompcor50, aroma, cosine, scrub, ... of fMRIPrep's table (join by +, or repeat).",
    ),
    click.option("--strategies", type=EXISTING_FILE, help="JSON file of further strategies."),
    click.option(
        "--smoothing-fwhm",
        type=Widths(),
        help="Smooth the run: full width at half maximum, in mm; one number or three.",
    ),
    click.option(
        "--resampling-target",
        type=click.Choice(["data", "mask", "maps", "none"]),
        default="data",
        show_default=True,
        help="Whose grid is the working grid; none: all images must be on one grid.",
    ),
    click.option(
        "--maps-interpolation",
        type=click.Choice(["linear", "continuous", "nearest"]),
        default="linear",
        show_default=True,
        help="How maps are resampled.",
    ),
    click.option("--no-allow-overlap", is_flag=True, help="Fail if two maps are non-zero in one voxel."),
    click.option(
        "--empty-maps",
        type=click.Choice(["nan", "zero", "drop", "error"]),
        default="nan",
        show_default=True,
        help="A map with no non-zero voxel after resampling and masking: its signal is n/a (nan) or 0 "
        "(zero), it is left out (drop), or the call fails (error).",
    ),
    click.option(
        "--standardize",
        type=click.Choice(["no", "zscore", "zscore_sample", "psc"]),
        default="no",
        show_default=True,
        help="Scale of the signals: mean 0 and variance 1 (zscore: ddof=0; zscore_sample: ddof=1), or "
        "percent signal change (psc).",
    ),
    click.option("--no-standardize-confounds", is_flag=True, help="Regress out confounds as they are."),
    click.option(
        "--high-variance-confounds",
        is_flag=True,
        help="Regress out 5 confounds from the voxels of largest variance.",
    ),
    click.option("--detrend", is_flag=True, help="Remove mean and linear trend."),
    click.option("--low-pass", type=HERTZ, metavar="HZ", help="Remove frequencies above this one (Hz)."),
    click.option("--high-pass", type=HERTZ, metavar="HZ", help="Remove frequencies below this one (Hz)."),
    click.option(
        "--filter",
        type=click.Choice(["butterworth", "cosine"]),
        default="butterworth",
        show_default=True,
        help="How frequencies are removed: butterworth, order 5, zero phase; cosine regresses out slow drift "
        "(--high-pass alone).",
    ),
    click.option(
        "--dtype",
        type=click.Choice(["auto", "float64", "float32", "float16"]),
        help="Precision of the signals; auto is float32.  [default: float64]",
    ),
    click.option(
        "--smooth-on",
        type=click.Choice(["maps", "data"]),
        default="maps",
        show_default=True,
        help="Smooth the maps, once, or each run: the signals are the same.",
    ),
    click.option(
        "--work",
        type=FOLDER,
        help="Folder for intermediate results, which later calls reuse.  [default: OUT/work]",
    ),
    click.option(
        "--plugin",
        type=click.Choice(["Linear", "MultiProc", "SLURM"]),
        default="Linear",
        show_default=True,
        help="What executes the nodes: one after the other, several processes, or a SLURM cluster.",
    ),
    click.option(
        "--plugin-args",
        type=EXISTING_FILE,
        help="JSON file of arguments of MultiProc or SLURM; lines that begin with # are comments.",
    ),
    click.option("--n-procs", type=Count(), help="Processes of MultiProc.  [default: all cores]"),
    click.option(
        "--wait",
        is_flag=True,
        help="Wait for another call that uses OUT or the work folder; else that is an error.",
    ),
    click.option(
        "--dry-run", is_flag=True, help="Say what would be computed and why; compute and write nothing."
    ),
    click.option(
        "--verbose", is_flag=True, help="Show nipype's log, which is in OUT/logs, on the screen too."
    ),
    click.option("--overwrite", is_flag=True, help="Replace results of other settings or inputs."),
    click.option(
        "--allow-mismatch",
        is_flag=True,
        help="Take tables, frames, masks and maps that are of another participant, session, task or run by "
        "their names, and one table of confounds for several runs.",
    ),
]


def extraction_options(command):
    """A decorator: give a command the options."""
    for option in reversed(SHARED):
        command = option(command)
    return command


def graph_parameters(options: dict) -> dict:
    """The options as parameters of `init_masker_wf`, and the files of mask and maps' names.

    Raises
    ------
    click.UsageError
        If they do not fit together.
    """
    files = {name: options.pop(name) for name in ("mask", "map_names")}
    if options["resampling_target"] == "mask" and not files["mask"]:
        raise click.UsageError("--resampling-target mask needs --mask.")
    check_options(options)
    parameters = options | {name: words.get(options[name], options[name]) for name, words in WORDS.items()}
    parameters["allow_overlap"] = not parameters.pop("no_allow_overlap")
    parameters["standardize_confounds"] = not parameters.pop("no_standardize_confounds")
    parameters["strategies_file"] = _checked_strategies(parameters, parameters.pop("strategies"))
    return {**files, **parameters}


def execution_options(options: dict) -> dict:
    """Take from the options those that say how nodes are run.

    Raises
    ------
    click.UsageError
        If the file of the plugin's arguments cannot be read, or holds what the plugin does not know,
        or if processes are counted where jobs are.
    """
    from ..running import PLUGINS, read_plugin_args

    how = {name: options.pop(name) for name in ("plugin", "n_procs", "plugin_args", "wait", "verbose")}
    if how["n_procs"] is not None and how["plugin"] == "SLURM":
        raise click.UsageError(
            "--n-procs is for --plugin MultiProc; SLURM runs as many jobs as it has room for."
        )
    try:
        how["plugin_args"] = read_plugin_args(how["plugin_args"]) if how["plugin_args"] else {}
        PLUGINS[how["plugin"]](how["plugin_args"])
    except ValueError as error:
        raise click.UsageError(f"--plugin-args: {error}") from error
    check_plugin(how)
    return how


def _checked_strategies(parameters: dict, file: str | None) -> str | None:
    """Absolute path of the file of strategies, if the strategy that is asked for is known."""
    from ..files.strategies import read_strategies, require_known

    strategy = parameters["confounds_strategy"]
    if strategy is None:
        if file:
            raise click.UsageError("--strategies needs --confounds-strategy.")
        return None
    if parameters["confound_columns"]:
        raise click.UsageError("--confounds-strategy chooses the columns; leave out --confound-columns.")
    try:
        require_known(strategy, read_strategies(file))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return file and str(Path(file).absolute())
