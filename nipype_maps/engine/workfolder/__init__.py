"""The folder that a graph's nodes write to: who may write, and what of it can be trusted.

Knows nipype's nodes and their folders, not maps.
"""
