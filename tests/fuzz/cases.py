"""Cases: one damaged file, one call in a process of its own, one judgment."""

import contextlib
import importlib
import os
import re
import resource
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd

from . import scene
from .damage import damage, left_behind

#: Python's words, which tell a user nothing.
RAW = re.compile(
    r"(?<![A-Za-z])(Index|Key|Type|Attribute|Overflow|ZeroDivision|Recursion|Assertion|Memory|UnicodeDecode)Error"
    r"|: '[\w-]+' codec can't|: could not convert|out of range|object is not|NoneType"
)
#: Seconds after which a call counts as hanging, and bytes that it may hold.
PATIENCE, MEMORY = 120.0, 1e9
#: Of signals in standard deviations, and of images in shares of their largest value.  What is
#: wrong is wrong by far more; rounding of damaged, hence badly scaled, numbers by less.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Outcome:
    """What came of a case: 'right', 'refused', 'strict' (refused, though numbers could be given) or 'bad'."""

    kind: str
    number: int
    done: str
    word: str
    why: str
    status: int
    seconds: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.word}: {self.kind} {self.number}: {self.done}: {self.why}"


class Judge:
    """Runs cases, some at a time, and judges them."""

    def __init__(self, folder: Path, jobs: int):
        self.folder, self.jobs = folder, jobs
        self.clean = folder / "clean"
        self.finished = folder / "finished"
        status, *_ = _wait(_call(scene.extract(self.clean, self.finished), folder / "log"))
        if status:
            raise RuntimeError((folder / "log").read_text())
        self.table = next(self.finished.glob("*_timeseries.tsv"))
        _compare(read_signals(self.table), scene.expected(self.clean))

    def run(self, kind: str, n_cases: int, seed: int) -> list[Outcome]:
        """Run the cases of one kind."""
        running, outcomes = [], []
        for number in range(n_cases):
            if len(running) == self.jobs:
                outcomes.append(self._end(running.pop(0)))
            running.append(self._begin(kind, number, np.random.default_rng([seed, number, len(kind)])))
        return outcomes + [self._end(case) for case in running]

    def _begin(self, kind, number, rng):
        folder = self.folder / f"{kind}-{number}"
        shutil.copytree(self.clean, folder / "in")
        done, arguments, judge = KINDS[kind](self, folder, rng)
        return kind, number, folder, done, judge, _call(arguments, folder / "log")

    def _end(self, case) -> Outcome:
        kind, number, folder, done, judge, process = case
        status, seconds, megabytes = _wait(process)
        said = (folder / "log").read_text(encoding="utf-8", errors="replace")
        try:
            word, why = _first_words(status, seconds, megabytes, said) or judge(status)
            if word != "bad" and (left := left_behind(folder / "out")):
                word, why = "bad", f"left behind: {left}"
        except Exception:
            word, why = "bad", f"the judge failed: {traceback.format_exc()}"
        if word in ("refused", "strict"):
            why = " ".join(said.split())[-400:]
        if word == "bad":
            why = f"{why}\n    status {status}, {folder}, it said: {said.strip()[-1500:]}"
        else:
            shutil.rmtree(folder)
        return Outcome(kind, number, done, word, why, status, seconds, megabytes)


def _inputs(judge: Judge, folder: Path, rng) -> tuple[str, list[str], Callable]:
    """A damaged input of a first call."""
    name = scene.INPUTS[rng.choice(len(scene.INPUTS), p=[0.3, 0.1, 0.2, 0.1, 0.1, 0.2])]
    done = damage(folder / "in" / name, rng)
    out = folder / "out"

    def judged(status):
        tables = list(out.glob("*.tsv")) if out.exists() else []
        try:
            with np.errstate(all="ignore"):
                expected = scene.expected(folder / "in")
        except scene.Refused as reason:
            return _refused(status, tables, "refused") or (
                "bad",
                f"numbers, where the reference says: {reason}",
            )
        if status:
            return _refused(status, tables, "strict")
        return _compare(read_signals(tables[0]), expected)

    return done, scene.extract(folder / "in", out), judged


def _work(judge: Judge, folder: Path, rng) -> tuple[str, list[str], Callable]:
    """A file that a finished call left, damaged before the same call is made again."""
    shutil.copytree(judge.finished, folder / "out", symlinks=True)
    files = sorted(path for path in (folder / "out").rglob("*") if path.is_file() and path.stat().st_size)
    path = files[rng.integers(len(files))]
    done = f"{path.relative_to(folder)}: {damage(path, rng)}"

    def judged(status):
        table = folder / "out" / judge.table.name
        if status:
            return "refused", "refused"
        same = all(
            (folder / "out" / name).read_bytes() == (judge.finished / name).read_bytes()
            for name in (table.name, f"{table.stem}.json")
        )
        return ("right", "") if same else ("bad", "other bytes than an undisturbed call gives")

    # the same files in the same place: only what the first call left is damaged
    return done, scene.extract(judge.clean, folder / "out"), judged


def _inverse(judge: Judge, folder: Path, rng) -> tuple[str, list[str], Callable]:
    """Damaged signals, or their sidecar, made into an image."""
    for source in (judge.table, judge.table.with_suffix(".json")):
        shutil.copy(source, folder / "in")
    table, image = folder / "in" / judge.table.name, folder / "out" / "image.nii"
    image.parent.mkdir()
    done = damage(table if rng.random() < 0.4 else table.with_suffix(".json"), rng)

    def judged(status):
        if status:
            return _refused(status, list(image.parent.iterdir()), "refused")
        values = np.asarray(nib.load(image).dataobj)
        try:
            with np.errstate(all="ignore"):
                expected = scene.image_of(folder / "in", table)
        except scene.Refused as reason:
            return "bad", f"an image, where the reference says: {reason}"
        if values.shape != expected.shape:
            return "bad", f"shape {values.shape}, not {expected.shape}"
        largest = np.abs(expected).max()
        wrong = np.abs(values - expected).max() / max(largest, np.finfo(float).tiny)
        return ("right", "") if wrong < TOLERANCE else ("bad", f"off by {wrong:.2g} of the largest value")

    return done, scene.inverse(folder / "in", table, image), judged


KINDS = {"inputs": _inputs, "work": _work, "inverse": _inverse}


def read_signals(path: Path) -> np.ndarray:
    """(T, K) signals of a table."""
    return pd.read_csv(path, sep="\t", na_values="n/a").to_numpy(float)


def _refused(status, files, word) -> tuple[str, str] | None:
    """The judgment of a call that must leave no result; None if it gave one."""
    if not status:
        return None
    return ("bad", f"status {status}, but there are {files}") if files else (word, "refused")


def _compare(signals, expected) -> tuple[str, str]:
    if signals.shape != expected.shape:
        return "bad", f"{signals.shape} signals, not {expected.shape}"
    wrong = np.abs(signals - expected).max()
    return ("right", "") if wrong < TOLERANCE else ("bad", f"off by {wrong:.2g} standard deviations")


def _first_words(status, seconds, megabytes, said) -> tuple[str, str] | None:
    """What is bad whatever the case."""
    if seconds > PATIENCE:
        return "bad", "it hangs"
    if "Traceback" in said or status not in (0, 1, 2):
        return "bad", f"status {status}, or a traceback"
    if status and RAW.search(said):
        return "bad", "an exception in place of a message"
    if status and not said.strip():
        return "bad", "not a word"
    if megabytes > MEMORY / 1e6:
        return "bad", f"{megabytes:.0f} MB"
    return None


def _call(arguments: list[str], log: Path) -> tuple[int, float]:
    """Call the command in a fork of this process, which has imported all it needs."""
    _imported()
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process, time.monotonic()
    status = 99
    with contextlib.suppress(BaseException):
        os.setsid()
        stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(stream, 1)
        os.dup2(stream, 2)
        # a claim of terabytes must not bring the machine down
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
        status = _status_of(arguments)
    os._exit(status)


def _status_of(arguments) -> int:
    from nipype_maps.cli import main

    try:
        main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 99


def _imported() -> None:
    """Import what a call needs, once for all forks."""
    for module in ("nipype_maps.cli", "nipype_maps.graphs", "nipype_maps.engine.execution"):
        importlib.import_module(module)


def _wait(process) -> tuple[int, float, float]:
    """Status, seconds and peak megabytes of a call; it is killed when it takes too long."""
    number, began = process
    while True:
        ended, status, used = os.wait4(number, os.WNOHANG)
        seconds = time.monotonic() - began
        if ended:
            return os.waitstatus_to_exitcode(status), seconds, used.ru_maxrss / 1e3
        if seconds > PATIENCE:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(number, signal.SIGKILL)
        time.sleep(0.01)
