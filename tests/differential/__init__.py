"""Strategies on tables that preprocessing wrote, beside a reference that shares no code with the package.

    python3 -m tests.differential TABLE...

TABLE is a table of confounds as fMRIPrep writes it; what its components are is read from the JSON
file beside it.  Every strategy, all pairs and some triples are run with filters, sample masks and
repetition times; the command says how many cases agree, by how much they differ, and which are
refused, and ends with status 1 if one differs or is refused wrongly.
"""
