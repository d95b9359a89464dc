"""Lines as a sender writes them, and a store to record them in: the few words in which the tests of the store are written.

`generated` gives as many lines as are asked for, one by one, so that a test of memory holds none of them itself.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from store_places import Files, Place

from domain.store.batch import Outcome
from domain.store.staging import Line
from domain.store.store import EventStore
from projections.runner import Runner
from projections.views.attention import Attention
from projections.views.histories import Histories
from projections.views.trajectories import Trajectories

ROOT = bytes(range(32))
NOON = 1_769_860_800_000_000  # 2026-01-31T12:00:00Z
MEETINGS = 14
"""Meetings of each generated relationship."""


class Clock:
    """A clock that stands still until a test sets it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


def opened(place: Path | Place, organisation: str = "buurtmaat", root: bytes = ROOT, clock: Callable[[], int] | None = None) -> EventStore:
    found = Files(place) if isinstance(place, Path) else place
    return found.open(root, organisation, clock or Clock())


def runner_of(store: EventStore) -> Runner:
    return Runner(store, [Histories(), Trajectories(), Attention()])


def record(store: EventStore, lines: Iterable[bytes], recorded_by: str = "system/test", **more: Any) -> Outcome:
    return store.recording.record(numbered(lines), recorded_by=recorded_by, **more)


def numbered(lines: Iterable[bytes], file: str = "lines") -> Iterator[tuple[Line, bytes]]:
    return ((Line(file, number), raw) for number, raw in enumerate(lines, 1))


def rules(outcome: Outcome) -> dict[int, str]:
    """By the number of each refused line, the rule it broke."""
    return {found.line.number: found.refusal.rule for found in outcome.refused}


def line(id: str, kind: str, subject: str, data: dict[str, Any], occurred: str = "2021-01-01", **more: Any) -> bytes:
    attributes = {"specversion": "1.0", "id": id, "source": "urn:test", "type": f"tussenruimte.{kind}.v1", "subject": subject}
    return json.dumps({**attributes, "occurred": occurred, "data": data, **more}).encode()


def initiative(id: str = "home") -> bytes:
    data = {"name": "Next Door", "kind": "buddy", "guidance": "light", "contact": "fixed"}
    return line(f"{id}-registered", "initiative_registered", f"initiative/{id}", data)


def person(id: str) -> list[bytes]:
    """A participant who is registered and has given consent."""
    return [
        line(f"{id}-registered", "participant_registered", f"participant/{id}", {"name": "Somebody"}),
        line(f"{id}-consent", "consent_given", f"participant/{id}", {"scope": "record"}),
    ]


def match(id: str, giver: str, receiver: str, home: str = "home", **data: Any) -> bytes:
    members = [
        {"handle": "a", "participant": giver, "roles": ["volunteer"]},
        {"handle": "b", "participant": receiver, "roles": ["help_seeker"]},
    ]
    return line(f"{id}-match", "match_made", f"relationship/{id}", {"initiative": home, "members": members, **data})


def meeting(id: str, relationship: str, occurred: str = "2021-02-01", **data: Any) -> bytes:
    return line(id, "meeting_held", f"relationship/{relationship}", {"present": ["a", "b"], **data}, occurred)


def ended(id: str, on: str) -> bytes:
    return line(f"{id}-ended", "relationship_ended", f"relationship/{id}", {"ended_by": ["a"], "mode": "mutual"}, on)


def account(id: str, relationship: str, holder: str = "a", occurred: str = "2021-03-01", **data: Any) -> bytes:
    return line(id, "account_given", f"relationship/{relationship}", data, occurred, perspective=holder)


def note(text: str, *about: str) -> dict[str, Any]:
    return {"notes": [{"about": list(about), "text": text}]}


def pair(id: str = "r") -> list[bytes]:
    """An initiative, two people and their match: six lines. The people are named after the relationship."""
    return [initiative(), *person(f"{id}-anna"), *person(f"{id}-bram"), match(id, f"{id}-anna", f"{id}-bram")]


def generated(count: int, prefix: str = "g") -> Iterator[bytes]:
    """`count` lines of many relationships, each with two people of its own."""
    yield initiative(f"{prefix}home")
    made = 1
    number = 0
    while made < count:
        number += 1
        for raw in _relationship(f"{prefix}{number}", f"{prefix}home"):
            if made == count:
                return
            yield raw
            made += 1


def _relationship(id: str, home: str) -> Iterator[bytes]:
    yield from person(f"{id}-anna")
    yield from person(f"{id}-bram")
    yield match(id, f"{id}-anna", f"{id}-bram", home)
    for number in range(MEETINGS):
        day = f"2021-{number % 12 + 1:02}-{number + 1:02}"
        yield meeting(
            f"{id}-m{number}", id, day, mood="light", **(note("They laughed about the rain.", "a", "b") if number % 4 == 0 else {})
        )
    yield account(f"{id}-account", id, named="both", occurred="2022-03-01")
