"""Both lenses, room and spans against the oracle, over random histories with corrections: the same to the last number.

The platform works out everything at once and keeps it; the oracle looks every quantity up afresh by its definition. Who is right
where they differ is for the documents to say.
"""

from typing import Any

import msgspec
import pytest
from corrected_histories import NOW, Draw, chronicle_of, histories, oracle_of, telling_instants, told
from histories import Line
from history_words import DAY, HANDLES, NO_MEMBERS
from hypothesis import example, given
from hypothesis import strategies as st

from domain.model.lens import EVIDENCE, Definition
from projections.lenses import looks
from projections.lenses.evidence import Move
from projections.lenses.reading import moves_of, said_by_accounts, said_by_evidence, told_by_accounts, told_by_evidence
from projections.lenses.room import room
from projections.views import spans

HOLDERS = [None, *HANDLES, *NO_MEMBERS]
SILENCE = 400 * DAY
"""How long after the last event the moves are followed."""
PAIR = [{"handle": "a", "participant": "r-a", "roles": ["volunteer"]}, {"handle": "b", "participant": "r-b", "roles": ["guest"]}]
MATCH = told("match_made", "2021-01-01", {"initiative": "home", "members": PAIR, "term": {"kind": "fixed", "until": "2021-02-01"}})
MET = told("meeting_held", "2021-02-01", {"present": ["a", "b"]})
ENDED_WHEN_IT_WOULD_LAPSE = [MATCH, MET, told("term_ended", "2021-02-01", {"continuation": "not_asked"})]
EXTENDED_ON_THE_LAST_DAY = [MATCH, MET, {**told("term_extended", "2021-02-01", {}), "time": "2021-02-01T09:00:00Z"}]


@st.composite
def asked(draw: Draw) -> tuple[list[Line], list[int]]:
    """A history and some instants to ask about it."""
    lines = draw(histories())
    return lines, draw(st.lists(st.sampled_from(telling_instants(lines)), min_size=1, max_size=3, unique=True))


def close(number: float | None) -> Any:
    return number if number is None else pytest.approx(number, abs=1e-9)


def close_all(numbers: dict[str, float]) -> dict[str, Any]:
    return {name: close(number) for name, number in numbers.items()}


def moved(move: Move) -> dict[str, Any]:
    return {"was": move.was, "now": move.now, "at": move.at, "triggers": list(move.triggers), "cause": move.cause.upper()}


def until(lines: list[Line]) -> int:
    return max(telling_instants(lines)) + SILENCE


@given(histories())
@example(ENDED_WHEN_IT_WOULD_LAPSE)
def test_evidence_moves_as_in_the_oracle(lines: list[Line]) -> None:
    read, oracle, to = told_by_evidence(chronicle_of(lines), EVIDENCE), oracle_of(lines), until(lines)
    for holder in HOLDERS:
        assert [moved(move) for move in moves_of(read, holder) if move.at <= to] == oracle.evidence_moves(holder, to)


@given(histories())
@example(ENDED_WHEN_IT_WOULD_LAPSE)
def test_accounts_moves_as_in_the_oracle(lines: list[Line]) -> None:
    read, oracle, to = told_by_accounts(chronicle_of(lines), "1"), oracle_of(lines), until(lines)
    for holder in HOLDERS:
        found = [move for move in moves_of(read, holder) if move.at <= to]
        moves = [{**moved(m), "triggers": {*m.triggers}, "was_kind": m.was_kind, "kind": m.kind} for m in found]
        assert moves == [{**move, "triggers": {*move["triggers"]}} for move in oracle.account_moves(holder, to)]


@given(asked())
def test_evidence_reads_as_the_oracle(asked: tuple[list[Line], list[int]]) -> None:
    lines, instants = asked
    read, oracle = told_by_evidence(chronicle_of(lines), EVIDENCE), oracle_of(lines)
    for at in instants:
        for holder in HOLDERS:
            said, expected = said_by_evidence(read, EVIDENCE, holder, at), oracle.reading(at, holder)
            assert said.phase == expected["phase"]
            assert said.strengths == tuple(map(close, oracle.strengths(at, holder)))
            assert (said.shares or (None,) * 3) == tuple(close(expected[word]) for word in ("help", "friendship", "ambiguity"))
            assert said.confidence == close(expected["confidence"])
            assert list(said.direction) == [tuple(pair) for pair in expected["direction"] or []]
            assert dict(said.basis) == close_all(expected["basis"])
            because = {(id, basis): weight for id, basis, weight in said.because}
            assert because == {(id, basis): tuple(map(close, weight)) for id, basis, *weight in expected["contributions"]}
            weights = [sum(weight) for _, _, weight in said.because if weight is not None]
            assert len(weights) == len(because)
            assert weights == sorted(weights, reverse=True)


@given(asked())
def test_accounts_reads_as_the_oracle(asked: tuple[list[Line], list[int]]) -> None:
    lines, instants = asked
    read, oracle = told_by_accounts(chronicle_of(lines), "1"), oracle_of(lines)
    for at in instants:
        for holder in HOLDERS:
            said, expected = said_by_accounts(read, holder, at), oracle.account(at, holder)
            assert (said.phase, said.kind) == (expected["phase"], expected["kind"])
            assert list(said.direction) == [tuple(pair) for pair in expected["direction"] or []]
            assert said.basis == (((expected["basis"], 1.0),) if expected["basis"] else ())
            assert sorted(id for id, _, _ in said.because) == sorted(expected["contributions"])


@given(asked())
def test_room_is_as_in_the_oracle(asked: tuple[list[Line], list[int]]) -> None:
    lines, instants = asked
    history, oracle = chronicle_of(lines), oracle_of(lines)
    for at in instants:
        made, expected = room(history, at), oracle.room(at)
        assert (made.breadth, made.movement) == (close(expected["breadth"]), close(expected["movement"]))
        assert (made.surprise, made.made, made.limited) == tuple(close_all(expected[part]) for part in ("surprise", "made", "limited"))


@given(histories())
@example(ENDED_WHEN_IT_WOULD_LAPSE)
@example(EXTENDED_ON_THE_LAST_DAY)
def test_spans_are_as_in_the_oracle(lines: list[Line]) -> None:
    history, oracle = chronicle_of(lines), oracle_of(lines)
    members = [{**member, "side": member["side"].upper(), "withdrawn": False} for member in oracle.members(NOW)]
    assert msgspec.to_builtins(spans.members(history, lambda _: False, lambda handle: f"r-{handle}")) == members
    assert msgspec.to_builtins(spans.terms(history, NOW)) == oracle.terms(NOW)
    assert msgspec.to_builtins(spans.agreements(history)) == oracle.agreements(NOW)
    assert msgspec.to_builtins(spans.reversals(history)) == oracle.reversals(NOW)
    assert msgspec.to_builtins(spans.openings(history)) == oracle.openings(NOW)
    assert msgspec.to_builtins(spans.tensions(history)) == oracle.tensions(NOW)


def test_a_lens_that_looks_often_does_not_look_all_the_time_until_a_term_lapses(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    seen = looks.seen
    monkeypatch.setattr(looks, "seen", lambda *strengths: looked.append(strengths) or seen(*strengths))
    told_by_evidence(chronicle_of([MATCH]), Definition("hasty", "1", half_life_days=1e-5, look_days=1e-5))
    assert 0 < len(looked) < 1_000


def test_a_lens_to_which_nothing_is_too_little_stops_looking_once_nothing_can_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it looks until a float has no smaller number: some 130 years of silence for one relationship."""
    lines = [MATCH, MET, told("account_given", "2021-02-02", {"named": "help"}, "a")]
    looked = []
    seen = looks.seen
    monkeypatch.setattr(looks, "seen", lambda *strengths: looked.append(strengths) or seen(*strengths))
    told_by_evidence(chronicle_of(lines), Definition("always", "1", unobserved_below=0.0))
    assert 0 < len(looked) < 50 * 180 / 30 * 4
