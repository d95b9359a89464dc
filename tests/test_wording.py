"""Every event can be said, in both languages alike, and what cannot be opened is said to be so."""

import re
from typing import get_args

import pytest

from api.web_pages import HERE
from domain.model import words
from domain.model.attention import ATTENTION_KINDS
from domain.model.catalogue import KINDS
from projections.export.vocabulary import ASKS, DUTCH, PLACES, TAKEN, WHO, where, who, word
from projections.export.wording import SENTENCES, sentence, told
from projections.views.answers import RecordedEvent

FIELD = re.compile(r"{(\w+)}|\[(\w+)\?")
SAID = (
    words.TermKind, words.AskedBy, words.Mood, words.Notice, words.HelpKind, words.MomentKind, words.Expected, words.Continuation,
    words.AgreementKind, words.PromptedBy, words.OpenAbout, words.Named, words.SurpriseAbout, words.TensionKind, words.EasedHow,
    words.AskedAbout, words.RoomInstrument, words.RoomWay, words.EndMode,
)  # fmt: skip
ALIKE = {"open", "setting"}
"""Words that Dutch has too."""


def recorded(kind: str, data: dict[str, object], **more: str) -> RecordedEvent:
    empty = dict.fromkeys(RecordedEvent.__struct_fields__)
    return RecordedEvent(**{**empty, "type": kind, "data": data, **more})  # type: ignore[arg-type]


def test_every_event_of_a_relationship_has_a_sentence() -> None:
    assert {kind.name for kind in KINDS if "relationship" in kind.streams} == set(SENTENCES)


@pytest.mark.parametrize("kind", SENTENCES)
def test_both_languages_say_the_same_fields(kind: str) -> None:
    english, dutch = SENTENCES[kind]
    assert sorted(FIELD.findall(english)) == sorted(FIELD.findall(dutch))


def test_every_word_of_a_closed_list_has_its_dutch() -> None:
    assert {said for words_of in SAID for said in get_args(words_of)} - ALIKE <= set(DUTCH)
    assert set(PLACES) == {"home", "public", "centre", "outdoors", "phone", "online", "message", "other"}
    assert set(WHO) == words.NO_HANDLES
    assert set(ASKS) == {kind.upper() for kind in ATTENTION_KINDS}


def test_a_word_keeps_its_meaning_and_a_handle_its_spelling() -> None:
    assert (word("LEFT_OPEN", "en"), word("LEFT_OPEN", "nl")) == ("left open", "opengelaten")
    assert (who("m_3", "en"), who("coordinator", "nl"), who("role/host", "nl")) == ("m_3", "de coördinator", "wie gastheer of gastvrouw is")
    assert where("home:b", "en") == "at the home of b"


def test_a_member_can_be_called_by_something_else_than_the_handle_wherever_one_stands() -> None:
    given = {
        "present": ["a", "b"],
        "place": "home:b",
        "help": [{"giver": "a", "receiver": "group", "kind": "practical"}],
        "shared": [{"by": "b"}],
    }
    said = told(recorded("meeting_held", given, told_by="a"), "en", {"a": "Petra", "b": "Maaike"}.__getitem__)
    met = "met: Petra and Maaike · at the home of Maaike · help Petra → the group (practical)"
    assert said == f"{met} · something personal told by Maaike (told by Petra)"
    matched = {"members": [{"handle": "a", "roles": ["volunteer"]}, {"handle": "b", "roles": []}]}
    assert told(recorded("match_made", matched), "nl", "{{{}}}".format) == "gekoppeld: {a} (vrijwilliger) en {b}"


def test_what_an_event_does_not_hold_is_not_said() -> None:
    assert sentence("meeting_held", {"present": ["a", "b"]}, None, "en") == "met: a and b"
    assert sentence("meeting_held", {"present": [], "others": 7}, None, "nl") == "ontmoeting met 7 anderen"
    assert sentence("role_taken", {"handle": "a", "role": "driver", "formal": False}, None, "en") == "a took the role driver"


def test_one_is_said_as_one_and_a_number_as_the_language_writes_it() -> None:
    for language, one, more in (("en", "with 1 other", "with 2 others"), ("nl", "met 1 ander", "met 2 anderen")):
        assert sentence("meeting_held", {"others": 1}, None, language).endswith(one)  # type: ignore[arg-type]
        assert sentence("meeting_held", {"others": 2}, None, language).endswith(more)  # type: ignore[arg-type]
    for language, one, more in (("en", "every day", "every 14 days"), ("nl", "elke dag", "elke 14 dagen")):
        assert sentence("rhythm_changed", {"rhythm_days": 1}, None, language).endswith(one)  # type: ignore[arg-type]
        assert sentence("rhythm_changed", {"rhythm_days": 14}, None, language).endswith(more)  # type: ignore[arg-type]
    assert sentence("account_given", {"help": 0.4}, "a", "en") == "account of a · help 0.4"
    assert sentence("account_given", {"help": 0.4}, "a", "nl") == "verhaal van a · hulp 0,4"


def test_a_day_in_a_sentence_is_said_as_people_say_it() -> None:
    for language, said in (("en", "1 March 2021"), ("nl", "1 maart 2021")):
        assert sentence("term_extended", {"until": "2021-03-01"}, None, language).endswith(said)  # type: ignore[arg-type]
        held = {"with": ["a"], "asked_about": "status", "next_on": "2021-03-01"}
        assert sentence("check_in_held", held, None, language).endswith(said)  # type: ignore[arg-type]
        matched = {"members": [], "term": {"kind": "fixed", "until": "2021-03-01"}}
        assert sentence("match_made", matched, None, language).endswith(said)  # type: ignore[arg-type]


def test_a_role_that_everybody_has_is_said_in_dutch_as_the_web_app_says_it_and_one_of_an_initiative_as_it_is_written() -> None:
    written = (HERE / "words" / "record.js").read_text()
    assert dict(re.findall(r'"record\.role\.(\w+)": \["([^"]+)"', written)) == TAKEN
    taken = {"handle": "a", "role": "help_seeker"}
    assert sentence("role_taken", taken, None, "en") == "a took the role help seeker"
    assert sentence("role_taken", taken, None, "nl") == "a nam de rol hulpvrager"
    assert sentence("role_taken", {"handle": "a", "role": "walking_mate"}, None, "nl") == "a nam de rol walking mate"


def test_a_text_that_would_steer_the_terminal_does_not() -> None:
    assert "\x1b" not in sentence("meeting_held", {"present": [], "activity": "\x1b[2Jchess"}, None, "en")


def test_texts_of_notes_are_never_said() -> None:
    said = told(recorded("member_left", {"handle": "a", "notes": [{"about": ["a"], "text": "was ill"}]}), "en")
    assert said == "a left ✎ 1"


@pytest.mark.parametrize(
    ("sign", "said"),
    [
        ({"erased": "2026-01-31"}, "account of a [erased on 2026-01-31]"),
        ({"sealed": True}, "account of a [sealed: not to be opened here]"),
        ({"damaged": True}, "account of a [damaged: no longer to be read]"),
    ],
)
def test_what_cannot_be_opened_says_why(sign: dict[str, object], said: str) -> None:
    assert told(recorded("account_given", {"voice": sign}, perspective="a"), "en") == said


def test_what_was_corrected_says_so_and_is_told_as_it_holds_now() -> None:
    event = recorded("help_given", {"giver": "a", "receiver": "b", "kind": "company"})
    assert told(recorded("help_given", event.data, retracted_by="x"), "en") == "a helped b: company (retracted)"
    amended = {"giver": "b", "receiver": "a", "kind": "company"}
    assert told(recorded("help_given", event.data, amended_by="x", amended=amended), "nl") == "b hielp a: gezelschap (gewijzigd)"  # type: ignore[arg-type]
