"""What plugins can be told; all else is refused before anything is run."""

import pytest

from nipype_maps.plugins import LinearPlugin, MultiProcPlugin, PlanPlugin, SLURMPlugin

ALL = (LinearPlugin, MultiProcPlugin, PlanPlugin, SLURMPlugin)
LOCAL = (LinearPlugin, MultiProcPlugin)
REFUSED = [
    (ALL, {"wiat": True}, "has no argument 'wiat'; did you mean wait?"),
    (ALL, {"wait": "no"}, "wait is 'no'; give True or False."),
    (
        ALL,
        {"status_callback": "print"},
        "status_callback is 'print'; give a function of a node and a status.",
    ),
    (ALL, ["wait"], "are ['wait']; give a dict."),
    (ALL, {"raise_insufficient": False}, "'raise_insufficient', which nipype's plugins have; leave it out: "),
    (ALL, {"maxtasksperchild": 1}, "'maxtasksperchild', which nipype's plugins have; leave it out: "),
    (LOCAL, {"n_proc": 4}, "has no argument 'n_proc'; did you mean n_procs?"),
    (LOCAL, {"memory": 4}, "has no argument 'memory'; did you mean memory_gb?"),
    *((LOCAL, {"n_procs": bad}, f"n_procs is {bad!r}; give a whole") for bad in (0, -1, "4", True, 2.0)),
    *((LOCAL, {"memory_gb": bad}, "give a number above 0.") for bad in (0, -0.5, "8", True, float("nan"))),
    ([SLURMPlugin], {"n_procs": 4}, "has no argument 'n_procs'; it has "),
    ([SLURMPlugin], {"template": "#!/bin/sh"}, "'template', which nipype's plugins have; leave it out: "),
    ([SLURMPlugin], {"poll": float("inf")}, "poll is inf; give a number, not below 0."),
    ([SLURMPlugin], {"max_memory_gb": 0}, "max_memory_gb is 0; give a number above 0."),
    ([SLURMPlugin], {"sbatch_args": "--comment='a"}, "cannot be split into words (No closing quotation)."),
    *(
        ([SLURMPlugin], {"sbatch_args": f"--time=60 {bad}"}, f"has '{bad}', which SLURMPlugin sets itself")
        for bad in ("-Jmine", "--job=mine", "--outp=x", "-e", "--err=x", "--wait", "--test-only", "--help")
    ),
    # sbatch would take these for the job's script
    ([SLURMPlugin], {"sbatch_args": "time=60"}, "has 'time=60', which is not an option; write --name=value."),
    ([SLURMPlugin], {"sbatch_args": "-p all 60"}, "has '60', which is not an option; write --name=value."),
]


@pytest.mark.parametrize(
    ("kind", "plugin_args", "sentence"), [(kind, *case) for kinds, *case in REFUSED for kind in kinds]
)
def test_what_a_plugin_does_not_know_is_refused(kind, plugin_args, sentence):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        kind(plugin_args)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("kinds", "plugin_args"),
    [
        (ALL, None),
        (ALL, {"wait": True, "status_callback": print}),
        (LOCAL, {"n_procs": 4, "memory_gb": 8}),
        (LOCAL, {"n_procs": None, "memory_gb": None}),
        ([SLURMPlugin], {"sbatch_args": " -p all --mem 4G --exclusive", "max_memory_gb": 8}),
        ([SLURMPlugin], {"sbatch_args": ["--partition=all", "--wait-all-nodes=1", "--ntasks=1"]}),
    ],
)
def test_what_a_plugin_knows_is_taken(kinds, plugin_args):
    for kind in kinds:
        kind(plugin_args)
