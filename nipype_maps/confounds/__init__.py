"""Confounds: from a strategy's name, or columns and files of frames, to what is regressed out.

strategies       read strategies.json and a user's file (strategy_files checks it); what a name stands for
selection        what a strategy selects from a table, by columns, compcor and censoring
tables, frames   confounds and frames that are given as files, checked
strategy_table   the strategies as a Markdown table
"""
