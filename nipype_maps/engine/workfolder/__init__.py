"""The folder that a graph's nodes write to: who may write, and which of its results can be trusted."""
