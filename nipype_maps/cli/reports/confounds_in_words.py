"""Confounds and censoring in words, for the methods section of a paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: Kinds of columns: what their names match, and their name for one or several.
KINDS = {
    "motion parameters": r"(trans|rot)_[xyz]",
    "mean signals of white matter and CSF": r"white_matter|csf|csf_wm",
    "global signal": "global_signal",
    "components of aCompCor": r"[acw]_comp_cor_\d+",
    "components of temporal CompCor": r"t_comp_cor_\d+",
    "cosine terms of slow drift": r"cosine\d+",
    "components that ICA-AROMA classified as motion": r"aroma_motion_\d+",
    "principal components of the 2 % most variable voxels": r"high_variance_.*",
}
#: Kinds of which there is one column.
SINGLE = ("global signal",)
FORMS = {"_derivative1": "derivatives", "_power2": "squares", "_derivative1_power2": "squared derivatives"}
ALL_FORMS = {"", *FORMS}
MASKS = {"combined": "white matter and CSF together", "WM": "white matter", "CSF": "CSF"}
#: Other columns that are named.
MOST_NAMED = 6


def kinds_of(columns: Iterable[str]) -> dict[str, Counter[str]]:
    """Count columns by their kind, and by derivative and square; others under their own names.

    Examples
    --------
    >>> kinds_of(["csf", "csf_power2", "mine"])
    {'mean signals of white matter and CSF': Counter({'': 1, '_power2': 1}), 'mine': Counter({'': 1})}
    """
    found: dict[str, Counter[str]] = {}
    for column in columns:
        form = next((form for form in sorted(FORMS, key=len, reverse=True) if column.endswith(form)), "")
        base = column.removesuffix(form)
        kind = next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, base)), None)
        found.setdefault(kind or column, Counter())[form if kind else ""] += 1
    return found


def is_cosine(column: str) -> bool:
    """Whether a column is a cosine term of slow drift, by its name."""
    return re.fullmatch(KINDS["cosine terms of slow drift"], column) is not None


def confounds_in_words(columns: Sequence[Sequence[str]], definition: Mapping[str, Any]) -> str:
    """What was regressed out of runs, with numbers where runs differ, and citations.

    Parameters
    ----------
    columns : sequence of sequence of str
        Of each run.
    definition : mapping
        Of the strategy, by the names in it; see `nipype_maps.confounds.strategies.definition`.

    Examples
    --------
    >>> confounds_in_words([["trans_x", "rot_x", "csf"], ["trans_x", "rot_x", "csf"]], {})
    '2 motion parameters, and the mean signal of CSF (3 regressors)'
    """
    runs = [kinds_of(names) for names in columns]
    kinds = dict.fromkeys(kind for run in runs for kind in run)
    named = [kind for kind in kinds if kind in KINDS]
    texts = [
        _kind_in_words(kind, [run.get(kind, Counter()) for run in runs], columns, definition)
        for kind in named
    ]
    if others := [kind for kind in kinds if kind not in KINDS]:
        shown = [f"`{name}`" for name in others[:MOST_NAMED]]
        texts.append(
            f"the {'column' if len(others) == 1 else 'columns'} {joined(shown)}"
            if len(others) <= MOST_NAMED
            else f"{len(others)} further columns ({', '.join(shown)}, ...)"
        )
    return f"{joined(texts, ', and ')} ({counts(map(len, columns), 'regressor')})"


def _kind_in_words(
    kind: str,
    runs: Sequence[Counter[str]],
    columns: Sequence[Sequence[str]],
    definition: Mapping[str, Any],
) -> str:
    forms, numbers = {form for run in runs for form in run}, [run[""] for run in runs]
    noun = re.sub("(parameter|component|term)s", r"\1", kind) if set(numbers) == {1} else kind
    text, is_one = f"{span(numbers)} {noun}", set(numbers) == {1}
    if kind in SINGLE:
        text = f"the {kind}"
    elif kind.startswith("mean signals"):
        text = _tissues({name for names in columns for name in names})
    elif kind == "components of aCompCor":
        text += _criterion(definition)
    text += _forms_in_words(forms, is_one)
    keys = _papers(kind, forms, numbers, definition)
    return f"{text} [{'; '.join(f'@{key}' for key in keys)}]" if keys else text


def _tissues(names: set[str]) -> str:
    bases = [base for base in ("white_matter", "csf", "csf_wm") if base in names]
    words = {"white_matter": "white matter", "csf": "CSF", "csf_wm": "both together"}
    return f"the mean signal{'s' * (len(bases) > 1)} of {joined([words[base] for base in bases])}"


def _forms_in_words(forms: set[str], is_one: bool) -> str:
    """Derivatives and squares that were regressed out too."""
    if forms == ALL_FORMS:
        derivatives = "its temporal derivative" if is_one else "their temporal derivatives"
        return f" with {derivatives} and the squares of both"
    words = [
        word[:-1] if is_one and word.endswith("s") else word for form, word in FORMS.items() if form in forms
    ]
    return f" with {'its' if is_one else 'their'} {joined(words)}" if words else ""


def _criterion(definition: Mapping[str, Any]) -> str:
    """Which components of aCompCor a strategy takes."""
    found = []
    for entry in definition.values():
        if rule := entry.get("CompCor"):
            where = joined([MASKS[mask] for mask in rule["Masks"]], " and of ")
            if "Variance" in rule:
                found.append(f"those that explain {rule['Variance']:.0%} of the variance of {where}")
            else:
                found.append(f"the first {rule['Components']} of {where}")
    return f" ({joined(found)})" if found else ""


def _papers(kind: str, forms: set[str], counts_: Sequence[int], definition: Mapping[str, Any]) -> list[str]:
    """Keys of the papers of a kind of confounds."""
    if kind == "motion parameters" and forms == ALL_FORMS and set(counts_) == {6}:
        return ["friston1996", "satterthwaite2013"]
    if kind == "components of aCompCor":
        explained = any("Variance" in entry.get("CompCor", {}) for entry in definition.values())
        return ["behzadi2007", *["muschelli2014"] * explained]
    return {
        "components of temporal CompCor": ["behzadi2007"],
        "principal components of the 2 % most variable voxels": ["behzadi2007"],
        "components that ICA-AROMA classified as motion": ["pruim2015"],
    }.get(kind, [])


def joined(words: Sequence[str], last: str = " and ") -> str:
    """Words as a list in a sentence.

    Examples
    --------
    >>> joined(["a", "b", "c"]), joined(["a"])
    ('a, b and c', 'a')
    """
    return last.join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def span(numbers: Sequence[int]) -> str:
    """A number, or the range of several.

    Examples
    --------
    >>> span([6, 6]), span([4, 7])
    ('6', '4 to 7')
    """
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


def counts(numbers: Iterable[int], noun: str) -> str:
    """The same with a noun.

    Examples
    --------
    >>> counts([1], "run"), counts([1, 4], "run")
    ('1 run', '1 to 4 runs')
    """
    numbers = list(numbers)
    return f"{span(numbers)} {noun}{'s' * (set(numbers) != {1})}"
