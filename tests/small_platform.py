"""A platform of one organisation in a folder, and beside it what the oracle is to be told: everything taken in, as it was recorded.

What is asked of the platform and what the oracle says are brought into one form here, so that a test lays them side by side.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from corrected_histories import NOW
from histories import Line
from history_words import HANDLES, HOME, NO_MEMBERS, OWN_ROLES, SIDES, moment
from msgspec import to_builtins
from oracle import Oracle
from sent_lines import Clock, initiative, line, opened, person, record, runner_of
from store_faults import view_rows

from domain.store.batch import Outcome
from projections.export.cloudevents import lines as exported
from projections.views import answers
from projections.views.questions import Questions

SECOND = 1_000_000
SHARES = ("help", "friendship", "ambiguity")
SPANS = ("members", "terms", "agreements", "reversals", "openings", "tensions")
Answers = dict[str, Any]


class Platform:
    """Its clock goes on a second with every batch; `told` are the lines of relationships that were taken in."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.clock = Clock()
        self.clock.now = NOW
        self.store = opened(folder / "organisation.db", clock=self.clock)
        self.runner = runner_of(self.store)
        self.questions = Questions(self.store, self.runner)
        self.told: list[Line] = []

    def close(self) -> None:
        self.store.close()

    def settle(self, *relationships: str) -> None:
        """Register the initiative, its roles and everybody who may come to be a member."""
        roles = [{"role": role, "side": side} for role, side in OWN_ROLES.items()]
        people = [raw for relationship in relationships for handle in HANDLES for raw in person(f"{relationship}-{handle}")]
        setting = [initiative(HOME), line("roles", "roles_registered", f"initiative/{HOME}", {"roles": roles}), *people]
        assert not record(self.store, setting).refused

    def take(self, lines: Iterable[Line]) -> Outcome:
        """Record one batch."""
        self.clock.now += SECOND
        batch = list(lines)
        outcome = record(self.store, [json.dumps(line).encode() for line in batch])
        if outcome.recorded:
            known = {line["id"] for line in self.told}
            new = [line for line in batch if line["id"] not in known]
            first, recorded = outcome.position - len(new) + 1, moment(self.clock.now)
            self.told += [{**line, "position": place, "recorded": recorded} for place, line in enumerate(new, first)]
        return outcome

    def take_until_all_stand(self, batches: list[list[Line]], after_each: Callable[[], object]) -> None:
        """Record batches in the order given; what is refused because something is still missing is offered again, at last as one batch."""
        while batches:
            left = []
            for batch in batches:
                if self.take(batch).refused:
                    left.append(batch)
                after_each()
            if len(left) == len(batches):
                assert len(left) > 1
                left = [[line for batch in left for line in batch]]
            batches = left

    def told_of(self, relationship: str) -> list[Line]:
        return [line for line in self.told if line["subject"] == f"relationship/{relationship}"]

    def oracle(self, relationship: str, known_at: int | None = None) -> Oracle:
        return Oracle(self.told_of(relationship), SIDES, moment(known_at) if known_at is not None else None)

    def holders(self, relationship: str) -> list[str | None]:
        """Everybody who can be asked for: the pooled reading, all who are or were members, and those who are none."""
        return [None, *(member.handle for member in self.questions.members([relationship])[relationship]), *NO_MEMBERS]

    def head(self) -> int:
        with self.store.reading() as connection:
            return self.store.head(connection)

    def views(self) -> dict[str, list[Any]]:
        """Every row of every read model."""
        self.runner.catch_up()
        return view_rows(self.store, self.runner)

    def export(self) -> list[bytes]:
        return list(exported(self.store))

    # What is asked, and what the oracle says.

    def reading(self, id: str, at: int, lens: str, holder: str | None, known_at: int | None = None) -> Answers:
        read = self.questions.readings([id], at, lens, holder, known_at)[id]
        return {
            "phase": read.phase.lower(),
            "kind": read.kind and read.kind.lower(),
            "direction": read.direction and [list(pair) for pair in read.direction],
            "shares": [read.help, read.friendship, read.ambiguity],
            "confidence": read.confidence,
            "strengths": read.strengths and [read.strengths.help, read.strengths.friendship, read.strengths.openness],
            "basis": {part.basis.lower(): part.share for part in read.basis},
            "because": {part.event.id: [part.help, part.friendship, part.openness] for part in read.because},
        }

    def moves(self, id: str, lens: str, holder: str | None, to: int, known_at: int | None = None) -> list[Answers]:
        return [move_told(move) for move in self.questions.moves_of([id], lens, holder, to, known_at)[id]]

    def room(self, id: str, at: int, known_at: int | None = None) -> Answers | None:
        made = self.questions.rooms([id], at, known_at).get(id)
        if made is None:
            return None
        return {
            "breadth": made.breadth,
            "surprise": {"self": made.surprise.self, "other": made.surprise.other, "unsaid": made.surprise.unsaid},
            "movement": made.movement,
            "ambivalence": made.ambivalence,
            "made": {tally.of: tally.count for tally in made.made},
            "limited": {tally.of: tally.count for tally in made.limited},
        }

    def spans(self, id: str, known_at: int | None = None) -> Answers:
        return {name: to_builtins(getattr(self.questions, name)([id], known_at)[id]) for name in SPANS}


def move_told(move: answers.Move) -> Answers:
    return {
        "was": (move.was.lower(), move.was_kind and move.was_kind.lower()),
        "now": (move.now.lower(), move.kind and move.kind.lower()),
        "at": move.at,
        "triggers": {event.id for event in move.triggers},
        "cause": move.cause,
    }


def near(value: Any) -> Any:
    """The same, with every number to nine decimals."""
    if isinstance(value, dict):
        return {name: near(held) for name, held in value.items()}
    if isinstance(value, list):
        return [near(held) for held in value]
    return pytest.approx(value, abs=1e-9) if isinstance(value, float) else value


def oracle_reading(oracle: Oracle, at: int, lens: str, holder: str | None) -> Answers:
    """A reading by the oracle, in the form in which the platform is asked."""
    numbers: Answers
    if lens == "accounts":
        told = oracle.account(at, holder)
        numbers = {"shares": [None] * 3, "confidence": None, "strengths": None}
        basis = {told["basis"]: 1.0} if told["basis"] else {}
        because: Answers = {id: [None] * 3 for id in told["contributions"]}
    else:
        told = {**oracle.reading(at, holder), "kind": None}
        shares, strengths = [told[name] for name in SHARES], [float(strength) for strength in oracle.strengths(at, holder)]
        numbers = {"shares": shares, "confidence": told["confidence"], "strengths": strengths}
        basis = told["basis"]
        because = {id: [float(part) for part in weight] for id, _, *weight in told["contributions"]}
    said = {"phase": told["phase"], "kind": told["kind"], "direction": told["direction"] or None}
    return {**said, **near(numbers), "basis": near(basis), "because": near(because)}


def oracle_moves(oracle: Oracle, lens: str, holder: str | None, to: int) -> list[Answers]:
    moves = oracle.account_moves(holder, to) if lens == "accounts" else oracle.evidence_moves(holder, to)
    return [
        {
            "was": (move["was"], move.get("was_kind")),
            "now": (move["now"], move.get("kind")),
            "at": moment(move["at"]),
            "triggers": set(move["triggers"]),
            "cause": move["cause"],
        }
        for move in moves
    ]


def oracle_room(oracle: Oracle, at: int) -> Answers | None:
    """Room by the oracle; None where nothing of the relationship holds."""
    room: Answers | None = near(oracle.room(at)) if oracle.history.events else None
    return room


def oracle_spans(oracle: Oracle) -> Answers:
    """The spans by the oracle; everybody consents."""
    members = [{**member, "side": member["side"].upper(), "withdrawn": False} for member in oracle.members(NOW)]
    return {name: members if name == "members" else getattr(oracle, name)(NOW) for name in SPANS}
