"""A relationship as it stands after some of its events: who is in it, on which side, and what is open or in force.

`evolve` takes one event further and never refuses: whether an event may happen is for `domain.model.decisions`. A lapse is
never an event: `Term.runs` and `Term.lapsed` derive it from the clock.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from domain.model.event import Event
from domain.model.events import BoundaryAgreed, Unvoiced
from domain.model.time import DAY, day
from domain.model.words import KNOWN_ROLES, Side, TermKind


class Member(Struct, frozen=True, gc=False):
    """`participant` is None where it cannot be opened. Who left is kept, not present."""

    participant: str | None
    roles: tuple[str, ...]
    present: bool = True


class Term(Struct, frozen=True, gc=False):
    """`lapses`: the instant at which it stops running by itself, None where it does not (yet). `helping`: whether, when it began
    or was extended, one member stood on `gives` and another on `receives`. `ended`: what followed, once it was ended."""

    kind: TermKind
    lapses: int | None
    helping: bool
    ended: str | None = None

    def runs(self, at: int) -> bool:
        return self.ended is None and (self.lapses is None or at < self.lapses)

    def lapsed(self, at: int) -> bool:
        return self.ended is None and self.lapses is not None and at >= self.lapses


class Relationship(Struct, frozen=True):
    """The state of one relationship; `began` is None before its opening event. `openings` and `tensions` map an id to its holder."""

    id: str
    sides: Mapping[str, Side] = field(default_factory=lambda: KNOWN_ROLES)
    began: int | None = None
    matched: bool = False
    open_to_all: bool = False
    initiative: str = ""
    members: Mapping[str, Member] = {}
    term: Term | None = None
    reversals: Mapping[str, tuple[str, str]] = {}
    agreements: Mapping[str, BoundaryAgreed] = {}
    openings: Mapping[str, str | None] = {}
    tensions: Mapping[str, str | None] = {}
    ended: bool = False

    @property
    def standing(self) -> int:
        """How many openings, tensions, agreements and reversals stand."""
        return len(self.openings) + len(self.tensions) + len(self.agreements) + len(self.reversals)

    def present(self, handle: str) -> bool:
        member = self.members.get(handle)
        return member is not None and member.present

    def own_side(self, handle: str) -> Side:
        """The side of a member's own roles: where those that have a side all agree, that one."""
        member = self.members.get(handle)
        return side_of(member.roles, self.sides) if member else "none"

    def side(self, handle: str) -> Side:
        """The side a member stands on, exchanged while a reversal is open; `group` stands on none."""
        for first, second in self.reversals.values():
            if handle == first:
                return self.own_side(second)
            if handle == second:
                return self.own_side(first)
        return self.own_side(handle)

    def helping(self) -> bool:
        """Whether one member stands on `gives` and another on `receives`."""
        sides = {self.side(handle) for handle, member in self.members.items() if member.present}
        return "gives" in sides and "receives" in sides

    def giver_and_receiver(self) -> tuple[str, str] | None:
        """The one present member on `gives` and the one on `receives`, where there is exactly one of each."""
        sides = [(self.side(handle), handle) for handle, member in self.members.items() if member.present]
        giving = [handle for side, handle in sides if side == "gives"]
        receiving = [handle for side, handle in sides if side == "receives"]
        return (giving[0], receiving[0]) if len(giving) == len(receiving) == 1 else None


def side_of(roles: tuple[str, ...], sides: Mapping[str, Side]) -> Side:
    found = {sides[role] for role in roles} - {"none"}
    if len(found) == 1:
        return next(iter(found))
    return "both" if found else "none"


def _without(mapping: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}


def _opened(state: Relationship, event: Event) -> Relationship:
    data = event.data
    members = {
        m.handle: Member(m.participant if isinstance(m.participant, str) else None, m.roles)
        for m in data.members
    }  # fmt: skip
    begun = replace(state, began=event.at, members=members, initiative=data.initiative, matched=event.kind.name == "match_made")
    if event.kind.name == "contact_emerged":
        return replace(begun, open_to_all=bool(data.open_to_all))
    if data.term is None:
        return replace(begun, term=Term("indefinite", None, begun.helping()))
    lapses = day(data.term.until) if data.term.until is not None else None
    return replace(begun, term=Term(data.term.kind, lapses, begun.helping()))


def _met(state: Relationship, event: Event) -> Relationship:
    if state.term is not None and state.term.kind == "one_off" and state.term.lapses is None and state.term.ended is None:
        return replace(state, term=replace(state.term, lapses=event.at // DAY * DAY + DAY))
    return state


def _joined(state: Relationship, event: Event) -> Relationship:
    data = event.data
    participant = data.participant if isinstance(data.participant, str) else None
    return replace(state, members={**state.members, data.handle: Member(participant, data.roles)})


def _left(state: Relationship, event: Event) -> Relationship:
    handle = event.data.handle
    if handle not in state.members:
        return state
    open_still = {id: pair for id, pair in state.reversals.items() if handle not in pair}
    members = {**state.members, handle: replace(state.members[handle], present=False)}
    return replace(state, members=members, reversals=open_still)


def _roles(state: Relationship, handle: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Relationship:
    member = state.members.get(handle)
    if member is None:
        return state
    return replace(state, members={**state.members, handle: replace(member, roles=change(member.roles))})


def _term_ended(state: Relationship, event: Event) -> Relationship:
    if event.data.continuation == "stopped":
        return _ended(state, event)
    if state.term is None:
        return state
    return replace(state, term=replace(state.term, ended=event.data.continuation))


def _extended(state: Relationship, event: Event) -> Relationship:
    until = event.data.until
    if until is None:
        return replace(state, term=Term("indefinite", None, state.helping()))
    return replace(state, term=Term("fixed", day(until), state.helping()))


def _agreed(state: Relationship, event: Event) -> Relationship:
    data = event.data
    in_force = _without(state.agreements, data.replaces) if data.replaces is not None else state.agreements
    return replace(state, agreements={**in_force, data.agreement: data})


def _ended(state: Relationship, _: Event) -> Relationship:
    return replace(state, ended=True, term=None, reversals={}, agreements={}, openings={}, tensions={})


def own_id(event: Event) -> str | None:
    """The id by which an opening, tension, agreement or reversal is pointed at."""
    if event.kind.own is None:
        return None
    if isinstance(event.data, Unvoiced):
        return event.data.own
    found: str = getattr(event.data, event.kind.own)
    return found


def _stands(state: Relationship, event: Event) -> Relationship:
    own = own_id(event)
    if own is None:
        return state
    if event.kind.name == "left_open":
        return replace(state, openings={**state.openings, own: event.perspective})
    return replace(state, tensions={**state.tensions, own: event.perspective})


_STEPS: dict[str, Callable[[Relationship, Event], Relationship]] = {
    "match_made": _opened,
    "contact_emerged": _opened,
    "meeting_held": _met,
    "member_joined": _joined,
    "member_left": _left,
    "roles_reversed": lambda s, e: replace(s, reversals={**s.reversals, e.data.reversal: e.data.between}),
    "roles_restored": lambda s, e: replace(s, reversals=_without(s.reversals, e.data.reversal)),
    "role_taken": lambda s, e: _roles(s, e.data.handle, lambda roles: (*roles, e.data.role)),
    "role_laid_down": lambda s, e: _roles(s, e.data.handle, lambda roles: tuple(r for r in roles if r != e.data.role)),
    "term_ended": _term_ended,
    "term_extended": _extended,
    "boundary_agreed": _agreed,
    "boundary_lifted": lambda s, e: replace(s, agreements=_without(s.agreements, e.data.agreement)),
    "left_open": _stands,
    "settled": lambda s, e: replace(s, openings=_without(s.openings, e.data.opening)),
    "tension_felt": _stands,
    "tension_eased": lambda s, e: replace(s, tensions=_without(s.tensions, e.data.tension)),
    "relationship_ended": _ended,
    "relationship_resumed": lambda s, e: replace(s, ended=False),
}


def evolve(state: Relationship, event: Event) -> Relationship:
    """The relationship after the event."""
    step = _STEPS.get(event.kind.name)
    return step(state, event) if step is not None else state
