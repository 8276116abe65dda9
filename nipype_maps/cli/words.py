"""Messages of the library in the words of the command: options in place of parameters."""

from __future__ import annotations

import re

import click


def in_options(sentence: str, options: dict[str, str]) -> str:
    """A sentence with options in place of the parameters that it names.

    Only what cannot be another word is replaced: a name with an underscore, or one that is followed
    by ``=``; nothing within quotation marks, a path, or a longer word, and no key of an option's file.

    Parameters
    ----------
    sentence : str
    options : dict of str to str
        By the names of their parameters.

    Examples
    --------
    >>> in_options("t_r=2 s is taken; pass t_r.", {"t_r": "--t-r"})
    '--t-r 2 s is taken; pass --t-r.'
    >>> in_options("/data/t_r.nii: 'filter' filter='cosine'", {"t_r": "--t-r", "filter": "--filter"})
    "/data/t_r.nii: 'filter' --filter cosine"
    >>> in_options("n_procs of --plugin-args", {"n_procs": "--n-procs"})
    'n_procs of --plugin-args'
    >>> in_options("allow_overlap=False forbids it", {"allow_overlap": "--no-allow-overlap"})
    '--no-allow-overlap forbids it'
    """
    known = "|".join(sorted(options, key=len, reverse=True))
    pattern = rf"(?<![\w./'\"=-])({known})(?:(=)('?)([\w.+-]*\w)\3)?(?![\w/'\"=-]|\.\w| of --)"

    def option(found) -> str:
        name, equals, _, value = found.groups()
        if options[name].startswith("--no-"):
            return options[name] if value == "False" else found[0]
        if not (equals or "_" in name):
            return found[0]
        return f"{options[name]} {value}" if equals else options[name]

    return re.sub(pattern, option, sentence) if options else sentence


def in_own_words(sentence: str) -> str:
    """A sentence in the words of the command that is being called."""
    context = click.get_current_context(silent=True)
    params = context.command.params if context else []
    return in_options(sentence, {p.name: p.opts[0] for p in params if isinstance(p, click.Option)})
