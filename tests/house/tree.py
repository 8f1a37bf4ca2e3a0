"""The project's own files, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "headwater"
FOLDERS = ("src", "tests", "benchmarks", "examples", "studies")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> tuple[Path, ...]:
    """List every Python module of the project."""
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(path for path in found if "__pycache__" not in path.parts))


# A script for those who do not have the package; it is shipped as data, and imports nothing of ours.
STANDALONE = frozenset({"verify_reserve.py"})


def package_modules() -> tuple[Path, ...]:
    """List the modules that ship."""
    ours = (path for path in modules() if path.name not in STANDALONE)
    return tuple(path for path in ours if path.is_relative_to(PACKAGE))


def name(path: Path) -> str:
    """Name a file by its place in the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[Function]:
    """Yield every function of a module, methods and inner ones too."""
    return (node for node in ast.walk(parsed(path)) if isinstance(node, Function))


def classes(path: Path) -> Iterator[ast.ClassDef]:
    """Yield every class of a module."""
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef))


def length(node: Function) -> int:
    """Count the lines of a function from its `def` to its end."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
