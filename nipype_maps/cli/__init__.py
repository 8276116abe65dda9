"""The command ``nipype-maps``: parse, build a graph, run it, say where the results are."""

from __future__ import annotations

import os

# before nipype is imported: else it asks a server for its newest version, which takes
# seconds behind a silent proxy
os.environ.setdefault("NIPYPE_NO_ET", "1")

import click

from .clean import clean
from .commands import Group
from .dataset import dataset
from .demo import demo
from .extract import extract
from .inverse import inverse


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nipype-maps")
def main() -> None:
    """One time series per brain map from fMRI runs, by least squares, inside nipype.

    Exit status: 0 if all was done, 1 if something failed, 2 if the call itself is wrong, 130
    if it was interrupted (Ctrl-C), 143 if it was terminated (SIGTERM).
    """


main.add_command(extract)
main.add_command(dataset)
main.add_command(inverse)
main.add_command(clean)
main.add_command(demo)
