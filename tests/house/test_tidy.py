"""Sizes, names and habits of STYLE.md."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import (
    FOLDERS,
    ROOT,
    Function,
    classes,
    functions,
    length,
    modules,
    name,
    package_modules,
    parsed,
)

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 6
MAX_POSITIONAL = 4

# `path` or `path:function` -> why it may be larger than the house allows.
OVERSIZED: dict[str, str] = {
    "src/headwater/reserve/verify_reserve.py": "one file, so that it can be read and carried alone",
}

BANNED_MODULES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core"}
)
BANNED_WORDS = re.compile(r"Manager|Handler|Processor|Factory|Abstract")
# Class -> the host library whose interface demands the word.
DEMANDED: dict[str, str] = {}

TEXT = frozenset({".py", ".md", ".toml", ".txt", ".cfg", ".html", ".css", ".yml", ".yaml", ".sh", ".svg"})
# An absolute path that only exists where somebody worked.
WORKPLACE = re.compile(r"""(?<![\w.:/])/(?:home|Users|root|work|workspace|tmp/dev)/[\w.]""")


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_fits_on_a_few_screens(path: Path) -> None:
    n_lines = path.read_text(encoding="utf-8").count("\n")

    assert n_lines <= MAX_MODULE_LINES or name(path) in OVERSIZED


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = [node.name for node in functions(path) if length(node) > MAX_FUNCTION_LINES]

    assert [n for n in long if f"{name(path)}:{n}" not in OVERSIZED] == []


@pytest.mark.parametrize("path", package_modules(), ids=name)
def test_a_function_takes_few_parameters(path: Path) -> None:
    many = [node.name for node in functions(path) if not _few_parameters(node)]

    assert [n for n in many if f"{name(path)}:{n}" not in OVERSIZED] == []


def _few_parameters(node: Function) -> bool:
    positional = [a.arg for a in node.args.posonlyargs + node.args.args if a.arg not in {"self", "cls"}]
    return len(positional) <= MAX_POSITIONAL and len(positional) + len(node.args.kwonlyargs) <= MAX_PARAMETERS


def test_every_exception_has_a_reason_and_is_still_needed() -> None:
    for place, reason in OVERSIZED.items():
        path, _, function = place.partition(":")
        assert len(reason.split()) >= 4, f"{place}: say why"
        if not function:
            assert (ROOT / path).read_text(encoding="utf-8").count("\n") > MAX_MODULE_LINES, place
        else:
            found = [node for node in functions(ROOT / path) if node.name == function]
            assert any(length(n) > MAX_FUNCTION_LINES or not _few_parameters(n) for n in found), place


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_is_a_noun_of_the_field(path: Path) -> None:
    assert path.stem.strip("_") not in BANNED_MODULES
    assert BANNED_MODULES.isdisjoint(part.strip("_") for part in path.relative_to(ROOT).parts)


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_opens_with_what_it_knows(path: Path) -> None:
    assert ast.get_docstring(parsed(path))


@pytest.mark.parametrize("path", package_modules(), ids=name)
def test_no_class_is_a_manager(path: Path) -> None:
    assert [c.name for c in classes(path) if BANNED_WORDS.search(c.name) and c.name not in DEMANDED] == []


@pytest.mark.parametrize("path", package_modules(), ids=name)
def test_nobody_calls_super_but_exceptions(path: Path) -> None:
    tree = parsed(path)
    allowed = {id(n) for c in classes(path) if c.name.endswith("Error") for n in ast.walk(c)}
    calls = [
        n.lineno
        for n in ast.walk(tree)
        if isinstance(n, ast.Name) and n.id == "super" and id(n) not in allowed
    ]

    assert calls == []


@pytest.mark.parametrize("path", [p for p in modules() if p.is_relative_to(ROOT / "tests")], ids=name)
def test_a_test_can_fail(path: Path) -> None:
    if not path.stem.startswith("test_"):
        return

    assert [f.name for f in functions(path) if f.name.startswith("test_") and not _can_fail(f)] == []


def _can_fail(test: Function) -> bool:
    return any(_is_check(node) for node in ast.walk(test))


def _is_check(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if not isinstance(node, ast.Call):
        return False
    # A named check (`check_conformance(label)`), or pytest.raises, pytest.fail and their like.
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return called in {"raises", "warns", "fail"} or called.startswith(("check", "assert", "expect"))


def test_every_folder_of_tests_is_a_package() -> None:
    # Otherwise two test files of one name shadow each other, for pytest and for mypy.
    folders = {path.parent for path in modules() if path.is_relative_to(ROOT / "tests")}

    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_nothing_committed_names_the_machine_it_was_written_on() -> None:
    roots = [*(ROOT / folder for folder in (*FOLDERS, "docs", "changelog.d", ".ci")), ROOT]
    found = [path for root in roots for path in (root.glob("*") if root == ROOT else root.rglob("*"))]
    texts = [path for path in found if path.is_file() and (path.suffix in TEXT or path.parent.name == ".ci")]

    assert [name(path) for path in texts if "_build" not in path.parts and _names_workplace(path)] == []


def _names_workplace(path: Path) -> bool:
    return bool(WORKPLACE.search(path.read_text(encoding="utf-8", errors="replace")))
