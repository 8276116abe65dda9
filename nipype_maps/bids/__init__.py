"""BIDS: names, sidecars, data sets, labels of maps, tables, and what belongs to a run."""
