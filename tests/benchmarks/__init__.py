"""Speed and memory, beside nilearn's on the same data in the same run.

    python3 -m tests.benchmarks [TABLE...] [--folder DIR] [--repeats N]

Tables: project, extract, memory, nodes, growth, accuracy, engine, masker; cluster and many, which
start a SLURM (as root).  All without arguments (about two hours on 2 cores).  Prints them as the
README quotes them, with medians and ranges, and writes every figure to DIR/benchmarks.json.  No
test runs this.
"""
