"""Given some events, when others are recorded, then they are taken or refused: the tests of the rules read like that.

Everything goes through the real store. The ground of every scene is one open initiative, `home`, and the people of the handles
a to e, registered and with consent to record; what a test is about is built on it with the small builders here.
"""

import json
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from domain.model.errors import Refusal
from domain.model.event import Event
from domain.model.time import instant
from domain.store.batch import Outcome
from domain.store.staging import Line
from domain.store.store import EventStore

Sent = dict[str, Any]
Told = Sent | Sequence[Sent]
NOW = instant("2024-06-15T12:00:00Z")[0]
TODAY, TOMORROW, LATER = "2024-06-15", "2024-06-16", "2024-06-17"
START, SOON = "2021-01-01", "2021-03-01"
BY = "coordinator/k"
_numbers = count(1)


def event(name: str, stream: str, data: Any = None, on: str = SOON, **attributes: Any) -> Sent:
    """An envelope with an id of its own. `on` is when it occurred; `attributes` stand beside it."""
    made = {
        "specversion": "1.0",
        "id": f"e{next(_numbers)}",
        "source": "urn:test:rules",
        "type": f"tussenruimte.{name}.v1",
        "subject": stream,
        "occurred": on,
        "data": {} if data is None else data,
    }
    return {**made, **attributes}


def of(name: str, data: Any = None, on: str = SOON, **attributes: Any) -> Sent:
    """An event of the relationship `r`."""
    return event(name, "relationship/r", data, on, **attributes)


def person(handle: str) -> str:
    """The participant for whom a handle stands."""
    return f"person-{handle}"


def registered(handle: str, on: str = START) -> Sent:
    return event("participant_registered", f"participant/{person(handle)}", {"name": f"name of {handle}"}, on)


def consent(handle: str, on: str = START, name: str = "consent_given", scope: str = "record") -> Sent:
    return event(name, f"participant/{person(handle)}", {"scope": scope}, on)


def withdrawn(handle: str, on: str = "2022-01-01") -> Sent:
    return consent(handle, on, "consent_withdrawn")


def people(handles: str) -> list[Sent]:
    return [made for handle in handles for made in (registered(handle), consent(handle))]


def initiative(id: str = "home", on: str = "2020-01-01", **data: Any) -> Sent:
    whole = {"name": "Home", "kind": "buddy", "guidance": "light", "contact": "indefinite", **data}
    return event("initiative_registered", f"initiative/{id}", whole, on)


def member(handle: str, *roles: str) -> dict[str, Any]:
    return {"handle": handle, "participant": person(handle), "roles": list(roles)}


def pair(on: str = START, relationship: str = "r", **data: Any) -> Sent:
    """A match of a, a volunteer, and b, who seeks help."""
    whole = {"initiative": "home", "members": [member("a", "volunteer"), member("b", "help_seeker")], **data}
    return event("match_made", f"relationship/{relationship}", whole, on)


def table(handles: str = "abc", on: str = START, relationship: str = "r", **data: Any) -> Sent:
    """A contact that nobody arranged, open to all."""
    members = [member(handle, "participant") for handle in handles]
    return event(
        "contact_emerged", f"relationship/{relationship}", {"initiative": "home", "members": members, "open_to_all": True, **data}, on
    )


def joined(handle: str, *roles: str, on: str = "2021-02-01") -> Sent:
    return of("member_joined", member(handle, *roles), on)


def left(handle: str, on: str = "2021-04-01") -> Sent:
    return of("member_left", {"handle": handle}, on)


def meeting(*present: str, on: str = SOON, **data: Any) -> Sent:
    return of("meeting_held", {"present": list(present), **data}, on)


def account(holder: str, on: str = SOON, **data: Any) -> Sent:
    return of("account_given", data, on, perspective=holder)


def opening(id: str = "o1", holder: str = "coordinator", on: str = SOON, **data: Any) -> Sent:
    return of("left_open", {"opening": id, "about": "nature", **data}, on, perspective=holder)


def tension(id: str = "t1", holder: str = "a", on: str = SOON) -> Sent:
    return of("tension_felt", {"tension": id, "kind": "strain"}, on, perspective=holder)


def agreement(id: str = "g1", on: str = SOON, **data: Any) -> Sent:
    whole = {"agreement": id, "kind": "condition_set", "parties": ["a", "b"], "prompted_by": "request", **data}
    return of("boundary_agreed", whole, on)


def reversal(id: str = "v1", first: str = "a", second: str = "b", on: str = SOON) -> Sent:
    return of("roles_reversed", {"reversal": id, "between": [first, second]}, on)


def term_ended(continuation: str, on: str = SOON) -> Sent:
    return of("term_ended", {"continuation": continuation}, on)


def ended(on: str = "2021-06-01", **data: Any) -> Sent:
    return of("relationship_ended", {"ended_by": ["a"], "mode": "mutual", **data}, on)


def resumed(on: str = "2021-09-01") -> Sent:
    return of("relationship_resumed", {}, on)


def retracted(what: Sent, on: str = "2023-01-01", **attributes: Any) -> Sent:
    return event("event_retracted", what["subject"], {"event": what["id"]}, on, **attributes)


def amended(what: Sent, data: Any, occurred: str | None = None, on: str = "2023-01-01") -> Sent:
    whole = {"event": what["id"], "data": data} | ({} if occurred is None else {"occurred": occurred})
    return event("event_amended", what["subject"], whole, on)


def note(text: str, *about: str) -> dict[str, Any]:
    return {"about": list(about), "text": text}


def about(*handles: str) -> dict[str, Any]:
    """Notes with one text about these."""
    return {"notes": [note("a text", *handles)]}


Given = Callable[..., "Scene"]


def in_lines(told: Sequence[Told]) -> list[Sent]:
    return [sent for part in told for sent in ([part] if isinstance(part, dict) else part)]


class Then:
    """What became of a batch."""

    def __init__(self, scene: "Scene", sent: int, head: int, outcome: Outcome) -> None:
        self.scene, self.outcome = scene, outcome
        self._sent, self._head = sent, head

    def then_taken(self) -> "Scene":
        told = [(refused.refusal.rule, refused.refusal.field, refused.refusal.text()) for refused in self.outcome.refused]
        assert told == []
        assert self.outcome.recorded == self._sent
        assert self.scene.head() == self._head + self._sent
        return self.scene

    def then_already(self) -> "Scene":
        """Taken again, and nothing changed."""
        assert (self.outcome.refused, self.outcome.recorded, self.outcome.already) == ([], 0, self._sent)
        assert self.scene.head() == self._head
        return self.scene

    def then_refused(self, rule: str, field: str | None = None, code: str | None = None) -> Refusal:
        """Refused for this rule (at this field, with this code, where they are told here), in words, and nothing was recorded."""
        assert self.outcome.refused, "the batch was taken"
        for refused in self.outcome.refused:
            assert refused.refusal.text("en")
            assert refused.refusal.text("nl")
        assert self.scene.head() == self._head
        assert (self.outcome.recorded, self.outcome.already) == (0, 0)
        told = [(refused.refusal.rule, refused.refusal.field) for refused in self.outcome.refused]
        found = [refused.refusal for refused in self.outcome.refused if refused.refusal.rule == rule]
        assert found, f"refused for {told}, not for {rule}"
        assert field is None or field in [refusal.field for refusal in found], told
        assert code is None or code in [refusal.code for refusal in found]
        return found[0]

    def then_some_refusal(self) -> Refusal:
        """Refused, whatever the rule, in words, and nothing was recorded."""
        assert self.outcome.refused, "the batch was taken"
        return self.then_refused(self.outcome.refused[0].refusal.rule)


class Scene:
    """A store in which something is recorded already, and more is tried."""

    def __init__(self, store: EventStore) -> None:
        self.store = store

    def given(self, *told: Told) -> "Scene":
        """Record events that must be taken."""
        return self.when(*told).then_taken()

    def when(self, *told: Told, by: str = BY, restore: bool = False) -> Then:
        """Record events as one batch."""
        return self.when_sent(*[json.dumps(sent).encode() for sent in in_lines(told)], by=by, restore=restore)

    def when_sent(self, *lines: bytes, by: str = BY, restore: bool = False) -> Then:
        """Record lines as they are, as one batch."""
        head = self.head()
        numbered = [(Line("batch", number), line) for number, line in enumerate(lines, 1)]
        return Then(self, len(lines), head, self.store.recording.record(numbered, recorded_by=by, restore=restore))

    def head(self) -> int:
        with self.store.reading() as connection:
            return self.store.head(connection)

    def events(self, stream: str = "relationship/r") -> list[Event]:
        """What is recorded of a stream, opened, in the order of recording."""
        with self.store.reading() as connection:
            return self.store.streams(connection, [stream], self.store.keys.ring())[stream]
