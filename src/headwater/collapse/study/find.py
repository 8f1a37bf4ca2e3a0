"""Where studies are: a folder with one folder a study, and how one of them is loaded."""

from __future__ import annotations

import ast
import difflib
import importlib.util
import sys
from pathlib import Path

from headwater.collapse.study.study import Study
from headwater.errors import ConfigError, UnavailableError

# In a checkout the package lies in src/headwater, and the studies two folders up.
_CHECKOUT = Path(__file__).resolve().parents[4] / "studies"


def folders(place: Path | None = None) -> dict[str, Path]:
    """List the studies there are.

    Args:
        place: Folder of studies; None for that of the checkout the package was installed from, or else
            `studies` in the working directory.

    Returns:
        Folders by name, sorted.

    Raises:
        UnavailableError: If there is no study there.
    """
    places = [_CHECKOUT, Path("studies")] if place is None else [place]
    for one in places:
        found = {path.parent.name: path.parent for path in sorted(one.glob("*/study.py"))}
        if found:
            return found
    raise UnavailableError(
        f"no studies in {places[-1]}", hint="they come with the repository; name its folder with --studies"
    )


def find(name: str, place: Path | None = None) -> Path:
    """Find a study by name.

    Args:
        name: Of its folder.
        place: As in `folders`.

    Returns:
        Its folder.

    Raises:
        ConfigError: If there is none of this name; the nearest is named.
        UnavailableError: If there are no studies.
    """
    known = folders(place)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known)}"
        raise ConfigError(f"no study '{name[:80]}'", hint=hint)
    return known[name]


def summary(folder: Path) -> str:
    """Say what a study is about, without running its code.

    Args:
        folder: Of the study.

    Returns:
        The first line of its docstring; empty if it has none.
    """
    try:
        tree = ast.parse((folder / "study.py").read_text("utf-8"))
    except (OSError, ValueError, SyntaxError):
        return ""
    return (ast.get_docstring(tree) or "").partition("\n")[0]


def load(folder: Path) -> Study:
    """Run the code of a study's file and take its `STUDY`.

    Args:
        folder: Of the study.

    Returns:
        The study.

    Raises:
        ConfigError: If the file defines none.
        UnavailableError: If it needs something that is not installed.
    """
    name = f"headwater_study_{folder.name.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, folder / "study.py")
    if spec is None or spec.loader is None:
        raise ConfigError(f"{folder} is no study")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        raise UnavailableError(f"the study {folder.name} cannot be loaded: {error}") from error
    study = getattr(module, "STUDY", None)
    if not isinstance(study, Study):
        raise ConfigError(f"{folder.name}/study.py defines no STUDY")
    return study
