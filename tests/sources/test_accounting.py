"""The specification of skips and the code name the same reasons."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import headwater.sources
from headwater.sources.capture import _NEVER_DOCUMENTS, _UNSUPPORTED
from tests.sources.samples import documented_reasons

# Hyphenated words in code that are no reasons: header fields, codings, kinds, encodings.
FOREIGN = re.compile(
    r"content-(encoding|type|length)|transfer-encoding|warc-(date|target-uri|truncated|type)|utf-8|latin-1"
    r"|hf-dataset|x-gzip|mw-revision"
)
REASON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def names_in_code() -> Iterator[str]:
    for path in Path(headwater.sources.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and REASON.fullmatch(node.value)
            ):
                yield node.value
    yield from (f"record-type-{kind}" for kind in _NEVER_DOCUMENTS | _UNSUPPORTED | {"unknown"})
    yield from ("gap", "padding")


def test_every_reason_in_code_is_specified_and_every_specified_one_is_in_code() -> None:
    assert {name for name in names_in_code() if not FOREIGN.fullmatch(name)} == set(documented_reasons())


def test_the_table_is_in_order() -> None:
    assert list(documented_reasons()) == sorted(documented_reasons())
