"""The mathematics: numpy and scipy alone, arrays in and arrays out.

No module here knows nipype, nibabel or a path.  A volume is an array of shape
(X, Y, Z); a flat volume is the same voxels in NIfTI's own order, the first axis
fastest (Fortran order), of shape (V,).  scipy's parts are used as ``scipy.signal`` and so
on, not imported by name: scipy loads each when it is first used, and most runs need few.
"""
