"""The inputs of the graphs, as the command takes them, and which runs of a data set it takes."""

from __future__ import annotations

from .definition import INPUT, SELECTION, Option

INPUTS = (
    Option(
        "maps_file", "str | Sequence[str]", None, parts=(INPUT,), topic="Inputs", flag="--maps",
        syntax="files", repeats="values", is_required=True, argument="maps_img",
        doc="Maps: a 4D image, or 3D images",
        help="Maps: a 4D image, or 3D images (repeat, or join by commas).",
    ),
    Option(
        "mask_file", "str | None", None, parts=(INPUT,), topic="Inputs", flag="--mask", syntax="file",
        argument="mask_img", doc="Mask: a 3D image; outside it the maps are set to 0",
    ),
    Option(
        "map_names", "str | Sequence[str] | None", None, parts=(INPUT,), topic="Inputs", syntax="file",
        doc="Names of the maps: a label table (.tsv, .csv), .json or .txt; or a .txt file of the numbers, "
        "from 1, of the maps whose signals are written, while all are fitted",
        default_shown="found beside the maps",
    ),
    Option(
        "map_names_column", "str | None", None, parts=(INPUT,), topic="Inputs", metavar="NAME",
        doc="Column of the label table that has the names",
        default_shown="name, else Difumo_names, label, labels, names, region or roi",
    ),
    Option(
        "confounds_files", "Sequence[str]", (), parts=(INPUT,), topic="Inputs", flag="--confounds",
        syntax="files", repeats="run", argument="confounds", doc="Tables of confounds of the run",
        help="Table of confounds, once per run, in their order; several tables of one run joined by commas.",
    ),
    Option(
        "sample_mask", "str | Sequence[int] | Sequence[bool] | None", None, parts=(INPUT,), topic="Inputs",
        syntax="file", repeats="run",
        doc="Frames to keep, indices or booleans (.npy, .txt, .tsv)",
        help="Frames to keep, indices or booleans (.npy, .txt, .tsv), once for all runs or once per run.",
    ),
    Option(
        "runs", "str | Sequence[str] | None", None, parts=(INPUT,), topic="Inputs", syntax="file",
        repeats="run", argument=None,
        doc="Label of each frame's acquisition, where several were concatenated: each is denoised by itself",
        help="For a RUN of several acquisitions, concatenated: a file with the label of each frame's "
        "acquisition, one per line; each is denoised by itself.  Once for all runs or once per run.",
    ),
    Option(
        "t_r", "float | None", None, parts=(INPUT,), topic="Inputs", unit="s", metavar="S", repeats="run",
        default_shown="from sidecar or header", doc="Repetition time",
        help="Repetition time in seconds, once for all runs or once per run.",
    ),
)  # fmt: skip

SELECTIONS = (
    Option(
        "participant_label", "Sequence[str]", (), parts=(SELECTION,), topic="Selection of runs",
        repeats="words", metavar="LABEL...", argument=None,
        doc="Only these participants, with or without sub-",
    ),
    Option(
        "session", "Sequence[str]", (), parts=(SELECTION,), topic="Selection of runs", flag="--session-id",
        aliases=("--session-label", "--session"), repeats="words", metavar="LABEL...", argument=None,
        doc="Only these sessions, with or without ses-",
    ),
    Option(
        "task", "Sequence[str]", (), parts=(SELECTION,), topic="Selection of runs", flag="--task-id",
        aliases=("--task",), repeats="words", metavar="LABEL...", argument=None,
        doc="Only these tasks, with or without task-",
    ),
    Option(
        "space", "Sequence[str]", (), parts=(SELECTION,), topic="Selection of runs", repeats="words",
        metavar="SPACE...", argument=None,
        doc="Only runs in these spaces, such as MNI152NLin2009cAsym or MNI152NLin6Asym:res-2; a name alone "
        "means the images without res-, where IN has any; func means runs that were not resampled",
    ),
    Option(
        "desc_in", "str | None", None, parts=(SELECTION,), topic="Selection of runs", metavar="LABEL",
        default_shown="preproc", argument=None,
        doc="Runs with this desc- in their names, such as denoised or denoisedSmoothed of XCP-D",
    ),
    Option(
        "bids_filter_file", "str | None", None, parts=(SELECTION,), topic="Selection of runs",
        syntax="file", argument=None,
        doc="JSON file that chooses runs in pybids' words, as fMRIPrep takes it: the query bold, such as "
        '{"bold": {"session": "01", "run": [1, 2]}}; null means none, "*" any',
    ),
    Option(
        "bids_database_dir", "str | None", None, parts=(SELECTION,), topic="Selection of runs",
        syntax="folder", argument=None,
        doc="Folder in which pybids keeps its index of IN, for the next call; made if it is not there, made "
        "again if files of IN have changed",
    ),
    Option(
        "brain_masks", "bool", False, parts=(SELECTION,), topic="Inputs", argument=None,
        doc="Use each run's own brain mask in place of --mask: a fit per run, which takes time and space",
    ),
)  # fmt: skip
