"""Nodes as job arrays on a SLURM cluster."""
