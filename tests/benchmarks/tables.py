"""The tables: each function takes a folder for the data and the number of repeats.

A table is a dict: title, columns, rows (lists of str), and the figures behind them.
"""

import json
import shutil
import sys
from pathlib import Path

from . import data
from .timing import ROOT, measure, process, ratio, spread

WITH_NILEARN = ROOT / "tests" / "benchmarks" / "with_nilearn.py"
EXTRACT = (sys.executable, "-c", "from nipype_maps.cli import main; main()", "extract")


def _fit(folder: Path, run: Path, maps: Path, fwhm: float) -> dict:
    """A projector, made once per maps and smoothing."""
    work = folder / f"fit_{maps.name.partition('.')[0]}_{fwhm:g}"
    return measure("fit", work, run, maps, fwhm)


def project(folder: Path, repeats: int) -> dict:
    """Project beside inflating the same file."""
    zipped, plain = data.run(folder), data.run(folder, ending=".nii")
    rows, figures = [], {}
    for maps in (data.networks(folder), data.parcels(folder)):
        for fwhm in (0, 6):
            projector = _fit(folder, zipped, maps, fwhm)["projector"]
            for run in (zipped, plain):
                taken = [measure("project", run, projector, zipped) for _ in range(repeats)]
                seconds, inflating = ([one[key] for one in taken] for key in ("project", "inflate"))
                name = f"{_describe(maps)}, {_smoothing(fwhm)}, {''.join(run.suffixes[-2:])}"
                figures[name] = taken
                rows.append([
                    name, spread(seconds), spread(inflating), ratio(seconds, inflating),
                    f"{max(one['peak'] for one in taken):.0f}",
                ])  # fmt: skip
    columns = ["Project", "s", "inflating the .nii.gz, s", "ratio", "peak of the process, MB"]
    return {"title": "Project, projector at hand", "columns": columns, "rows": rows, "figures": figures}


def extract(folder: Path, repeats: int) -> dict:
    """The command from the shell beside a script with nilearn."""
    runs = [data.run(folder)]
    runs.append(runs[0].with_name(runs[0].name.replace("sub-01", "sub-02")))
    if not runs[1].exists():
        shutil.copyfile(*runs)
    maps = data.networks(folder)
    rows, figures = [], {}
    for fwhm, target in ((6, "data"), (0, "data"), (0, "maps")):
        taken = {"nilearn": [], "cold": [], "warm": [], "cached": []}
        options = ["--maps", maps, "--resampling-target", target]
        options += ["--smoothing-fwhm", str(fwhm)] if fwhm else []
        for _ in range(repeats):
            out = folder / "out"
            shutil.rmtree(out, ignore_errors=True)
            taken["nilearn"].append(
                process(sys.executable, WITH_NILEARN, runs[0], maps, fwhm, target, folder / "theirs.txt")
            )
            for kind, run in (("cold", runs[0]), ("warm", runs[1]), ("cached", runs[1])):
                taken[kind].append(process(*EXTRACT, run, "--out", out, *options))
        shutil.rmtree(out)
        _require_success(taken)
        name = f"{_smoothing(fwhm)}, resampling_target='{target}'"
        figures[name] = taken
        theirs = [one["wall"] for one in taken["nilearn"]]
        labels = {
            "nilearn": "nilearn 0.14.1",
            "cold": "extract, nothing cached",
            "warm": "extract, second run on the grid",
            "cached": "extract, everything cached",
        }
        for kind, label in labels.items():
            seconds = [one["wall"] for one in taken[kind]]
            rows.append([
                f"{name}: {label}",
                spread(seconds),
                spread([one["cpu"] for one in taken[kind]]),
                "" if kind == "nilearn" else ratio(theirs, seconds),
                f"{max(one['peak'] for one in taken[kind]):.0f}",
            ])  # fmt: skip
    columns = ["whole process from the shell", "s", "CPU s", "times faster", "peak, MB"]
    return {"title": "extract", "columns": columns, "rows": rows, "figures": figures}


def memory(folder: Path, repeats: int) -> dict:
    """Peak memory by the length of the run, and of many maps."""
    del repeats  # memory does not vary
    networks, parcels, rows, figures = data.networks(folder), data.parcels(folder), [], {}
    short = data.run(folder)
    projector = _fit(folder, short, networks, 6)["projector"]
    for run in (short, data.run(folder, 2000)):
        name = f"Project, 64 maps, 6 mm, {run.name.split('int16')[1].split('_')[0]} frames"
        figures[name] = measure("project", run, projector, short)
        rows.append([name, f"{figures[name]['peak']:.0f}", f"{figures[name]['project']:.3g}"])
    for maps, fwhm in ((networks, 6), (parcels, 0), (parcels, 6)):
        what = f"{_describe(maps)}, {_smoothing(fwhm)}"
        out = folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        options = ["--smoothing-fwhm", str(fwhm)] if fwhm else []
        ours = process(*EXTRACT, short, "--maps", maps, "--out", out, *options)
        theirs = process(sys.executable, WITH_NILEARN, short, maps, fwhm, "data", folder / "theirs.txt")
        for name, one in ((f"extract, nothing cached, {what}", ours), (f"nilearn, {what}", theirs)):
            figures[name] = one
            rows.append([name, f"{one['peak']:.0f}", one["failed"] or f"{one['wall']:.3g}"])
        shutil.rmtree(out)
    columns = ["whole process", "peak, MB", "s"]
    return {"title": "Memory", "columns": columns, "rows": rows, "figures": figures}


def nodes(folder: Path, repeats: int) -> dict:
    """Single steps beside nilearn's functions."""
    run, maps = data.run(folder), data.networks(folder)
    signals = folder / "signals.tsv"
    if not signals.exists():
        out = folder / "out"
        _require_success({"extract": [process(*EXTRACT, run, "--maps", maps, "--out", out)]})
        shutil.copyfile(next(out.glob("*_timeseries.tsv")), signals)
        shutil.rmtree(out)
    steps = {
        "Resample a run (cubic, clipped)": ("node", "resample", run, maps),
        "Smooth a run (6 mm)": ("node", "smooth", run, maps),
        "HighVarianceConfounds": ("node", "confounds", run, maps),
        "Inverse (200 frames, .nii)": ("inverse", None, run, maps, signals),
    }
    rows, figures = [], {}
    for label, (function, name, *arguments) in steps.items():
        taken = {"ours": [], "nilearn": []}
        for _ in range(repeats):
            for side, sided in taken.items():
                sided.append(measure(function, *([name] if name else []), side, *arguments))
        figures[label] = taken
        ours, theirs = ([one["seconds"] for one in taken[side]] for side in ("ours", "nilearn"))
        peaks = [f"{max(one['peak'] for one in taken[side]):.0f}" for side in ("ours", "nilearn")]
        rows.append([label, spread(ours), spread(theirs), ratio(theirs, ours), *peaks])
    columns = ["step", "s", "nilearn, s", "times faster", "peak, MB", "nilearn's, MB"]
    return {"title": "Single steps", "columns": columns, "rows": rows, "figures": figures}


def growth(folder: Path, repeats: int) -> dict:
    """Time by frames and by maps."""
    rows, figures = [], {}
    short, networks = data.run(folder), data.networks(folder)
    projector = _fit(folder, short, networks, 6)["projector"]
    for n_frames in (50, 100, 200, 500, 1000, 2000):
        run = data.run(folder, n_frames)
        taken = [measure("project", run, projector, run) for _ in range(repeats)]
        figures[f"{n_frames} frames"] = taken
        seconds = [one["project"] for one in taken]
        per_frame = spread([1e3 * second / n_frames for second in seconds])
        rows.append([f"64 maps, 6 mm, {n_frames} frames", "", spread(seconds), per_frame])
    for n_maps in (16, 64, 256, 1024):
        maps = data.parcels(folder, n_maps)
        fitted = [_fit(folder, short, maps, 0)]
        taken = [measure("project", short, fitted[0]["projector"], short) for _ in range(repeats)]
        figures[f"{n_maps} maps"] = {"fit": fitted, "project": taken}
        seconds = [one["project"] for one in taken]
        fit = f"{fitted[0]['fit']:.3g}"
        rows.append(
            [f"{n_maps} local maps, 200 frames", fit, spread(seconds), spread([s * 5 for s in seconds])]
        )
    columns = ["Project", "fit before, s", "s", "ms per frame"]
    return {"title": "Growth", "columns": columns, "rows": rows, "figures": figures}


def accuracy(folder: Path, repeats: int) -> dict:
    """Signals beside scipy's least squares in float64."""
    del repeats  # nothing varies
    rows, figures = [], {}
    for fwhm in (0, 6):
        fitted = _fit(folder, data.run(folder), data.networks(folder), fwhm)
        for dtype, slope in (("int16", 1.0), ("float32", 1.0), ("int16", 0.05)):
            run = data.run(folder, 20, dtype, slope)
            name = f"64 maps, {_smoothing(fwhm)}, {dtype}{'' if slope == 1 else ' with a slope'}"
            figures[name] = measure("accuracy", run, fitted["projector"], fitted["maps"], fwhm)
            rows.append([name, f"{figures[name]['difference']:.1e}"])
    columns = ["20 frames", "largest difference, standard deviations of a signal"]
    return {"title": "Accuracy", "columns": columns, "rows": rows, "figures": figures}


def engine(folder: Path, repeats: int) -> dict:
    """Where the time of a warm extract goes."""
    first = data.run(folder)
    out, taken = folder / "out", []
    options = ["--maps", data.networks(folder), "--out", out, "--smoothing-fwhm", "6"]
    shutil.rmtree(out, ignore_errors=True)
    _require_success({"extract": [process(*EXTRACT, first, *options)]})
    for number in range(2, repeats + 2):
        run = first.with_name(first.name.replace("sub-01", f"sub-{number:02d}"))
        run.unlink(missing_ok=True)
        run.hardlink_to(first)
        whole = process(sys.executable, "-m", "tests.benchmarks.measures", "engine", run, *options)
        _require_success({"engine": [whole]})
        parts = json.loads(whole["output"].splitlines()[-1])
        parts["interpreter"] = whole["wall"] - sum(parts.values())
        taken.append(parts)
        if number > 2:
            run.unlink()
    shutil.rmtree(out)
    labels = {
        "interpreter": "interpreter, start and end",
        "imports": "imports (nipype, numpy, nibabel, ours)",
        "fingerprints": "cache keys",
        "work": "our interfaces: Project and Clean",
        "nipype": "nipype's engine, results, report",
    }
    rows = [[label, spread([one[key] for one in taken])] for key, label in labels.items()]
    columns = ["second run on the grid, 6 mm", "s"]
    return {"title": "The engine's share", "columns": columns, "rows": rows, "figures": {"engine": taken}}


def masker(folder: Path, repeats: int) -> dict:
    """NiftiMapsMasker in a notebook, beside nilearn's."""
    rows, figures = [], {}
    data_sets = {
        "100 frames of 5 mm, 20 maps": data.notebook(folder),
        "200 frames of 2 mm, 64 maps": (data.run(folder), data.networks(folder)),
    }
    for name, (run, maps) in data_sets.items():
        taken = {"ours": [], "nilearn": []}
        for _ in range(repeats):
            for side, sided in taken.items():
                memory = folder / "masker"
                shutil.rmtree(memory, ignore_errors=True)
                sided.append(measure("masker", side, run, maps, memory))
        shutil.rmtree(memory)
        figures[name] = taken
        for call in taken["nilearn"][0]:
            if call == "peak":
                continue
            ours, theirs = ([one[call] for one in taken[side]] for side in ("ours", "nilearn"))
            rows.append([f"{name}: {call}", spread(ours), spread(theirs), ratio(theirs, ours)])
        over = [one["transform"] - one["numerics"] for one in taken["ours"]]
        rows.append([f"{name}: transform without its numerics", spread(over), "", ""])
    columns = ["NiftiMapsMasker", "s", "nilearn, s", "times faster"]
    return {"title": "The class in a notebook", "columns": columns, "rows": rows, "figures": figures}


TABLES = {
    function.__name__: function
    for function in (project, extract, memory, nodes, growth, accuracy, engine, masker)
}


def _describe(maps: Path) -> str:
    name = maps.name.partition(".")[0]
    kind = "whole-brain" if name.startswith("networks") else "local"
    return f"{name.removeprefix('networks').removeprefix('parcels')} {kind} maps"


def _smoothing(fwhm: float) -> str:
    return f"{fwhm:g} mm" if fwhm else "not smoothed"


def _require_success(taken: dict) -> None:
    for kind, ones in taken.items():
        for one in ones:
            if one["failed"]:
                raise SystemExit(f"{kind}: {one['failed']}")
