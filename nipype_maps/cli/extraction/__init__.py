"""The graphs of several runs: built in groups, then executed, or only planned (dry run)."""
