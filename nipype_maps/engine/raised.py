"""An exception as data, which can be stored and sent to another process."""

from __future__ import annotations

import errno
from dataclasses import dataclass

FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Raised:
    """An exception that was raised somewhere, maybe in another process.

    Attributes
    ----------
    kind : str
        Name of its class.
    message : str
    errnos : tuple of int
        Error numbers of the operating system, of this exception and of those that caused it.

    Examples
    --------
    >>> Raised.of(FileNotFoundError(2, "No such file or directory", "maps.nii"))
    Raised(kind='FileNotFoundError', message="[Errno 2] No such file or directory: 'maps.nii'", errnos=(2,))
    """

    kind: str
    message: str
    errnos: tuple[int, ...] = ()

    @classmethod
    def of(cls, error: BaseException) -> Raised:
        """Describe an exception."""
        chain: list[BaseException] = []
        cause: BaseException | None = error
        while cause is not None and not any(cause is earlier for earlier in chain):  # it may be a circle
            chain.append(cause)
            cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
        numbers = [link.errno for link in chain if isinstance(link, OSError) and isinstance(link.errno, int)]
        return cls(type(error).__name__, str(error), tuple(numbers))

    @property
    def is_full_disk(self) -> bool:
        """Whether there was no room left on a disk, or in a user's quota."""
        return any(number in FULL_DISK for number in self.errnos)

    @property
    def is_interrupt(self) -> bool:
        """Whether it was Ctrl-C."""
        return self.kind == KeyboardInterrupt.__name__
