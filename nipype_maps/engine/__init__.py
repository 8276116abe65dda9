"""How a graph is executed safely: work folder, plugins, log and progress.  Knows nipype, not maps.

::

    execution    a workflow, its settings, log and progress, and its outcome
    plugins      nipype execution plugins: Linear, MultiProc, and one that only plans
    slurm        the plugin for SLURM: job arrays
    workfolder   who may write to a work folder, and which of its results can be trusted
    interrupts   signals that end a program wherever they arrive
"""
