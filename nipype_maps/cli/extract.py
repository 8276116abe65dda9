"""``nipype-maps extract``: signals of maps from runs."""

from __future__ import annotations

from pathlib import Path

import click

from .options import EXISTING_FILE, FOLDER, HERTZ, SECONDS, Files, Widths, per_run
from .results import ResultFolder
from .runs import extract_runs, plan_runs

NONE = {"none": None, "no": False}


@click.command()
@click.argument("runs", nargs=-1, required=True, type=EXISTING_FILE, metavar="RUN...")
@click.option(
    "--maps",
    required=True,
    multiple=True,
    type=Files(),
    help="Maps: a 4D image, or 3D images (repeat, or join by commas).",
)
@click.option("--out", required=True, type=FOLDER, help="Folder for the results.")
@click.option("--mask", type=EXISTING_FILE, help="Mask: a 3D image; what is outside counts as 0 in the maps.")
@click.option("--map-names", type=EXISTING_FILE, help="Names of the maps: .tsv (index, name), .json or .txt.")
@click.option(
    "--confounds",
    multiple=True,
    type=Files(),
    help="Confound tables, once for all runs or once per run; several tables of one run joined by commas.",
)
@click.option(
    "--confound-columns",
    multiple=True,
    metavar="PATTERN",
    help="Columns to regress out, names or patterns such as 'trans_*' (repeat); default all.",
)
@click.option(
    "--confounds-strategy",
    metavar="NAME[+NAME]",
    help="What to regress out and which frames to censor, by the names of papers: 6P, 24P, 36P, gs, wmcsf, "
    "acompcor5, acompcor50, aroma, cosine, scrub, ... joined by +; --confounds gives fMRIPrep's table.",
)
@click.option("--strategies", type=EXISTING_FILE, help="JSON file of further strategies.")
@click.option(
    "--sample-mask",
    multiple=True,
    type=EXISTING_FILE,
    help="Frames to keep, indices or booleans (.npy, .txt, .tsv), once for all runs or once per run.",
)
@click.option("--smoothing-fwhm", type=Widths(), help="Smooth the run by this full width at half maximum.")
@click.option(
    "--resampling-target",
    type=click.Choice(["data", "mask", "maps", "none"]),
    default="data",
    show_default=True,
    help="Whose grid all is put on.",
)
@click.option(
    "--maps-interpolation",
    type=click.Choice(["linear", "continuous", "nearest"]),
    default="linear",
    show_default=True,
    help="How maps are resampled.",
)
@click.option("--no-allow-overlap", is_flag=True, help="Stop if two maps overlap.")
@click.option(
    "--empty-maps",
    type=click.Choice(["nan", "zero", "drop", "error"]),
    default="nan",
    show_default=True,
    help="What becomes of a map of which nothing is left.",
)
@click.option(
    "--standardize",
    type=click.Choice(["no", "zscore", "zscore_sample", "psc"]),
    default="no",
    show_default=True,
    help="Scale of the signals.",
)
@click.option("--no-standardize-confounds", is_flag=True, help="Regress out confounds as they are.")
@click.option(
    "--high-variance-confounds",
    is_flag=True,
    help="Regress out 5 confounds from the voxels of largest variance.",
)
@click.option("--detrend", is_flag=True, help="Remove mean and linear trend.")
@click.option("--low-pass", type=HERTZ, metavar="HZ", help="Remove frequencies above.")
@click.option("--high-pass", type=HERTZ, metavar="HZ", help="Remove frequencies below.")
@click.option(
    "--filter",
    type=click.Choice(["butterworth", "cosine"]),
    default="butterworth",
    show_default=True,
    help="How frequencies are removed.",
)
@click.option(
    "--t-r",
    multiple=True,
    type=SECONDS,
    metavar="S",
    help="Seconds from frame to frame, once for all runs or once per run; default from sidecar or header.",
)
@click.option(
    "--dtype",
    type=click.Choice(["auto", "float64", "float32", "float16"]),
    help="Precision of the signals; auto is float32.  [default: float64]",
)
@click.option(
    "--smooth-on",
    type=click.Choice(["maps", "data"]),
    default="maps",
    show_default=True,
    help="Smooth the maps, once, or each run: the same signals.",
)
@click.option(
    "--work",
    type=FOLDER,
    help="Folder for intermediate files, which later calls start from.  [default: OUT/work]",
)
@click.option(
    "--plugin",
    type=click.Choice(["Linear", "MultiProc"]),
    default="Linear",
    show_default=True,
    help="nipype plugin.",
)
@click.option("--n-procs", type=click.IntRange(min=1), help="Processes of MultiProc.  [default: all cores]")
@click.option("--wait", is_flag=True, help="Wait for another run that uses the work folder.")
@click.option("--dry-run", is_flag=True, help="Tell what would run and why; run nothing.")
@click.option("--verbose", is_flag=True, help="Show nipype's log on the screen too.")
def extract(
    runs,
    maps,
    out,
    mask,
    map_names,
    confounds,
    sample_mask,
    t_r,
    work,
    plugin,
    n_procs,
    wait,
    dry_run,
    verbose,
    **parameters,
) -> None:
    """Extract one time series per map from each RUN.

    Results land in OUT under BIDS-style names, each a .tsv with a .json beside it.
    """
    from ..files.names import result_names
    from ..graphs import RunInputs

    maps = [path for group in maps for path in group]
    try:
        names = result_names(runs, maps)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if parameters["resampling_target"] == "mask" and not mask:
        raise click.UsageError("--resampling-target mask needs --mask.")
    if parameters["confound_columns"] and not confounds:
        raise click.UsageError("--confound-columns needs --confounds.")
    _check_strategy(parameters, confounds)
    inputs = [
        RunInputs(name, str(Path(run).absolute()), tables or (), frames, seconds)
        for name, run, tables, frames, seconds in zip(
            names,
            runs,
            per_run(confounds, len(runs), "--confounds"),
            per_run(sample_mask, len(runs), "--sample-mask"),
            per_run(t_r, len(runs), "--t-r"),
            strict=True,
        )
    ]
    parameters = {"mask": mask, "map_names": map_names, **_parameters(parameters)}
    folder = ResultFolder(out, work)
    if dry_run:
        plan_runs(inputs, maps, folder, **parameters)
    else:
        extract_runs(
            inputs, maps, folder, plugin=plugin, n_procs=n_procs, wait=wait, verbose=verbose, **parameters
        )


def _check_strategy(options: dict, confounds) -> None:
    """Raise UsageError unless the strategy is known, and all is there that it needs."""
    from ..files.strategies import read_strategies, require_known

    strategy, file = options["confounds_strategy"], options.pop("strategies")
    options["strategies_file"] = file and str(Path(file).absolute())
    if strategy is None:
        if file:
            raise click.UsageError("--strategies needs --confounds-strategy.")
        return
    if options["confound_columns"]:
        raise click.UsageError("--confounds-strategy chooses the columns; leave out --confound-columns.")
    if not confounds:
        raise click.UsageError("--confounds-strategy needs --confounds.")
    try:
        require_known(strategy, read_strategies(file))
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _parameters(options: dict) -> dict:
    """The command's options as parameters of `init_masker_wf`."""
    parameters = {
        name: NONE.get(value, value) if isinstance(value, str) else value for name, value in options.items()
    }
    parameters["allow_overlap"] = not parameters.pop("no_allow_overlap")
    parameters["standardize_confounds"] = not parameters.pop("no_standardize_confounds")
    return parameters
