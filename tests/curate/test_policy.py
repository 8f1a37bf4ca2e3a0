"""Policies: every value survives TOML, and nothing but `ConfigError` comes of a wrong one."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.policy import ACTIONS, Policy, encode, parse
from headwater.errors import ConfigError

SWITCHES = [field.name for field in fields(Policy) if getattr(Policy(), field.name) in ACTIONS]
ENCODABLE = st.characters(exclude_categories=["Cs"])


def policies() -> st.SearchStrategy[Policy]:
    """Give any policy that TOML can say."""
    return st.builds(
        Policy,
        name=st.text(ENCODABLE, min_size=1),
        **{name: st.sampled_from(ACTIONS) for name in SWITCHES},
        near_likeness=st.floats(0.8, 1.0),
        error_status=st.integers(100, 600),
        min_words=st.integers(0, 10**12),
        languages=st.lists(st.from_regex("[a-z]{2,3}", fullmatch=True)).map(tuple),
    )


@given(policies())
def test_a_policy_survives_toml(policy: Policy) -> None:
    assert parse(encode(policy)) == policy


def test_the_default_policy_is_the_empty_file() -> None:
    assert parse("") == Policy()
    assert parse(encode(Policy())) == Policy()


def test_what_is_left_out_keeps_its_default() -> None:
    policy = parse('name = "mine-1"\nduplicate_near = "quarantine"\nlanguages = ["en"]\nmin_words = 3\n')

    assert policy == Policy(name="mine-1", duplicate_near="quarantine", languages=("en",), min_words=3)


def test_a_policy_that_changes_something_has_a_name() -> None:
    with pytest.raises(ConfigError, match="has no name") as caught:
        parse("min_words = 3")

    assert 'name = "mine-1"' in caught.value.hint


@pytest.mark.parametrize(
    ("key", "near"),
    [("ai_generatd", "ai_generated"), ("min_word", "min_words"), ("language", "languages"), ("naem", "name")],
)
def test_an_unknown_key_names_the_nearest(key: str, near: str) -> None:
    with pytest.raises(ConfigError, match=f"unknown policy key '{key}'") as caught:
        parse(f'name = "a"\n{key} = "exclude"')

    assert caught.value.hint == f"did you mean '{near}'?"


def test_an_unknown_key_near_nothing_is_still_named() -> None:
    with pytest.raises(ConfigError, match="unknown policy key 'zzz'"):
        parse('zzz = "exclude"')


@pytest.mark.parametrize(
    "line",
    [
        'ai_generated = "drop"',
        'ai_generated = "Exclude"',
        "ai_generated = true",
        'ai_generated = ["exclude"]',
        "ai_generated = 2020-01-01",
        "ai_generated.b = 1",
        "min_words = -1",
        "min_words = 1.5",
        "min_words = true",
        'min_words = "3"',
        "min_words = nan",
        'languages = "en"',
        "languages = [1]",
        'languages = ["english"]',
        'languages = ["EN"]',
        "name = 3",
        'name = ""',
    ],
)
def test_a_wrong_value_is_refused_with_what_is_taken(line: str) -> None:
    with pytest.raises(ConfigError, match="policy key") as caught:
        parse(f'name = "a"\n{line}' if not line.startswith("name") else line)

    assert caught.value.hint.startswith("it takes ")


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_switch_takes_every_action(switch: str, action: str) -> None:
    assert getattr(parse(f'name = "a"\n{switch} = "{action}"'), switch) == action


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        'name = "a"\nname = "b"',
        "= 1",
        "\x00",
        "name = 'a\x1f'",
        '"' * 7,
        "[[[[",
        "name = " + "[" * 5_000,
        "when = 2020-13-45",
        'name = "\\ud800"',
        "[name]\nx = 1",
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text)


@pytest.mark.parametrize("value", ["1" * 5_000, "0x" + "f" * 5_000])
def test_a_number_too_long_to_print_is_refused(value: str) -> None:
    # Python refuses to turn more than 4,300 digits into a number, or back, with a plain ValueError.
    with pytest.raises(ConfigError):
        encode(parse(f'name = "a"\nmin_words = {value}'))
    with pytest.raises(ConfigError):
        parse(f"name = {value}")


def test_a_table_nested_too_deep_to_print_is_refused() -> None:
    with pytest.raises(ConfigError):
        parse("name." + "a." * 5_000 + "b = 1")


@given(st.text())
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    expect_policy_or_refusal(text)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*SWITCHES, "name", "min_words", "languages", "x", '"a b"', "name.b"]),
            st.sampled_from(
                [
                    '"exclude"',
                    '"mine"',
                    "1",
                    "-0",
                    "1e9",
                    "inf",
                    "true",
                    "[]",
                    '["a"]',
                    "{}",
                    "[[1]]",
                    "1979-05-27",
                ]
            ),
        ),
        max_size=5,
    ),
)
def test_any_table_is_a_policy_or_refused(lines: list[tuple[str, str]]) -> None:
    expect_policy_or_refusal("\n".join(f"{key} = {value}" for key, value in lines))


def expect_policy_or_refusal(text: str) -> None:
    """Parse any text; a policy must survive TOML, and what is none is a `ConfigError`."""
    try:
        policy = parse(text)
    except ConfigError:
        return
    assert parse(encode(policy)) == policy
