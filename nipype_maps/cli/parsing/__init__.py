"""From the words of a call to values: kinds of values, options as the table defines them, commands."""
