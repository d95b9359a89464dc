"""What holds for all dates and instants, and for any text that might be meant as one.

For the common forms the standard library's `datetime` tells independently what the answer is. Arbitrary text, and text that
looks like a date, shows that nothing but `BadDate` comes out.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model.date_rules import DATE_RULES
from domain.model.time import DAY, BadDate, Span, day, holds, instant, iso_day, moment, rfc3339, span

SECOND = DAY // 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FORMS = ("2021", "2021-04", "2021-04-05", "2021-21", "2021-24", "202X", "20XX", "2021-XX", "2021-05-XX~", "2021-04-05T23:30:00-01:00")
LIKE_DATES = st.text("0123456789-:TZtzX./?~%+[]{},Yy ", max_size=45) | st.from_regex(
    r"\A[0-9X]{4}(-[0-9X]{2}(-[0-9X]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?)?)?[?~%]?(/.{0,12})?\Z"
)
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TOLD = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS)


def micros(at: datetime) -> int:
    """Microseconds since 1970 by the arithmetic of the standard library."""
    return (at - EPOCH) // timedelta(microseconds=1)


def rule_of(read: Callable[[str], object], text: str) -> str | None:
    """The rule that refuses the text, or None where it is taken."""
    try:
        read(text)
    except BadDate as refusal:
        return refusal.rule
    return None


@given(st.dates(max_value=date(9999, 12, 30)))
def test_every_day_lasts_from_its_midnight_to_the_next(on: date) -> None:
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    assert span(on.isoformat()) == Span(micros(midnight), micros(midnight + timedelta(days=1)), False, False)
    assert day(on.isoformat()) == moment(on.isoformat()) == micros(midnight)
    assert iso_day(micros(midnight) + DAY - 1) == on.isoformat()


@given(st.integers(1, 9998), st.integers(1, 12))
def test_every_month_ends_where_the_next_begins(year: int, month: int) -> None:
    found = span(f"{year:04}-{month:02}")
    assert found.first == micros(datetime(year, month, 1, tzinfo=UTC))
    assert found.last == span(f"{year + month // 12:04}-{month % 12 + 1:02}").first


@given(st.sampled_from(FORMS), st.sampled_from(FORMS))
def test_a_period_reaches_from_its_first_date_to_the_end_of_its_second(start: str, end: str) -> None:
    begins, ends = span(start), span(end)
    assert ends.last is not None
    if begins.first < ends.last:
        assert span(f"{start}/{end}") == Span(begins.first, ends.last, begins.first_zoned, ends.last_zoned)
    else:
        assert rule_of(span, f"{start}/{end}") == "date_backwards"


@given(st.dates(), st.dates())
def test_a_period_of_days_is_read_where_it_does_not_run_backwards(start: date, end: date) -> None:
    assert rule_of(span, f"{start}/{end}") == (None if start <= end else "date_backwards")


@given(TOLD)
def test_date_times_are_read_as_the_standard_library_reads_them(told: datetime) -> None:
    offset = told.utcoffset()
    assert offset is not None
    assert instant(told.isoformat()) == (micros(told), offset // timedelta(microseconds=1))
    whole = told.replace(microsecond=0)
    assert span(whole.isoformat()) == Span(micros(whole), micros(whole) + SECOND, True, True)


@given(TOLD, st.integers(-2, 2))
def test_a_day_holds_what_the_teller_calls_that_day(told: datetime, days: int) -> None:
    on = told.date() + timedelta(days=days)
    assert holds(span(on.isoformat()), *instant(told.isoformat())) is (days == 0)


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_is_read_back(told: datetime) -> None:
    written = rfc3339(micros(told))
    assert datetime.fromisoformat(written) == told
    assert instant(written) == (micros(told), 0)
    assert moment(written) == micros(told)


@given(
    st.tuples(*(st.integers(0, most) for most in (9999, 13, 32, 24, 60, 60))),
    st.sampled_from("+-"),
    st.integers(0, 24),
    st.integers(0, 59),
)
def test_a_date_time_is_read_exactly_where_it_exists(fields: tuple[int, ...], sign: str, hours: int, minutes: int) -> None:
    text = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*fields) + f"{sign}{hours:02}:{minutes:02}"
    offset = timedelta(hours=hours, minutes=minutes)
    try:
        utc = datetime(*fields, tzinfo=timezone(offset if sign == "+" else -offset)).astimezone(UTC)  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        assert rule_of(span, text) is not None
        assert rule_of(instant, text) is not None
    else:
        assert span(text).first == instant(text)[0] == micros(utc)


@given(st.text() | LIKE_DATES)
def test_any_text_is_a_date_or_is_refused_by_a_rule(text: str) -> None:
    rule = rule_of(span, text)
    if rule is None:
        found = span(text)
        assert text.isascii()
        assert found.last is None or found.first < found.last
        assert rfc3339(found.first) <= rfc3339(micros(datetime.max.replace(tzinfo=UTC)))
    else:
        assert rule in DATE_RULES


@pytest.mark.parametrize("read", [instant, day, moment])
@given(text=st.text() | LIKE_DATES)
def test_any_text_is_an_instant_or_is_refused_by_a_rule(read: Callable[[str], object], text: str) -> None:
    rule = rule_of(read, text)
    assert text.isascii() if rule is None else rule in DATE_RULES
