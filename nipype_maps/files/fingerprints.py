"""What a file's content is known by, without reading it more often than needed.

nipype's cache asks for the content of every input of every node each time a graph runs.  A
fingerprint is worked out once and remembered together with what the file system says of the
file (inode, size, times of its last write and change): as long as that is the same,
nobody has written to the file.  For the outputs of a node, gigabytes of maps among them, it
is remembered on disk, beside them.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from .atomic import replacing
from .holes import read_around

RECORD = "_fingerprints.json"
CHUNK, BLOCK = 4 << 20, 64 << 10
#: A file changed within the last seconds may change again without its times showing it.
SETTLED = 2.0
#: Cores that hash at once.
N_THREADS = min(4, os.cpu_count() or 1)

_known: dict[str, tuple[list, str]] = {}


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
    for remembered, value in (_known.get(path, (None, "")), _recorded(path)):
        if remembered == state:
            return value
    value = _computed(path)
    if time.time() - os.stat(path).st_ctime > SETTLED and _state(path) == state:
        _known[path] = state, value
    return value


def record(paths) -> None:
    """Remember on disk the fingerprints of files that have just been written to one folder."""
    entries = {os.path.basename(path): [_state(path), _computed(path)] for path in paths}
    if entries:
        with replacing(Path(os.path.dirname(paths[0])) / RECORD) as temporary:
            temporary.write_text(json.dumps(entries))


def _state(path) -> list[int]:
    # without the device, which is another number on each node of a cluster
    stat = os.stat(path)
    return [stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def _recorded(path) -> tuple[list | None, str]:
    try:
        with open(os.path.join(os.path.dirname(path), RECORD)) as stream:
            state, value = json.load(stream)[os.path.basename(path)]
    except (OSError, ValueError, KeyError, TypeError):
        return None, ""
    return state, value


def _computed(path) -> str:
    size = os.path.getsize(path)
    digests = [b""] * -(-size // CHUNK)
    with open(path, "rb") as stream, ThreadPoolExecutor(N_THREADS) as threads:
        shares = [range(first, len(digests), N_THREADS) for first in range(N_THREADS)]
        list(threads.map(lambda share: _digest(stream.fileno(), share, digests), shares))
    return hashlib.sha256(size.to_bytes(8, "little") + b"".join(digests)).hexdigest()


def _digest(fd: int, chunks: range, digests: list[bytes]) -> None:
    """Put the digests of some of a file's chunks into their places."""
    buffer = np.zeros(CHUNK if chunks else 0, np.uint8)
    for chunk in chunks:
        read_around(fd, chunk * CHUNK, buffer)
        digest = hashlib.sha256()
        blocks = buffer.reshape(-1, BLOCK)
        for index in np.flatnonzero(np.bitwise_or.reduce(blocks.view(np.uint64), axis=1)):
            digest.update(int(index).to_bytes(8, "little"))
            digest.update(blocks[index])
        digests[chunk] = digest.digest()
