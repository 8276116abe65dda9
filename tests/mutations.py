"""Break each step by hand and see whether the tests notice.

    python3 -m tests.mutations [NAME...]
    python3 -m tests.mutations --check

Every mutation is one replacement in a copy of the package; the tests of its room must fail on
it.  Takes some minutes; ends with status 1 if a mutation survives.  ``--check`` says in a moment
which mutations replace a line that has moved or changed.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUICK = [f"tests/{room}" for room in ("numerics", "storage", "images", "bids", "confounds", "interfaces")]
ENGINE = ["nipype_maps/engine", "tests/engine"]
#: Files of which only a cluster tells.
JOBS = tuple(f"engine/slurm/{name}.py" for name in ("plugin", "jobs", "task", "batch", "commands"))

#: name: (file under nipype_maps, what stands there, what is put in its place)
MUTATIONS = {
    "projector: sign of the kernel": ("numerics/least_squares.py", "= inverse / np.outer", "= -inverse / np.outer"),
    "projector: not the pseudo-inverse": ("numerics/least_squares.py", "np.eye(n))", "np.ones((n, n)))"),
    "projector: smoothed maps ignored": ("interfaces/fit_projector.py", "StoredMaps(smoothed, cwd)", "StoredMaps(maps, cwd)"),
    "projector: rank cut-off": ("numerics/orthogonal.py", "singular[0] * cut_off).sum()", "singular[0] * 1e-20).sum()"),
    "projector: no second orthonormalisation": ("numerics/orthogonal.py", "scipy.linalg.solve_triangular(scipy.linalg.cholesky(gram), np.eye(rank))", "np.eye(rank)"),
    "smooth: border mode": ("numerics/smooth.py", 'mode="reflect"', 'mode="mirror"'),
    "smooth: truncation": ("numerics/smooth.py", "TRUNCATE = 4.0", "TRUNCATE = 3.0"),
    "smooth: fwhm taken for sigma": ("numerics/smooth.py", "1 / np.sqrt(8 * np.log(2))", "1.0"),
    "separable: axis order": ("numerics/separable.py", "patch.values.transpose(self.axes)", "patch.values.transpose(self.axes[::-1])"),
    "resample: spline order": ("numerics/resample.py", '"continuous": 3', '"continuous": 2'),
    "resample: offset of the wrong axis": ("numerics/resample.py", "offset[read], order", "offset[axis], order"),
    "resample: inverse transform": ("numerics/resample.py", "linalg.inv(source.affine) @ target.affine", "linalg.inv(target.affine) @ source.affine"),
    "resample: holes filled one voxel deep": ("numerics/resample.py", "rounds: int = 2", "rounds: int = 1"),
    "resample: holes stay filled": ("numerics/resample.py", "0, self._rim) > 0] = 0.0", "0, self._rim) > 2] = 0.0"),
    "clip: without zero": ("numerics/resample.py", "return min(0.0, low), max(0.0, high)", "return low, high"),
    "clip: not at all": ("images/resampling.py", "if clip and interpolation == ", "if False and interpolation == "),
    "clean: ddof": ("numerics/standardize.py", 'ddof=1 if kind == "zscore_sample" else 0', "ddof=0"),
    "clean: detrend without slope": ("numerics/standardize.py", "return centered - np.outer(time, time @ centered / (time @ time))", "return centered"),
    "clean: confounds not standardized": ("numerics/clean.py", "confounds, off = confounds - confounds.mean(axis=0), ", "confounds, off = confounds - 0, "),
    "clean: filter after confounds": ("numerics/clean.py", "options.high_pass)[rows]\n", "options.high_pass)[rows]\n        both[:, n_signals:] = 0\n"),
    "clean: censored frames off by one": ("numerics/censoring.py", "filled[kept - first] = values[kept]\n    return filled, kept - first", "return filled, np.maximum(kept - first - 1, 0)"),
    "clean: edges not cut off": ("numerics/censoring.py", "(0, len(values) - 1) if extrapolate else (kept[0], kept[-1])", "(0, len(values) - 1)"),
    "clean: psc of one sign": ("numerics/standardize.py", "return np.abs(np.where(np.abs(now) < 0.1", "return (np.where(np.abs(now) < 0.1"),
    "clean: psc never puts the mean back": ("numerics/standardize.py", "mean + now, now)) / 100", "now, now)) / 100"),
    "clean: runs mixed up": ("numerics/clean.py", "cleaned[member[kept_here]] = rows", "cleaned[member[kept_here]] = rows[::-1]"),
    "clean: filter costs nothing": ("numerics/degrees_of_freedom.py", "    if not options.butterworth or options.t_r is None:\n        return 0\n", "    return 0\n"),
    "clean: rounding regressed out": ("numerics/directions.py", "left > ROUNDING", "left > 0"),
    "clean: degrees of freedom": ("numerics/cleaning.py", "return 2 if self.detrend", "return 1 if self.detrend"),
    "filter: order": ("numerics/filters.py", "ORDER = 5", "ORDER = 4"),
    "filter: padding": ("numerics/filters.py", "padding = 3 * int(taps)", "padding = 2 * int(taps)"),
    "filter: one way only": ("numerics/filters.py", 'signal.sosfiltfilt(sections, signals, axis=0, padtype="odd", padlen=padding)', "signal.sosfilt(sections, signals, axis=0)"),
    "drift: half a frame": ("numerics/filters.py", "(np.arange(n_frames) + 0.5)", "np.arange(n_frames)"),
    "drift: a term too few": ("numerics/filters.py", "np.floor(2 * n_frames * high_pass * step)", "np.floor(2 * n_frames * high_pass * step) - 1"),
    "high variance: not detrended": ("numerics/confounds.py", "series -= np.outer(time, time @ series)", "pass"),
    "high variance: smallest instead of largest": ("numerics/confounds.py", "squares > np.nanpercentile(squares, 100.0 - percentile)", "squares < np.nanpercentile(squares, percentile)"),
    "frames: last frame lost": ("images/segment.py", "volumes, left = self.volumes(), self.n_volumes", "volumes, left = self.volumes(), self.n_volumes - 1"),
    "files: slope ignored": ("numerics/blocks.py", "values *= slope", "pass"),
    "project: resampled frames not clipped": ("images/resampling.py", "if clip else None", "if False else None"),
    "blocks: infinity stays": ("numerics/blocks.py", 'if finite and stored.dtype.kind == "f":', "if False:"),
    "tiles: a later tile replaces an earlier": ("numerics/tiles.py", "out[maps] += part", "out[maps] = part"),
    "tiles: maps not told apart": ("numerics/blocking.py", "column += reached[index]", "pass"),
    "tiles: a slab taken for the first": ("numerics/blocking.py", "x * y * first)", "0)"),
    "tiles: pieces mixed up": ("numerics/tiles.py", "piece, last = next(pieces), 0", "piece, last = next(pieces), last * 0 + 1"),
    "slabs: corners not counted from the slab": ("images/volumes.py", "segment.patch(stored, first - low, finite=True)", "segment.patch(stored, first, finite=True)"),
    "patches: a slice too few": ("numerics/patches.py", "used[-1] + 1", "used[-1]"),
    "patches: corner lost": ("numerics/patches.py", "moved[axis] += int(cut.start)", "pass"),
    "separable: bands too narrow": ("numerics/separable.py", "slice(used[0], used[-1] + 1) if used.size", "slice(used[0], used[-1]) if used.size"),
    "separable: rows of the box forgotten": ("numerics/separable.py", "matrix[rows, patch.box[axis]]", "matrix[:, patch.box[axis]]"),
    "resample: no voxel around a local map": ("numerics/resample.py", "np.array(patch.corner) + patch.values.shape + 1", "np.array(patch.corner) + patch.values.shape"),
    "holes: written over the wrong pages": ("storage/sparse.py", "os.pwrite(fd, data[written:last].data, offset + written)", "os.pwrite(fd, data[written:last].data, offset + written + 1)"),
    "holes: not zero when read": ("storage/sparse.py", "buffer[filled:first] = 0", "pass"),
    "fingerprints: which block is not told": ("storage/checksums.py", 'found.update(int(index).to_bytes(8, "little"))', "pass"),
    "fingerprints: time of change ignored": ("storage/checksums.py", "stat.st_mtime_ns, stat.st_ctime_ns]", "stat.st_mtime_ns]"),
    "coverage: signed weights": ("numerics/coverage.py", "weight = np.abs(values)", "weight = values"),
    "keys: implicit inputs do not count": ("engine/interface.py", 'values.append(("implicit inputs", [str(path) for path in self.implicit_inputs()]))', "pass"),
    "lock: shared": ("storage/locks.py", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB"),
    "check: a changed output is sound": ("engine/workfolder/results.py", "if is_same is False:", "if False:"),
    "check: an output without a record is sound": ("engine/workfolder/results.py", "if is_same is None and is_own and (is_recorded or inside):", "if False:"),
    "check: not made": ("engine/plugins/graph.py", "            mend(node)\n", "            pass\n"),
    "plan: all is cached": ("engine/workfolder/plan.py", "    if has_results(node):\n", "    if True:\n"),
    "clean: everything goes": ("engine/workfolder/dependencies.py", "if str(path) not in needed]", "if True]"),
    "plugins: a process that ended well is believed": ("engine/plugins/graph.py", "if failure is None and not is_finished(node, executor.patience):", "if False:"),
    "plugins: what lies behind a failure is run": ("engine/plugins/schedule.py", "{node, *nx.descendants(self._graph, node)}", "{node}"),
    "plugins: what graphs share is run for each": ("engine/plugins/schedule.py", "if key in earlier:", "if False:"),
    "plugins: what is lost to one graph is run for the next": ("engine/plugins/schedule.py", "if not self._dropped.isdisjoint(map(self._key, dependencies)):", "if False:"),
    "plugins: all that wait for a node follow it": ("engine/plugins/schedule.py", "dependants if len(dependants) <= at_most else ()", "dependants"),
    "plugins: the next graph is made at once": ("engine/plugins/graph.py", "or len(schedule) >= executor.ahead", ""),
    "jobs: what waits for a failure is run": ("engine/slurm/task.py", "_execute(node, updatehash) if is_possible else LEFT_OUT", "_execute(node, updatehash)"),
    "jobs: what is in a job already is submitted": ("engine/slurm/jobs.py", "return node in self._followers", "return False"),
    "jobs: a lost node is given up": ("engine/slurm/jobs.py", "if times < self._arguments.tries and (", "if False and ("),
    "jobs: a lost node is no failure": ("engine/slurm/jobs.py", "self._finished.append((node, Failure(name_in_graph(node), reason)))", "self._finished.append((node, None))"),
    "jobs: those of a killed master are not waited for": ("engine/slurm/plugin.py", "tasks = None if here is None else queue(names)", "tasks = {}"),
    "jobs: an array whose taking was not told is submitted again": ("engine/slurm/commands.py", "        if taken:", "        if False:"),
    "jobs: what sbatch was about at Ctrl-C goes on": ("engine/slurm/commands.py", "        cancel(name=name)\n        raise", "        raise"),
    "jobs: refused arrays are not divided": ("engine/slurm/jobs.py", "if len(some) == 1 or not", "if True or not"),
    "jobs: what finds no room is given up": ("engine/slurm/jobs.py", "if isinstance(error, TooManyTasksError) and (room_will_come or self._tasks):", "if False:"),
    "plugins: a failure in a worker is no failure": ("engine/plugins/multiproc.py", "failure = worker.receive()", "worker.receive()\n            failure = None"),
    "plugins: workers outlive their master": ("engine/plugins/workers.py", "threading.Thread(target=_exit_with_parent, args=(lifeline,), daemon=True).start()", "pass"),
    "plugins: no room is left out of account": ("engine/plugins/multiproc.py", "return not self._busy or (", "return True or ("),
    "masker: runs of one name share their results": ("masker/extraction.py", "return RunInputs(_digest(paths, frames, t_r), ", 'return RunInputs("run", '),
    "masker: parameters share a folder": ("masker/extraction.py", "_digest(run.name, fits, own)", "_digest(run.name, fits)"),
    "masker: what was in memory goes by its folder": ("masker/extraction.py", "path.removeprefix(str(scratch))", "str(path)"),
    "masker: maps resampled once stay so": ("masker/working_grid.py", 'grid if resampling_target == "data" else None', "None"),
    "masker: the image is on the grid of the last run": ("masker/extraction.py", "grids = self.last_runs.grids if self.grid is None else [self.grid]", "grids = self.last_runs.grids"),
    "masker: sample mask of the first run for all": ("masker/masker.py", "sample_mask = one_per_run(sample_mask,", "sample_mask = 0 * one_per_run(sample_mask,"),
    "masker: a changed header is not seen": ("masker/inputs/in_memory.py", "and stored.header == image.header", ""),
    "masker: nilearn's changes are not seen": ("masker/inputs/in_memory.py", 'or getattr(image, "_data_cache", None) is not None', ""),
    "masker: the header's type rounds the data": ("masker/inputs/in_memory.py", 'getattr(image, "header", None), dtype=data.dtype)', 'getattr(image, "header", None), dtype=image.get_data_dtype())'),
    "masker: a damaged copy is used": ("masker/inputs/in_memory.py", "if place.exists() and not _is_sound(place, writers):", "if False:"),
    "masker: a forked process removes the folder": ("masker/work_folder.py", "if os.getpid() == process:", "if True:"),
    "masker: maps do not hold their folder": ("masker/result_images.py", "image.work_folder = folder", "pass"),
    "masker: a volume gives a row": ("masker/masker.py", "run.is_volume and not self._makes_frames", "False"),
    "masker: dtype forgotten": ("masker/masker.py", "table.values.astype(signals_dtype(self.dtype), copy=False)", "table.values"),
    "masker: threads get in each other's way": ("masker/serialized.py", "with _lock, handlers_restored():", "with handlers_restored():"),
    "masker: nothing is removed": ("masker/extraction.py", "if not folder.kept:", "if False:"),
}  # fmt: skip


def tests_of(path: str) -> list[str]:
    """The tests that judge a file of the package."""
    if path.startswith("masker/"):
        return ["tests/masker"]
    if path in JOBS:
        return ["tests/slurm/test_slurm.py", "tests/slurm/test_faults.py"]  # the shorter ones first
    # what storage locks, the engine runs in
    return ENGINE if path.startswith("engine/") or path == "storage/locks.py" else QUICK


def stale(names: Iterable[str]) -> list[str]:
    """The mutations whose line is no longer there, or there several times."""
    lines = []
    for name in names:
        path, before, _ = MUTATIONS[name]
        file = ROOT / "nipype_maps" / path
        n_times = file.read_text().count(before) if file.exists() else 0
        if n_times != 1:
            lines.append(f"{name}: {before!r} stands {n_times} times in {path}")
    return lines


def survives(name: str) -> bool:
    """Apply one mutation to a copy and run the tests; whether they pass all the same."""
    path, before, after = MUTATIONS[name]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".hypothesis", "__pycache__"))
        file = copy / "nipype_maps" / path
        file.write_text(file.read_text().replace(before, after))
        tests = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests_of(path)],
            cwd=copy,
            capture_output=True,
            text=True,
        )
        failed = [line for line in tests.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        print(
            f"{'SURVIVED' if tests.returncode == 0 else 'caught  '} {name}: {' '.join(failed)[:110]}",
            flush=True,
        )
        return tests.returncode == 0


if __name__ == "__main__":
    only_check = sys.argv[1:] == ["--check"]
    names = MUTATIONS if only_check else sys.argv[1:] or MUTATIONS
    if outdated := stale(names):
        print("\n".join(outdated))
        sys.exit(f"{len(outdated)} of {len(names)} mutations are stale")
    if only_check:
        sys.exit()
    survivors = [name for name in names if survives(name)]
    print(f"{len(survivors)} survived")
    sys.exit(bool(survivors))
