"""The output folder: where results are published, and which of them may be replaced."""
