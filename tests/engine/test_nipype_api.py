"""The engine reaches into nipype in one module alone, and can be imported without the other rooms."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import nipype_maps.engine

ROOT = Path(nipype_maps.engine.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if path.name != "nipype_api.py")
#: What nipype documents; everything else is internal.
PUBLIC = {"nipype", "nipype.interfaces.base", "nipype.interfaces.utility", "nipype.pipeline.engine"}


def names_of(path):
    return str(path.relative_to(ROOT))


def imported(tree):
    """Modules of nipype that are imported, and underscored names taken from them."""
    for item in ast.walk(tree):
        if isinstance(item, ast.ImportFrom) and not item.level and item.module.partition(".")[0] == "nipype":
            yield item.module
            yield from (alias.name for alias in item.names if alias.name.startswith("_"))
        elif isinstance(item, ast.Import):
            yield from (alias.name for alias in item.names if alias.name.partition(".")[0] == "nipype")


def defined(tree):
    """Underscored names of functions, classes, variables and attributes that a module defines."""
    for item in ast.walk(tree):
        if isinstance(item, (ast.FunctionDef, ast.ClassDef)):
            yield item.name
        elif isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
            yield item.id
        elif isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Store):
            yield item.attr


OURS = {name for path in MODULES for name in defined(ast.parse(path.read_text()))}
OURS |= {"_exit", "_replace"}  # of os, and of named tuples


@pytest.mark.parametrize("path", MODULES, ids=names_of)
def test_only_one_module_uses_what_nipype_keeps_internal(path):
    tree = ast.parse(path.read_text())
    assert set(imported(tree)) <= PUBLIC
    used = {item.attr for item in ast.walk(tree) if isinstance(item, ast.Attribute)}
    private = {name for name in used if name.startswith("_") and not name.endswith("__")}
    assert private <= OURS


PROGRAM = """
import importlib, pkgutil, sys
import nipype_maps
for room in ("engine", "storage"):
    package = importlib.import_module(f"nipype_maps.{room}")
    for module in pkgutil.walk_packages(package.__path__, f"nipype_maps.{room}."):
        importlib.import_module(module.name)
print(*sorted(name for name in sys.modules if name.partition(".")[0] == "nipype_maps"))
"""


def test_the_engine_and_storage_can_be_imported_alone():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    rooms = {name.split(".")[1] for name in done.stdout.split() if "." in name}
    assert rooms == {"engine", "storage", "notes"}
