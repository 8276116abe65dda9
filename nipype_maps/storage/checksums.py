"""What a file's content is known by, without reading it more often than needed.

nipype's cache asks for the content of every input of every node each time a graph runs.  A
fingerprint is worked out once and remembered together with what the file system says of the
file (inode, size, times of its last write and change): as long as that is the same,
nobody has written to the file.  For the outputs of a node, gigabytes of maps among them, it
is remembered beside them; for other files, runs above all, in a folder that `remembering`
names.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from .atomic import replacing, sweep
from .sparse import read_around

#: Of a name that nipype keeps when it removes what nothing is connected to.
RECORD = "provenance.outputs.json"
CHUNK, BLOCK = 4 << 20, 64 << 10
#: A file changed within the last seconds may change again without its times showing it.
SETTLED = 2.0
#: Cores that hash at once.
N_THREADS = min(4, os.cpu_count() or 1)

#: Files of which a process knows the fingerprint at most.
KNOWN = 10_000

_known: dict[str, tuple[list, str]] = {}
_memory: Path | None = None


@contextmanager
def remembering(folder) -> Iterator[None]:
    """Keep the fingerprints of files in a folder, for later calls; None keeps them nowhere."""
    global _memory
    before, _memory = _memory, None if folder is None else Path(folder)
    if _memory is not None and _memory.is_dir():
        sweep(_memory)
    try:
        yield
    finally:
        _memory = before


def fingerprint(path) -> str:
    """A hexadecimal number that files share if and only if their content is the same.

    SHA-256 of the SHA-256 of each chunk of 4 MB, in which blocks of zeros are left out: it is
    computed on several cores, and an image of local maps costs what is not zero in it.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name, text in [("a", "maps"), ("b", "maps"), ("c", "Maps")]:
    ...     _ = (folder / name).write_text(text)
    >>> fingerprint(folder / "a") == fingerprint(folder / "b") != fingerprint(folder / "c")
    True
    """
    path = os.path.abspath(path)
    state = _state(path)
    for remember in (_in_process, _beside, _in_memory):
        remembered, value = remember(path)
        if remembered == state:
            return value
    value = _computed(path)
    if time.time() - os.stat(path).st_ctime > SETTLED and _state(path) == state:
        while len(_known) >= KNOWN:
            _known.pop(next(iter(_known)), None)
        _known[path] = state, value
        _keep(path, state, value)
    return value


def record(folder, paths) -> None:
    """Remember in a folder the fingerprints of the files that a node gives.

    Those that it has just written to the folder go by their names; others, which it only
    hands on, by their paths.
    """
    entries = {
        _name_in(folder, path): [_state(path), (_computed if _is_in(folder, path) else fingerprint)(path)]
        for path in paths
    }
    if entries:
        _write(Path(folder) / RECORD, entries)


def recorded_names(folder) -> list[str]:
    """The files that were recorded in a folder."""
    return list(_entries(Path(folder) / RECORD))


def unchanged(folder, path) -> bool | None:
    """Whether a file that was recorded in a folder is as it was then; None if it was not.

    It is read only where its times or inode are others than they were, as those of a copy.
    """
    record_file, name = Path(folder) / RECORD, _name_in(folder, path)
    state, value = _entry(record_file, name)
    if state is None:
        return None
    if state == _state(path):
        return True
    if state[1] != os.path.getsize(path) or value != _computed(path):
        return False
    with suppress(OSError):  # a folder that can only be read: it is read again next time
        _write(record_file, {**_entries(record_file), name: [_state(path), value]})
    return True


def _is_in(folder, path) -> bool:
    return os.path.dirname(os.path.abspath(path)) == os.path.abspath(folder)


def _name_in(folder, path) -> str:
    return os.path.basename(path) if _is_in(folder, path) else os.path.abspath(path)


def _state(path) -> list[int]:
    # without the device, which is another number on each node of a cluster
    stat = os.stat(path)
    return [stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def _in_process(path) -> tuple[list | None, str]:
    return _known.get(path, (None, ""))


def _beside(path) -> tuple[list | None, str]:
    return _entry(Path(os.path.dirname(path)) / RECORD, os.path.basename(path))


def _in_memory(path) -> tuple[list | None, str]:
    return (None, "") if _memory is None else _entry(_note(path), path)


def _keep(path, state, value) -> None:
    if _memory is None:
        return
    try:
        _memory.mkdir(parents=True, exist_ok=True)
        _write(_note(path), {path: [state, value]})
    except OSError:
        pass  # a disk without room: the file is read again next time


def _note(path) -> Path:
    """A file for each file, so that processes need not wait for each other."""
    return _memory / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"


def _entry(record_file: Path, name: str) -> tuple[list | None, str]:
    try:
        state, value = _entries(record_file)[name]
    except (KeyError, TypeError, ValueError):
        return None, ""
    if not (isinstance(state, list) and len(state) == 4 and isinstance(value, str)):
        return None, ""
    return state, value


def _entries(record_file: Path) -> dict:
    try:
        entries = json.loads(record_file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return entries if isinstance(entries, dict) else {}


def _write(record_file: Path, entries: dict) -> None:
    with replacing(record_file, durable=False) as temporary:
        temporary.write_text(json.dumps(entries), encoding="utf-8")


def _computed(path) -> str:
    size = os.path.getsize(path)
    digests = [b""] * -(-size // CHUNK)
    shares = [range(first, len(digests), N_THREADS) for first in range(min(N_THREADS, len(digests)))]
    with open(path, "rb") as stream, ThreadPoolExecutor(N_THREADS) as threads:
        # one share needs no thread: of small files a data set has many
        run = map if len(shares) < 2 else threads.map
        list(run(lambda share: _digest(stream.fileno(), share, digests), shares))
    return hashlib.sha256(size.to_bytes(8, "little") + b"".join(digests)).hexdigest()


def _digest(fd: int, chunks: range, digests: list[bytes]) -> None:
    """Put the digests of some of a file's chunks into their places."""
    buffer = np.zeros(min(CHUNK, -(-os.fstat(fd).st_size // BLOCK) * BLOCK), np.uint8)
    for chunk in chunks:
        read_around(fd, chunk * CHUNK, buffer)
        digest = hashlib.sha256()
        blocks = buffer.reshape(-1, BLOCK)
        for index in np.flatnonzero(np.bitwise_or.reduce(blocks.view(np.uint64), axis=1)):
            digest.update(int(index).to_bytes(8, "little"))
            digest.update(blocks[index])
        digests[chunk] = digest.digest()


def sha256(path) -> str:
    """Hexadecimal SHA-256 of a file's bytes.

    Examples
    --------
    >>> import os
    >>> sha256(os.devnull)[:8]
    'e3b0c442'
    """
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
