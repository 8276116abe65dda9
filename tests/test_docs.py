"""README and docs: what they show runs, what they list is complete, what they link to exists."""

import ast
import configparser
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import nibabel as nib
import pytest

from nipype_maps.bids.entity_order import ORDER
from nipype_maps.cli import main
from nipype_maps.cli.results.summary import KEPT
from nipype_maps.cli.results.summary_columns import COLUMNS_OF_ENTITIES
from nipype_maps.confounds.strategies import read_strategies
from nipype_maps.options import OPTIONS

from .derivatives import REAL_MAPS, write_derivatives

pytestmark = [
    pytest.mark.xdist_group("docs"),  # pages share their data
    pytest.mark.filterwarnings("ignore:few degrees of freedom"),
]

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
#: Pages whose commands are called, each in a folder of its own; those of other pages are parsed.
CALLED = ["README.md", "docs/getting-started.md"]

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
INLINE = re.compile(r"`([^`\n]+)`")
#: Options of other programs that stand alone in pages.
OTHER_OPTIONS = {"--hypothesis-profile", "--times", "--partition", "--account", "--time"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name, *languages):
    """(language, text) of the code blocks of a page."""
    found = [(match[1], match[2]) for match in BLOCK.finditer(read(name))]
    return [(language, text) for language, text in found if not languages or language in languages]


def commands(text):
    """The words of each call of nipype-maps in a shell block."""
    lines = text.replace("\\\n", " ").splitlines()
    return [words[1:] for line in lines if (words := shlex.split(line, comments=True))[:1] == ["nipype-maps"]]


def prose(name):
    """A page without its code blocks."""
    return BLOCK.sub("", read(name))


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A folder with the files that pages name."""
    folder = tmp_path_factory.mktemp("docs") / "template"
    write_derivatives(folder / "derivatives" / "fmriprep", n_subjects=2, n_runs=1)
    for subject in (1, 2):
        func = folder / f"derivatives/fmriprep/sub-{subject:04d}/func"
        for pattern, suffix in (("*_bold.nii.gz", "bold.nii.gz"), ("*_timeseries.tsv", "confounds.tsv")):
            shutil.copy(next(func.glob(pattern)), folder / f"sub-{subject:02d}_task-rest_{suffix}")
    nib.save(nib.concat_images([nib.load(path) for path in REAL_MAPS]), folder / "tissues.nii.gz")
    (folder / "tissues.tsv").write_text("index\tname\n1\tGM\n2\tWM\n3\tCSF\n")
    (folder / "workflows").symlink_to(ROOT / "workflows")
    return folder


@pytest.fixture
def site(template, tmp_path, monkeypatch):
    """A copy of it, as the working directory."""
    folder = tmp_path / "site"
    shutil.copytree(template, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


#: Calls the commands that standard input lists, each in a process of its own, until one fails.
CALL = """
import json, os, sys
import nipype
from nipype_maps.cli import main
for words in json.load(sys.stdin):
    if not os.fork():
        main(words, prog_name="nipype-maps")
    if status := os.waitstatus_to_exitcode(os.wait()[1]):
        sys.exit(f"nipype-maps {' '.join(words)}: status {status}")
"""


def expanded(words, folder):
    """The words of a call with the files that patterns match, as a shell gives them."""
    found = [sorted(path.name for path in folder.glob(word)) if "*" in word else [] for word in words]
    return [name for word, names in zip(words, found, strict=True) for name in names or [word]]


def call(folder, *called):
    """Call commands in a folder."""
    paths = os.pathsep.join([str(ROOT), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", CALL],
        input=json.dumps([expanded(words, folder) for words in called]),
        env={**os.environ, "NIPYPE_NO_ET": "1", "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def play(name, folder):
    """Execute the blocks of a page in their order: calls of the command with what they show, and Python."""
    waiting, shown, names = [], [], {"__name__": name}
    for language, text in [*blocks(name, "bash", "text", "python"), ("python", "")]:
        if language == "bash":
            waiting += commands(text)
        elif language == "text":
            shown += text.splitlines()
        else:
            if waiting:
                lines = call(folder, *waiting).stdout.splitlines()
                assert [line for line in shown if line not in lines] == [], lines
                waiting, shown = [], []
            exec(compile(text.replace("/data/", f"{folder}/"), name, "exec"), names)


@pytest.mark.parametrize("name", CALLED)
def test_what_a_page_shows_first_runs(name, site):
    pytest.importorskip("bids", reason="runs are found with pybids")
    play(name, site)
    of_extract, of_dataset = trees("docs/outputs.md")
    if name == "README.md":
        (tree,) = trees(name)
        inside = {
            path for path in files_below(site / "signals-dataset") if path.parts[0] not in ("logs", "work")
        }
        shown = {path for path in tree if (site / "signals-dataset" / path).is_file()}
        assert {path for path in inside if path.parts[0] != "sub-0002"} == shown
        check_tree(tree, site / "signals-dataset")
        check_tree(of_dataset, site / "signals-dataset")
        check_rows(site)
        check_summary(site)
    else:
        check_tree(of_extract, site / "signals")


def trees(name):
    """The paths below the folder of results in the drawings of a page."""
    drawn = [text for _, text in blocks(name, "") if re.match(r"signals(-dataset)?/\n", text)]
    return [list(paths_in(text.splitlines()[1:])) for text in drawn]


def paths_in(lines):
    above = {}
    for line in lines:
        branch, name = re.match(r"([│├└─ ]+)(\S+)", line).groups()
        depth = len(branch) // 4
        above[depth] = above[depth - 1] / name if depth > 1 else Path(name)
        yield above[depth]


def files_below(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def check_tree(paths, folder):
    """What is drawn exists, but for crash reports."""
    for path in paths:
        assert (folder / path).exists() or path.name.startswith("crash-"), path


def check_summary(folder):
    header = (folder / "signals-dataset" / "summary.tsv").read_text().splitlines()[0].split("\t")
    rows = re.findall(r"^\| (.*?) \|", section(read("docs/outputs.md"), "The summary"), re.M)
    documented = [name for row in rows for name in INLINE.findall(row)]
    always = ["file", *KEPT]
    assert [name for name in documented if name in always] == always
    of_names = {*ORDER, *COLUMNS_OF_ENTITIES.values()}  # settings that differ, and entities that there are
    assert [name for name in header if name not in of_names] == always
    assert [name for name in header if name in of_names] == [name for name in documented if name in header
                                                             and name in of_names]  # fmt: skip


def check_rows(folder):
    (shown,) = [text for _, text in blocks("README.md", "") if text.startswith("GM ")]
    (path,) = folder.glob("signals-dataset/sub-0001/func/*.tsv")
    header, *rows = [line.split() for line in path.read_text().splitlines()]
    expected = [header, *([f"{float(value):.4f}" for value in row] for row in rows)]
    assert [line.split() for line in shown.splitlines()] == expected[: len(shown.splitlines())]


def test_what_the_class_does_not_have_is_on_its_page():
    (row,) = [line for line in read("docs/in-python.md").splitlines() if "not in the class" in line]
    names = INLINE.findall(row.split("|")[1])
    assert set(names) == {option.name for option in OPTIONS if option.argument is None}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in CALLED and blocks(name, "python")])
def test_python_runs(name, site):
    names = {"__name__": name}
    for _, text in blocks(name, "python"):
        exec(compile(text.replace("/data/", f"{site}/"), name, "exec"), names)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in CALLED and blocks(name, "bash")])
def test_commands_are_known_to_the_command_line(name, site):
    """As far as they can be parsed: files are there, options and their values are known."""
    (site / "signals" / "work").mkdir(parents=True)
    (site / "signals" / "sub-01_task-rest_atlas-tissues_desc-denoised_timeseries.tsv").touch()
    run = site / "signals-dataset" / "sub-0001" / "func" / "sub-0001_task-rest_run-01_space-MNI_atlas-tissues"
    run.parent.mkdir(parents=True)
    run.with_name(f"{run.name}_desc-denoised_timeseries.tsv").touch()
    found = [words for _, text in blocks(name, "bash") for words in commands(text)]
    for path in (site / word for words in found for word in words if word.startswith("atlases/")):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert found, "a shell block without a call of nipype-maps"
    for words in found:
        if "--help" not in words:
            command, *arguments = expanded(words, site)
            main.commands[command].make_context(command, arguments).close()
        assert set(words) & {*main.commands, "--help"}


@pytest.mark.parametrize("name", NAMES)
def test_json_is_json(name, tmp_path):
    for _, text in blocks(name, "json"):
        assert json.loads(text)
        if "Description" in text and name == "docs/confound-strategies.md":
            path = tmp_path / "strategies.json"
            path.write_text(text)
            assert read_strategies(path)


def anchors(page):
    """What a page's headings are called in links, as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    page = ROOT / name
    for link in LINK.findall(prose(name)):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_can_be_found():
    index = read("docs/index.md")
    for page in ROOT.glob("docs/*.md"):
        assert page.name == "index.md" or f"({page.name})" in index, page.name


def test_generated_parts_are_up_to_date():
    """Options, fields, interfaces, strategies and sidecar keys: python3 -m docs.generate writes them."""
    generate = load(ROOT / "docs" / "generate.py")
    parts = []
    for name in NAMES:
        assert read(name) == generate.generated(read(name)), f"{name}: execute python3 -m docs.generate"
        parts += [match[2] for match in generate.PART.finditer(read(name))]
    assert sorted(parts) == sorted(generate.PARTS)


def section(page, heading):
    """What is below a heading of the second level."""
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.M | re.S)[1]


@pytest.mark.parametrize("command", main.commands)
def test_every_option_is_on_its_page(command):
    page = read("docs/command-line.md")
    text = section(page, f"nipype-maps {command}")
    if command in ("extract", "dataset"):
        text += section(page, "Options of extract and dataset")
    for option in main.commands[command].params:
        if isinstance(option, click.Option):
            assert all(re.search(rf"^\| [^|]*`{name}[ `]", text, re.M) for name in option.opts), option.opts


def test_every_strategy_is_on_its_page():
    page = read("docs/confound-strategies.md")
    for name, entry in read_strategies().items():
        (row,) = re.findall(rf"^\| `{re.escape(name)}` \|.*$", page, re.M)
        assert entry["Description"] in row
        assert all(f"`{word}`" in row for key in ("Parts", "Columns") for word in entry.get(key, []))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "CHANGES.md"])  # which has a past
def test_options_and_files_in_the_text_exist(name):
    known = {"--help", "--version", *OTHER_OPTIONS}
    known |= {text for command in main.commands.values() for p in command.params for text in p.opts}
    for words in INLINE.findall(prose(name)):
        if words.startswith(("--", "nipype-maps")):
            assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", words)) <= known, words
        if found := re.match(r"nipype-maps ([a-z]+)", words):
            assert found[1] in main.commands, words
        if re.fullmatch(r"(nipype_maps|tests|workflows|docs)(/[\w.-]+)+/?", words):
            assert (ROOT / words).exists(), words
        elif re.fullmatch(r"(\w+/)+\w+\.(py|json)", words):
            assert (ROOT / "nipype_maps" / words).exists(), words
        for module in re.findall(r"python3 -m (tests\.\w+)", words):
            assert (ROOT / module.replace(".", "/")).with_suffix("").exists() or (
                ROOT / f"{module.replace('.', '/')}.py"
            ).exists(), words


def test_every_argument_of_a_cluster_is_on_its_page():
    page = read("docs/clusters.md")
    for name in re.findall(r'^ *(?:# )?"(\w+)":', read("workflows/slurm.json"), re.M):
        assert f"| `{name}` |" in page, name


def test_every_extra_is_on_its_page():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    rows = re.findall(r"^\| `(\w+)` \|", section(read("docs/getting-started.md"), "Install"), re.M)
    assert rows == list(setup["options.extras_require"])


def kinds_in_code():
    """The kinds of notes: a word in capitals as the last argument of a call that notes something."""
    for path in (ROOT / "nipype_maps").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and re.search("note|warn", ast.unparse(node.func), re.I)):
                continue
            last = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "kind")][-1:]
            for value in last:
                if isinstance(value, ast.Constant) and re.fullmatch("([A-Z][a-z]+)+", str(value.value)):
                    yield value.value


def test_every_kind_of_warning_is_on_its_page():
    lines = [
        line for line in section(read("docs/checks.md"), "Kinds of warnings").splitlines() if "|" in line
    ]
    rows = [re.fullmatch(r"\| `(\w+)` \| [^|]+ \|", line) for line in lines[2:]]
    assert None not in rows
    assert sorted(row[1] for row in rows) == sorted(set(kinds_in_code()))


def test_every_room_is_in_the_architecture():
    page = read("docs/architecture.md")
    for path in (ROOT / "nipype_maps").iterdir():
        if (path.is_dir() or path.suffix == ".py") and not path.name.startswith("_"):
            assert f"| `{path.stem}` |" in page, path.name


def test_readme_is_one_screen_and_has_the_commands_of_ci():
    lines = read("README.md").splitlines()
    assert len(lines) <= 120
    own = [line for line in lines if re.fullmatch(r'    (python3 -m pip install "\.\[tests\]" && .*)', line)]
    assert own == ['    python3 -m pip install ".[tests]" && python3 -m pytest']
    assert '    python3 -m pip install ".[fast]" && nipype-maps demo' in lines


@pytest.mark.parametrize("name", NAMES)
def test_spelling_is_american(name):
    british = (
        r"\b\w*(?:behaviour|colour|favour|honour|neighbour|centre|metres?\b|grey|licence|artefact|catalogue|"
        r"(?:cancel|label|model)l(?:ed|ing)|(?:standard|serial|normal|optim|recogn|organ|minim|"
        r"initial|visual|general)is(?:e|ing|ation)|summaris|analys(?:ed|ing|e\b))\w*"
    )
    # generated parts are spelled as the code that they come from
    own = re.sub(r"<!-- begin .*?<!-- end ", "", prose(name), flags=re.S)
    assert re.findall(british, INLINE.sub("", own), re.I) == []
