"""Damaged files, thousands of them: every call gives the right numbers or says what is wrong.

    python3 -m tests.fuzz [KIND...] [--cases N] [--seed N] [--jobs N] [--folder DIR]

Kinds: inputs (images, tables, sidecars, names), work (what a finished call left: results,
projectors, notes, published tables), inverse (signals and their sidecar).  A case damages one
file, calls the command, and compares with a reference that shares no code with the package.
No test runs this.
"""
