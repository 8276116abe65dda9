"""References for papers: which atlases are known, and the entries of references.bib that a text cites."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

#: Entries of BibTeX; docs/atlases.md and strategies.json name the same papers.
OWN = Path(__file__).with_name("references.bib")
#: What labels of known atlases match, in lower case, of letters and digits alone; their names, and papers.
ATLASES = {
    "difumo.*": ("DiFuMo", "dadi2020"),
    "msdl(rois|atlas)?": ("MSDL", "varoquaux2011"),
    "(pnas)?smith(20)?09.*": ("Smith et al. (2009)", "smith2009"),
    "neuromark(fmri)?10": ("NeuroMark 1.0", "du2020"),
    "neuromark(fmri)?2[12](modelordermulti)?": ("NeuroMark 2", "iraji2023"),
    "(ukb|ukbiobank|rfmriica)d?(25|100)": ("UK Biobank", "miller2016"),
}
CITED = re.compile(r"@([a-z]+[0-9]*)")


def known_atlas(label: str) -> tuple[str, str] | None:
    """The name of an atlas and the key of its paper; None if it is not known.

    Parameters
    ----------
    label : str
        As in names of results, or that of its file.

    Examples
    --------
    >>> known_atlas("DiFuMo"), known_atlas("Neuromark_fMRI_2.2_modelorder-multi"), known_atlas("mine")
    (('DiFuMo', 'dadi2020'), ('NeuroMark 2', 'iraji2023'), None)
    """
    bare = re.sub("[^a-z0-9]", "", label.lower())
    return next((known for pattern, known in ATLASES.items() if re.fullmatch(pattern, bare)), None)


def entries() -> dict[str, str]:
    """The entries of references.bib, by their keys."""
    texts = re.split(r"\n(?=@)", OWN.read_text(encoding="utf-8"))
    return {text.partition("{")[2].partition(",")[0]: f"{text.strip()}\n" for text in texts}


def bibliography(text: str, versions: Mapping[str, str]) -> str:
    """The entries that a text cites, in the order in which it does.

    Parameters
    ----------
    text : str
        With keys as ``[@dadi2020; @smith2009]``; others, as in names of maps, are none.
    versions : mapping
        Of packages; that of nipype-maps goes into its entry.

    Examples
    --------
    >>> bibliography("as *nipype-maps* [@nipypemaps] does", {"nipype-maps": "0.1.0"}).splitlines()[3]
    '  version = {0.1.0},'
    """
    known = entries()
    cited = [known[key] for key in dict.fromkeys(CITED.findall(text)) if key in known]
    return "\n".join(cited).replace("{VERSION}", f"{{{versions['nipype-maps']}}}")
