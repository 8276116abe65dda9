"""A node that does what it is told, and graphs of it."""

import os
import signal
import time
from pathlib import Path

from nipype.interfaces.base import BaseInterfaceInputSpec, File, SimpleInterface, TraitedSpec, traits
from nipype.pipeline.engine import Node, Workflow

from nipype_maps.storage.checksums import record


class StepInputSpec(BaseInterfaceInputSpec):
    does = traits.Str("works", usedefault=True, desc="what it does")
    after = traits.Any(desc="what came before")
    journal = traits.Directory(desc="where it notes that it was run")


class StepOutputSpec(TraitedSpec):
    out_file = File(exists=True, desc="a text")
    value = traits.Any(desc="anything")


class Step(SimpleInterface):
    """Write a file and the journal, or fail in one way or other."""

    input_spec = StepInputSpec
    output_spec = StepOutputSpec
    records_outputs = True

    def _run_interface(self, runtime):
        name = f"{os.path.basename(runtime.cwd)}-{time.time_ns()}"
        began = time.time()
        getattr(self, f"_{self.inputs.does}")()
        path = Path(runtime.cwd, "out.txt")
        path.write_text(f"{self.inputs.does}\n")
        record(runtime.cwd, [str(path)])
        self._results["out_file"] = str(path)
        if self.inputs.journal:
            Path(self.inputs.journal, name).write_text(f"{began} {time.time()}")
        return runtime

    def _works(self):
        pass

    def _lasts(self):
        time.sleep(0.3)

    def _sleeps(self):
        time.sleep(3600)

    def _meets(self):
        """Ends when as many as a file beside the journal says have begun."""
        begun, expected = (Path(self.inputs.journal).with_name(name) for name in ("begun", "expected"))
        (begun / f"{os.getpid()}-{time.time_ns()}").touch()
        deadline = time.monotonic() + 300
        while len(os.listdir(begun)) < int(expected.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _raises(self):
        raise ValueError("the cat sat on it;\nfeed the cat.")

    def _is_interrupted(self):
        raise KeyboardInterrupt

    def _is_killed(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def _segfaults(self):
        os.kill(os.getpid(), signal.SIGSEGV)

    def _leaves(self):
        os._exit(3)

    def _asks_to_leave(self):
        raise SystemExit(4)

    def _fills_the_disk(self):
        with open("/dev/full", "w") as stream:
            stream.write("x" * 10000)

    def _gives_what_cannot_be_stored(self):
        self._results["value"] = lambda: None

    def _raises_what_cannot_be_stored(self):
        class LocalError(Exception):
            pass

        raise LocalError(lambda: None)

    def _moves_away(self):
        os.chdir("/")

    def _loses_its_results(self):
        """As with a file system that says all is well, and forgets."""
        from nipype.pipeline.engine import nodes

        store = nodes._save_resultfile

        def forget(result, cwd, name, rebase=None):
            if name != "second":
                store(result, cwd, name, rebase)

        nodes._save_resultfile = forget


def workflow_of(folder, does, journal=None) -> Workflow:
    """first -> second -> third, and apart beside them; ``does`` says what the second does."""
    workflow = Workflow(name="wf", base_dir=str(folder))
    first, second, third, apart = (Node(Step(), name=name) for name in ("first", "second", "third", "apart"))
    second.inputs.does = does
    workflow.connect([(first, second, [("out_file", "after")]), (second, third, [("out_file", "after")])])
    workflow.add_nodes([apart])
    if journal is not None:
        for node in (first, second, third, apart):
            node.inputs.journal = str(journal)
    workflow.config["execution"] = {
        "crashdump_dir": str(folder),
        "crashfile_format": "txt",
        "create_report": "false",
        "poll_sleep_duration": "0.01",
        "remove_unnecessary_outputs": "false",
    }
    return workflow


def names(nodes) -> list[str]:
    """Sorted names of nodes."""
    return sorted(node.name for node in nodes)
