"""What ends that something asks for a look: an end, what is left open, another preset; and what is shown of it, page by page."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from attention_book import ALL, WHO, Book, agreed, busy, check_in, days_after, event, fixed, left_open, tension
from sent_lines import NOON, Clock, ended, match, meeting, opened, person
from store_faults import view_rows
from store_places import Place

from projections.views.attention_pages import AttentionFilter
from tussenruimte import Organisation


@pytest.fixture
def book(place: Place, clock: Clock) -> Iterator[Book]:
    with closing(Organisation(opened(place, clock=clock))) as organisation:
        yield Book(organisation, clock)


# What is over


def test_what_has_ended_asks_nothing_and_what_was_resumed_counts_anew(book: Book) -> None:
    book.begin(*busy(), rhythm_days=7, **fixed("2021-03-01"))
    assert sorted(one.kind for one in book.all("2021-06-01")) == ALL
    book.record(ended("r", "2021-05-01"))
    assert book.all("2021-06-01") == []
    book.record(event("again", "relationship_resumed", "2021-08-01", {}))
    found = [(one.kind, one.since, one.event) for one in book.all("2021-12-01")]
    assert found == [("LONG_SILENCE", days_after("2021-08-01", 15), None), ("CHECK_IN_DUE", days_after("2021-08-01", 90), None)]


# What is left open


@pytest.mark.parametrize("about", ["continuation", "needs", "nature"])
@pytest.mark.parametrize(
    ("holder", "data", "closes"),
    [
        ("coordinator", {}, True),
        ("a", {"by": ["b", "coordinator"]}, True),
        ("a", {"by": ["a"]}, False),
        ("group", {"by": ["group"]}, False),
        ("a", {}, False),
    ],
)
def test_of_what_a_coordinator_leaves_open_a_term_asks_no_more_or_else_all_but_a_term(
    book: Book, about: str, holder: str, data: dict[str, Any], closes: bool
) -> None:
    book.begin(*busy(), left_open("o", "2021-05-01", holder, about=about, **data), rhythm_days=7, **fixed("2021-03-01"))
    asks = [kind for kind in ALL if (kind == "TERM_LAPSED") != (about == "continuation")]
    assert sorted(one.kind for one in book.all("2021-05-01")) == (asks if closes else ALL)


def test_what_is_left_open_closes_what_asked_by_then_and_nothing_that_asks_later(book: Book) -> None:
    book.begin(tension("x", "2021-02-01"), left_open("o", "2021-02-14", about="needs"))
    assert book.asks("tension_stands", "2021-02-15") == [("2021-02-15", "x")], "a day too early"
    book.record(left_open("o2", "2021-02-15", about="needs"), tension("y", "2021-02-15"))
    assert book.asks("tension_stands", "2021-02-28") == []
    assert book.begins("tension_stands", "2021-03-01", "y")


@pytest.mark.parametrize(
    ("kind", "first", "asks", "new", "anew"),
    [
        ("check_in_due", check_in("e1", "2021-02-01", next_on="2021-03-01"), "2021-03-01",
         check_in("e2", "2021-03-10", next_on="2021-04-01"), "2021-04-01"),
        ("long_silence", meeting("e1", "r", "2021-02-01"), "2021-02-16", meeting("e2", "r", "2021-03-10"), "2021-03-25"),
        ("agreement_review", agreed("e1", "2021-02-01", review_on="2021-03-01"), "2021-03-01",
         agreed("e2", "2021-03-10", review_on="2021-04-01"), "2021-04-01"),
    ],
)  # fmt: skip
def test_something_new_asks_again(book: Book, kind: str, first: bytes, asks: str, new: bytes, anew: str) -> None:
    book.begin(first, rhythm_days=7)
    assert book.asks(kind, asks) == [(asks, "e1")]
    book.record(left_open("o", asks, about="needs"))
    assert book.asks(kind, "2021-03-09") == []
    book.record(new)
    assert book.asks(kind, "2021-06-01") == [(anew, "e2")]


def test_a_term_left_open_before_it_lapsed_asks_again_when_it_does(book: Book) -> None:
    book.begin(left_open("o", "2021-05-10"), **fixed("2021-06-01"))
    assert book.asks("term_ends_soon", "2021-05-20") == []
    assert book.asks("term_lapsed", "2021-06-01") == [("2021-06-01", "r-match")]


def test_a_term_left_open_after_it_lapsed_asks_again_once_it_was_extended(book: Book) -> None:
    book.begin(left_open("o", "2021-06-02"), event("x", "term_extended", "2021-06-10", {"until": "2021-06-20"}), **fixed("2021-06-01"))
    assert book.asks("term_ends_soon", "2021-06-10") == [("2021-06-10", "x")]


def test_what_was_left_open_by_mistake_asks_again(book: Book) -> None:
    book.begin(tension("x", "2021-02-01"), left_open("o", "2021-02-20", about="needs"))
    assert book.asks("tension_stands", "2021-03-01") == []
    book.record(event("k", "event_retracted", "2021-02-21", {"event": "o"}))
    assert book.asks("tension_stands", "2021-03-01") == [("2021-02-15", "x")]


def test_what_was_left_open_in_words_that_were_erased_closes_nothing(book: Book) -> None:
    book.begin(tension("x", "2021-02-01", "b"), left_open("o", "2021-02-20", "a", about="needs", by=["coordinator"]))
    assert book.asks("tension_stands", "2021-03-01") == []
    book.clock.now = NOON
    book.organisation.erasing.erase("r-anna")
    assert book.asks("tension_stands", "2021-03-01") == [("2021-02-15", "x")]


# What an organisation set, and when its days begin


def test_what_is_switched_off_does_not_ask_and_another_number_is_another_day(book: Book) -> None:
    book.begin(*busy(), rhythm_days=7, **fixed("2021-06-01"))
    settings = book.organisation.settings
    settings.choose_preset("tension_stands", True, 30, WHO)
    assert book.begins("tension_stands", days_after("2021-02-01", 30), "x")
    settings.choose_preset("long_silence", True, 3, WHO)
    assert book.begins("long_silence", days_after("2021-02-01", 22), "m")
    settings.choose_preset("term_ends_soon", True, 7, WHO)
    assert book.begins("term_ends_soon", days_after("2021-06-01", -7), "r-match")
    for kind in ("tension_stands", "long_silence", "term_ends_soon", "check_in_due", "agreement_review"):
        settings.choose_preset(kind, False, None, WHO)  # type: ignore[arg-type]
    assert book.all("2021-05-31") == []


@pytest.mark.parametrize(
    ("zone", "at", "asks"),
    [
        ("Europe/Amsterdam", "2021-05-31T21:59:00Z", False),
        ("Europe/Amsterdam", "2021-05-31T22:00:00Z", True),
        ("America/Curacao", "2021-06-01T03:59:00Z", False),
        ("America/Curacao", "2021-06-01T04:00:00Z", True),
        ("Pacific/Kiritimati", "2021-05-31T10:00:00Z", True),
    ],
)
def test_today_is_the_day_where_the_organisation_is(book: Book, zone: str, at: str, asks: bool) -> None:
    book.begin(**fixed("2021-06-01"))
    book.organisation.settings.choose_time_zone(zone, WHO)
    assert bool(book.asks("term_lapsed", at)) is asks


@pytest.mark.parametrize(
    ("occurred", "more"),
    [
        ("2021-02-02T00:30:00+01:00", {}),
        ("2021-02-02", {"time": "2021-02-02T00:30:00+01:00"}),
        ("2021-02", {"time": "2021-02-02T22:30:00-04:00"}),
        ("2021-02-02", {}),
    ],
)
def test_what_happened_counts_from_the_day_on_which_it_was_told_to(book: Book, occurred: str, more: dict[str, str]) -> None:
    book.begin(event("m", "meeting_held", occurred, {"present": ["a", "b"]}, **more), rhythm_days=7)
    assert book.begins("long_silence", days_after("2021-02-02", 15), "m")


# Pages, and views read anew


def test_what_asks_comes_by_the_day_then_by_relationship_and_no_page_leaves_any_out(book: Book) -> None:
    book.begin(*busy(), rhythm_days=7, **fixed("2021-03-01"))
    book.record(*person("q-anna"), *person("q-bram"), match("q", "q-anna", "q-bram", **fixed("2021-03-01")))
    whole = book.all("2021-06-01")
    told = [(one.since, one.relationship, one.kind) for one in whole]
    assert told == sorted(told)
    assert {one.relationship for one in whole} == {"q", "r"}
    found, after = [], None
    for _ in whole:
        page = book.organisation.questions.attention_page(1, after, AttentionFilter())
        found += page.nodes
        after = page.end_cursor
    assert (found, page.has_next_page) == (whole, False)


def test_what_asks_is_narrowed_to_a_relationship_an_initiative_and_kinds(book: Book) -> None:
    book.begin(*busy(), rhythm_days=7)
    assert [one.kind for one in book.all("2021-06-01", kinds=["tension_stands"])] == ["TENSION_STANDS"]
    assert book.all("2021-06-01", kinds=[]) == []
    for narrower in ({"relationship": "r"}, {"initiative": "home"}):
        assert book.all("2021-06-01", **narrower) == book.all("2021-06-01")
        assert book.all("2021-06-01", **dict.fromkeys(narrower, "nowhere")) == []


def test_views_that_are_read_anew_ask_the_same(book: Book) -> None:
    book.begin(*busy(), rhythm_days=7, **fixed("2021-06-01"))
    organisation = book.organisation
    for more in (left_open("o", "2021-03-03", "a", by=["coordinator"]), tension("late", "2021-01-05"), ended("r", "2021-09-01")):
        book.record(more)
        organisation.runner.catch_up()
        kept = view_rows(organisation.store, organisation.runner)
        organisation.runner.rebuild()
        assert view_rows(organisation.store, organisation.runner) == kept
    assert kept["attention"] == []


def test_the_view_holds_no_word_that_was_said(book: Book) -> None:
    book.begin(tension("x", "2021-02-01"), left_open("o", "2021-02-20", "a", by=["coordinator"]))
    book.organisation.runner.catch_up()
    kept = view_rows(book.organisation.store, book.organisation.runner)["attention"]
    assert {value for row in kept for value in row if isinstance(value, str)} == {"r", "check_in_due", "tension_stands", "", "x"}
