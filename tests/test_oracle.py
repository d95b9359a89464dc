"""The oracle against the ten cases, row by row, and the lens `evidence` against small histories worked out by hand.

An oracle that is wrong blesses what is wrong, so each weight of the table is met once, in a history small enough for a pencil.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from oracle import Oracle
from oracle_history import DAY, instant
from small_histories import (
    END,
    FIXED,
    MET,
    PAIR,
    RESTORED,
    RESUMED,
    REVERSED,
    SIDES,
    START,
    STOOD_OPEN,
    TABLE,
    Line,
    account,
    agreed,
    contact,
    ended,
    help_given,
    history,
    left_open,
    match,
    meeting,
    tension,
)

ROOT = Path(__file__).parent.parent
CASES = next(folder for folder in (ROOT / "examples", ROOT.parent / "shared" / "cases") if (folder / "expected.json").exists())
EXPECTED: dict[str, dict[str, Any]] = json.loads((CASES / "expected.json").read_text())
ROWS = [(name, lens, i) for name, case in EXPECTED.items() for lens in ("accounts", "evidence") for i in range(len(case[lens]))]


def oracle_of(name: str) -> Oracle:
    lines = [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text().splitlines()]
    told = [{**line, "position": i, "recorded": "2023-01-01T00:00:00Z"} for i, line in enumerate(lines, 1)]
    return Oracle([line for line in told if line["subject"].startswith("relationship/")], SIDES)


@pytest.mark.parametrize(("name", "lens", "i"), ROWS)
def test_each_row_of_the_cases_is_read_as_expected(name: str, lens: str, i: int) -> None:
    row, oracle = EXPECTED[name][lens][i], oracle_of(name)
    at, holder = instant(row["at"]), row["perspective"]
    if lens == "accounts":
        account = oracle.account(at, holder)
        assert (account["phase"], account["kind"]) == (row["phase"], row["kind"])
        return
    reading = oracle.reading(at, holder)
    assert reading["phase"] == row["phase"]
    assert oracle.strengths(at, holder) == pytest.approx((row["h"], row["f"], row["o"]), abs=1e-9)
    for number in ("help", "friendship", "ambiguity", "confidence"):
        assert reading[number] == (None if row[number] is None else pytest.approx(row[number], abs=1e-9)), number


@pytest.mark.parametrize("name", EXPECTED)
def test_each_case_moves_as_expected(name: str) -> None:
    moves = oracle_of(name).evidence_moves(None, instant(EXPECTED[name]["until"]))
    expected = [{**move, "at": instant(move["at"])} for move in EXPECTED[name]["evidence_moves"]]
    assert [{key: move[key] for key in ("was", "now", "at", "triggers")} for move in moves] == expected


# On 1 March, where every deposit of that day is still whole: the history and (h, f, o).
WEIGHTS: list[tuple[str, tuple[Line, ...], tuple[float, float, float]]] = [
    ("a term between giver and receiver", (PAIR,), (1, 0, 0)),
    ("a term between equals", (match("participant", "participant"),), (0.5, 0.5, 0)),
    ("a term of two-sided roles", (match("bonus_grandparent", "bonus_family"),), (0.5, 0.5, 0)),
    ("a fixed term that lapsed", (FIXED,), (0, 0, 0.40)),
    ("a one-off term that lapsed", (match("volunteer", "help_seeker", term={"kind": "one_off"}), ("meeting_held", START, MET)), (0, 0, 0)),
    ("a lapsed term that was extended", (FIXED, ("term_extended", "2021-02-20", {})), (1, 0, 0)),
    (
        "a term extended between equals",
        (PAIR, ("role_laid_down", "2021-01-05", {"handle": "a", "role": "volunteer"}), ("term_extended", "2021-02-20", {})),
        (0.5, 0.5, 0),
    ),
    ("attendance while a term runs", (PAIR, meeting()), (1, 0, 0)),
    ("attendance in an emerged contact", (TABLE, meeting()), (0, 0, 0)),
    ("a meeting after the end of the term", (PAIR, ended("as_volunteering"), meeting()), (0.80, 0.10, 0)),
    ("a meeting after the lapse", (FIXED, meeting(mood="light")), (0, 0.14, 0.40)),
    ("a strained meeting after the end of the term", (PAIR, ended("as_volunteering"), meeting(mood="strained")), (0.80, 0, 0)),
    ("a light meeting", (TABLE, meeting(mood="light")), (0, 0.04, 0)),
    ("a mixed meeting", (TABLE, meeting(mood="mixed")), (0, 0.06, 0)),
    ("a serious meeting", (TABLE, meeting(mood="serious")), (0, 0.08, 0)),
    ("something shared", (PAIR, meeting(shared=[{"by": "b"}])), (1, 0.10, 0)),
    ("something shared by who gives", (PAIR, meeting(shared=[{"by": "a"}, {"by": "b"}])), (1, 0.35, 0)),
    ("help among equals", (TABLE, help_given("a", "b")), (0.20, 0.10, 0)),
    ("help where one is two-sided", (contact("volunteer", "bonus_family"), help_given("b", "a")), (0.20, 0.10, 0)),
    ("help along the roles", (PAIR, help_given("a", "b")), (1.10, 0, 0)),
    ("help to who receives", (contact("participant", "help_seeker"), help_given("a", "b")), (0.10, 0, 0)),
    ("help against the roles", (PAIR, help_given("b", "a")), (1, 0.30, 0)),
    ("help by the group to who gives", (contact("volunteer", "participant"), help_given("group", "a")), (0, 0.30, 0)),
    ("help in a meeting", (PAIR, meeting(help=[{"giver": "b", "receiver": "a", "kind": "company"}])), (1, 0.30, 0)),
    ("help while the roles are reversed", (PAIR, REVERSED, help_given("b", "a")), (1.10, 0.60, 0)),
    ("a reversal", (PAIR, REVERSED), (1, 0.60, 0)),
    ("a reversal restored", (PAIR, REVERSED, RESTORED), (1, 0, 0)),
    ("a reversal one has left", (PAIR, REVERSED, ("member_left", "2021-02-20", {"handle": "b"})), (1, 0, 0)),
    ("a formal role with a side", (TABLE, ("role_taken", "2021-03-01", {"handle": "a", "role": "host", "formal": True})), (0.20, 0, 0)),
    ("an informal role", (TABLE, ("role_taken", "2021-03-01", {"handle": "a", "role": "host", "formal": False})), (0, 0, 0)),
    ("a formal two-sided role", (TABLE, ("role_taken", "2021-03-01", {"handle": "a", "role": "bonus_family", "formal": True})), (0, 0, 0)),
    ("a term left open", (PAIR, ended("left_open")), (0, 0, 0.80)),
    ("volunteering after the term", (PAIR, ended("as_volunteering")), (0.80, 0, 0)),
    ("private contact after the term", (PAIR, ended("as_private_contact")), (0, 0.80, 0)),
    ("winding down", (PAIR, ended("winding_down")), (0, 0, 0.40)),
    ("not asked", (PAIR, ended("not_asked")), (0, 0, 0.40)),
    ("a later end of the term", (PAIR, ended("left_open"), ended("as_volunteering")), (0.80, 0, 0)),
    ("an extension of what was left open", (PAIR, ended("left_open"), ("term_extended", "2021-02-20", {})), (1, 0, 0)),
    ("a role formalised", (TABLE, agreed("role_formalised")), (0.50, 0, 0)),
    ("a condition", (TABLE, agreed("condition_set")), (0.25, 0, 0)),
    ("an expectation", (TABLE, agreed("expectation_agreed")), (0.25, 0, 0)),
    ("a frequency", (TABLE, agreed("frequency_agreed")), (0.25, 0, 0)),
    ("tasks limited", (TABLE, agreed("tasks_limited")), (0.25, 0, 0)),
    ("a setting", (TABLE, agreed("setting_agreed")), (0.25, 0, 0)),
    ("a naming halves nothing", (TABLE, STOOD_OPEN, agreed("naming_agreed")), (0, 0, 0.80)),
    ("a tacit agreement halves nothing", (TABLE, STOOD_OPEN, agreed("role_formalised", tacit=True)), (0, 0, 0.80)),
    ("an agreement lifted", (TABLE, agreed("condition_set"), ("boundary_lifted", "2021-03-01", {"agreement": "g"})), (0, 0, 0)),
    ("one replaced", (TABLE, agreed("role_formalised"), agreed("tasks_limited", agreement="h", replaces="g")), (0.25, 0, 0)),
    ("the halving, once", (TABLE, STOOD_OPEN, agreed("role_formalised"), agreed("condition_set", agreement="h")), (0.75, 0, 0.40)),
    ("the nature left open", (TABLE, STOOD_OPEN), (0, 0, 0.80)),
    ("the continuation left open", (TABLE, left_open("continuation")), (0, 0, 0.80)),
    ("the roles left open", (TABLE, left_open("roles")), (0, 0, 0.60)),
    ("joining in left open", (TABLE, left_open("joining_in")), (0, 0, 0.60)),
    ("needs left open", (TABLE, left_open("needs")), (0, 0, 0.15)),
    ("a background left open", (TABLE, left_open("background")), (0, 0, 0.15)),
    ("an opening settled", (TABLE, STOOD_OPEN, ("settled", "2021-03-01", {"opening": "o-nature"})), (0, 0, 0)),
    ("an account settles no opening", (TABLE, STOOD_OPEN, account("help")), (0.80, 0, 0.80)),
    ("an account as rated", (TABLE, account("help", help=0.3, friendship=0.2)), (0.3, 0.2, 0)),
    ("help named", (TABLE, account("help")), (0.80, 0, 0)),
    ("friendship named, help rated", (TABLE, account("friendship", help=0.1)), (0.1, 0.80, 0)),
    ("friendship named and rated nought", (TABLE, account("friendship", friendship=0)), (0, 0, 0)),
    ("both named", (TABLE, account("both")), (0.40, 0.40, 0.80)),
    ("alternating named", (TABLE, account("alternating")), (0.40, 0.40, 0.80)),
    ("neither named", (TABLE, account("neither")), (0, 0, 0.80)),
    ("unsure", (TABLE, account("unsure", help=0.2)), (0.2, 0, 0.80)),
    ("I would rather not say", (TABLE, account()), (0, 0, 0)),
    ("an erased account", (TABLE, account(friendship=0.7, help={"erased": "2022-01-31"})), (0, 0, 0)),
    ("a surprise", (TABLE, ("surprise_noticed", "2021-03-01", "b", {"about": "self", "meaning_for": "self"})), (0, 0.30, 0)),
    ("unclear expectations", (TABLE, tension("unclear_expectations")), (0, 0, 0.30)),
    ("overasked", (TABLE, tension("overasked")), (0.30, 0, 0)),
    ("strain", (TABLE, tension("strain")), (0, 0, 0)),
    ("a tension eased", (TABLE, tension("overasked"), ("tension_eased", "2021-03-01", {"tension": "t"})), (0, 0, 0)),
    (
        "room made by leaving open",
        (TABLE, ("room_made", "2021-03-01", {"by": "a", "instrument": "response", "way": "left_open"})),
        (0, 0, 0.20),
    ),
    ("an end", (PAIR, STOOD_OPEN, agreed("role_formalised"), account("both"), END), (0.40, 0.40, 0.80)),
    ("a stop", (PAIR, help_given("a", "b"), ("term_ended", "2021-03-01", {"continuation": "stopped"})), (0.10, 0, 0)),
]


@pytest.mark.parametrize(("lines", "weight"), [row[1:] for row in WEIGHTS], ids=[row[0] for row in WEIGHTS])
def test_each_weight_of_the_table(lines: tuple[Line, ...], weight: tuple[float, float, float]) -> None:
    assert history(*lines).strengths(instant("2021-03-01"), None) == pytest.approx(weight, abs=1e-12)


def test_a_deposit_halves_every_half_life_and_a_standing_does_not() -> None:
    half_a_year = instant("2021-03-01") + 180 * DAY
    assert history(PAIR, help_given("a", "b"), STOOD_OPEN).strengths(half_a_year, None) == pytest.approx((1.05, 0, 0.80))


def test_resuming_starts_nothing_that_the_end_closed() -> None:
    assert history(PAIR, STOOD_OPEN, END, RESUMED).strengths(instant("2021-04-01"), None) == (0, 0, 0)


def test_a_meeting_after_resuming_goes_on_of_their_own_accord() -> None:
    again = history(PAIR, END, RESUMED, ("meeting_held", "2021-04-02", MET))
    assert again.strengths(instant("2021-04-02"), None) == pytest.approx((0, 0.10, 0))


def test_a_holder_takes_shared_facts_and_the_own_events_alone() -> None:
    told = history(PAIR, account("friendship", "a"), account("neither", "b"))
    at = instant("2021-03-01")
    assert told.strengths(at, "a") == pytest.approx((1, 0.80, 0))
    assert told.strengths(at, "b") == pytest.approx((1, 0, 0.80))
    assert told.strengths(at, "observer") == pytest.approx((1, 0, 0))
    assert told.strengths(at, None) == pytest.approx((1, 0.80, 0.80))


def test_a_reading_explains_itself() -> None:
    reading = history(PAIR, STOOD_OPEN, meeting(mood="light")).reading(instant("2021-03-01"), None)
    assert reading["contributions"] == [("e1", "formal", 1, 0, 0), ("e2", "voiced", 0, 0, 0.80), ("e3", "conduct", 0, 0.04, 0)]
    assert reading["basis"] == pytest.approx({"formal": 1 / 1.84, "voiced": 0.80 / 1.84, "conduct": 0.04 / 1.84})
    assert reading["confidence"] == pytest.approx(1 - 2**-1.84)


def test_two_strengths_alike_are_ambiguous_by_half_of_what_they_reach() -> None:
    reading = history(match("participant", "participant")).reading(instant(START), None)
    each = 1 - 2**-0.5
    parts = {"help": each * (1 - each), "friendship": each * (1 - each), "ambiguity": each}
    assert {word: reading[word] for word in parts} == pytest.approx({word: part / sum(parts.values()) for word, part in parts.items()})


def test_a_move_in_a_silence_has_no_triggers() -> None:
    moves = history(FIXED, account("help", day="2021-01-25")).evidence_moves(None, instant("2023-01-01"))
    # From the lapse on A = O = 1 - 2^-0.40 = 0.242; ambiguity leads by 0.10 of the whole once H <= 0.261, h <= 0.437.
    # After 150 days h is 0.449, after 180 it is 0.40.
    assert moves == [
        {"was": "unobserved", "now": "help", "at": instant(START), "triggers": ["e1"], "cause": "EVENTS"},
        {"was": "help", "now": "ambiguity", "at": instant("2021-07-24"), "triggers": [], "cause": "SILENCE"},
    ]


def test_a_lapse_moves_at_its_instant_and_does_not_restart_the_silence() -> None:
    looks = history(FIXED).lens_evidence.looks(None, instant("2021-03-05"))
    assert looks == {
        instant("2021-01-01"): "EVENTS",
        instant("2021-01-31"): "SILENCE",
        instant("2021-02-01"): "LAPSE",
        instant("2021-03-02"): "SILENCE",
    }
    moves = history(FIXED).evidence_moves(None, instant("2021-03-05"))
    assert [(move["now"], move["triggers"], move["cause"]) for move in moves] == [("help", ["e1"], "EVENTS"), ("unobserved", [], "LAPSE")]


def test_an_event_of_somebody_else_is_no_look() -> None:
    told = history(TABLE, account("friendship", "a"))
    assert told.reading(instant("2021-03-01"), "b")["phase"] == "unobserved"
    assert list(told.lens_evidence.looks("b", instant("2021-03-01"))) == [instant(START), instant("2021-01-31")]


def test_a_retraction_counts_from_when_it_is_recorded() -> None:
    lines = (TABLE, account("help"), ("event_retracted", "2021-05-01", {"event": "e2"}))
    at = instant("2021-03-01")
    assert history(*lines).strengths(at, None) == (0, 0, 0)
    assert history(*lines, known_at="2022-01-01T00:00:02Z").strengths(at, None) == pytest.approx((0.80, 0, 0))


def test_an_amendment_moves_and_replaces_and_may_be_retracted() -> None:
    amended: Line = ("event_amended", "2021-05-01", {"event": "e2", "data": {"named": "friendship"}, "occurred": "2021-02"})
    february = instant("2021-02-01")
    assert history(TABLE, account("help"), amended).strengths(february, None) == pytest.approx((0, 0.80, 0))
    again: Line = ("event_retracted", "2021-05-01", {"event": "e3"})
    assert history(TABLE, account("help"), amended, again).strengths(february, None) == (0, 0, 0)
    assert history(TABLE, account("help"), amended, again).strengths(instant("2021-03-01"), None) == pytest.approx((0.80, 0, 0))


def test_a_vague_date_before_the_start_counts_from_the_start() -> None:
    vague = history(TABLE, ("account_given", "2020~", "a", {"named": "help"}))
    assert vague.strengths(instant("2020-12-31"), None) == (0, 0, 0)
    assert vague.strengths(instant(START), None) == pytest.approx((0.80, 0, 0))


def test_a_meeting_at_the_instant_of_a_lapse_weighs_nothing_where_the_term_was_extended_by_then() -> None:
    lapse = "2021-02-01"
    met, extended = ("meeting_held", lapse, {"present": ["a", "b"]}), ("term_extended", lapse, {})
    for lines in ((met, extended), (extended, met)):
        assert history(FIXED, *lines).strengths(instant("2021-02-01"), None) == (1, 0, 0)
    assert history(FIXED, met).strengths(instant("2021-02-01"), None) == (0, 0.10, 0.40)
