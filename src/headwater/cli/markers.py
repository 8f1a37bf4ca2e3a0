"""Keys and registries as commands take them: who may have marked a text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.registry import KEEPER, read, today
from headwater.cli.terminal import printable
from headwater.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headwater.watermark.keys import Key
    from headwater.watermark.page import Marker

_OPTIONS = (
    click.option(
        "--key", "key_files", metavar="FILE", multiple=True, type=Path, help="Key; repeat for more."
    ),
    click.option("--tokenizer", help="Of the model of the keys, such as cl100k or smollm2."),
    click.option(
        "--registry", "book", metavar="FILE", type=Path, help="Registry of keys, beside them or instead."
    ),
    KEEPER,
)


def takes_markers(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that `markers_of` reads."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def markers_of(told: Mapping[str, Any]) -> list[Marker]:
    """List who is named by the options of a command.

    Args:
        told: Values of `key_files`, `tokenizer`, `book` and `keeper`.

    Raises:
        InputError: If nobody is, or a key or a tokenizer cannot be used.
    """
    found = _given(told["key_files"], told["tokenizer"]) + _registered(told["book"], told["keeper"])
    if not found and told["book"]:
        hint = "headwater watermark registry verify says what is wrong with its entries"
        raise InputError("no key of the registry can be used today", hint=hint)
    if not found:
        raise InputError("no --key is given", hint="headwater watermark keygen FILE makes one")
    return found


def profile_of(name: str) -> Any:
    """Give a profile by its name.

    Raises:
        InputError: If there is none; the nearest is named.
    """
    from difflib import get_close_matches

    from headwater.watermark.schemes import SCHEMES

    if name not in SCHEMES:
        near = get_close_matches(name, SCHEMES, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(SCHEMES)}"
        raise InputError(f"no watermark profile '{name}'", hint=hint)
    return SCHEMES[name]


def key_of(file: Path, *, tag: int | None = None) -> Key:
    """Read a key that marks.

    Args:
        file: Where it is.
        tag: Of a key that lacks one.

    Raises:
        InputError: If it is not as long as its profile says, lacks a tag, or has one already.
    """
    from headwater.watermark import family

    key = _detecting(file)
    is_open = family.is_open(profile_of(key.profile), key)
    if is_open and tag is None:
        raise InputError(f"the key in {file} has no tag", hint="--tag says which number or member marks")
    if tag is None:
        return key
    if not is_open:
        raise InputError(f"the key in {file} takes no tag", hint="keygen --without-tag draws one that does")
    return family.tagged(key, tag)


def power(log_p: float) -> str:
    """Write e to a number that may be far below the smallest float."""
    from math import floor, log

    exponent = floor(log_p / log(10.0))
    return "1" if log_p == 0.0 else f"{10 ** (log_p / log(10.0) - exponent):.1f}e{exponent}"


def _given(files: Sequence[Path], tokenizer: str | None) -> list[Marker]:
    from headwater.watermark.page import Marker
    from headwater.watermark.tokenizer import TOKENIZERS, named

    if not files:
        return []
    if tokenizer is None:
        raise InputError("no --tokenizer is given", hint=f"there are: {', '.join(TOKENIZERS)}")
    cut = named(tokenizer)
    found = [(str(file), _detecting(file)) for file in files]
    return [Marker(name, cut, profile_of(key.profile), key) for name, key in found]


def _detecting(file: Path) -> Key:
    """Read a key that finds; without a tag it finds all."""
    from headwater.watermark import family, keys

    key = keys.read(file)
    family.check(profile_of(key.profile), key)
    return key


def _registered(book: Path | None, keeper: str | None) -> list[Marker]:
    if book is None:
        return []
    found = today(read(book, keeper))
    for why in found.refused:
        sys.stderr.write(f"headwater: {printable(why)}; it is not used\n")
    return list(found.markers)
