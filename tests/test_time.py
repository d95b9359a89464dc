"""Dates and instants: which forms are read, which instants each allows, and which rule refuses the rest.

The spans in the tables were worked out by hand, form by form. What holds for all dates and for any text stands in
`test_time_any`.
"""

import ast
import inspect
import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from domain.model import time
from domain.model.date_rules import DATE_RULES
from domain.model.time import DAY, BadDate, Span, day, holds, instant, iso_day, moment, rfc3339, span

HOUR = DAY // 24
SECOND = HOUR // 3600
END_OF_9999 = 253_402_300_800 * SECOND


def at(*fields: int) -> int:
    return (datetime(*fields, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)  # type: ignore[misc,arg-type]


CALENDAR = {
    "2021": (at(2021, 1, 1), at(2022, 1, 1)),
    "0001": (at(1, 1, 1), at(2, 1, 1)),
    "2021-02": (at(2021, 2, 1), at(2021, 3, 1)),
    "2020-02": (at(2020, 2, 1), at(2020, 3, 1)),
    "2021-12": (at(2021, 12, 1), at(2022, 1, 1)),
    "2021-11-04": (at(2021, 11, 4), at(2021, 11, 5)),
    "2020-02-29": (at(2020, 2, 29), at(2020, 3, 1)),
    "2000-02-29": (at(2000, 2, 29), at(2000, 3, 1)),
    "1970-01-01": (0, DAY),
    "1969-12-31": (-DAY, 0),
    "2021-21": (at(2021, 3, 1), at(2021, 6, 1)),
    "2021-22": (at(2021, 6, 1), at(2021, 9, 1)),
    "2021-23": (at(2021, 9, 1), at(2021, 12, 1)),
    "2021-24": (at(2021, 12, 1), at(2022, 3, 1)),
    "2019-24": (at(2019, 12, 1), at(2020, 3, 1)),
    "201X": (at(2010, 1, 1), at(2020, 1, 1)),
    "20XX": (at(2000, 1, 1), at(2100, 1, 1)),
    "2004-XX": (at(2004, 1, 1), at(2005, 1, 1)),
    "2004-XX-XX": (at(2004, 1, 1), at(2005, 1, 1)),
    "2004-06-XX": (at(2004, 6, 1), at(2004, 7, 1)),
    "2004-12-XX": (at(2004, 12, 1), at(2005, 1, 1)),
    "2021?": (at(2021, 1, 1), at(2022, 1, 1)),
    "2021-11~": (at(2021, 11, 1), at(2021, 12, 1)),
    "2021-11-04%": (at(2021, 11, 4), at(2021, 11, 5)),
    "2021-21~": (at(2021, 3, 1), at(2021, 6, 1)),
    "201X?": (at(2010, 1, 1), at(2020, 1, 1)),
    "2004-06-XX%": (at(2004, 6, 1), at(2004, 7, 1)),
    "2021-03/2021-05": (at(2021, 3, 1), at(2021, 6, 1)),
    "2021-03-04/2021-03-04": (at(2021, 3, 4), at(2021, 3, 5)),
    "2021~/2021-05-06?": (at(2021, 1, 1), at(2021, 5, 7)),
    "2021-05-10/2021-05": (at(2021, 5, 10), at(2021, 6, 1)),
    "2021-05/2021": (at(2021, 5, 1), at(2022, 1, 1)),
    "201X/2021-24": (at(2010, 1, 1), at(2022, 3, 1)),
    "2021-03/..": (at(2021, 3, 1), None),
    "2021-03/": (at(2021, 3, 1), None),
    "2021-03~/..": (at(2021, 3, 1), None),
    "9999": (at(9999, 1, 1), END_OF_9999),
    "9999-12": (at(9999, 12, 1), END_OF_9999),
    "9999-12-31": (at(9999, 12, 31), END_OF_9999),
    "9999-24": (at(9999, 12, 1), END_OF_9999 + (31 + 29) * DAY),
    "999X": (at(9990, 1, 1), END_OF_9999),
    "99XX": (at(9900, 1, 1), END_OF_9999),
    "9999-XX-XX": (at(9999, 1, 1), END_OF_9999),
    "0001/9999": (at(1, 1, 1), END_OF_9999),
}
FOUR_O_CLOCK = at(2021, 3, 4, 16)
DATE_TIMES = {
    "2021-03-04T16:00:00Z": FOUR_O_CLOCK,
    "2021-03-04T17:00:00+01:00": FOUR_O_CLOCK,
    "2021-03-04T17:00:00+01": FOUR_O_CLOCK,
    "2021-03-04T12:30:00-03:30": FOUR_O_CLOCK,
    "2021-03-04T16:00:00-00:00": FOUR_O_CLOCK,
    "2021-03-05T01:00:00+09:00": FOUR_O_CLOCK,
    "2021-03-04T16:00:00Z~": FOUR_O_CLOCK,
    "2021-03-04T00:00:00Z": at(2021, 3, 4),
    "2021-03-04T23:59:59+23:59": at(2021, 3, 4, 0, 0, 59),
    "0001-01-01T00:00:00Z": at(1, 1, 1),
    "9999-12-31T23:59:59Z": END_OF_9999 - SECOND,
}
REFUSED: dict[str, list[str]] = {
    "date_unknown_form": [
        "", "?", "soon", "why?", "maybe 2021?", "unknown/2021", "2021/open", "2021/2022/2023", "2021/..?", " 2021", "2021\n",
        "2021-11-04\n", "2021-11-04T10:00:00Z\n", "21", "2021-3-4", "04-03-2021", "4 maart 2021", "2021-W05", "2021-W05-1",
        "2021-123", "2021-11-04 10:00:00Z", "2021-11-04t10:00:00z", "2021-11-04T10Z", "٢٠٢١", "٢٠٢١-١١-٠٤", "2021-11-0４",
        "2021-11-04T10:00:0０Z",
    ],
    "date_year": [
        "0000", "0000-05", "0000-05-06", "0000-05-06T10:00:00Z", "000X", "00XX", "-0004", "-2004-05", "+2021", "Y12021",
        "Y-17000", "12021", "12021-05", "20210304", "2021/12021", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    ],
    "date_impossible": [
        "2021-02-29", "1900-02-29", "2021-02-30", "2021-04-31?", "2021-11-00", "2021-00", "2021-13", "2021-13-01", "2021-13-XX",
        "2021-20", "2021-25", "2021-21-03", "2021-21-XX", "2021-02-29T10:00:00Z", "2021-02-29T10:00:00+01:00", "2021/2021-02-29",
    ],
    "date_clock": [
        "2021-11-04T24:00:00Z", "2021-11-04T24:00:00+01:00", "2021-11-04T25:00:00Z", "2021-11-04T10:60:00Z",
        "2021-11-04T23:59:60Z",
    ],
    "date_seconds": [
        "2021-11-04T10:00Z", "2021-11-04T10:00",
    ],
    "date_offset": [
        "2021-11-04T10:00:00", "2021-11-04T10:00:00+0100", "2021-11-04T10:00:00+24:00", "2021-11-04T10:00:00+01:60",
        "2021-11-04T10:00:00Zulu", "2021-11-04T10:00:00+1",
    ],
    "date_fraction": [
        "2021-11-04T10:00:00.5Z", "2021-11-04T10:00:00,5Z", "2021-11-04T10:00:00.000000Z",
    ],
    "date_qualifier": [
        "2004?-06", "?2004-06", "2004-06?~", "2004-06??", "2004?-06-11~",
    ],
    "date_unspecified": [
        "XXXX", "2XXX", "1X99", "201x", "201X-05", "201X-21", "201X-XX", "2004-XX-06", "2004-1X", "2004-06-1X~",
    ],
    "date_set": [
        "[2021, 2022]", "[2021-03..2021-05]", "{2021,2022}", "[2021/2022]",
    ],
    "date_open_start": [
        "../2021", "/2021", "../..", "/..", "/",
    ],
    "date_backwards": [
        "2021-05/2021-03", "2022/2021", "2021-03-05/2021-03-04", "2021-03-04T10:00:01Z/2021-03-04T10:00:00Z",
        "2021-03-05T00:00:00Z/2021-03-04",
    ],
}  # fmt: skip


def refused(read: Callable[[str], object], text: str) -> str:
    with pytest.raises(BadDate) as caught:
        read(text)
    return caught.value.rule


@pytest.mark.parametrize("edtf", CALENDAR)
def test_a_date_allows_the_instants_of_its_days(edtf: str) -> None:
    assert span(edtf) == Span(*CALENDAR[edtf], first_zoned=False, last_zoned=False)


@pytest.mark.parametrize("edtf", DATE_TIMES)
def test_a_date_time_lasts_one_second(edtf: str) -> None:
    first = DATE_TIMES[edtf]
    assert span(edtf) == Span(first, first + SECOND, True, True)


def test_a_period_may_begin_or_end_with_a_date_time() -> None:
    assert span("2021-03-04T16:00:00Z/2021-03-05") == Span(FOUR_O_CLOCK, at(2021, 3, 6), True, False)
    assert span("2021-03/2021-03-04T17:00:00+01:00") == Span(at(2021, 3, 1), FOUR_O_CLOCK + SECOND, False, True)
    assert span("2021-03-04T16:00:00Z/2021-03-04T16:00:00Z") == span("2021-03-04T16:00:00Z")
    assert span("2021-03-04T16:00:00Z/..") == Span(FOUR_O_CLOCK, None, True, False)


@pytest.mark.parametrize(("edtf", "rule"), [(edtf, rule) for rule, dates in REFUSED.items() for edtf in dates])
def test_any_other_date_is_refused_with_the_rule_it_breaks(edtf: str, rule: str) -> None:
    assert refused(span, edtf) == rule


def test_a_refusal_shows_the_part_of_a_period_that_is_wrong() -> None:
    for edtf, wrong in {"2021/2021-02-30": "2021-02-30", "soon/2021": "soon", "2022/2021": "2022/2021"}.items():
        with pytest.raises(BadDate) as caught:
            span(edtf)
        assert caught.value.values == {"value": wrong}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-03-04T16:00:00Z", (FOUR_O_CLOCK, 0)),
        ("2021-03-04t16:00:00z", (FOUR_O_CLOCK, 0)),
        ("2021-03-04T16:00:00-00:00", (FOUR_O_CLOCK, 0)),
        ("2021-03-04T17:00:00+01:00", (FOUR_O_CLOCK, HOUR)),
        ("2021-03-04T12:30:00-03:30", (FOUR_O_CLOCK, -3 * HOUR - HOUR // 2)),
        ("2021-03-04T16:00:00.5Z", (FOUR_O_CLOCK + 500_000, 0)),
        ("2021-03-04T16:00:00.000001Z", (FOUR_O_CLOCK + 1, 0)),
        ("2021-03-04T16:00:00.0000019Z", (FOUR_O_CLOCK + 1, 0)),
        ("2021-03-04T16:00:00.9999999999999+00:00", (FOUR_O_CLOCK + 999_999, 0)),
        ("1969-12-31T23:59:59.25Z", (-750_000, 0)),
        ("9999-12-31T23:59:59.999999Z", (END_OF_9999 - 1, 0)),
    ],
)
def test_an_instant_is_told_with_its_offset(text: str, expected: tuple[int, int]) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "time_form"),
        ("2021-03-04", "time_form"),
        ("2021-03-04 16:00:00Z", "time_form"),
        ("2021-03-04T16:00:00,5Z", "time_form"),
        ("2021-03-04T16:00:00.Z", "time_form"),
        ("2021-03-04T16:00:00Z\n", "time_form"),
        ("2021-03-04T16:00:0０Z", "time_form"),
        ("2021-03-04T16:00:00", "date_offset"),
        ("2021-03-04T16:00:00.5", "date_offset"),
        ("2021-03-04T16:00:00+01", "date_offset"),
        ("2021-03-04T16:00:00+24:00", "date_offset"),
        ("2021-03-04T16:00:00Z?", "date_offset"),
        ("2021-03-04T16:00Z", "date_seconds"),
        ("2021-03-04T24:00:00Z", "date_clock"),
        ("2021-03-04T24:00:00.000000Z", "date_clock"),
        ("2021-06-30T23:59:60Z", "date_clock"),
        ("2021-02-29T16:00:00Z", "date_impossible"),
        ("0000-01-01T16:00:00Z", "date_year"),
        ("0001-01-01T00:00:00+00:01", "date_year"),
        ("9999-12-31T23:59:59.999999-00:01", "date_year"),
    ],
)
def test_what_is_no_instant_is_refused_with_the_rule_it_breaks(text: str, rule: str) -> None:
    assert refused(instant, text) == rule


@pytest.mark.parametrize(
    ("edtf", "time", "held"),
    [
        ("2021-03-04", "2021-03-04T00:00:00Z", True),
        ("2021-03-04", "2021-03-04T23:59:59.999999Z", True),
        ("2021-03-04", "2021-03-05T00:00:00Z", False),
        ("2021-03-04", "2021-03-03T23:59:59.999999Z", False),
        ("2021-03-04", "2021-03-04T00:30:00+01:00", True),
        ("2021-03-04", "2021-03-04T23:30:00-05:00", True),
        ("2021-03-04", "2021-03-05T00:30:00+01:00", False),
        ("2021-03-04", "2021-03-03T23:30:00-05:00", False),
        ("2021-03/..", "2021-03-01T00:00:00+09:00", True),
        ("2021-03/..", "2199-01-01T00:00:00Z", True),
        ("2021-03/..", "2021-02-28T23:00:00-09:00", False),
        ("2021-03-04T16:00:00Z", "2021-03-04T17:00:00.5+01:00", True),
        ("2021-03-04T16:00:00Z", "2021-03-04T16:00:01Z", False),
        ("2021-03-04T16:00:00Z", "2021-03-04T16:00:00+01:00", False),
        ("2021-03-04T16:00:00Z/2021-03-05", "2021-03-05T23:59:59-05:00", True),
        ("2021-03-04T16:00:00Z/2021-03-05", "2021-03-04T16:59:59+01:00", False),
        ("2021-03-04/2021-03-05T16:00:00Z", "2021-03-04T00:00:00+01:00", True),
        ("2021-03-04/2021-03-05T16:00:00Z", "2021-03-05T15:00:01-01:00", False),
    ],
)
def test_a_date_holds_an_instant_by_the_clock_of_who_tells_it(edtf: str, time: str, held: bool) -> None:
    assert holds(span(edtf), *instant(time)) is held


def test_a_plan_is_a_day_and_begins_at_midnight_utc() -> None:
    assert day("2021-03-04") == at(2021, 3, 4)
    assert day("9999-12-31") == END_OF_9999 - DAY
    for text in ("2021-03", "2021-03-04T10:00:00Z", "20210304", "2021-03-04~", "2021-03-0٤"):
        assert refused(day, text) == "day_form"
    assert refused(day, "2021-02-30") == "date_impossible"
    assert refused(day, "0000-02-03") == "date_year"


def test_an_instant_is_asked_for_as_a_day_or_a_date_time() -> None:
    assert moment("2021-03-04") == at(2021, 3, 4)
    assert moment("2021-03-04T17:00:00.25+01:00") == FOUR_O_CLOCK + 250_000
    assert refused(moment, "2021-03") == "moment_form"
    assert refused(moment, "yesterday") == "moment_form"
    assert refused(moment, "2021-02-30") == "date_impossible"
    assert refused(moment, "2021-03-04T17:00:00") == "date_offset"


def test_an_instant_is_written_in_utc_with_a_fraction_only_where_there_is_one() -> None:
    assert rfc3339(at(2021, 3, 4)) == "2021-03-04T00:00:00Z"
    assert rfc3339(FOUR_O_CLOCK + 1) == "2021-03-04T16:00:00.000001Z"
    assert rfc3339(FOUR_O_CLOCK + 500_000) == "2021-03-04T16:00:00.500000Z"
    assert rfc3339(-1) == "1969-12-31T23:59:59.999999Z"
    assert rfc3339(at(1, 1, 1)) == "0001-01-01T00:00:00Z"
    assert (iso_day(0), iso_day(-1), iso_day(at(812, 3, 4, 23))) == ("1970-01-01", "1969-12-31", "0812-03-04")


@pytest.mark.parametrize("piece", ["?", "2", "X", "-", "/", "[", ".", "2021-", "T", "+"])
def test_the_longest_nonsense_is_refused_too(piece: str) -> None:
    for read in (span, instant, moment):
        assert refused(read, piece * 100_000 + "!") in DATE_RULES


def rules_raised() -> set[str]:
    """The keys of rules that stand in the module: texts there that begin like one."""
    texts = (node.value for node in ast.walk(ast.parse(inspect.getsource(time))) if isinstance(node, ast.Constant))
    return {t for t in texts if isinstance(t, str) and t.startswith(("date_", "time_", "day_", "moment_"))}


def test_every_rule_that_is_raised_has_a_text_and_every_text_a_rule() -> None:
    assert rules_raised() == set(DATE_RULES)


@pytest.mark.parametrize("rule", DATE_RULES)
def test_a_rule_says_the_same_in_both_languages(rule: str) -> None:
    fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in DATE_RULES[rule]]
    assert fields == [{"value"}, {"value"}]
    english, dutch = DATE_RULES[rule]
    assert english != dutch
