"""Public docstrings: an imperative first line that fits, and every raise named."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import Function, name, package_modules, parsed

MAX_FIRST_LINE = 80
NO_VERBS = frozenset(
    {"a", "an", "the", "this", "that", "it", "its", "returns", "helper", "function", "method"}
)


def public(node: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    """Yield what a module or a class offers, methods included, inner functions not."""
    for child in node.body:
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


def first_line(node: Function | ast.ClassDef) -> str:
    """Give the first line of a docstring; empty when there is none."""
    return (ast.get_docstring(node) or "").partition("\n")[0]


def is_imperative(line: str) -> bool:
    """Tell a verb in the imperative from an article, a third person or a gerund, roughly."""
    verb = line.partition(" ")[0].rstrip(".,:").lower()
    third_person = verb.endswith("s") and not verb.endswith("ss")
    gerund = verb.endswith("ing") and verb not in {"bring", "ring", "string"}
    return verb.isalpha() and verb not in NO_VERBS and not third_person and not gerund


def raises(node: Function) -> bool:
    """Tell whether a function itself raises something that it did not just catch."""
    inner = {id(n) for f in ast.walk(node) if isinstance(f, Function) and f is not node for n in ast.walk(f)}
    found = (n for n in ast.walk(node) if isinstance(n, ast.Raise) and id(n) not in inner)
    return any(n.exc is not None for n in found)


@pytest.mark.parametrize("path", package_modules(), ids=name)
def test_first_lines_fit_and_end(path: Path) -> None:
    lines = {node.name: first_line(node) for node in public(parsed(path))}

    assert {
        n: line for n, line in lines.items() if not 0 < len(line) < MAX_FIRST_LINE or line[-1] != "."
    } == {}


@pytest.mark.parametrize("path", package_modules(), ids=name)
def test_first_lines_of_functions_are_imperative(path: Path) -> None:
    lines = [(node.name, first_line(node)) for node in public(parsed(path)) if isinstance(node, Function)]

    assert [(function, line) for function, line in lines if not is_imperative(line)] == []


@pytest.mark.parametrize("path", package_modules(), ids=name)
def test_what_is_raised_is_written_down(path: Path) -> None:
    found = [node for node in public(parsed(path)) if isinstance(node, Function) and raises(node)]

    assert [node.name for node in found if "Raises:" not in (ast.get_docstring(node) or "")] == []
