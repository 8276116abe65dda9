import numpy as np
import pytest
from nipype.pipeline.engine import Workflow

from nipype_maps.graphs import init_masker_wf
from nipype_maps.plugins import LinearPlugin


@pytest.fixture
def build(tmp_path, maps, mask, make_run, rng):
    """Build the masker graph; keywords are inputs of it, or parameters."""
    tables = tmp_path / "data" / "confounds.tsv"
    tables.parent.mkdir()
    rows = ["a\tb", *("\t".join(map(str, row)) for row in rng.normal(size=(6, 2)))]
    tables.write_text("\n".join(rows) + "\n")
    given = {"run_file": make_run(n_frames=6), "maps_file": maps, "mask_file": mask}
    given["confounds_files"] = [str(tables)]

    def build(**changes) -> Workflow:
        parameters = {"smoothing_fwhm": 6.0, **{k: v for k, v in changes.items() if k not in given}}
        workflow = init_masker_wf(name="masker", **parameters)
        workflow.base_dir = str(tmp_path / "work")
        for name, value in given.items():
            setattr(workflow.inputs.inputnode, name, changes.get(name, value))
        workflow.config["execution"] = {
            "crashdump_dir": str(tmp_path),
            "create_report": "false",
            "remove_unnecessary_outputs": "false",
        }
        return workflow

    return build


@pytest.fixture
def run(build):
    """Build and run the masker graph; names of the nodes that were run."""

    def run(plugin=None, **changes):
        plugin = plugin or LinearPlugin()
        build(**changes).run(plugin=plugin)
        return sorted(node.fullname.partition(".")[2] for node in plugin.executed)

    return run


@pytest.fixture
def signals(tmp_path):
    """The bytes of the final table and its sidecar."""

    def signals():
        (clean,) = (tmp_path / "work" / "masker" / "transform" / "clean").glob("*_clean.tsv")
        return clean.read_bytes(), clean.with_suffix(".json").read_bytes()

    return signals


def flip(path):
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def tiny(value):
    """A number that is another by one bit."""
    return float(np.nextafter(value, np.inf))
