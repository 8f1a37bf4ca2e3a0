"""reStructuredText to HTML with docutils alone, Sphinx's roles and directives read for their text."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from docutils.core import publish_parts  # type: ignore[import-untyped]
from docutils.parsers.rst import Directive, directives, roles  # type: ignore[import-untyped]
from docutils.statemachine import StringList  # type: ignore[import-untyped]

ROLES = """
    abbr any attr c:func c:macro class cls command commit conf_log conf_master conf_minion const cve
    data djadmin djadminopt doc download dudir duref dupage envvar exc file formconfval func
    guilabel issue kbd keyword lookup mailheader makevar manpage menuselection meth mimetype
    minion_ref mod newsgroup obj option paramref program py:attr py:class py:const py:data py:exc
    py:func py:meth py:mod ref regexp rfc rst:dir rst:directive rst:role setting sig sigref state
    std:doc std:ref stdtype strong tag template term tfilter ticket ticketref token ttag type
""".split()  # noqa: SIM905
CODE = (
    "code-block",
    "sourcecode",
    "testcode",
    "doctest",
    "testoutput",
    "parsed-code",
    "prompt",
    "jinja",
    "console",
)
NOTES = ("versionadded", "versionchanged", "deprecated", "seealso", "legacy")
DROPPED = """
    autoattribute autoclass autodata autoexception autofunction automethod automodule autosummary
    changelog changelog_imports codeauthor contents cssclass currentmodule default-domain digraph
    graphviz highlight highlightlang image figure include index inheritance-diagram literalinclude
    meta module only plot py:currentmodule py:module raw sectionauthor snippet tabularcolumns
    testcleanup testsetup toctree
""".split()  # noqa: SIM905
DESCRIBED = """
    attribute c:function c:macro c:type class classmethod cmdoption conf_log conf_master conf_minion
    confval data decorator describe directive django-admin django-admin-option envvar event
    exception fieldlookup function glossary method object option program property py:attribute
    py:class py:data py:exception py:function py:method role rst:directive rst:directive:option
    rst:role setting signal staticmethod tab templatefilter templatetag
""".split()  # noqa: SIM905
SETTINGS: dict[str, Any] = {
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 5,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "syntax_highlight": "none",
    "input_encoding": "unicode",
    "doctitle_xform": True,
    "initial_header_level": 2,
    "math_output": "LaTeX",
    "smart_quotes": False,
    "embed_stylesheet": False,
}


def inline(  # noqa: PLR0917
    name: str, rawtext: str, text: str, lineno: int, inliner: Any, **_: Any
) -> tuple[list[Any], list[Any]]:
    """Read a Sphinx cross reference as the words a reader would see."""
    shown = re.sub(r"\s*<[^<>]*>$", "", text.replace("\x00", ""), flags=re.S).lstrip("!")
    if shown.startswith("~"):
        shown = shown.rpartition(".")[2]
    plain = name.rpartition(":")[2] in {"ref", "doc", "term", "any", "ticket", "issue", "rfc", "abbr"}
    return [nodes.Text(shown) if plain else nodes.literal("", shown)], []


class Anything(Directive):  # type: ignore[misc]
    """A directive with any options at all."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = type(
        "AnyOption", (dict,), {"__getitem__": lambda _, __: str, "__contains__": lambda _, __: True}
    )()


class Code(Anything):
    """A code block in any language."""

    def run(self) -> list[Any]:
        """Give the content as a literal block."""
        text = "\n".join(self.content)
        return [nodes.literal_block(text, text)] if text else []


class Note(Anything):
    """A note; its argument opens the paragraph."""

    def run(self) -> list[Any]:
        """Give an aside with the parsed content."""
        aside = nodes.container(classes=[self.name])
        words = f"{self.name.capitalize()} {self.arguments[0]}" if self.arguments else self.name.capitalize()
        aside += nodes.paragraph("", words)
        self.state.nested_parse(self.content, self.content_offset, aside)
        return [aside]


class Described(Anything):
    """A described object; its signature is a line of code above the text."""

    def run(self) -> list[Any]:
        """Give the signature and the parsed content."""
        box = nodes.container(classes=["described"])
        if self.arguments:
            box += nodes.paragraph("", "", nodes.literal("", self.arguments[0]))
        self.state.nested_parse(StringList(self.content), self.content_offset, box)
        return [box]


class Dropped(Anything):
    """A directive with nothing to read."""

    def run(self) -> list[Any]:
        """Give nothing."""
        return []


def register() -> None:
    """Teach docutils the names; idempotent."""
    for name in ROLES:
        roles.register_local_role(name, inline)
    for names, directive in ((CODE, Code), (NOTES, Note), (DESCRIBED, Described), (DROPPED, Dropped)):
        for name in names:
            directives.register_directive(name, directive)


def to_html(text: str) -> tuple[str, str]:
    """Render reStructuredText.

    Args:
        text: The source of one document.

    Returns:
        Its title (empty when it has none) and the HTML below the title; what docutils cannot
        read is left out.
    """
    register()
    parts = publish_parts(text, writer="html5", settings_overrides=SETTINGS)
    body = re.sub(r'<aside class="system-message.*?</aside>', "", str(parts["body"]), flags=re.S)
    body = re.sub(
        r'<a href="#system-message-\d+"><span class="problematic"[^>]*>(.*?)</span></a>', r"\1", body
    )
    return re.sub(r"<[^>]+>", "", str(parts["title"])).strip(), body.strip()
