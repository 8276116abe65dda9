"""What the package says of itself in several files agrees."""

import configparser
import re
from importlib.resources import files
from pathlib import Path

import nipype_maps

ROOT = Path(__file__).resolve().parents[1]
SETUP = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg", encoding="utf-8")


def test_the_version_is_the_same_everywhere():
    assert SETUP["metadata"]["version"] == "attr: nipype_maps.__version__"
    citation = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.M)
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGES.md").read_text(), re.M)
    assert citation[1] == newest[1] == nipype_maps.__version__


def test_types_are_part_of_the_package():
    assert (files(nipype_maps) / "py.typed").is_file()
    assert "py.typed" in SETUP["options.package_data"]["nipype_maps"].split()


def test_lower_bounds_are_the_versions_that_are_tested():
    bounds = re.findall(r"^(\S+?)>=(\S+)$", SETUP["options"]["install_requires"], re.M)
    tested = re.findall(r"^(\S+?)==(\S+)$", (ROOT / ".ci/oldest.txt").read_text(), re.M)
    assert len(bounds) == len(SETUP["options"]["install_requires"].split())
    # 5.0 is the bound that 5.0.0 tests
    assert [(name, f"{bound}.0.0".split(".")[:3]) for name, bound in bounds] == [
        (name, f"{version}.0.0".split(".")[:3]) for name, version in tested
    ]
