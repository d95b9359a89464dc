"""What asks for a look can be put aside, each by itself and for a while, for all who are asked it: nothing is recorded by it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from attention_book import ALL, WHO, Book, agreed, busy, check_in, days_after, fixed, left_open, tension
from sent_lines import Clock, meeting, opened, record
from served import NOW, served_at
from servers import NamedPostgres, Postgres
from store_places import Databases, Place
from test_attention_served import OURS, THEIRS, tense
from test_attention_served import tension as felt
from test_attention_served import told as asked_of
from test_scopes import House, house
from turned_stores import SPANS

from domain.model.attention import AttentionKind
from domain.model.errors import Refused
from domain.model.roles import Reach, Role
from domain.store import backup
from domain.store.accesses import entries
from projections.views.attention_pages import attention_counts
from tussenruimte import Organisation

__all__ = ["house", "tense"]


@pytest.fixture
def book(place: Place, clock: Clock) -> Iterator[Book]:
    with closing(Organisation(opened(place, clock=clock))) as organisation:
        yield Book(organisation, clock)


def kinds(book: Book, at: str) -> list[str]:
    return sorted(one.kind for one in book.all(at))


def test_what_is_put_aside_asks_no_more_and_all_else_does(book: Book) -> None:
    book.begin(*busy(), tension("y", "2021-02-01", "b"), rhythm_days=7, **fixed("2021-03-01"))
    recorded = book.organisation.questions.recorded()
    book.aside("tension_stands", "2021-06-01", "x")
    assert book.asks("tension_stands", "2021-06-01") == [("2021-02-15", "y")]
    assert kinds(book, "2021-06-01") == ALL
    with book.organisation.questions.newest() as snapshot:
        assert {one.kind: one.contacts for one in attention_counts(snapshot)} == {kind.lower(): 1 for kind in ALL}
    book.aside("check_in_due", "2021-06-01", "c")
    assert kinds(book, "2021-06-01") == [kind for kind in ALL if kind != "CHECK_IN_DUE"]
    with book.organisation.questions.newest() as snapshot:
        assert "check_in_due" not in {one.kind for one in attention_counts(snapshot)}
    assert book.organisation.questions.recorded() == recorded, "it is no event"


@pytest.mark.parametrize(
    ("kind", "rests", "event", "asks", "days"),
    [
        ("check_in_due", [check_in("e", "2021-02-01")], "e", days_after("2021-02-01", 90), 90),
        ("check_in_due", [check_in("e", "2021-02-01", next_on="2021-03-01")], "e", "2021-03-01", 90),
        ("check_in_due", [], "", days_after("2021-01-01", 90), 90),
        ("long_silence", [meeting("e", "r", "2021-02-01")], "e", "2021-02-16", 14),
        ("tension_stands", [tension("e", "2021-02-01")], "e", "2021-02-15", 14),
        # An agreement has a day and no number: it asks again with a check-in.
        ("agreement_review", [agreed("e", "2021-02-01", review_on="2021-03-01")], "e", "2021-03-01", 90),
    ],
)
def test_what_is_put_aside_asks_again_when_it_would_ask_next_since_the_day_it_did(
    book: Book, kind: AttentionKind, rests: list[bytes], event: str, asks: str, days: int
) -> None:
    book.begin(*rests, rhythm_days=7)
    on = days_after(asks, 3)
    until = book.aside(kind, on, event)
    assert until == days_after(on, days)
    assert book.asks(kind, days_after(until, -1)) == []
    assert book.asks(kind, until) == [(asks, event or None)]


def test_the_day_of_that_is_of_what_an_organisation_set_when_it_was_put_aside(book: Book) -> None:
    book.begin(tension("x", "2021-02-01"))
    settings = book.organisation.settings
    settings.choose_preset("tension_stands", True, 30, WHO)
    assert book.aside("tension_stands", "2021-04-01", "x") == "2021-05-01"
    settings.choose_preset("tension_stands", True, 1, WHO)
    assert book.asks("tension_stands", "2021-04-30") == []
    assert book.asks("tension_stands", "2021-05-01") == [("2021-02-02", "x")], "until the day that was told, whatever is set since"


@pytest.mark.parametrize(
    ("kind", "first", "new", "anew"),
    [
        ("check_in_due", check_in("e1", "2021-02-01", next_on="2021-03-01"),
         check_in("e2", "2021-03-10", next_on="2021-04-01"), "2021-04-01"),
        ("long_silence", meeting("e1", "r", "2021-02-01"), meeting("e2", "r", "2021-03-10"), "2021-03-25"),
        ("agreement_review", agreed("e1", "2021-02-01", review_on="2021-03-01"),
         agreed("e2", "2021-03-10", replaces="g-e1", review_on="2021-04-01"), "2021-04-01"),
    ],
)  # fmt: skip
def test_what_rests_on_something_new_asks_by_its_own_day(book: Book, kind: AttentionKind, first: bytes, new: bytes, anew: str) -> None:
    book.begin(first, rhythm_days=7)
    book.aside(kind, "2021-03-08", "e1")
    book.record(new)
    assert book.asks(kind, days_after(anew, -1)) == []
    assert book.asks(kind, anew) == [(anew, "e2")]


def test_what_was_left_open_is_closed_and_not_put_aside_as_well(book: Book) -> None:
    book.begin(tension("x", "2021-02-01"), left_open("o", "2021-02-16", about="needs"))
    with pytest.raises(Refused) as refused:
        book.aside("tension_stands", "2021-02-17", "x")
    assert refused.value.refusal.rule == "aside_over"


def test_put_aside_twice_it_asks_again_from_the_later_day_and_taken_back_at_once(book: Book) -> None:
    book.begin(tension("x", "2021-02-01"))
    assert book.aside("tension_stands", "2021-03-01", "x") == "2021-03-15"
    assert book.aside("tension_stands", "2021-03-02", "x") == "2021-03-16"
    again = book.organisation.settings.ask_again
    assert [again("r", "tension_stands", "x", WHO) for _ in range(2)] == [True, False]
    assert book.asks("tension_stands", "2021-03-02") == [("2021-02-15", "x")]
    with book.organisation.store.reading() as connection:
        found = [(one.place, one.kinds) for one in entries(connection, None, None)]
    assert found == [("setting/aside", (what,)) for what in ("asked_again", "put_aside", "put_aside")]


@pytest.mark.parametrize(
    ("kind", "event", "at", "rule"),
    [
        ("term_lapsed", "r-match", "2021-06-01", "aside_term"),
        ("term_ends_soon", "r-match", "2021-02-20", "aside_term"),
        ("tension_stands", "x", "2021-02-14", "aside_over"),
        ("tension_stands", "", "2021-06-01", "aside_over"),
        ("check_in_due", "x", "2021-06-01", "aside_over"),
    ],
)
def test_a_term_and_what_does_not_ask_are_not_put_aside(book: Book, kind: AttentionKind, event: str, at: str, rule: str) -> None:
    book.begin(*busy(), rhythm_days=7, **fixed("2021-03-01"))
    with pytest.raises(Refused) as refused:
        book.aside(kind, at, event)
    assert refused.value.refusal.rule == rule


def test_a_restore_brings_what_is_put_aside(book: Book, clock: Clock, tmp_path: Path) -> None:
    book.begin(*busy())
    book.aside("tension_stands", "2021-06-01", "x")
    backup.save(book.organisation.store, tmp_path / "copy", lambda step, count: None)
    with closing(Organisation(opened(tmp_path / "other.db", clock=clock))) as organisation:
        backup.load(organisation.store, tmp_path / "copy", lambda step, count: None, SPANS)
        assert Book(organisation, clock).all("2021-06-01") == book.all("2021-06-01") != []


# Over GraphQL

ASIDE = 'mutation { putAside(relationship: "%s", kind: TENSION_STANDS, event: "tense-%s") }'
AGAIN = 'mutation { askAgain(relationship: "%s", kind: TENSION_STANDS, event: "tense-%s") }'


def test_what_one_coordinator_puts_aside_nobody_is_asked_and_another_may_take_back(tense: House) -> None:
    anna, program = tense.member("anna"), tense.program("coordinator")
    assert set(tense.ask(anna, ASIDE % ("ours", "ours"))["data"]) == {"putAside"}
    left = {("ours", "CHECK_IN_DUE")}
    assert asked_of(tense, anna) == left
    assert asked_of(tense, program) == left | THEIRS
    assert tense.ask(program, AGAIN % ("ours", "ours"))["data"] == {"askAgain": True}
    assert asked_of(tense, anna) == OURS
    assert tense.ask(anna, AGAIN % ("ours", "ours"))["data"] == {"askAgain": False}


def test_what_rests_on_no_event_is_put_aside_without_one(tense: House) -> None:
    anna = tense.member("anna")
    day = tense.ask(anna, 'mutation { putAside(relationship: "ours", kind: CHECK_IN_DUE) }')["data"]["putAside"]
    assert len(day) == len("2026-04-30")
    assert asked_of(tense, anna) == {("ours", "TENSION_STANDS")}


@pytest.mark.parametrize("change", [ASIDE, AGAIN])
def test_of_what_is_not_theirs_nothing_is_put_aside_nor_taken_back(tense: House, change: str) -> None:
    anna, bert = tense.member("anna"), tense.member("bert")
    tense.ask(bert, ASIDE % ("theirs", "theirs"))
    before = asked_of(tense, bert)
    refused = [tense.ask(anna, change % (id, id))["errors"][0] for id in ("theirs", "nowhere")]
    assert [one["extensions"]["code"] for one in refused] == ["NOT_FOUND"] * 2
    assert [one["message"] for one in refused] == [f"There is no relationship '{id}' here." for id in ("theirs", "nowhere")]
    assert asked_of(tense, bert) == before


@pytest.mark.parametrize("change", [ASIDE, AGAIN])
@pytest.mark.parametrize("role", ["auditor", "dashboard", "administrator"])
def test_who_is_asked_nothing_puts_nothing_aside(tense: House, role: Role, change: str) -> None:
    assert tense.code(tense.program(role), change % ("ours", "ours")) == "FORBIDDEN"
    opens = tense.organisation.tokens.made_for("auditor", 60, "grant", name="eva", reach=Reach(initiatives=("buddies",), opens=True))
    assert tense.code({"Authorization": f"Bearer {opens}"}, change % ("ours", "ours")) == "FORBIDDEN"
    assert asked_of(tense, tense.member("anna")) == OURS


def test_in_another_organisation_of_that_database_nothing_is_put_aside(postgres: Postgres | NamedPostgres) -> None:
    place = Databases(postgres, "aside")
    with (
        served_at(place.open(b"r" * 32, "buurtmaat", lambda: NOW)) as here,
        served_at(place.open(b"r" * 32, "elders", lambda: NOW)) as there,
    ):
        ours, theirs = House(here), House(there)
        for one in (ours, theirs):
            assert not record(one.organisation.store, [felt("tense-ours", "ours")]).refused
        anna = ours.member("anna")
        assert "errors" not in ours.ask(anna, ASIDE % ("ours", "ours"))
        assert asked_of(ours, anna) == {("ours", "CHECK_IN_DUE")}
        assert asked_of(theirs, theirs.member("anna")) == OURS
        for change in (ASIDE, AGAIN):
            assert theirs.code(anna, change % ("ours", "ours")) == "UNAUTHENTICATED"
        assert theirs.ask(theirs.member("anna"), AGAIN % ("ours", "ours"))["data"] == {"askAgain": False}
        assert asked_of(ours, anna) == {("ours", "CHECK_IN_DUE")}
