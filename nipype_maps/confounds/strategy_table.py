"""The package's strategies as a Markdown table, for docs/confound-strategies.md."""

from __future__ import annotations

from .strategies import Strategies, Strategy, read_strategies

#: What the masks of CompCor's components are called.
MASKS = {"combined": "white matter and CSF together", "WM": "white matter", "CSF": "CSF"}


def markdown(strategies: Strategies | None = None) -> str:
    """A row per strategy: its name, what it regresses out, what it censors, and its description.

    Parameters
    ----------
    strategies : dict, optional
        From `read_strategies`; by default those of the package.

    Examples
    --------
    >>> print(markdown({"wm2": {"CompCor": {"Masks": ["WM"], "Components": 2}, "Description": "two of WM"}}))
    | name | regresses out | censors | description |
    |---|---|---|---|
    | `wm2` | first 2 aCompCor components of white matter |  | two of WM |
    <BLANKLINE>
    """
    strategies = read_strategies() if strategies is None else strategies
    rows = [
        f"| `{name}` | {_regressed_out(entry)} | {_censored(entry)} | {entry.get('Description', '')} |"
        for name, entry in strategies.items()
    ]
    return "\n".join(["| name | regresses out | censors | description |", "|---|---|---|---|", *rows]) + "\n"


def _regressed_out(entry: Strategy) -> str:
    words = [f"`{part}`" for part in entry.get("Parts", [])]
    words += [f"`{column}`" for column in entry.get("Columns", [])]
    words += [f"`{column}` (if present)" for column in entry.get("OptionalColumns", [])]
    if compcor := entry.get("CompCor"):
        masks = " and of ".join(MASKS[mask] for mask in compcor["Masks"])
        if "Components" in compcor:
            words.append(f"first {compcor['Components']} aCompCor components of {masks}")
        else:
            share = f"{compcor['Variance']:.0%}"
            words.append(f"first aCompCor components that explain {share} of the variance of {masks}")
    return ", ".join(words)


def _censored(entry: Strategy) -> str:
    scrub = entry.get("Scrub", {})
    limits = {
        "FramewiseDisplacement": "framewise displacement > {:g} mm",
        "StandardizedDVARS": "DVARS > {:g}",
    }
    words = [text.format(scrub[key]) for key, text in limits.items() if key in scrub]
    if "MinimumSegment" in scrub:
        words.append(f"segments of fewer than {scrub['MinimumSegment']} frames")
    return ", ".join(words)
