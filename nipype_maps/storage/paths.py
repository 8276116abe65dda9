"""What functions take for the path of a file."""

from __future__ import annotations

import os
from typing import TypeAlias

PathLike: TypeAlias = "str | os.PathLike[str]"
