"""Length and shape of a text: facts, not filters."""

from __future__ import annotations

import string
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View

# Classes of bytes; of a character above U+007F only the first byte is a letter.
_REST, _SPACE, _DIGIT, _LETTER, _WITHIN = range(5)
_CLASS_OF = bytes(
    _SPACE if byte in b" \t\n\r\x0b\x0c"
    else _DIGIT if chr(byte) in string.digits
    else _LETTER if chr(byte) in string.ascii_letters or byte >= 0xC0
    else _WITHIN if byte >= 0x80
    else _REST
    for byte in range(256)
)  # fmt: skip
_FIRST_WORDS = 1_000


class Quality:
    """Count what a text is made of.

    Shares are of UTF-8 encoded characters: a character above U+007F counts as a letter, which
    overstates letters by the few per cent of punctuation and symbols up there. Words are runs without
    ASCII white space. The share of distinct words is that of the first 1,000, since it falls with length
    in any text. All shares are 0 for an empty text.
    """

    name: ClassVar[str] = "quality-1"
    schema: ClassVar[pa.Schema] = pa.schema(
        [
            ("n_chars", pa.int32()),
            ("n_words", pa.int32()),
            ("n_lines", pa.int32()),
            ("letter_share", pa.float32()),
            ("digit_share", pa.float32()),
            ("mean_word_chars", pa.float32()),
            ("distinct_word_share", pa.float32()),
            ("repeated_line_share", pa.float32()),
            ("text_share", pa.float32()),
        ]
    )
    view: ClassVar[View] = View(
        title="Length and shape",
        note="Facts about the extracted text; nothing is filtered by them unless the policy says so.",
        tally=lambda row: ["half of the lines are repeats"] if row["repeated_line_share"] >= 0.5 else [],
        histogram_of="words in the document",
        column="n_words",
        edges=(0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000),
    )

    def measure(self, document: Document) -> Row:
        """Count words, lines, classes of characters, and repetition."""
        text = document.text
        encoded = text.encode("utf-8", "replace")
        classes = np.frombuffer(encoded.translate(_CLASS_OF), dtype=np.uint8)
        space = classes == _SPACE
        visible = len(text) - int(np.count_nonzero(space))
        letters, digits = (int(np.count_nonzero(classes == one)) for one in (_LETTER, _DIGIT))
        n_words = _n_runs(space)
        first = encoded.split(None, _FIRST_WORDS)[:_FIRST_WORDS]
        lines = [line for line in text.split("\n") if line]
        return {
            "n_chars": len(text),
            "n_words": n_words,
            "n_lines": len(lines),
            "letter_share": letters / max(1, visible),
            "digit_share": digits / max(1, visible),
            "mean_word_chars": visible / max(1, n_words),
            "distinct_word_share": len(set(first)) / max(1, len(first)),
            "repeated_line_share": (len(lines) - len(set(lines))) / len(lines) if lines else 0.0,
            "text_share": min(1.0, len(text) / max(1, len(document.markup))) if document.markup else 1.0,
        }


def _n_runs(space: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    """Count the runs without a space, ten times as fast as listing them."""
    begins = int(np.count_nonzero(space[:-1] > space[1:]))
    return begins + bool(len(space) and not space[0])
