"""Options of how signals are extracted, which several commands have."""

from __future__ import annotations

from pathlib import Path

import click

from .options import EXISTING_FILE, FOLDER, HERTZ, Files, Widths

NONE = {"none": None, "no": False}
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
    click.option(
        "--mask", type=EXISTING_FILE, help="Mask: a 3D image; what is outside counts as 0 in the maps."
    ),
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
        help="What to regress out and which frames to censor, by the names of papers: 6P, 24P, 36P, gs, "
        "wmcsf, acompcor5, acompcor50, aroma, cosine, scrub, ... joined by +, from fMRIPrep's table.",
    ),
    click.option("--strategies", type=EXISTING_FILE, help="JSON file of further strategies."),
    click.option(
        "--smoothing-fwhm", type=Widths(), help="Smooth the run by this full width at half maximum."
    ),
    click.option(
        "--resampling-target",
        type=click.Choice(["data", "mask", "maps", "none"]),
        default="data",
        show_default=True,
        help="Whose grid all is put on.",
    ),
    click.option(
        "--maps-interpolation",
        type=click.Choice(["linear", "continuous", "nearest"]),
        default="linear",
        show_default=True,
        help="How maps are resampled.",
    ),
    click.option("--no-allow-overlap", is_flag=True, help="Stop if two maps overlap."),
    click.option(
        "--empty-maps",
        type=click.Choice(["nan", "zero", "drop", "error"]),
        default="nan",
        show_default=True,
        help="What becomes of a map of which nothing is left.",
    ),
    click.option(
        "--standardize",
        type=click.Choice(["no", "zscore", "zscore_sample", "psc"]),
        default="no",
        show_default=True,
        help="Scale of the signals.",
    ),
    click.option("--no-standardize-confounds", is_flag=True, help="Regress out confounds as they are."),
    click.option(
        "--high-variance-confounds",
        is_flag=True,
        help="Regress out 5 confounds from the voxels of largest variance.",
    ),
    click.option("--detrend", is_flag=True, help="Remove mean and linear trend."),
    click.option("--low-pass", type=HERTZ, metavar="HZ", help="Remove frequencies above."),
    click.option("--high-pass", type=HERTZ, metavar="HZ", help="Remove frequencies below."),
    click.option(
        "--filter",
        type=click.Choice(["butterworth", "cosine"]),
        default="butterworth",
        show_default=True,
        help="How frequencies are removed.",
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
        help="Smooth the maps, once, or each run: the same signals.",
    ),
    click.option(
        "--work",
        type=FOLDER,
        help="Folder for intermediate files, which later calls start from.  [default: OUT/work]",
    ),
    click.option(
        "--plugin",
        type=click.Choice(["Linear", "MultiProc", "SLURM"]),
        default="Linear",
        show_default=True,
        help="How nodes are run.",
    ),
    click.option(
        "--plugin-args",
        type=EXISTING_FILE,
        help="JSON file of the plugin's arguments; lines that begin with # are comments.",
    ),
    click.option(
        "--n-procs", type=click.IntRange(min=1), help="Processes of MultiProc.  [default: all cores]"
    ),
    click.option("--wait", is_flag=True, help="Wait for another run that uses the work folder."),
    click.option("--dry-run", is_flag=True, help="Tell what would run and why; run nothing."),
    click.option("--verbose", is_flag=True, help="Show nipype's log on the screen too."),
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
    parameters = {
        name: NONE.get(value, value) if isinstance(value, str) else value for name, value in options.items()
    }
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
