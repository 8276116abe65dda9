"""Files of plugins, as fMRIPrep takes them, and the memory of MultiProc."""

import builtins
import json

import pytest

from nipype_maps.cli.checks.plugin_file import read_plugin_file
from nipype_maps.cli.parsing.click_types import Memory
from nipype_maps.engine.execution import PLUGINS
from nipype_maps.engine.plugins.linear import LinearPlugin

#: As in fMRIPrep's documentation.
OF_FMRIPREP = """\
plugin: LegacyMultiProc
plugin_args:
  maxtasksperchild: 1
  memory_gb: 60
  n_procs: 20
  raise_insufficient: false
"""


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "plugin.yml"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return write


def test_the_file_of_fmriprep_is_read(file, capsys):
    assert read_plugin_file(file(OF_FMRIPREP)) == ("MultiProc", {"memory_gb": 60, "n_procs": 20})
    said = capsys.readouterr().err
    assert "maxtasksperchild of nipype's plugins is not used; a worker that dies is replaced." in said
    assert "raise_insufficient" in said


@pytest.mark.parametrize(
    ("content", "read"),
    [
        ({"plugin": "SLURM", "plugin_args": {"poll": 1}}, ("SLURM", {"poll": 1})),
        ({"plugin": "Linear"}, ("Linear", {})),
        ("plugin: MultiProc  # mine\nplugin_args:\n", ("MultiProc", {})),
    ],
)
def test_yaml_and_json_are_read(file, content, read):
    assert read_plugin_file(file(content)) == read


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is neither YAML nor JSON"),
        ("[1]", 'is not {"plugin": ..., "plugin_args": {...}}.'),
        ("", 'is not {"plugin"'),
        ({"plugin_args": {}}, 'is not {"plugin"'),
        ({"plugin": "Linear", "args": {}}, 'is not {"plugin"'),
        ({"plugin": "SGE"}, "names the plugin 'SGE'; there are Linear, MultiProc, SLURM."),
        ({"plugin": ["SLURM"]}, "names the plugin ['SLURM']"),
        ({"plugin": "Linear", "plugin_args": [1]}, "are [1]; give an object"),
    ],
)
def test_other_files_are_refused(file, content, sentence):
    with pytest.raises(ValueError, match=r".") as raised:
        read_plugin_file(file(content))
    assert sentence in str(raised.value)


def test_without_pyyaml_it_is_said_what_to_install(file, monkeypatch):
    imported = builtins.__import__

    def without(name, *arguments, **options):
        if name == "yaml":
            raise ImportError(name)
        return imported(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ValueError, match=r"install nipype-maps\[bids\]"):
        read_plugin_file(file("plugin: Linear"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--plugin", "Linear"], "--use-plugin names the plugin and has its arguments; leave out --plugin."),
        (["--plugin-args", "FILE"], "leave out --plugin-args."),
        (["--n-procs", "2"], "--n-procs is in the file of --use-plugin too, as n_procs; leave out one."),
        (["--mem-mb", "2"], "--mem-mb is in the file of --use-plugin too, as memory_gb; leave out one."),
    ],
)
def test_one_place_says_how_to_execute(invoke, make_run, maps, file, words, sentence):
    path = file(OF_FMRIPREP)
    words = [path if word == "FILE" else word for word in words]
    done = invoke("extract", make_run(), "--maps", maps, "--out", "o", "--use-plugin", path, *words, status=2)
    assert sentence in " ".join(done.stderr.split())


def test_arguments_of_the_file_are_checked(invoke, make_run, maps, file):
    path = file({"plugin": "MultiProc", "plugin_args": {"n_proc": 2}})
    done = invoke("extract", make_run(), "--maps", maps, "--out", "o", "--use-plugin", path, status=2)
    assert "--use-plugin: MultiProcPlugin has no argument 'n_proc'; did you mean n_procs?" in " ".join(
        done.stderr.split()
    )


class Recorded(LinearPlugin):
    """A plugin that notes what it is made with."""

    def __init__(self, plugin_args=None):
        given = {name: plugin_args[name] for name in ("n_procs", "memory_gb") if name in plugin_args}
        self.made.append((type(self).__name__, given))
        super().__init__(plugin_args)


@pytest.mark.parametrize(
    ("words", "plugin", "arguments"),
    [
        ([], "Linear", {}),
        (["--nprocs", "2"], "MultiProc", {"n_procs": 2}),
        (["--n-procs", "1"], "Linear", {}),
        (["--n_cpus", "2"], "MultiProc", {"n_procs": 2}),
        (["--plugin", "Linear", "--n-procs", "2"], "Linear", {}),
        (["--nprocs", "2", "--mem-mb", "4000"], "MultiProc", {"n_procs": 2, "memory_gb": 4.0}),
        (["--plugin", "MultiProc", "--mem", "16G"], "MultiProc", {"memory_gb": 16.0}),
        (["--use-plugin", "FILE"], "MultiProc", {"n_procs": 2, "memory_gb": 3}),
    ],
)
def test_what_the_options_mean_for_the_engine(
    invoke, make_run, maps, tmp_path, file, monkeypatch, words, plugin, arguments
):
    made = []
    for name in ("Linear", "MultiProc"):
        monkeypatch.setitem(PLUGINS, name, type(name, (Recorded,), {"made": made}))
    path = file({"plugin": "MultiProc", "plugin_args": {"n_procs": 2, "memory_gb": 3}})
    words = [path if word == "FILE" else word for word in words]
    invoke("extract", make_run(), "--maps", maps, "--out", tmp_path / "out", *words)
    assert made[-1] == (plugin, arguments)


@pytest.mark.parametrize(
    ("text", "megabytes"),
    [("4000", 4000), ("4000M", 4000), ("4G", 4000), ("1.5GB", 1500), ("1t", 1e6), ("512K", 0.512)],
)
def test_memory_is_given_with_or_without_a_unit(text, megabytes):
    assert Memory().convert(text, None, None) == pytest.approx(megabytes)


@pytest.mark.parametrize("text", ["0", "G", "-4", "4X", "4GG", "nan"])
def test_other_amounts_of_memory_are_refused(invoke, make_run, maps, text):
    done = invoke("extract", make_run(), "--maps", maps, "--out", "o", f"--mem-mb={text}", status=2)
    assert "is no amount of memory; give MB, or a number with a unit: 16G." in " ".join(done.stderr.split())


def test_one_process_is_what_linear_has(invoke, make_run, maps, tmp_path):
    words = ["--maps", maps, "--out", tmp_path / "out", "--nprocs", "1"]
    assert "does not use" not in invoke("extract", make_run(), *words, "--dry-run").stderr
