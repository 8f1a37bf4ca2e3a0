"""Length and shape of a text: facts, not filters."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View

_DIGITS = b"0123456789"
_LETTERS = bytes(byte for byte in range(256) if byte >= 0xC0 or (byte < 0x80 and chr(byte).isalpha()))
# White space, and the bytes that continue a character already counted by its first byte.
_UNCOUNTED = b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f" + bytes(range(0x80, 0xC0))


class Quality:
    """Count what a text is made of.

    Shares are of UTF-8 encoded characters: a character above U+007F counts as a letter, which
    overstates letters by the few per cent of punctuation and symbols up there. All shares are 0 for
    an empty text.
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
        words = text.split()
        lines = [line for line in text.split("\n") if line]
        characters = text.encode("utf-8", "replace").translate(None, _UNCOUNTED)
        visible = max(1, len(characters))
        return {
            "n_chars": len(text),
            "n_words": len(words),
            "n_lines": len(lines),
            "letter_share": (len(characters) - len(characters.translate(None, _LETTERS))) / visible,
            "digit_share": (len(characters) - len(characters.translate(None, _DIGITS))) / visible,
            "mean_word_chars": visible / max(1, len(words)),
            "distinct_word_share": len(set(words)) / max(1, len(words)),
            "repeated_line_share": (len(lines) - len(set(lines))) / len(lines) if lines else 0.0,
            "text_share": min(1.0, len(text) / max(1, len(document.markup))) if document.markup else 1.0,
        }
