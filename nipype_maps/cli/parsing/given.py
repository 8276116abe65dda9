"""What was typed, and what has its default."""

from __future__ import annotations

import click
from click.core import ParameterSource


def is_given(name: str) -> bool:
    """Whether an option was typed."""
    return click.get_current_context().get_parameter_source(name) == ParameterSource.COMMANDLINE
