"""Bytes on disk: atomic writing, checksums, sparse files, compression, locks, threads.

Knows nothing of images, maps or nipype.
"""
