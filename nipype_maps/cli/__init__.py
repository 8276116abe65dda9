"""The command ``nipype-maps``: parse, build a graph, execute it, say where the results are.

A subcommand is a module here (`extract`, `dataset`, `inverse`, `prune`, `demo`).  Each goes
through the same stages: `parsing` and `checks` of the call, `selection` of runs in a data set,
`records` of what it requests, the `results` folder that may have other results, `extraction`, and `reports`.
"""

from __future__ import annotations

import os

# before nipype is imported: else it asks a server for its newest version, which takes
# seconds behind a silent proxy
os.environ.setdefault("NIPYPE_NO_ET", "1")

import click

from .dataset import dataset
from .demo import demo
from .extract import extract
from .inverse import inverse
from .parsing.commands import Group
from .prune import prune

SETTINGS = {
    "help_option_names": ["-h", "--help"],
    # BIDS Apps have --participant-label and --participant_label
    "token_normalize_func": lambda name: name.replace("_", "-"),
}


@click.group(cls=Group, context_settings=SETTINGS)
@click.version_option(package_name="nipype-maps")
def main() -> None:
    """Extract one time series per brain map from fMRI runs, by least squares, with nipype.

    Exit status: 0 if everything was done, 1 if something failed, 2 if the call itself is wrong, 130
    if it was interrupted (Ctrl-C), 143 or 129 if it was terminated (SIGTERM, SIGHUP).
    """


for command in (extract, dataset, inverse, prune, demo):
    main.add_command(command)
