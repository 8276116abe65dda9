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
