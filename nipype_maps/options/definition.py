"""What an option is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: What an option of the graphs acts on: maps and mask, what all runs on a grid share (that and
#: more), or each run.
ATLAS, FIT, TRANSFORM = "atlas", "fit", "transform"
#: The other options: files and figures that are given, which runs of a data set to take, and how
#: the graphs are executed.
INPUT, SELECTION, EXECUTION = "input", "selection", "execution"


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes
    ----------
    name : str
        As a keyword, as a trait, and as an input of the graphs.
    type : str
        The annotation in signatures.
    default : object
    doc : str
        One line.
    parts : tuple of str
        Where it acts: `ATLAS`, `FIT`, `TRANSFORM`, or several of them; or one of `INPUT`,
        `SELECTION`, `EXECUTION`.
    topic : str
        The heading above it in the help of the command.
    node : str
        The interface whose trait it is; empty where the graph itself depends on it.
    choices : tuple
        Allowed values; empty allows all of the type.
    unit : str
    key : str or None
        Its name in sidecars; None where no signal depends on it, or its content is recorded.
    flag : str
        Its name on the command; an option that is on by default has a flag that switches it off.
    aliases : tuple of str
        Its other names on the command, such as those that BIDS Apps have.
    help : str
        Its documentation on the command, where that is not ``doc``.
    words : mapping of str to object
        The words on the command for values that are not strings.
    syntax : str
        How the command parses a value, where ``type`` does not determine it: ``'file'``,
        ``'files'``, ``'folder'``, ``'widths'``, ``'memory'``.
    metavar : str
        The placeholder of its value in the help of the command.
    default_shown : str
        The default in words, where ``default`` is None.
    is_required : bool
        Whether the command cannot do without it.
    repeats : str
        How often the command takes it: ``''`` once; ``'values'`` any number of times; ``'words'``
        the same, each time with one word or several; ``'joined'`` the same, joined by +; ``'run'``
        once per run.
    needs : str
        ``'confounds'`` or ``'smoothing'``, without which it has no effect.
    argument : str or None
        Its name in `nipype_maps.NiftiMapsMasker`, where that is not ``name``; None where the class
        does not have it.
    """

    name: str
    type: str
    default: object
    doc: str
    parts: tuple[str, ...]
    topic: str = ""
    node: str = ""
    choices: tuple[object, ...] = ()
    unit: str = ""
    key: str | None = None
    flag: str = ""
    aliases: tuple[str, ...] = ()
    help: str = ""
    words: Mapping[str, object] = field(default_factory=dict)
    syntax: str = ""
    metavar: str = ""
    default_shown: str = ""
    is_required: bool = False
    repeats: str = ""
    needs: str = ""
    argument: str | None = ""

    def __post_init__(self) -> None:
        if not self.flag:
            no = "no-" if self.default is True else ""
            object.__setattr__(self, "flag", f"--{no}{self.name.replace('_', '-')}")
        if self.argument == "":
            object.__setattr__(self, "argument", self.name)

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return self.type == "bool"

    @property
    def description(self) -> str:
        """The ``desc`` of its trait."""
        return f"{self.doc[0].lower()}{self.doc[1:]}{self._unit}"

    @property
    def documentation(self) -> str:
        """Its entry in a numpydoc section."""
        kind = f"{{{', '.join(map(repr, self.choices))}}}" if self.choices else self.type
        return f"{self.name} : {kind}, default={self.default!r}\n    {self.doc}{self._unit}."

    @property
    def command_help(self) -> str:
        """Its help on the command."""
        default = f"  [default: {self.default_shown}]" if self.default_shown else ""
        return f"{self.help or f'{self.doc}{self._unit}.'}{default}"

    @property
    def _unit(self) -> str:
        return f" ({self.unit})" if self.unit else ""
