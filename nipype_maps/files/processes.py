"""Which process on which machine."""

from __future__ import annotations

import os

HOST = os.uname().nodename


def is_running(process: int, host: str = HOST) -> bool:
    """Whether a process may still run: of another machine's that cannot be known.

    Examples
    --------
    >>> is_running(os.getpid()), is_running(2**30), is_running(2**30, "elsewhere")
    (True, False, True)
    """
    if host != HOST:
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
