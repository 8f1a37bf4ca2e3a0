"""Sentences by which pages tell their readers that a program translated them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from headwater.curate.translation.sign import How, Sign

# Where such a notice stands; a page about translation has these words in its middle, and in its examples.
_EDGE: Final = 400
_NOTICES: Final = re.compile(
    r"(?:^|[.!?。\n]\s*)(?:(?:note|disclaimer|notice|important)\s*:\s*)?("
    r"this (?:page|article|document|content|text|topic|translation|post|site)"
    r"(?: (?:was|is|has been))(?: an?)?(?: (?:automatically|machine)[- ]translat|"
    r" translated (?:automatically|by (?:a )?machine|using (?:a )?machine|by google|by deepl|with deepl))|"
    r"(?:diese[rs]?|dieses) (?:seite|artikel|text|dokument|inhalt|beitrag|thema) (?:wurde|ist) "
    r"(?:maschinell|automatisch) übersetzt|"
    r"(?:cette page|cet article|ce (?:texte|document|contenu)) a été traduite? "
    r"(?:automatiquement|par une machine)|"
    r"(?:esta página|este (?:artículo|texto|documento|contenido)) (?:se )?ha (?:sido )?traducid[oa]"
    r"(?: de forma)? autom[áa]tica(?:mente)?|"
    r"(?:esta página|este (?:artigo|texto|documento|conteúdo)) foi traduzid[oa] automaticamente|"
    r"(?:questa pagina|quest(?:o|'|’) ?(?:articolo|testo|documento)) è stat[oa] tradott[oa] automaticamente|"
    r"(?:эта страница|этот текст|эта статья) (?:был[аи]? )?переведен[аоы]? (?:автоматически|машин)|"
    r"(?:この(?:記事|ページ|文書|翻訳|コンテンツ)は、?(?:機械翻訳|自動翻訳))|"
    r"本(?:文|页|頁|文章|页面|頁面)(?:由机器翻译|由機器翻譯|为机器翻译|為機器翻譯|是机器翻译)"
    r")",
    re.IGNORECASE,
)


def noticed(text: str) -> Iterator[Sign]:
    """Find a notice at the beginning or the end of a text.

    Args:
        text: The extracted text.

    Yields:
        At most one sign.
    """
    edges = (text,) if len(text) <= 2 * _EDGE else (text[:_EDGE], text[-_EDGE:])
    for edge in edges:
        if found := _NOTICES.search(edge):
            yield Sign(How.MACHINE, "notice", found[1])
            return
