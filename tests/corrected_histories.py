"""Random histories with corrections in them, and how they are handed to the platform and to the oracle.

A correction is drawn freely (any event retracted, amended in its content or moved to another date) and kept where the platform's own
judgement takes it; what the oracle makes of it is for the tests.
"""

import json
from collections.abc import Callable
from typing import Any

from histories import Data, Line, walks
from history_words import ABOUT, AGREEMENTS, CONTINUATIONS, DAY, HOUR, MOODS, NAMED, SIDES, TENSIONS, day, moment
from hypothesis import strategies as st
from msgspec.structs import replace
from oracle import Oracle
from oracle_history import instant

from domain.model.envelope import read
from domain.model.event import Event
from domain.model.initiative import Initiative
from domain.model.judgement import judge
from projections.lenses.chronicle import Chronicle, chronicle

NOW = instant("2080-01-01")
"""The platform's clock, long after everything told."""
Draw = Callable[[st.SearchStrategy[Any]], Any]


class OpenWorld:
    """A world in which the one initiative is open and everybody consents."""

    now = NOW
    head = 0

    def initiative(self, id: str) -> Initiative:
        return Initiative(id, True, SIDES)  # type: ignore[arg-type]

    def relationship_exists(self, id: str) -> bool:
        return True

    def participant(self, id: str) -> Any:
        return "consenting"


def recorded_at(position: int) -> int:
    """The instant at which the tests have an event recorded, one a second in the order of their positions."""
    return NOW + position * 1_000_000


def events_of(lines: list[Line]) -> list[Event]:
    """The lines as the platform reads them, recorded one by one."""
    read_in = (read(json.dumps(line).encode()) for line in lines)
    return [replace(event, position=place, recorded=recorded_at(place)) for place, event in enumerate(read_in, 1)]


def refusals(lines: list[Line]) -> list[str]:
    return [f"{event.id}: {refusal.text()}" for event, refusal in judge(lines[0]["subject"], events_of(lines), OpenWorld())[1]]


def chronicle_of(lines: list[Line]) -> Chronicle:
    return chronicle(lines[0]["subject"].partition("/")[2], events_of(lines), lambda _: SIDES)  # type: ignore[arg-type, return-value]


def oracle_of(lines: list[Line]) -> Oracle:
    """The oracle of the same lines, recorded in the same way."""
    return Oracle([{**line, "position": n, "recorded": moment(recorded_at(n))} for n, line in enumerate(lines, 1)], SIDES)


def telling_instants(lines: list[Line]) -> list[int]:
    """Where a reading may turn: the instants of events and lapses, those just before them, and some silence after and between."""
    history = oracle_of(lines).history
    turns = {event.at for event in history.events} | {term.stops for term in history.terms() if term.stops is not None}
    turns = turns or {instant(lines[0]["occurred"])}
    return sorted({at + after for at in turns for after in (-1, 0, 29 * DAY + HOUR, 200 * DAY)})


WORDS: dict[str, tuple[str, list[str]]] = {
    "meeting_held": ("mood", MOODS),
    "boundary_agreed": ("kind", AGREEMENTS),
    "left_open": ("about", ABOUT),
    "tension_felt": ("kind", TENSIONS),
    "account_given": ("named", NAMED),
    "term_ended": ("continuation", CONTINUATIONS),
    "room_made": ("way", ["left_open", "alternative_offered"]),
    "surprise_noticed": ("meaning_for", ["self", "other"]),
}
"""A word of each event that may turn out to have been another."""


def kind_of(line: Line) -> str:
    return str(line["type"].split(".")[1])


def other_data(draw: Draw, line: Line) -> Data:
    """The data of an event as it might have been meant."""
    data, kind = line["data"], kind_of(line)
    if kind in WORDS:
        name, words = WORDS[kind]
        return {**data, name: draw(st.sampled_from(words))}
    if kind == "match_made":
        until = {"until": day(instant(line["occurred"]) + draw(st.sampled_from([2, 30, 100])) * DAY)}
        term = draw(st.sampled_from([None, {"kind": "one_off"}, {"kind": "indefinite"}, {"kind": "fixed", **until}]))
        return {name: value for name, value in {**data, "term": term}.items() if value is not None}
    if kind == "help_given":
        return {**data, "giver": data["receiver"], "receiver": data["giver"]}
    if kind == "term_extended":
        return {} if data else {"until": day(instant(line["occurred"]) + 50 * DAY)}
    return dict(data)


def correction(draw: Draw, lines: list[Line]) -> Line:
    """A line that corrects one of those told: retracts it, an amendment too, or gives it other data and perhaps another date."""
    amendments = [line for line in lines if kind_of(line) == "event_amended"]
    standing = [line for line in lines if not kind_of(line).startswith("event_")]
    target = draw(st.sampled_from([*standing, *amendments]))
    data: Data = {"event": target["id"]}
    retracts = target in amendments or draw(st.booleans())
    if not retracts:
        data["data"] = other_data(draw, target)
        if draw(st.booleans()):
            moved = draw(st.sampled_from([0, -DAY, 3 * DAY, 40 * DAY, -40 * DAY, 7 * HOUR]))
            at = instant(target.get("time") or target["occurred"]) + moved
            data["occurred"] = moment(at) if at % DAY else day(at)
    kind = "event_retracted" if retracts else "event_amended"
    return {
        "specversion": "1.0",
        "id": f"{target['id'].split('.')[0]}.k{len(lines) + 1}",
        "source": "urn:random",
        "type": f"tussenruimte.{kind}.v1",
        "subject": target["subject"],
        "occurred": "2025-06-01",
        "data": data,
    }


def told(kind: str, occurred: str, data: Data, holder: str | None = None, number: int = 0) -> Line:
    """One line written by hand, of the relationship that `histories` tells of."""
    attributes = {"specversion": "1.0", "source": "urn:hand", "type": f"tussenruimte.{kind}.v1", "subject": "relationship/r"}
    return {**attributes, "id": f"r.{kind}{number}", "occurred": occurred, "data": data, **({"perspective": holder} if holder else {})}


@st.composite
def histories(draw: Draw, relationship: str = "r", most: int = 14, corrections: int = 3) -> list[Line]:
    """A valid history, its corrections last."""
    lines: list[Line] = draw(walks(relationship, most))
    for _ in range(draw(st.integers(0, corrections))):
        line = correction(draw, lines)
        if not refusals([*lines, line]):
            lines = [*lines, line]
    return lines
