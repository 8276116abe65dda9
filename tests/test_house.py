"""The rules of the house that a machine can hold: traits, docstrings of builders, contracts."""

import inspect
import re
from pathlib import Path

import click
import pytest
from nipype.interfaces.base import traits
from nipype.interfaces.utility import IdentityInterface

import nipype_maps
from nipype_maps import graphs, interfaces
from nipype_maps.cli import main
from nipype_maps.masker.graph_options import graph_options
from nipype_maps.options import BY_NAME, EXECUTION_OPTIONS, INPUTS, OPTIONS, SELECTIONS

#: Metadata that nipype reads, and what traits itself adds to a trait.
NIPYPE_WORDS = {
    "argstr", "copyfile", "deprecated", "desc", "extensions", "genfile", "hash_files", "keep_extension",
    "mandatory", "max_ver", "min_ver", "name_source", "name_template", "new_name", "nohash",
    "output_name", "position", "requires", "sep", "transient", "units", "usedefault", "xor",
}  # fmt: skip
TRAITS_WORDS = {"array", "copy", "parent", "rich_compare", "trait_added", "type", "default_kind", "default"}
#: Traits of every nipype interface, which are not ours to describe.
INHERITED = {"trait_added", "trait_modified"}

INTERFACES = [getattr(interfaces, name) for name in interfaces.__all__]
BUILDERS = [value for name, value in vars(graphs).items() if name.startswith("init_")]


def own_traits(interface, kind):
    spec = getattr(interface, kind)()
    return {name: trait for name, trait in spec.traits().items() if name not in INHERITED}


@pytest.mark.parametrize("kind", ["input_spec", "output_spec"])
@pytest.mark.parametrize("interface", INTERFACES)
def test_every_trait_has_a_description_and_no_word_that_nipype_ignores(interface, kind):
    for name, trait in own_traits(interface, kind).items():
        words = set(trait.__dict__ or {})
        assert trait.desc, f"{interface.__name__}.{name} has no desc"
        assert words <= NIPYPE_WORDS | TRAITS_WORDS, f"{interface.__name__}.{name}: {words - NIPYPE_WORDS}"
        assert "default" not in words - TRAITS_WORDS


@pytest.mark.parametrize("interface", INTERFACES)
def test_default_values_are_used(interface):
    """Without usedefault nipype replaces a default by Undefined."""
    spec = interface.input_spec()
    for name, trait in own_traits(interface, "input_spec").items():
        value = getattr(spec, name)
        if trait.usedefault:
            assert str(value) != "<undefined>", f"{interface.__name__}.{name}"
        else:
            assert str(value) == "<undefined>", f"{interface.__name__}.{name}"


@pytest.mark.parametrize("interface", INTERFACES)
def test_what_is_marked_as_not_hashed_is_not(interface):
    """nipype does not see the mark on a compound trait."""
    inputs = interface().inputs
    for name, trait in own_traits(interface, "input_spec").items():
        if trait.nohash:
            assert inputs.has_metadata(name, "nohash", True), f"{interface.__name__}.{name}"


@pytest.mark.parametrize("interface", INTERFACES)
def test_every_interface_says_what_it_is_and_carries_its_version(interface):
    assert interface.__doc__
    assert interface().inputs.code_version
    assert "code_version" in dict(interface().inputs.get_hashval()[0])


def documented(builder, section):
    """Field names under a section of a builder's docstring."""
    doc = inspect.getdoc(builder)
    match = re.search(rf"^{section}\n-+\n(.*?)(?:\n\n[A-Z]\w+\n-+\n|\Z)", doc, re.S | re.M)
    return [line for line in match.group(1).splitlines() if re.fullmatch(r"\w+", line)]


def parameters_documented(builder):
    doc = inspect.getdoc(builder)
    section = re.search(r"^Parameters\n-+\n(.*?)(?:\n\n[A-Z]\w+\n-+\n|\Z)", doc, re.S | re.M).group(1)
    heads = [line.partition(" : ")[0] for line in section.splitlines() if line and not line.startswith(" ")]
    return [name.strip("* ") for head in heads for name in head.split(",")]


def fields(workflow, node):
    return workflow.get_node(node).interface._fields


SINGLE_BUILDERS = [builder for builder in BUILDERS if builder is not graphs.init_dataset_wf]


def test_there_are_builders():
    assert len(BUILDERS) == 6


@pytest.mark.parametrize("builder", BUILDERS)
def test_builders_take_keywords_only_typed_and_documented(builder):
    parameters = inspect.signature(builder).parameters.values()
    keywords = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    assert all(parameter.kind in keywords for parameter in parameters)
    for parameter in parameters:
        typed = parameter.annotation is not inspect.Parameter.empty
        assert typed or parameter.kind is inspect.Parameter.VAR_KEYWORD
    assert sorted(parameters_documented(builder)) == sorted(parameter.name for parameter in parameters)
    assert inspect.signature(builder).return_annotation == "Workflow"


@pytest.mark.parametrize("builder", SINGLE_BUILDERS)
def test_inputs_and_outputs_in_the_docstring_are_those_of_the_graph(builder):
    workflow = builder()
    assert documented(builder, "Inputs") == list(fields(workflow, "inputnode"))
    assert documented(builder, "Outputs") == list(fields(workflow, "outputnode"))


@pytest.mark.parametrize("target", ["data", "mask", "maps", None])
@pytest.mark.parametrize("builder", SINGLE_BUILDERS)
def test_every_output_is_connected_and_every_input_used(builder, target):
    takes_target = "resampling_target" in inspect.signature(builder).parameters
    workflow = builder(resampling_target=target) if takes_target else builder()
    graph = workflow._graph
    door, exit_ = workflow.get_node("inputnode"), workflow.get_node("outputnode")
    connected = {field for *_, data in graph.in_edges(exit_, data=True) for _, field in data["connect"]}
    used = {field for *_, data in graph.out_edges(door, data=True) for field, _ in data["connect"]}
    # a grid is given from outside only where it is the runs'
    spare = {"grid"} if target != "data" else set()
    # and a transform resamples the run only where it is not
    spare |= {"grid"} if "transform" in builder.__name__ else set()
    assert connected == set(fields(workflow, "outputnode"))
    assert set(fields(workflow, "inputnode")) - used <= spare


def test_the_data_set_has_the_inputs_that_it_documents():
    workflow = graphs.init_dataset_wf(runs=[])
    assert documented(graphs.init_dataset_wf, "Inputs") == list(fields(workflow, "inputnode"))


def test_the_masker_has_all_parameters_of_its_parts():
    parts = (graphs.init_fit_wf, graphs.init_transform_wf)
    theirs = {name: p for part in parts for name, p in inspect.signature(part).parameters.items()}
    ours = inspect.signature(graphs.init_masker_wf).parameters
    assert set(ours) == set(theirs)
    assert all(ours[name].default == theirs[name].default for name in ours if name != "name")


def trait_of(option):
    return getattr(interfaces, option.node).input_spec().traits()[option.name]


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.node], ids=lambda o: o.name)
def test_an_option_is_the_trait_of_its_interface(option):
    trait = trait_of(option)
    value = getattr(getattr(interfaces, option.node).input_spec(), option.name)
    assert (value, trait.desc) == (option.default, option.description)
    assert isinstance(value, type(option.default))
    if option.choices:
        assert tuple(trait.handler.values) == option.choices
    elif option.is_switch:
        assert isinstance(trait.handler, traits.Bool)
    else:
        assert option.type == "float | None"


#: The options of each command that extracts signals.
OF_COMMANDS = {
    "extract": (*INPUTS, *OPTIONS, *EXECUTION_OPTIONS),
    "dataset": (
        *(option for option in INPUTS if option.repeats != "run" or option.name == "t_r"),
        *SELECTIONS, *OPTIONS, *(option for option in EXECUTION_OPTIONS if option.name != "out"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("command", "option"),
    [pytest.param(command, option, id=f"{command}-{option.name}")
     for command, options in OF_COMMANDS.items() for option in options],
)  # fmt: skip
def test_an_option_is_a_flag_of_the_command(command, option):
    (flag,) = (param for param in main.commands[command].params if param.name == option.name)
    assert flag.opts == [option.flag, *option.aliases]
    default = flag.callback(None, flag, flag.default) if option.choices else flag.default
    # click has values of its own for what is not given, and for what may be given several times
    assert default == option.default or option.default in (None, ())
    if option.choices:
        offered = {option.words.get(word, word) for word in flag.type.choices}
        assert offered <= set(option.choices)
        assert {choice for choice in option.choices if isinstance(choice, str)} <= offered
    # a data set has one repetition time
    assert flag.help == option.command_help or (command, option.name) == ("dataset", "t_r")
    assert flag.required == option.is_required
    assert flag.multiple == bool(option.repeats) or (command, option.name) == ("dataset", "t_r")
    assert flag.topic == option.topic


@pytest.mark.parametrize("command", OF_COMMANDS)
def test_the_command_has_no_option_that_is_not_defined(command):
    params = [param for param in main.commands[command].params if isinstance(param, click.Option)]
    flags = {param.name for param in params if not param.is_eager}  # --version
    assert flags == {option.name for option in OF_COMMANDS[command]}


def test_every_option_has_a_name_a_key_and_a_flag_of_its_own():
    options = [*INPUTS, *SELECTIONS, *OPTIONS, *EXECUTION_OPTIONS]
    for field in ("name", "flag", "key"):
        values = [getattr(option, field) for option in options if getattr(option, field)]
        assert len(values) == len(set(values)), field


@pytest.mark.parametrize("option", INPUTS, ids=lambda o: o.name)
def test_an_input_of_the_command_is_an_input_of_the_graphs(option):
    """And of the class, which takes what belongs to a run in `transform`."""
    assert option.name in fields(graphs.init_masker_wf(), "inputnode")
    masker = nipype_maps.NiftiMapsMasker
    arguments = {name for call in (masker, masker.transform) for name in inspect.signature(call).parameters}
    assert option.argument is None or option.argument in arguments


@pytest.mark.parametrize("option", OPTIONS, ids=lambda o: o.name)
def test_an_option_is_an_argument_of_the_class(option):
    """None: nilearn's class resamples and smooths in one way, and is given selected confounds."""
    arguments = inspect.signature(nipype_maps.NiftiMapsMasker).parameters
    if option.argument != option.name:  # nilearn's name, and its values
        assert option.argument is None or option.argument in arguments
        return
    assert arguments[option.name].default == option.default
    entry = re.search(rf"^{option.name} : (.*)\n", inspect.getdoc(nipype_maps.NiftiMapsMasker), re.M)
    assert entry[1].endswith(f"default={option.default!r}")


@pytest.mark.parametrize(
    "option", [option for option in EXECUTION_OPTIONS if option.argument], ids=lambda o: o.name
)
def test_an_option_of_execution_may_be_an_argument_of_the_class(option):
    assert option.argument in inspect.signature(nipype_maps.NiftiMapsMasker).parameters


def test_what_the_class_passes_to_the_graphs_are_options():
    passed = graph_options(nipype_maps.NiftiMapsMasker().get_params())
    assert set(passed) == {option.name for option in OPTIONS if option.argument}


@pytest.mark.parametrize("builder", [b for b in BUILDERS if b is not graphs.init_inverse_wf])
def test_builders_document_their_options_in_the_words_of_the_definition(builder):
    doc = inspect.getdoc(builder)
    for name in set(inspect.signature(builder).parameters) & set(BY_NAME):
        assert BY_NAME[name].documentation in doc


def test_few_files_name_an_option():
    """To add one takes its definition, its trait, its numerics and, if nilearn has it, the class."""
    package = Path(nipype_maps.__file__).parent
    naming = [path for path in package.rglob("*.py") if "standardize_confounds" in path.read_text()]
    assert len(naming) <= 4


@pytest.mark.parametrize("builder", SINGLE_BUILDERS)
def test_nodes_keep_their_outputs(builder):
    workflow = builder()
    for name in workflow.list_node_names():
        node = workflow.get_node(name)
        if not isinstance(node.interface, IdentityInterface):
            assert node.config["execution"]["remove_unnecessary_outputs"] == "false"


@pytest.mark.parametrize("room", ["numerics", "storage", "images", "bids", "confounds", "interfaces"])
def test_what_is_noticed_is_noted_not_warned_of(room):
    """Python's warnings belong to the whole process, and nobody can record those of one run."""
    folder = Path(nipype_maps.__file__).parent / room
    warning = [path.name for path in folder.glob("*.py") if "warnings.warn(" in path.read_text()]
    assert not warning
