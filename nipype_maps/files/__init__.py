"""What lies on disk: images, tables, sidecars and their names.  Knows no nipype.

Every reader says what is wrong with a file in one sentence that names it, and every
writer makes a file complete under another name before it gets its own.
"""
