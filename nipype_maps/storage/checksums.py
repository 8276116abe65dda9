"""Checksums of files, computed once and remembered as long as a file is unchanged.

nipype's cache asks for the content of every input of every node each time a graph is executed.  A
checksum is computed once and remembered together with the file's state (inode, size, times of the
last write and change): as long as that is the same, nobody has written to the file.  It is
remembered by the process and in a folder that `remembering` names.

The outputs of a node, gigabytes of sparse maps among them, have a record beside them (`record`),
with a digest that leaves out zeros and is computed on several cores.  A recorded file is
identified by that digest, any other by its SHA-256: see `digest`.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from .atomic import replacing, sweep
from .paths import PathLike
from .sparse import read_around

#: A name that nipype keeps when it removes files that nothing is connected to.
RECORD = "provenance.outputs.json"
#: The folder in a work folder where checksums of files elsewhere are remembered.
MEMORY = ".checksums"
#: What digests begin with that are not SHA-256.
SPARSE = "sparse:"
CHUNK, BLOCK = 4 << 20, 64 << 10
#: A file changed within the last seconds may change again without its times showing it.
SETTLED = 2.0
#: Cores that compute a sparse digest.
N_THREADS = min(4, os.cpu_count() or 1)
#: How many checksums a process remembers.
KNOWN = 10_000

#: Inode, size, and times of the last write and change.
State = list[int]

#: By path and by whether the digest is sparse.
_known: dict[tuple[str, bool], tuple[State, str]] = {}
_memory: Path | None = None


@contextmanager
def remembering(folder: PathLike | None) -> Iterator[None]:
    """Keep the checksums of files in a folder, for later calls; None keeps them nowhere."""
    global _memory
    before, _memory = _memory, None if folder is None else Path(folder)
    if _memory is not None and _memory.is_dir():
        sweep(_memory)
    try:
        yield
    finally:
        _memory = before


def checksum(path: PathLike) -> str:
    """Hexadecimal SHA-256 of a file's bytes, as ``sha256sum`` prints it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "maps.nii")
    >>> _ = path.write_bytes(b"")
    >>> checksum(path)[:8]
    'e3b0c442'
    """
    path = os.path.abspath(path)
    return _remembered(path, _state(path), is_sparse=False)


def digest(path: PathLike) -> str:
    """The digest that identifies a file's content in cache keys and records.

    That is its `checksum`, unless a record beside the file contains a sparse digest of it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "maps.nii")
    >>> _ = path.write_bytes(b"maps")
    >>> digest(path) == checksum(path)
    True
    >>> record(path.parent, [path])
    >>> digest(path).partition(":")[0]
    'sparse'
    """
    path = os.path.abspath(path)
    state = _state(path)
    recorded_state, value = _entry(Path(path).with_name(RECORD), os.path.basename(path))
    if recorded_state == state:
        return value
    return _remembered(path, state, value.startswith(SPARSE))


def record(folder: PathLike, paths: Iterable[PathLike]) -> None:
    """Record in a node's folder the digests of its outputs.

    Files in the folder, which were just written, are recorded by name; others, which the node only
    passes on, by path.
    """
    entries = {
        _name_in(folder, path): [_state(path), _sparse_digest(path) if _is_in(folder, path) else digest(path)]
        for path in paths
    }
    if entries:
        _write(Path(folder) / RECORD, entries)


def recorded_names(folder: PathLike) -> list[str]:
    """The files that were recorded in a folder."""
    return list(_entries(Path(folder) / RECORD))


def unchanged(folder: PathLike, path: PathLike) -> bool | None:
    """Whether a file is as it was when it was recorded in a folder; None if it was not recorded.

    It is read only if its state differs, as that of a copy does.
    """
    record_file, name = Path(folder) / RECORD, _name_in(folder, path)
    state, value = _entry(record_file, name)
    if state is None:
        return None
    if state == _state(path):
        return True
    if state[1] != os.path.getsize(path) or value != _computed(path, value.startswith(SPARSE)):
        return False
    with suppress(OSError):  # in a read-only folder it is read again next time
        _write(record_file, {**_entries(record_file), name: [_state(path), value]})
    return True


def _is_in(folder: PathLike, path: PathLike) -> bool:
    return os.path.dirname(os.path.abspath(path)) == os.path.abspath(folder)


def _name_in(folder: PathLike, path: PathLike) -> str:
    return os.path.basename(path) if _is_in(folder, path) else os.path.abspath(path)


def _state(path: PathLike) -> State:
    # without the device, whose number differs between the nodes of a cluster
    stat = os.stat(path)
    return [stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def _remembered(path: str, state: State, is_sparse: bool) -> str:
    """The digest of a file in a state, computed only if it is not remembered."""
    known_state, value = _known.get((path, is_sparse), (None, ""))
    if known_state == state:
        return value
    if _memory is not None:
        known_state, value = _entry(_note(_memory, path), path)
        if known_state == state and value.startswith(SPARSE) == is_sparse:
            return value
    value = _computed(path, is_sparse)
    if time.time() - os.stat(path).st_ctime > SETTLED and _state(path) == state:
        while len(_known) >= KNOWN:
            _known.pop(next(iter(_known)), None)
        _known[path, is_sparse] = state, value
        _keep(path, state, value)
    return value


def _keep(path: str, state: State, value: str) -> None:
    if _memory is None:
        return
    try:
        _memory.mkdir(parents=True, exist_ok=True)
        _write(_note(_memory, path), {path: [state, value]})
    except OSError:
        pass  # a full disk: the file is read again next time


def _note(memory: Path, path: str) -> Path:
    """A file for each path, so that processes need not wait for each other."""
    return memory / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"


def _entry(record_file: Path, name: str) -> tuple[State | None, str]:
    try:
        state, value = _entries(record_file)[name]
    except (KeyError, TypeError, ValueError):
        return None, ""
    if not (isinstance(state, list) and len(state) == 4 and isinstance(value, str)):
        return None, ""
    return state, value


def _entries(record_file: Path) -> dict[str, Any]:
    try:
        entries = json.loads(record_file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _write(record_file: Path, entries: dict[str, Any]) -> None:
    with replacing(record_file, durable=False) as temporary:
        temporary.write_text(json.dumps(entries), encoding="utf-8")


def _computed(path: PathLike, is_sparse: bool) -> str:
    return _sparse_digest(path) if is_sparse else _sha256(path)


def _sha256(path: PathLike) -> str:
    found, buffer = hashlib.sha256(), memoryview(bytearray(1 << 20))
    with open(path, "rb", buffering=0) as stream:
        while n_bytes := stream.readinto(buffer):
            found.update(buffer[:n_bytes])
    return found.hexdigest()


def _sparse_digest(path: PathLike) -> str:
    """SHA-256 of the SHA-256 of each chunk of 4 MB, in which blocks of zeros are left out.

    It is computed on several cores, and an image of local maps costs only what is not zero in it.
    """
    size = os.path.getsize(path)
    digests = [b""] * -(-size // CHUNK)
    shares = [range(first, len(digests), N_THREADS) for first in range(min(N_THREADS, len(digests)))]
    with open(path, "rb") as stream:
        fd = stream.fileno()
        if len(shares) < 2:  # needs no thread: a data set has many small files
            for share in shares:
                _digest_chunks(fd, share, digests)
        else:
            with ThreadPoolExecutor(N_THREADS) as threads:
                list(threads.map(lambda share: _digest_chunks(fd, share, digests), shares))
    return SPARSE + hashlib.sha256(size.to_bytes(8, "little") + b"".join(digests)).hexdigest()


def _digest_chunks(fd: int, chunks: range, digests: list[bytes]) -> None:
    """Put the digests of some of a file's chunks into their places."""
    buffer = np.zeros(min(CHUNK, -(-os.fstat(fd).st_size // BLOCK) * BLOCK), np.uint8)
    for chunk in chunks:
        read_around(fd, chunk * CHUNK, buffer)
        found = hashlib.sha256()
        blocks = buffer.reshape(-1, BLOCK)
        for index in np.flatnonzero(np.bitwise_or.reduce(blocks.view(np.uint64), axis=1)):
            found.update(int(index).to_bytes(8, "little"))
            found.update(blocks[index])
        digests[chunk] = found.digest()
