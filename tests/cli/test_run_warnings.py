"""Warnings of many runs, of which those of one kind are shown together."""

from nipype_maps.bids.sidecars import Sidecar
from nipype_maps.cli.reports.run_warnings import grouped, warnings_of

FEW = "few degrees of freedom are left: {} of 40 frames."


def sidecar(*warnings, kinds):
    return Sidecar({"Warnings": list(warnings), "WarningKinds": kinds}, "signals.json")


def shown(*sidecars):
    runs = [f"sub-{k:02d}_task-rest" for k in range(1, len(sidecars) + 1)]
    return grouped(one for run, found in zip(runs, sidecars, strict=True) for one in warnings_of(run, found))


def test_those_of_one_kind_are_one_message_with_the_first_run():
    kinds = ["DegreesOfFreedom"]
    runs = [sidecar(FEW.format(k), kinds=kinds) for k in (7, 8, 9)]
    rare = sidecar("column 'x' is constant.", FEW.format(3), kinds=["ConstantColumn", *kinds])
    assert shown(*runs, rare) == [
        f"4 runs, such as sub-01_task-rest: {FEW.format(7)}",
        "sub-04_task-rest: column 'x' is constant.",
    ]


def test_all_warnings_of_the_only_run_of_a_kind_are_shown():
    both = sidecar("map-01 is empty.", "map-02 is empty.", kinds=["EmptyMaps"] * 2)
    assert shown(sidecar(kinds=[]), both) == [
        "sub-02_task-rest: map-01 is empty.",
        "sub-02_task-rest: map-02 is empty.",
    ]


def test_without_kinds_a_warning_is_a_kind_of_its_own():
    runs = [sidecar(FEW.format(n), kinds=[""]) for n in (7, 7, 8)]
    assert shown(*runs) == [
        f"2 runs, such as sub-01_task-rest: {FEW.format(7)}",
        f"sub-03_task-rest: {FEW.format(8)}",
    ]
