"""Which runs of a data set are extracted, and with which of its files."""
