"""The mathematics: numpy and scipy alone, arrays in and arrays out.

No module here knows nipype, nibabel or a path.  A volume is an array of shape
(X, Y, Z); a flat volume is the same voxels in NIfTI's own order, the first axis
fastest (Fortran order), of shape (V,).
"""
