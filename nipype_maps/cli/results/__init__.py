"""The output folder: its results, which of them may be replaced, and the summary of a data set."""
