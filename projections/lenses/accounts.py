"""The lens `accounts`: it believes only what people said the contact is, or deliberately left open.

For each holder it gives spells: from an instant, the phase, its kind, the direction of help and the events it rests on. The
coordinator alone has a reading from the role, while a match with one side that gives and one that receives runs its term.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from domain.model.event import Event
from domain.model.events import Unvoiced
from domain.model.relationship import Relationship
from projections.lenses.chronicle import Chronicle, Step, at_one_instant
from projections.lenses.evidence import AMBIGUOUS, Basis, Move

OPENS = ("nature", "roles", "continuation", "joining_in")
TELLING = ("match_made", "left_open", "account_given", "relationship_ended", "term_ended")
"""The events without which nobody has a reading."""
View = tuple[str, str | None]
"""A phase and its kind."""


class Spell(Struct, array_like=True, gc=False):
    """A reading that holds from `at` until the next spell. `rests` are the ids of the accounts, openings or match it rests on."""

    at: int
    phase: str
    kind: str | None = None
    direction: tuple[tuple[str, str], ...] = ()
    rests: tuple[str, ...] = ()
    basis: Basis | None = None


UNOBSERVED = Spell(0, "unobserved")


class _Holder:
    """What one holder said that still holds."""

    def __init__(self) -> None:
        self.accounts: list[Event] = []
        self.openings: dict[str, Event] = {}

    def hear(self, event: Event) -> None:
        data = event.data
        if isinstance(data, Unvoiced):
            return
        if event.kind.name == "left_open" and data.about in OPENS:
            self.openings[data.opening] = event
        elif event.kind.name == "account_given" and data.named is not None:
            if not data.beside:
                self.accounts.clear()
                self.openings.clear()
            self.accounts.append(event)

    def view(self) -> tuple[View, tuple[str, ...]] | None:
        if self.openings:
            return ("ambiguity", "left_open"), tuple(event.id for event in self.openings.values())
        if not self.accounts:
            return None
        words = {event.data.named for event in self.accounts}
        word = words.pop() if len(words) == 1 else "both"
        rests = tuple(event.id for event in self.accounts)
        return (("ambiguity", word) if word in AMBIGUOUS else (word, None)), rests


class _Teller:
    """All holders of one relationship, taken through its history."""

    def __init__(self, lapses: Sequence[int]) -> None:
        self._lapses = set(lapses)
        self.holders: dict[str, _Holder] = {}
        self.began: dict[str, int] = {}
        self.match: str | None = None
        self.ending: str | None = None
        self.state = Relationship("")
        self._latest = -1

    def take(self, step: Step, order: int) -> None:
        event = step.event
        if order > self._latest:
            self.state, self._latest = step.after, order
        name = event.kind.name
        if event.perspective is not None:
            self.holders.setdefault(event.perspective, _Holder()).hear(event)
        if name == "match_made":
            self.match = event.id
        elif name == "term_ended":
            self.ending = event.id
        elif name == "roles_reversed":
            self.began[event.data.reversal] = event.at
        elif name == "settled":
            for holder in self.holders.values():
                holder.openings.pop(event.data.opening, None)
        if step.after.ended and not step.before.ended:
            self.holders.clear()

    def reading(self, holder: str, at: int) -> Spell:
        said = self.holders[holder].view() if holder in self.holders else None
        if said is not None:
            (phase, kind), rests = said
            return Spell(at, phase, kind, self._direction(holder) if phase == "help" else (), rests, "voiced")
        if self.state.ended:
            return Spell(at, "ended")
        if holder == "coordinator" and self.state.matched and self.state.term is not None:
            term = self.state.term
            if term.ended == "left_open" and self.ending is not None:
                return Spell(at, "ambiguity", "left_open", (), (self.ending,), "formal")
            # Ended or extended at the very instant of its lapse, it did not lapse: until that event it runs.
            runs = term.runs(at) or (term.ended is None and term.lapses == at and at not in self._lapses)
            if term.helping and runs and self.match is not None:
                return Spell(at, "help", None, self._by_sides(), (self.match,), "formal")
        return Spell(at, "unobserved")

    def pooled(self, at: int) -> Spell:
        if self.state.ended:
            return Spell(at, "ended")
        members = [handle for handle, member in self.state.members.items() if member.present]
        found = [spell for spell in (self.reading(handle, at) for handle in members) if spell.phase != "unobserved"]
        if not found:
            return Spell(at, "unobserved")
        rests = tuple(id for spell in found for id in spell.rests)
        phases, kinds = {spell.phase for spell in found}, {spell.kind for spell in found}
        if len(phases) > 1:
            return Spell(at, "ambiguity", "differing", (), rests, "voiced")
        phase = phases.pop()
        kind = kinds.pop() if len(kinds) == 1 else "both"
        return Spell(at, phase, kind, self._by_sides() if phase == "help" else (), rests, "voiced")

    def _direction(self, holder: str) -> tuple[tuple[str, str], ...]:
        """As the last named account says, exchanged by a reversal that began after it; else by the sides."""
        account = self.holders[holder].accounts[-1]
        said: tuple[tuple[str, str], ...] = account.data.direction
        if not said:
            return self._by_sides()
        since = [set(pair) for id, pair in self.state.reversals.items() if self.began[id] > account.at]
        return tuple((receiver, giver) if {giver, receiver} in since else (giver, receiver) for giver, receiver in said)

    def _by_sides(self) -> tuple[tuple[str, str], ...]:
        pair = self.state.giver_and_receiver()
        return (pair,) if pair is not None else ()


class Account(Struct, array_like=True, gc=False):
    """One holder's reading through time: the spells, and the moves between them."""

    spells: list[Spell]
    moves: list[Move]


def read(told: Chronicle, holders: Iterable[str]) -> dict[str | None, Account]:
    """Every holder's account of a relationship, and the pooled one under None."""
    names: list[str | None] = [None, *holders]
    if not any(step.event.kind.name in TELLING for step in told.steps):
        return {name: Account([], []) for name in names}
    telling = [step for step in told.steps if step.after is not step.before or step.event.perspective is not None]
    teller = _Teller(told.lapses)
    found: dict[str | None, Account] = {name: Account([], []) for name in names}
    last: dict[str | None, Spell] = dict.fromkeys(names, UNOBSERVED)
    order = {id(step): place for place, step in enumerate(telling)}
    lapses = list(told.lapses)

    def spell_of(name: str | None, at: int) -> Spell:
        return teller.pooled(at) if name is None else teller.reading(name, at)

    def close(at: int, before: dict[str | None, Spell], triggers: dict[str | None, list[str]], lapsed: bool) -> None:
        for name in names:
            now, was = spell_of(name, at), before[name]
            if (now.phase, now.kind) != (was.phase, was.kind):
                cause = "lapse" if lapsed and not triggers[name] else "events"
                found[name].moves.append(Move(at, was.phase, was.kind, now.phase, now.kind, cause, tuple(triggers[name])))
            if (now.phase, now.kind, now.direction, now.rests) != (was.phase, was.kind, was.direction, was.rests):
                found[name].spells.append(now)
                last[name] = now

    for group in at_one_instant(telling):
        at = group[0].event.at
        while lapses and lapses[0] < at:
            lapse = lapses.pop(0)
            close(lapse, dict(last), {name: [] for name in names}, True)
        lapsed = bool(lapses) and lapses[0] == at
        if lapsed:
            lapses.pop(0)
        before = dict(last)
        triggers: dict[str | None, list[str]] = {name: [] for name in names}
        seen = {name: (spell.phase, spell.kind) for name, spell in ((n, spell_of(n, at)) for n in names)}
        for step in sorted(group, key=lambda step: step.event.kind.name == "account_given"):
            teller.take(step, order[id(step)])
            for name in names:
                spell = spell_of(name, at)
                if (spell.phase, spell.kind) != seen[name]:
                    seen[name] = (spell.phase, spell.kind)
                    triggers[name].append(step.event.id)
        close(at, before, triggers, lapsed)
    for lapse in lapses:
        close(lapse, dict(last), {name: [] for name in names}, True)
    return found


def spell_at(spells: Sequence[Spell], at: int) -> Spell:
    """The spell in which an instant lies."""
    held = UNOBSERVED
    for spell in spells:
        if spell.at > at:
            break
        held = spell
    return held
