"""``python -m nipype_maps`` is the command ``nipype-maps``."""

from .cli import main

if __name__ == "__main__":
    main()
