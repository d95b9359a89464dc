"""Whatever can be recorded says what it means, and nothing else does."""

import typing
from typing import Any

import msgspec
import pytest

from domain.model import events, words
from domain.model.catalogue import KINDS
from domain.model.envelope import Envelope
from domain.model.meanings import ENVELOPE, EVENTS, NOTES, PARTS
from domain.model.word_meanings import WORDS

STRUCTS: dict[str, Any] = {kind.name: (kind.data, *EVENTS.get(kind.name, ("", {}))) for kind in KINDS}
STRUCTS |= {part.__name__: (part, *PARTS.get(part.__name__, ("", {}))) for part in events.Part.__subclasses__() if part is not events.Data}
LISTS = {name: typing.get_args(held) for name, held in vars(words).items() if typing.get_origin(held) is typing.Literal}


def is_a_sentence(text: str) -> bool:
    return text[0].isupper() and text.endswith(".")


@pytest.mark.parametrize("name", STRUCTS)
def test_an_event_or_part_and_each_of_its_fields_says_what_it_means(name: str) -> None:
    struct, text, fields = STRUCTS[name]
    stated = {field.encode_name for field in msgspec.structs.fields(struct)} - {"notes"}
    assert fields.keys() == stated
    assert all(map(is_a_sentence, [text, *fields.values()]))


def test_nothing_is_explained_that_cannot_be_recorded() -> None:
    assert EVENTS.keys() | PARTS.keys() == STRUCTS.keys()
    assert is_a_sentence(NOTES)


def test_each_attribute_of_the_envelope_says_what_it_means() -> None:
    assert ENVELOPE.keys() == set(Envelope.__struct_fields__)
    assert all(map(is_a_sentence, ENVELOPE.values()))


@pytest.mark.parametrize("name", LISTS)
def test_each_word_of_a_closed_list_says_what_it_means(name: str) -> None:
    text, meanings = WORDS[name]
    assert tuple(meanings) == LISTS[name]
    assert all(map(is_a_sentence, [text, *meanings.values()]))


def test_a_closed_list_is_known_by_its_words() -> None:
    assert WORDS.keys() == LISTS.keys()
    assert len(set(LISTS.values())) == len(LISTS)
