"""Ways to damage a file."""

import gzip
import json
import os
from pathlib import Path

import numpy as np

ODD = [
    None,
    True,
    False,
    -1,
    0,
    1e308,
    "",
    "n/a",
    "x" * 300,
    "٣",
    [],
    {},
    [[]],
    [1, 2, 3],
    {"a": None},
    2**70,
    1e-320,
]
#: Pieces of text that tables are not made for.
TEXTS = [
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b'"',
    b",",
    b"n/a",
    b"nan",
    b"inf",
    b"-",
    b"\x00",
    b"\xff\xfe",
    b"\xc2\x85",
    b"1e999",
    b"\x0b",
]


def damage(path: Path, rng: np.random.Generator) -> str:
    """Damage a file in one way; what was done."""
    ways = [_bit, _bytes, _cut, _remove, _repeat, _append, _swap]
    name = path.name
    if name.endswith(".gz"):
        ways += [_header, _header, _header, _inside]
    elif name.endswith(".nii"):
        ways += [_nifti_header] * 2
    elif name.endswith(".json"):
        ways += [_leaf] * 4 + [_deep, _text]
    elif name.endswith((".tsv", ".txt")):
        ways += [_text] * 4
    way = ways[rng.integers(len(ways))]
    content = path.read_bytes()
    damaged = way(content, rng)
    path.write_bytes(damaged)
    return f"{way.__name__[1:]} of {name} ({len(content)} to {len(damaged)} bytes)"


def _place(content, rng) -> int:
    return int(rng.integers(max(1, len(content))))


def _bit(content, rng) -> bytes:
    changed = bytearray(content)
    if changed:
        changed[_place(content, rng)] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _bytes(content, rng) -> bytes:
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 9))):
        if changed:
            changed[_place(content, rng)] = int(rng.choice([0, 255, int(rng.integers(256))]))
    return bytes(changed)


def _cut(content, rng) -> bytes:
    return content[: _place(content, rng)]


def _remove(content, rng) -> bytes:
    start = _place(content, rng)
    return content[:start] + content[start + int(rng.integers(1, 65)) :]


def _repeat(content, rng) -> bytes:
    start = _place(content, rng)
    piece = content[start : start + int(rng.integers(1, 257))]
    return content[:start] + piece + content[start:]


def _append(content, rng) -> bytes:
    return content + rng.bytes(int(rng.integers(1, 65)))


def _swap(content, rng) -> bytes:
    a, b = sorted((_place(content, rng), _place(content, rng)))
    return content[:a] + content[b:] + content[a:b]


def _text(content, rng) -> bytes:
    start = _place(content, rng)
    return content[:start] + TEXTS[rng.integers(len(TEXTS))] + content[start + int(rng.integers(0, 3)) :]


def _nifti_header(content, rng) -> bytes:
    return _bytes(content[:352], rng) + content[352:]


def _header(content, rng) -> bytes:
    return gzip.compress(_nifti_header(gzip.decompress(content), rng), 1)


def _inside(content, rng) -> bytes:
    way = [_bit, _bytes, _cut, _remove, _append][rng.integers(5)]
    return gzip.compress(way(gzip.decompress(content), rng), 1)


def _leaf(content, rng) -> bytes:
    """Another value somewhere in a JSON file."""
    try:
        tree = json.loads(content)
    except ValueError:
        return _bit(content, rng)
    places = list(_leaves(tree))
    if not places:
        return json.dumps(ODD[rng.integers(len(ODD))]).encode()
    holder, key = places[rng.integers(len(places))]
    if rng.random() < 0.3 and isinstance(holder, dict):
        del holder[key]
    else:
        holder[key] = ODD[rng.integers(len(ODD))]
    return json.dumps(tree).encode()


def _leaves(tree):
    if isinstance(tree, (dict, list)):
        for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
            yield tree, key
            yield from _leaves(tree[key])


def _deep(content, rng) -> bytes:
    depth = int(rng.integers(10, 100_000))
    return b"[" * depth + b"]" * depth


def left_behind(folder: Path) -> list[str]:
    """Hidden files that a finished call should not leave."""
    own = {".lock", ".dependencies.json", ".checksums"}
    return [
        name
        for where, folders, files in os.walk(folder)
        for name in (*folders, *files)
        if name.startswith(".") and name not in own and ".checksums" not in where
    ]
