"""Confounds: strategies, columns, frames to keep, tables ready to be regressed out."""
