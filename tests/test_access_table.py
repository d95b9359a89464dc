"""Who looked, as the command line shows it: sentences in both languages, which a terminal of common width breaks between words only."""

from collections.abc import Sequence
from typing import get_args

import pytest
from rich.console import Console

from domain.model.errors import Language
from domain.model.roles import RIGHTS
from domain.store.accesses import ALL_KINDS, CALENDAR, CHANGES, FOLLOWING, NOBODY, REFUSALS, UNKNOWN, Action
from projections.export import tables, vocabulary
from projections.views import answers
from projections.views.accesses import KIND

PAIR = "relationship/petra-maaike"
LOOKERS = {*RIGHTS, FOLLOWING.role, NOBODY.role, UNKNOWN.role}


def entry(time: str, by: str, action: Action, place: str, kinds: Sequence[str] = ALL_KINDS, **more: str) -> answers.Access:
    role = "operator" if by.startswith("command-line/") else "administrator"
    told = {"on_behalf_of": None, "since": None, "upto": None, **more}
    return answers.Access(position="7", at=f"2026-01-31T{time}Z", by=by, role=role, action=action, place=place, kinds=list(kinds), **told)


ENTRIES = [
    entry("12:00:05", "command-line/somebody", "read", PAIR, [KIND]),
    entry("12:00:00", "token/reader", "told", PAIR, on_behalf_of="coordinator/k", since="3", upto="6"),
    entry("11:59:00", "token/reader", "follow", "organisation"),
    entry("11:58:00", "command-line/somebody", "export", "organisation", since="0", upto="449"),
]


def drawn(width: int, language: Language) -> str:
    console = Console(width=width, markup=False, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(tables.accesses(answers.Page(ENTRIES, ["7"] * len(ENTRIES), False), language))
    return captured.get()


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("width", [80, 100])
def test_in_a_terminal_of_common_width_no_word_of_who_looked_is_broken(width: int, language: Language) -> None:
    narrow, wide = (drawn(columns, language).replace("─", "").split() for columns in (width, 400))
    assert sorted(narrow) == sorted(wide)


def test_who_looked_is_told_in_sentences() -> None:
    said = [" ".join(line.split()) for line in drawn(400, "en").splitlines()[2:]]
    everything = "contact data, members, names, notes, voices"
    assert said == [
        "2026-01-31 12:00 command-line/somebody (operator) read relationship/petra-maaike: who looked",
        f"2026-01-31 12:00 token/reader (administrator) was told relationship/petra-maaike after position 3 up to 6: {everything}",
        "for coordinator/k",
        f"2026-01-31 11:59 token/reader (administrator) began to follow everything: {everything}",
        f"2026-01-31 11:58 command-line/somebody (operator) exported everything after position 0 up to 449: {everything}",
    ]
    dutch = "begon alles te volgen: contactgegevens, leden, namen, notities, stemmen"
    assert f"2026-01-31 11:59 token/reader (beheerder) {dutch}" in [" ".join(line.split()) for line in drawn(400, "nl").splitlines()]


def test_every_kind_of_content_every_way_of_looking_and_everybody_who_looks_has_words() -> None:
    assert set(tables.LOOKED_AT) == {*ALL_KINDS, CALENDAR, KIND, *CHANGES, *REFUSALS}
    assert set(tables.ACTIONS) == set(get_args(Action))
    assert set(vocabulary.ROLES) == LOOKERS
