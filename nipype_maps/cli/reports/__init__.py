"""What a user reads of each run: its name, a line on its signals, warnings of many runs together."""
