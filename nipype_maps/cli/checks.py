"""What can be refused before anything runs, in the words of the command."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from click.core import ParameterSource

from ..options import OPTIONS
from .report import warn

#: Arguments that a plugin takes without using them.
UNUSED = {"Linear": {"n_procs", "memory_gb"}, "SLURM": {"n_procs", "memory_gb"}}


def check_options(options: dict) -> None:
    """Options of an extraction against each other.

    Raises
    ------
    click.UsageError
        If two contradict each other, or one would do nothing though it was asked for.
    """
    low, high, kind = options["low_pass"], options["high_pass"], options["filter"]
    if kind == "cosine" and high is None:
        raise click.UsageError("--filter cosine needs --high-pass, the frequency up to which drift goes.")
    if kind == "cosine" and low is not None:
        raise click.UsageError(
            "--low-pass has no meaning with --filter cosine, which removes slow drift only; leave it out, or "
            "use --filter butterworth."
        )
    if _is_given("filter") and low is None and high is None:
        raise click.UsageError(f"--filter {kind} removes nothing; give --low-pass, --high-pass or both.")
    if low is not None and high is not None and high >= low:
        raise click.UsageError(
            f"--high-pass {high:g} Hz is not below --low-pass {low:g} Hz, so that no frequency would be "
            "left; choose a lower --high-pass, or a higher --low-pass."
        )
    sources = ("confounds", "confounds_strategy", "confound_columns", "high_variance_confounds")
    has = {
        "confounds": (any(map(_value, sources)), "confounds"),
        "smoothing": (_smooths(options["smoothing_fwhm"]), "--smoothing-fwhm"),
    }
    for option in OPTIONS:
        is_met, what = has.get(option.needs, (True, ""))
        if not is_met and _is_given(option.name):
            warn([f"{option.flag} changes nothing without {what}."])


def check_plugin(how: dict) -> None:
    """Warn of arguments that a plugin does not use.

    Raises
    ------
    click.UsageError
        If one is given in two places.
    """
    plugin, arguments = how["plugin"], how["plugin_args"]
    if how["n_procs"] and "n_procs" in arguments:
        raise click.UsageError("--n-procs is in the file of --plugin-args too, as n_procs; leave out one.")
    unused = sorted(UNUSED.get(plugin, set()) & set(arguments))
    unused = [f"{name} of --plugin-args" for name in unused]
    if how["n_procs"] and plugin in UNUSED:
        unused.append("--n-procs")
    warn(f"--plugin {plugin} does not use {word}, which is for MultiProc." for word in unused)


def check_images(files: dict[str, Sequence[str | None]]) -> None:
    """Raise click.UsageError if a file is no image by its name (``sub-01*``).

    Parameters
    ----------
    files : dict of str to sequence of str or None
        By the option, or argument, that they are given as.
    """
    from ..images.filenames import is_image_name

    for option, paths in files.items():
        for path in paths:
            if path and not is_image_name(path):
                raise click.UsageError(
                    f"{path}, given as {option}, is no image by its name; give a NIfTI image (.nii.gz, .nii)."
                )


def check_roles(runs: Sequence[str], **others: Sequence[str | None]) -> None:
    """Raise click.UsageError if a run is given in another role too, by the option of that name."""
    for option, paths in others.items():
        for run in runs:
            if any(path and os.path.samefile(run, path) for path in paths):
                raise click.UsageError(f"{run} is given both as a run and as --{option}; leave out one.")


def check_folders(out: Path, work: Path | None) -> None:
    """Raise click.UsageError if results and intermediate files would lie among each other."""
    if work is None:
        return
    out, work = Path(os.path.realpath(out)), Path(os.path.realpath(work))
    if work in (out, out / "logs") or out.is_relative_to(work):
        raise click.UsageError(
            f"--work {work} would hold results or logs of --out {out}; choose a folder of its own, or leave "
            "--work out."
        )


def check_runs(runs: Sequence, parameters: dict) -> None:
    """Raise click.UsageError at the first problem of a run; one that cannot be read is left out."""
    from ..bids.runs import Run

    for run in runs:
        try:
            image = Run(run.run_file, run.t_r, quiet=True)
        except (OSError, ValueError):
            continue  # it fails alone, and the others go on
        for problem in problems_of(run, image, parameters):
            raise click.UsageError(problem)


def problems_of(run, image, parameters: dict) -> Iterator[str]:
    """What of a run contradicts the options, a sentence each; of its image the header is read alone.

    Parameters
    ----------
    run : RunInputs
    image : nipype_maps.bids.runs.Run
        The same one.
    parameters : dict
        Of `init_masker_wf`.
    """
    try:
        yield from _problems_of_tables(run, image, parameters)
        yield from _problems_of_frames(run, image)
        yield from _problems_of_band(image, parameters.get("low_pass"), parameters.get("high_pass"))
    except (OSError, ValueError) as error:
        yield str(error)


def _problems_of_tables(run, image, parameters: dict) -> Iterator[str]:
    from ..bids.tables import read_header
    from ..confounds.columns import matching

    names: list[str] = []
    for table in run.confounds_files:
        with _naming(table):
            columns, n_rows = read_header(table)
        names += columns
        if n_rows != image.n_volumes:
            yield (
                f"{table} has {n_rows} rows, but {image.name} has {image.n_volumes} frames; give the "
                "confounds of this run."
            )
    for pattern in (parameters.get("confound_columns") or ()) if run.confounds_files else ():
        if not matching(names, pattern):
            near = difflib.get_close_matches(pattern, names, n=3) or names[:8]
            yield (
                f"{', '.join(map(str, run.confounds_files))}: no column matches --confound-columns "
                f"{pattern!r}; there are {', '.join(near)}{', ...' if len(near) < len(names) else ''}."
            )
    if (strategy := parameters.get("confounds_strategy")) is not None and len(run.confounds_files) == 1:
        _check_strategy(strategy, parameters.get("strategies_file"), run.confounds_files[0], names)


def _check_strategy(strategy: str, strategies_file, table, names: list[str]) -> None:
    """Raise ValueError if a table has not, among the names of its columns, what a strategy needs."""
    from ..bids.sidecars import sidecar_of
    from ..confounds.selection import require_columns
    from ..confounds.strategies import read_strategies
    from ..notes import collected
    from ..storage.json_files import read_json

    metadata = read_json(sidecar_of(table)) if sidecar_of(table).exists() else {}
    with collected():  # what is noticed is said when the columns are taken
        require_columns(strategy, read_strategies(strategies_file), names, metadata, str(table))


def _problems_of_frames(run, image) -> Iterator[str]:
    from ..confounds.frames import read_sample_mask
    from ..notes import collected
    from ..numerics.frames import kept_frames

    if not isinstance(run.sample_mask, (str, Path)):
        return
    with _naming(run.sample_mask), collected():  # what is noticed is said when the frames are read
        frames = read_sample_mask(run.sample_mask, image.n_volumes)
    try:
        kept_frames(frames, image.n_volumes)
    except ValueError as error:
        it = str(error).removeprefix("sample_mask ")
        yield f"--sample-mask {run.sample_mask} does not fit {image.name}: it {it}"


def _problems_of_band(image, low_pass, high_pass) -> Iterator[str]:
    from ..bids.timing import require_even_frames

    cut_offs = {"--low-pass": low_pass, "--high-pass": high_pass}
    given = {option: value for option, value in cut_offs.items() if value is not None}
    t_r = image.t_r if given else None
    if given and (uneven := image.uneven) is not None:
        require_even_frames(image.name, uneven.file)
    if given and t_r is None:
        yield (
            f"{image.name} says nothing of the time between frames, which --low-pass and --high-pass need, "
            "neither in its header nor in a sidecar; give --t-r."
        )
        return
    for option, value in given.items():
        if value >= 0.5 / t_r:
            yield (
                f"{option} {value:g} Hz is not below Nyquist's frequency of {image.name}, {0.5 / t_r:g} Hz "
                f"at {t_r:g} s from frame to frame; choose a lower one, or leave it out."
            )


@contextmanager
def _naming(path) -> Iterator[None]:
    """Let each error name the file."""
    try:
        yield
    except ValueError as error:
        if str(path) in str(error):
            raise
        raise ValueError(f"{path} cannot be read as a table ({error}).") from error


def _is_given(name: str) -> bool:
    """Whether an option was typed."""
    return click.get_current_context().get_parameter_source(name) == ParameterSource.COMMANDLINE


def _value(name: str):
    """What an option of the current command has; None where the command does not have it."""
    return click.get_current_context().params.get(name)


def _smooths(widths) -> bool:
    return any(widths) if isinstance(widths, list) else bool(widths)
