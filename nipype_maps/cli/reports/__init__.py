"""What a user reads afterwards: a line per run, warnings of many runs together, the summary table."""
