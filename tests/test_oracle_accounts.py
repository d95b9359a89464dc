"""The oracle's lens `accounts`, room and spans, against small histories whose answers can be said aloud."""

import pytest
from oracle_history import DAY, instant
from small_histories import (
    END,
    FIXED,
    PAIR,
    RESUMED,
    REVERSED,
    START,
    STOOD_OPEN,
    TABLE,
    Line,
    account,
    agreed,
    ended,
    history,
    left_open,
    match,
    meeting,
    tension,
)


def told(*lines: Line, holder: str | None = "a", day: str = "2021-03-01") -> tuple[str, str | None, list[str]]:
    found = history(*lines).account(instant(day), holder)
    return found["phase"], found["kind"], found["contributions"]


def test_an_account_takes_the_place_of_the_earlier_ones_unless_given_beside_them() -> None:
    first = account("help", day="2021-02-01")
    assert told(TABLE, first, account("friendship")) == ("friendship", None, ["e3"])
    assert told(TABLE, first, account("friendship", beside=True)) == ("ambiguity", "both", ["e2", "e3"])
    assert told(TABLE, first, account("help", beside=True)) == ("help", None, ["e2", "e3"])
    assert told(TABLE, first, account()) == ("help", None, ["e2"])


def test_an_opening_stands_before_the_accounts_until_settled_or_closed_by_one() -> None:
    said, settled = account("help", day="2021-02-01"), ("settled", "2021-03-02", {"opening": "o-nature"})
    assert told(TABLE, said, STOOD_OPEN) == ("ambiguity", "left_open", ["e3"])
    assert told(TABLE, said, STOOD_OPEN, settled, day="2021-03-02") == ("help", None, ["e2"])
    assert told(TABLE, STOOD_OPEN, account("unsure", day="2021-03-02"), day="2021-03-02") == ("ambiguity", "unsure", ["e3"])
    assert told(TABLE, STOOD_OPEN, account("help", day="2021-03-02", beside=True), day="2021-03-02") == ("ambiguity", "left_open", ["e2"])
    assert told(TABLE, said, left_open("needs")) == ("help", None, ["e2"])


def test_at_one_instant_the_accounts_count_last_even_after_an_end() -> None:
    assert told(TABLE, account("help"), STOOD_OPEN) == ("help", None, ["e2"])
    assert told(TABLE, account("help"), END) == ("help", None, ["e2"])


def test_the_coordinator_reads_the_role_unless_they_said_something() -> None:
    def role(*lines: Line) -> tuple[str, str | None, list[str]]:
        return told(*lines, holder="coordinator")

    assert role(PAIR) == ("help", None, ["e1"])
    assert role(match("participant", "participant")) == ("unobserved", None, [])
    assert role(FIXED) == ("unobserved", None, [])
    assert role(PAIR, ended("left_open")) == ("ambiguity", "left_open", ["e2"])
    assert role(PAIR, ended("left_open"), ended("as_volunteering")) == ("unobserved", None, [])
    assert role(PAIR, account("friendship", "coordinator")) == ("friendship", None, ["e2"])
    assert told(PAIR) == ("unobserved", None, [])


def test_the_pool_is_over_the_members_of_then() -> None:
    a, b = account("friendship", "a"), account("help", "b")
    gone = ("member_left", "2021-03-02", {"handle": "b"})
    assert told(PAIR, holder=None) == ("unobserved", None, [])
    assert told(PAIR, a, holder=None) == ("friendship", None, ["e2"])
    assert told(PAIR, a, b, holder=None) == ("ambiguity", "differing", ["e2", "e3"])
    assert told(PAIR, a, b, gone, holder=None, day="2021-03-02") == ("friendship", None, ["e2"])
    assert told(PAIR, account("neither"), account("neither", "b"), holder=None) == ("ambiguity", "neither", ["e2", "e3"])
    assert told(PAIR, account("neither"), account("unsure", "b"), holder=None) == ("ambiguity", "both", ["e2", "e3"])


def test_after_the_end_only_a_new_account_speaks() -> None:
    said, after = account("help", day="2021-02-01"), account("friendship", day="2021-03-05")
    assert told(PAIR, said, END) == ("ended", None, [])
    assert told(PAIR, said, END, after, day="2021-03-05") == ("friendship", None, ["e4"])
    assert told(PAIR, said, END, after, day="2021-03-05", holder=None) == ("ended", None, [])
    assert told(PAIR, said, END, after, RESUMED, day="2021-04-01", holder=None) == ("friendship", None, ["e4"])
    assert told(PAIR, said, END, RESUMED, day="2021-04-01") == ("unobserved", None, [])


def test_the_direction_is_as_told_exchanged_by_a_reversal_since_else_by_the_sides() -> None:
    both_ways = account("help", day="2021-02-01", direction=[["b", "a"]])
    at = instant("2021-03-01")
    assert history(PAIR, account("help")).account(at, "a")["direction"] == [["a", "b"]]
    assert history(PAIR, both_ways).account(at, "a")["direction"] == [["b", "a"]]
    assert history(PAIR, both_ways, REVERSED).account(at, "a")["direction"] == [["a", "b"]]
    assert history(PAIR, REVERSED, account("help", direction=[["b", "a"]])).account(at, "a")["direction"] == [["b", "a"]]
    assert history(PAIR, REVERSED, account("help")).account(at, "a")["direction"] == [["b", "a"]]
    assert history(TABLE, account("help")).account(at, "a")["direction"] is None
    assert history(PAIR, account("friendship")).account(at, "a")["direction"] is None


def test_a_move_of_an_account_names_what_changed_it() -> None:
    said = history(FIXED, meeting(), account("both"), left_open("nature", "b"))
    assert said.account_moves("a", instant("2021-04-01")) == [
        {
            "was": "unobserved",
            "was_kind": None,
            "now": "ambiguity",
            "kind": "both",
            "at": instant("2021-03-01"),
            "triggers": ["e3"],
            "cause": "EVENTS",
        },
    ]
    formal = said.account_moves("coordinator", instant("2021-04-01"))
    assert [(move["now"], move["triggers"], move["cause"]) for move in formal] == [
        ("help", ["e1"], "EVENTS"),
        ("unobserved", [], "LAPSE"),
    ]


def test_a_term_ended_on_its_last_day_did_not_lapse() -> None:
    moves = history(FIXED, ended("not_asked")).account_moves("coordinator", instant("2021-04-01"))
    assert [(move["now"], move["triggers"], move["cause"]) for move in moves] == [
        ("help", ["e1"], "EVENTS"),
        ("unobserved", ["e2"], "EVENTS"),
    ]


# Room and spans.


def test_room_counts_modes_changes_and_what_was_made_and_limited() -> None:
    at = instant("2021-03-01")
    room = history(
        PAIR,
        meeting(place="home:a"),
        meeting(place="home:b"),
        meeting(place="public"),
        meeting(place="home:a"),
        ("rhythm_changed", "2021-03-01", {"rhythm_days": 7, "agreed_by": ["a"]}),
        ("surprise_noticed", "2021-03-01", "a", {"about": "need", "meaning_for": "other"}),
        ("room_made", "2021-03-01", {"by": "a", "instrument": "response", "way": "alternative_offered"}),
        agreed("naming_agreed", tacit=True),
    ).room(at)
    assert room["breadth"] == pytest.approx(4 / 3**0.75)  # modes of weights 3 and 1
    assert room["surprise"] == {"self": 0, "other": 1, "unsaid": 1}
    assert room["movement"] == 3
    assert (room["made"], room["limited"]) == ({"response": 1}, {"naming_agreed": 1})
    assert history(PAIR).room(at)["breadth"] == 0
    assert history(TABLE).room(at)["ambivalence"] is None


def test_room_halves_each_occurrence_every_half_life() -> None:
    lines = (TABLE, meeting(), ("rhythm_changed", "2021-03-01", {"rhythm_days": 7, "agreed_by": ["a"]}))
    room = history(*lines).room(instant("2021-03-01") + 180 * DAY)
    assert (room["breadth"], room["movement"]) == pytest.approx((1, 0.5))


def test_the_spans_of_a_relationship() -> None:
    oracle = history(
        FIXED,
        REVERSED,
        left_open("nature"),
        tension("strain"),
        agreed("condition_set"),
        agreed("tasks_limited", agreement="h", replaces="g"),
        ("term_ended", "2021-03-02", {"continuation": "left_open"}),
        ("member_left", "2021-03-03", {"handle": "b"}),
        ("relationship_ended", "2021-03-04", {"ended_by": ["a"], "mode": "drifted"}),
    )
    assert [(m["handle"], m["left"], m["side"]) for m in oracle.members()] == [("a", None, "gives"), ("b", "2021-03-03", "receives")]
    assert [m["side"] for m in oracle.members(instant("2021-03-01"))] == ["receives", "gives"]
    term = {"from": START, "until": "2021-02-01", "kind": "fixed", "endedOn": "2021-03-02", "lapsed": True, "continuation": "left_open"}
    assert oracle.terms() == [term]
    assert [(a["id"], a["liftedOn"], a["replacedBy"]) for a in oracle.agreements()] == [
        ("g", "2021-03-01", "h"),
        ("h", "2021-03-04", None),
    ]
    assert [r["restoredOn"] for r in oracle.reversals()] == ["2021-03-03"]
    assert [o["settledOn"] for o in oracle.openings()] == ["2021-03-04"]
    assert [t["easedOn"] for t in oracle.tensions(instant("2021-03-03"))] == [None]
