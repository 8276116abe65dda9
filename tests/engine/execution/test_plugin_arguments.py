"""What a plugin is told by a file, by an option, or by both."""

import pytest

from nipype_maps.engine.execution import PLUGINS, run_workflow

from ..plugins.steps import workflow_of


@pytest.mark.parametrize(
    ("in_file", "options", "expected"),
    [
        ({}, {}, {}),
        ({"n_procs": 3, "wait": True}, {}, {"n_procs": 3, "wait": True}),
        ({"n_procs": 3}, {"n_procs": 2, "wait": True}, {"n_procs": 2, "wait": True}),
    ],
)
def test_an_option_that_is_not_given_changes_nothing(tmp_path, monkeypatch, in_file, options, expected):
    told = {}

    class Told(PLUGINS["MultiProc"]):
        def __init__(self, plugin_args):
            told.update(plugin_args)
            super().__init__(plugin_args)

    monkeypatch.setitem(PLUGINS, "MultiProc", Told)
    workflow = workflow_of(tmp_path, "works")
    run_workflow(workflow, logs=tmp_path, plugin="MultiProc", plugin_args=in_file, **options)
    assert callable(told.pop("status_callback"))
    assert told == expected
