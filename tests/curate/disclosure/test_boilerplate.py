"""Chat leftovers, and the texts about them."""

import pytest

from headwater.curate.disclosure.boilerplate import leftovers
from tests.curate.disclosure.page import brief, html, measure

LEFTOVERS = [
    "As an AI language model, I cannot have opinions. Rivers flow to the sea.",
    "The river is long.\nI'm sorry, but as an AI language model, I don't have current data.",
    "Rain falls. As of my knowledge cutoff in September 2021, the dam was standing.",
    "A good text.\nRegenerate response\n",
    "Certainly! Here is a short article about rivers:\n\nRivers flow.",
    "Here's the revised version of your text:\n\nRivers flow.",
    "Rivers flow.\n\nI hope this helps! Let me know if you have any questions.",
    "Como modelo de lenguaje, no tengo opiniones. El río es largo.",
    "En tant que modèle de langage, je ne peux pas donner d'avis.",
    "Als KI-Sprachmodell kann ich keine Meinung haben.",
    "Как языковая модель, я не могу иметь мнения.",
    "作为一个人工智能语言模型，我无法发表意见。",
    "AI言語モデルとして、意見を持つことはできません。",
]

DISCUSSIONS = [
    'Students hand in essays with "As an AI language model, I cannot" still in them.',
    "Look for phrases such as: As an AI language model, I cannot have opinions.",
    "> As an AI language model, I cannot have opinions.\nThat was its answer.",
    "“As an AI language model, I cannot help,” it replied.",
    "ChatGPT is a chatbot by OpenAI.\nAs an AI language model, I cannot do that.\nSo said the LLM.",
    "The robot spoke like an AI. As an AI, it could not lie.",
    "Our model has a knowledge cutoff.",
    "I hope this helps!",
    "Let me know if you have any questions.",
    "Here is the news: rivers flow.",
    "Certainly the river is long. Here is where it ends.",
    "Sure, it rains.",
    "El modelo de lenguaje no tiene opiniones.",
    "Das Sprachmodell kann ich nicht empfehlen.",
    "语言模型是一种统计模型。",
]


@pytest.mark.parametrize("text", LEFTOVERS)
def test_leftovers_are_found(text: str) -> None:
    claims = measure(text, media_type="text/plain")
    assert brief(claims)[0] == ("chat-boilerplate", "ai-generated", "document", "asserted")


@pytest.mark.parametrize("text", DISCUSSIONS)
def test_texts_about_assistants_are_left_alone(text: str) -> None:
    assert list(leftovers(text)) == []


@pytest.mark.parametrize("tag", ["blockquote", "code", "q", "pre", "em"])
def test_quoting_elements_are_left_alone(tag: str) -> None:
    words = "As an AI language model, I cannot have opinions."
    assert measure(html(body=f"<p>It told me this.</p>\n<{tag}>{words}</{tag}>")) == []
    assert len(measure(html(body=f"<p>It rains.</p>\n<p>{words}</p>"))) == 1
