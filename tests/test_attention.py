"""What asks for a look today: given what happened, on which day something begins to ask, and on what that rests."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from attention_book import START, Book, agreed, check_in, days_after, event, fixed, tension, term_ended
from sent_lines import NOON, Clock, line, meeting, opened, pair
from store_places import Place

from tussenruimte import Organisation


@pytest.fixture
def book(place: Place, clock: Clock) -> Iterator[Book]:
    with closing(Organisation(opened(place, clock=clock))) as organisation:
        yield Book(organisation, clock)


# A check-in is due


def test_a_check_in_is_due_on_the_day_that_the_latest_one_named(book: Book) -> None:
    book.begin(check_in("c1", "2021-02-01", next_on="2021-02-20"))
    assert book.begins("check_in_due", "2021-02-20", "c1")
    book.record(check_in("c2", "2021-02-21", next_on="2021-05-01"))
    assert book.asks("check_in_due", "2021-03-01") == []
    assert book.begins("check_in_due", "2021-05-01", "c2")


def test_where_no_day_is_named_a_check_in_is_due_some_time_after_the_latest_one(book: Book) -> None:
    book.begin(check_in("c1", "2021-02-01", next_on="2021-02-20"), check_in("c2", "2021-02-10"))
    assert book.begins("check_in_due", days_after("2021-02-10", 90), "c2")


def test_where_none_was_ever_held_a_check_in_is_due_some_time_after_the_start(book: Book) -> None:
    book.begin()
    assert book.begins("check_in_due", days_after(START, 90), None)


def test_a_check_in_that_was_moved_by_an_amendment_is_due_on_the_new_day(book: Book) -> None:
    book.begin(check_in("c1", "2021-02-01", next_on="2021-02-20"))
    said = {"with": ["a"], "asked_about": "status", "next_on": "2021-04-01"}
    book.record(event("k1", "event_amended", "2021-02-02", {"event": "c1", "data": said}))
    assert book.begins("check_in_due", "2021-04-01", "c1")
    book.record(event("k2", "event_retracted", "2021-02-02", {"event": "c1"}))
    assert book.begins("check_in_due", days_after(START, 90), None)


def test_where_nobody_is_left_no_check_in_is_due(book: Book) -> None:
    book.begin(*(event(f"gone-{handle}", "member_left", "2021-02-01", {"handle": handle}) for handle in "ab"))
    assert book.asks("check_in_due", "2022-01-01") == []


# A term


def test_a_fixed_term_that_ends_before_long_asks_until_it_has_lapsed_and_then_as_lapsed(book: Book) -> None:
    book.begin(**fixed("2021-06-01"))
    assert book.begins("term_ends_soon", days_after("2021-06-01", -28), "r-match")
    assert book.begins("term_lapsed", "2021-06-01", "r-match")
    assert [(one.kind, one.until) for one in book.all("2021-05-31", kinds=["term_ends_soon", "term_lapsed"])] == [
        ("TERM_ENDS_SOON", "2021-06-01")
    ]
    assert [one.kind for one in book.all("2021-06-01", kinds=["term_ends_soon", "term_lapsed"])] == ["TERM_LAPSED"]


@pytest.mark.parametrize("continuation", ["left_open", "as_volunteering", "as_private_contact", "winding_down", "stopped", "not_asked"])
@pytest.mark.parametrize("on", ["2021-05-20", "2021-06-20"])
def test_an_ended_term_asks_no_more_whatever_followed(book: Book, continuation: str, on: str) -> None:
    book.begin(term_ended(continuation, on), **fixed("2021-06-01"))
    assert book.asks("term_ends_soon", "2021-05-25") == book.asks("term_lapsed", "2021-07-01") == []


def test_an_extended_term_asks_anew_before_its_new_end(book: Book) -> None:
    book.begin(event("x", "term_extended", "2021-06-10", {"until": "2021-09-01"}), **fixed("2021-06-01"))
    assert book.asks("term_lapsed", "2021-07-01") == []
    assert book.begins("term_ends_soon", days_after("2021-09-01", -28), "x")
    book.record(event("y", "term_extended", "2021-08-20", {}))
    assert book.all("2022-01-01", kinds=["term_ends_soon", "term_lapsed"]) == []


def test_a_term_shorter_than_that_asks_from_its_beginning(book: Book) -> None:
    book.begin(**fixed("2021-01-08"))
    assert book.asks("term_ends_soon", "2021-01-01") == [(START, "r-match")]


def test_a_one_off_term_asks_the_day_after_its_meeting(book: Book) -> None:
    book.begin(meeting("m", "r", "2021-02-01"), term={"kind": "one_off"})
    assert book.asks("term_ends_soon", "2021-02-01") == []
    assert book.begins("term_lapsed", "2021-02-02", "r-match")


def test_a_term_without_an_end_never_asks(book: Book) -> None:
    book.begin(term={"kind": "indefinite"})
    assert book.all("2025-01-01", kinds=["term_ends_soon", "term_lapsed"]) == []


# A long silence


def test_a_silence_asks_when_it_is_longer_than_twice_the_rhythm_they_stated(book: Book) -> None:
    book.begin(meeting("m", "r", "2021-02-01"), rhythm_days=7)
    assert book.begins("long_silence", days_after("2021-02-01", 15), "m")
    book.record(event("slower", "rhythm_changed", "2021-02-03", {"rhythm_days": 30, "agreed_by": ["a", "b"]}))
    assert book.begins("long_silence", days_after("2021-02-01", 61), "m")
    book.record(meeting("m2", "r", "2021-04-10"))
    assert book.asks("long_silence", "2021-04-10") == []


def test_a_missed_meeting_is_not_a_meeting(book: Book) -> None:
    book.begin(meeting("m", "r", "2021-02-01"), event("no", "meeting_missed", "2021-02-08", {"notice": "early"}), rhythm_days=7)
    assert book.begins("long_silence", days_after("2021-02-01", 15), "m")


def test_where_they_never_met_a_silence_counts_from_the_start(book: Book) -> None:
    book.begin(rhythm_days=7)
    assert book.begins("long_silence", days_after(START, 15), None)


def test_without_a_stated_rhythm_it_is_that_of_their_own_latest_meetings(book: Book) -> None:
    met = ["2021-02-01", "2021-02-08", "2021-02-08", "2021-02-20"]
    book.begin(*(meeting(f"m{number}", "r", on) for number, on in enumerate(met)))
    assert book.asks("long_silence", "2022-01-01") == [], "they met on three days, which is no rhythm"
    book.record(meeting("m5", "r", "2021-02-27"))
    # 7, 12 and 7 days lie between them.
    assert book.begins("long_silence", days_after("2021-02-27", 15), "m5")


def test_of_half_days_a_rhythm_has_the_next_whole_one(book: Book) -> None:
    book.begin(meeting("m", "r", "2021-02-01"), rhythm_days=3.5)
    assert book.begins("long_silence", days_after("2021-02-01", 9), "m")


def test_an_open_table_is_never_silent(book: Book) -> None:
    emerged = line(
        "table", "contact_emerged", "relationship/r", {"initiative": "home", "members": [], "open_to_all": True, "rhythm_days": 7}
    )
    book.record(*pair()[:-1], emerged)
    assert book.all("2022-01-01") == []


# A tension, an agreement


def test_a_tension_asks_when_it_has_stood_for_two_weeks_and_not_after_it_was_eased(book: Book) -> None:
    book.begin(tension("x", "2021-02-01"), tension("y", "2021-02-03", "b"))
    assert book.begins("tension_stands", days_after("2021-02-01", 14), "x")
    assert book.asks("tension_stands", "2021-03-01") == [("2021-02-15", "x"), ("2021-02-17", "y")]
    book.record(event("eased", "tension_eased", "2021-03-02", {"tension": "t-x"}))
    assert book.asks("tension_stands", "2021-03-03") == [("2021-02-17", "y")]


def test_what_somebody_felt_who_was_erased_asks_no_more(book: Book) -> None:
    book.begin(tension("x", "2021-02-01"), tension("y", "2021-02-03", "b"))
    book.clock.now = NOON
    book.organisation.erasing.erase("r-anna")
    assert book.asks("tension_stands", "2021-03-01") == [("2021-02-17", "y")]


def test_an_agreement_in_force_asks_on_the_day_of_its_review(book: Book) -> None:
    book.begin(agreed("g", "2021-02-01", review_on="2021-05-01"), agreed("h", "2021-02-01"))
    assert book.begins("agreement_review", "2021-05-01", "g")
    book.record(agreed("i", "2021-05-02", replaces="g-g", review_on="2021-08-01"))
    assert book.begins("agreement_review", "2021-08-01", "i")
    book.record(event("lifted", "boundary_lifted", "2021-08-02", {"agreement": "g-i"}))
    assert book.asks("agreement_review", "2022-01-01") == []
