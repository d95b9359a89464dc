"""Every rule as a sentence: in both languages, with the same values, told somewhere, and never with a value left out."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import click
import pytest

from domain.model.envelope import read
from domain.model.errors import Refusal, Refused
from domain.model.rules import RULES
from tussenruimte import cli

ROOT = Path(__file__).parent.parent.parent
TEXTS = {"rules.py", "date_rules.py", "service_rules.py", "audit_rules.py", "role_rules.py", "entry_rules.py"}
CODE = [
    path
    for path in [
        *ROOT.glob("*.py"),
        *(path for part in ("domain", "projections", "api", "workers") for path in (ROOT / part).rglob("*.py")),
    ]
    if path.name not in TEXTS
]


def verbs(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        yield before + name
        if isinstance(command, click.Group):
            yield from verbs(command, f"{before}{name} ")


VERBS = set(verbs(cli))
TELLING = ("bad", "broken", "missing", "too_costly")


def values(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def told() -> Iterator[tuple[str, str, set[str] | None]]:
    """Where a rule is told by its key: the place, the key, and the names of the values given (None where that cannot be read)."""
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(rule)), *_], keywords=given) if name in TELLING:
                    names = None if any(word.arg is None for word in given) else {word.arg for word in given if word.arg}
                    yield f"{path.name}:{node.lineno}", rule, names
                case ast.Call(func=ast.Name(id="Refusal"), args=[ast.Constant(), ast.Constant(value=str(rule)), *rest]):
                    keys = rest[1].keys if len(rest) > 1 and isinstance(rest[1], ast.Dict) else []
                    yield f"{path.name}:{node.lineno}", rule, {str(key.value) for key in keys if isinstance(key, ast.Constant)}


TOLD = list(told())


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_sentence_in_english_and_another_in_dutch(rule: str) -> None:
    english, dutch = RULES[rule]
    assert english != dutch
    for sentence in (english, dutch):
        assert re.fullmatch(r"['`{A-Z].*[.}]", sentence, re.S)
        assert "  " not in sentence
        assert len(sentence.split()) >= 4


@pytest.mark.parametrize("rule", RULES)
def test_both_sentences_of_a_rule_take_the_same_values(rule: str) -> None:
    english, dutch = RULES[rule]
    assert values(english) == values(dutch)


@pytest.mark.parametrize("rule", RULES)
def test_both_sentences_name_the_same_fields_of_the_catalogue(rule: str) -> None:
    english, dutch = (re.findall(r"`([^`{}<>]+)`", sentence) for sentence in RULES[rule])
    assert english == dutch


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_names_a_verb_says_too_what_to_do_over_http(rule: str) -> None:
    """Who asks over HTTP has no command line."""
    for sentence in RULES[rule]:
        named = re.findall(r"`([^`]+)`", sentence)
        if any(text.startswith("tussenruimte ") or text in VERBS or " --" in text for text in named):
            assert "over HTTP" in sentence


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_told_by_some_code(rule: str) -> None:
    assert [path.name for path in CODE if f'"{rule}"' in path.read_text()]


def test_what_code_tells_is_a_rule() -> None:
    assert [place for place, rule, _ in TOLD if rule not in RULES] == []
    assert len(TOLD) > 50


def test_who_tells_a_rule_gives_the_values_of_its_sentence() -> None:
    assert [(place, rule) for place, rule, names in TOLD if names is not None and names != values(RULES[rule][0])] == []


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("rule", RULES)
def test_a_refusal_is_told_in_words(rule: str, language: str) -> None:
    refusal = Refusal("RULE_BROKEN", rule, None, dict.fromkeys(values(RULES[rule][0]), "X{0}X"))
    text = refusal.text("nl" if language == "nl" else "en")
    assert "{" not in text.replace("X{0}X", "")


def test_a_long_value_is_told_in_short_and_what_cannot_be_printed_is_marked() -> None:
    text = Refusal("BAD_INPUT", "unknown_type", "type", {"value": "\x00\u202e" + "x" * 5_000}).text()
    assert len(text) < 400
    assert "\x00" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("data", "english", "dutch"),
    [
        ({"present": 1}, "This must be a list, and is a whole number.", "Dit moet een lijst zijn, en is een geheel getal."),
        ({"activity": "x" * 41}, "This must be a text of at most 40 characters.", "Dit moet een tekst van hoogstens 40 tekens zijn."),
        ({"activity": ""}, "This must be a text of at least 1 characters.", "Dit moet een tekst van minstens 1 tekens zijn."),
        ({"minutes": -1}, "This must be a number >= 0 and <= 1e+09.", "Dit moet een getal >= 0 en <= 1e+09 zijn."),
    ],
)
def test_what_the_form_must_be_is_said_in_the_readers_language(data: dict[str, object], english: str, dutch: str) -> None:
    line = {"specversion": "1.0", "id": "m", "source": "urn:test", "type": "tussenruimte.meeting_held.v1", "subject": "relationship/r"}
    with pytest.raises(Refused) as refused:
        read(json.dumps({**line, "occurred": "2021-01-01", "data": {"present": [], **data}}).encode())
    assert (refused.value.refusal.text("en"), refused.value.refusal.text("nl")) == (english, dutch)
