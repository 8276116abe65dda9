"""How a graph is executed safely.  Knows nipype and storage, not maps; importable alone.

::

    execution    a workflow, its settings, log and progress, and its outcome
    slurm        the plugin for SLURM: job arrays
    plugins      nipype execution plugins: Linear, MultiProc, and one that only plans
    workfolder   who may write to a work folder, and which of its results can be trusted
    interface    base class of interfaces: cache keys by content, recorded results
    nipype_api   all internal parts of nipype that are used here
    raised       an exception as data
    interrupts   signals that terminate a program wherever they arrive
"""
