"""NIfTI images on disk: read forward in blocks, written volume by volume; masks and projector files."""
