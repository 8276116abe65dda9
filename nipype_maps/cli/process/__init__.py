"""The process of a command: exit status, signals, standard streams."""
