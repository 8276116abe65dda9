"""Options of how signals are extracted, which several commands have."""

from __future__ import annotations

from pathlib import Path

import click

from ..options import OPTIONS, Option
from .checks import check_options, check_plugin
from .commands import joined
from .options import EXISTING_FILE, FOLDER, HERTZ, Count, Files, Widths

#: Of options that are no flags and have no choices.
KINDS = {
    "smoothing_fwhm": {"type": Widths()},
    "low_pass": {"type": HERTZ, "metavar": "HZ"},
    "high_pass": {"type": HERTZ, "metavar": "HZ"},
    "strategies_file": {"type": EXISTING_FILE},
    "confound_columns": {
        "multiple": True,
        "metavar": "PATTERN",
        "help": "Columns to regress out, names or patterns such as 'trans_*' (repeat); default all.",
    },
    "confounds_strategy": {
        "multiple": True,
        "metavar": "NAME[+NAME]",
        "callback": joined("+"),
        "help": "What to regress out and which frames to censor, by the names of papers: 6P, 24P, 36P, gs, "
        "wmcsf, acompcor5, acompcor50, aroma, cosine, scrub, ... of fMRIPrep's table (join by +, or repeat).",
    },
}


def _as_on_the_command(option: Option):
    """The click option of an option of the graphs."""
    how = {"help": option.help or f"{option.doc}{f' ({option.unit})' * bool(option.unit)}."}
    if option.is_switch:
        how |= {"flag_value": not option.default, "default": option.default}
    elif option.choices:
        words, texts = dict(option.words), [choice for choice in option.choices if isinstance(choice, str)]
        first = [word for word, value in words.items() if value is option.default]
        how |= {
            "type": click.Choice([*first, *texts, *(word for word in words if word not in first)]),
            "callback": lambda context, param, word: words.get(word, word),
        }
        if option.default is not None:
            how |= {"default": (first or [option.default])[0], "show_default": True}
    return click.option(option.flag, option.name, **how | KINDS.get(option.name, {}))


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
    *map(_as_on_the_command, OPTIONS),
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
    strategies = _checked_strategies(options)
    return {**files, **options, "strategies_file": strategies}


def execution_options(options: dict) -> dict:
    """Take from the options those that say how nodes are run.

    Raises
    ------
    click.UsageError
        If the file of the plugin's arguments cannot be read, or holds what the plugin does not know,
        or if processes are counted where jobs are.
    """
    from ..engine.execution import PLUGINS, read_plugin_args

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


def _checked_strategies(options: dict) -> str | None:
    """Absolute path of the file of strategies, if the strategy that is asked for is known."""
    from ..confounds.strategies import read_strategies, require_known

    strategy, file = options["confounds_strategy"], options["strategies_file"]
    if strategy is None:
        if file:
            raise click.UsageError("--strategies needs --confounds-strategy.")
        return None
    if options["confound_columns"]:
        raise click.UsageError("--confounds-strategy chooses the columns; leave out --confound-columns.")
    try:
        require_known(strategy, read_strategies(file))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return file and str(Path(file).absolute())
