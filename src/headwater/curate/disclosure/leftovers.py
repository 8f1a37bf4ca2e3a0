"""The table of chat leftovers: what assistants say of themselves and to their users, by language."""

from __future__ import annotations

import re
from typing import Final

# How far from either end of a long text the rarer self-descriptions are looked for: the search for each
# costs time on every document, and that is where assistants put them.
EDGE_WINDOW: Final = 1500

_START: Final = r"(?:^|(?<=[.!?…:;。！？]\s)|(?<=[。！？]))[ \t]*"
_LEAD: Final = (
    r"(?:(?:I['’]m|I am|I apologi[sz]e|Sorry|Unfortunately|However|Please note|Note that|But|And|While)"
    r"[^.\n]{0,40}?[ ,])?"
)
_I_CANNOT: Final = (
    r"[Ii](?:['’]m| am| do(?:n['’]t| not)| can(?:['’]t|not|)| have(?:n['’]t| not|) "
    r"| lack| was| must| would| will| strive)"
)
_SORT: Final = r"(?:(?:language|text|chat)?(?:[- ]?based)? ?)"
_MAKER: Final = r"(?: (?:developed|created|trained) by \w+)?"
_ROLE: Final = r"(?:model|assistant|chatbot|system|program)"


def _table(*rows: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((needle, re.compile(pattern, re.MULTILINE)) for needle, pattern in rows)


def _first_person(phrase: str, *, lead: str = r"[^.\n]{0,40}", then: str) -> str:
    """Write the pattern of a sentence that starts with `phrase` and goes on in the first person."""
    return rf"{_START}{lead}{phrase}[^.\n]{{0,60}}?{then}"


# (a substring that must be there, the pattern): searched in the whole text.
ANYWHERE: Final = _table(
    ("s an AI", rf"{_START}{_LEAD}[Aa]s an AI(?: {_SORT}{_ROLE}{_MAKER})?, (?:[^.\n]{{0,30}}, )?{_I_CANNOT}"),
    (
        "nowledge cutoff",
        r"\b(?:[Aa]s of )?[Mm]y(?: last)? knowledge cutoff(?: date)?(?: (?:in|of|date|is|was)\b|,)",
    ),
    ("egenerate response", r"^[ \t]*Regenerate response[ \t]*$"),
)

# Searched at the two ends of the text.
EDGES: Final = _table(
    (
        "ast knowledge update",
        r"\b[Aa]s of my last (?:knowledge update|training(?: data)?(?: update)?) (?:in|on)\b",
    ),
    (
        "n artificial intelligence",
        rf"{_START}{_LEAD}[Aa]s an artificial intelligence[^.\n]{{0,40}}, {_I_CANNOT}",
    ),
    ("s an ai language", rf"{_START}{_LEAD}[Aa]s an ai language {_ROLE}, {_I_CANNOT}"),
    ("s a language model", rf"{_START}{_LEAD}[Aa]s a language model, {_I_CANNOT}"),
    ("m an AI language", rf"{_START}I(?:['’]m| am) an AI language {_ROLE}[^.\n]{{0,40}} {_I_CANNOT}"),
    ("modelo de lengua", _first_person(r"[Cc]omo (?:un )?modelo de lenguaje", then=r", (?:no|yo)\b")),
    ("modelo de linguagem", _first_person(r"[Cc]omo (?:um )?modelo de linguagem", then=r", (?:não|eu)\b")),
    ("modèle de langage", _first_person(r"[Ee]n tant que modèle de langage", then=r", je\b")),
    ("modèle linguistique", _first_person(r"[Ee]n tant que modèle linguistique", then=r", je\b")),
    (
        "Sprachmodell",
        _first_person(r"[Aa]ls (?:ein )?(?:[KA]I-)?Sprachmodell", then=r" (?:kann|habe|bin) ich\b"),
    ),
    ("aalmodel", _first_person(r"[Aa]ls (?:een )?(?:AI-)?taalmodel", then=r" (?:kan|heb|ben) ik\b")),
    ("modello linguistico", _first_person(r"[Cc]ome modello linguistico", then=r", (?:non|io)\b")),
    ("modello di linguaggio", _first_person(r"[Cc]ome modello di linguaggio", then=r", (?:non|io)\b")),
    ("model językowy", _first_person(r"[Jj]ako model językowy", then=r", nie\b")),
    ("model bahasa", _first_person(r"[Ss]ebagai (?:sebuah )?model bahasa", then=r", saya\b")),
    ("dil modeli olarak", _first_person(r"[Bb]ir (?:yapay zek[aâ] )?dil modeli olarak", then=r",")),
    ("языковая модель", _first_person(r"[Кк]ак (?:ИИ[- ])?языковая модель", then=r", я\b")),
    ("мовна модель", _first_person(r"[Яя]к мовна модель", then=r", я\b")),
    ("езиков модел", _first_person(r"[Кк]ато (?:AI )?езиков модел", then=r", (?:аз|не)\b")),
    (
        "语言模型",
        rf"{_START}[^。\n]{{0,20}}(?:作为|我是)(?:一[个名种])?(?:人工智能|AI|大型?)*语言模型，[我并]",
    ),
    (
        "語言模型",
        rf"{_START}[^。\n]{{0,20}}(?:作為|我是)(?:一[個名種])?(?:人工智慧|AI|大型?)*語言模型，[我並]",
    ),
    (
        "言語モデル",
        rf"{_START}[^。\n]{{0,20}}(?:AI|人工知能|大規模)の?言語モデル(?:として、|であり、|なので、)",
    ),
    ("언어 모델", rf"{_START}[^.\n]{{0,20}}(?:AI|인공지능|대규모) ?언어 모델(?:로서|이므로|이기 때문에)"),
    ("نموذج لغ", rf"{_START}(?:ك|بصفتي )نموذج لغ(?:ة|وي)[^.\n]{{0,60}}(?:لا |أنا )"),
    ("भाषा मॉडल", rf"{_START}एक (?:एआई|AI|कृत्रिम बुद्धिमत्ता) भाषा मॉडल के रूप में"),
)

_TASK: Final = (
    r"(?:abstract|article|chapter|email|essay|list|paragraph|poem|response|review|scene|script|"
    r"story|summary|text|translation|version)"
)
_REDONE: Final = r"(?:revised|rewritten|expanded|polished|improved|edited|rephrased|paraphrased)"

_SURE: Final = r"^(?:Certainly|Sure|Sure thing|Of course|Absolutely)[!,]"

# (words of the first lines, the pattern of a line): an assistant taking up its task.
OPENINGS: Final = _table(
    ("Certainly", rf"{_SURE} [Hh]ere(?:['’]s| is| are)\b[^\n]{{0,120}}?[:.\n]"),
    ("Sure", rf"{_SURE} (?:[Hh]ere(?:['’]s| is| are)|[Bb]elow (?:is|are))\b[^\n]{{0,120}}?[:.\n]"),
    ("Of course", rf"{_SURE} [Hh]ere(?:['’]s| is| are)\b[^\n]{{0,120}}?[:.\n]"),
    ("Absolutely", rf"{_SURE} [Hh]ere(?:['’]s| is| are)\b[^\n]{{0,120}}?[:.\n]"),
    ("Okay, here", rf"^Okay, here(?:['’]s| is) (?:a|an|the|my)\b[^\n]{{0,60}}?\b{_TASK}\b"),
    ("Here", rf"^Here(?:['’]s| is) (?:the|a|your) {_REDONE} {_TASK}\b[^\n:]{{0,80}}:"),
    ("Here", rf"^Here is an? \w+[ -](?:sentence|word) {_TASK} (?:for|of|based on) the\b[^\n:]{{0,80}}:"),
    ("¡", r"^¡(?:Claro|Por supuesto)! Aquí (?:tienes|está)\b"),
    ("Bien sûr", r"^Bien sûr ?! Voici\b"),
    ("Natürlich", r"^Natürlich! Hier (?:ist|sind)\b"),
    ("Gerne", r"^Gerne! Hier (?:ist|sind)\b"),
    ("Claro", r"^Claro! Aqui (?:está|estão)\b"),
    ("Certo", r"^Certo! Ecco\b"),
    ("Конечно", r"^Конечно! Вот\b"),
    ("当然", r"^当然(?:可以)?！(?:以下是|这是|下面是)"),
)

_KNOW: Final = r"(?:Please )?[Ll]et me know if you"

# (words of the last lines, the pattern of a line): an assistant taking leave.
CLOSINGS: Final = _table(
    (
        "hope this helps!",
        rf"I hope this helps! {_KNOW} (?:have any|need|would like)[^\n]{{0,120}}[.!][ \t]*$",
    ),
    ("et me know if you", rf"{_KNOW}(?: would|['’]d) like (?:me to|any)(?: \w+){{1,12}}[.!][ \t]*$"),
    ("s there anything else", r"Is there anything else (?:I can help|you['’ ]\w+ like)[^\n]{0,60}\?[ \t]*$"),
    (
        "ould you like me to",
        (
            r"Would you like me to (?:continue|adjust|expand|revise|modify|add|write|provide)"
            r"[^\n]{0,120}\?[ \t]*$"
        ),
    ),
)

# Words of texts about assistants: a document with several is discussing leftovers, not leaving any.
ABOUT_AI: Final = re.compile(
    r"ChatGPT|GPT-\d|OpenAI|Anthropic|\bLLMs?\b|[Ll]arge [Ll]anguage [Mm]odel|[Gg]enerative AI|"
    r"[Cc]hatbots?\b|[Mm]achine[- ]generated text|prompt engineering|[Jj]ailbreak"
)
