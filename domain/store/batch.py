"""One batch on its way in: what is a repeat, what is refused, what is left out, and the appending of the rest.

Everything here happens inside the transaction that `Recording` holds, on a ground that nobody else changes meanwhile.
"""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

import msgspec
from msgspec import Struct

from domain.model.envelope import amended
from domain.model.errors import Refusal, bad, broken
from domain.model.event import Event
from domain.model.history import resolve
from domain.model.judged import fold_relationship, go_on
from domain.model.judgement import judge
from domain.model.naming import GIVING, identities
from domain.model.time import rfc3339
from domain.model.world import Refusals
from domain.store.database import Row
from domain.store.fresh import FreshIds
from domain.store.ground import Ground
from domain.store.keys import HandleTaken, Keys, Ring
from domain.store.ledger import leaf
from domain.store.mapper import Mapper, Stored, Unreadable
from domain.store.staging import Line, Stage, Staged, strewn, target_id
from domain.store.world import StoreWorld

CHUNK = 1_000
PAGE = 100_000
"""Events that go in before what relationships among them hang on."""
AHEAD = 500
"""Streams of which what is recorded is asked for at once."""
REMEMBERED = GIVING | {"participant_registered", "participants_joined"}
"""What of a batch is needed again when it is appended."""
Progress = Callable[[str, int], None]
"""Hears of each step, and how many events it has come to."""
_loose = msgspec.json.Decoder()
_stored = msgspec.json.Decoder(Stored)


def glimpse(raw: bytes) -> tuple[str | None, str | None]:
    """The id and stream of a line that was refused, as far as they can be read."""
    try:
        value = _loose.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None
    if not isinstance(value, dict):
        return None, None
    id, stream = value.get("id"), value.get("subject")
    return (id if isinstance(id, str) else None), (stream if isinstance(stream, str) else None)


class RefusedLine(Struct, frozen=True):
    """A line that was not taken: where it stood, the id it gave if it could be read, and why."""

    line: Line
    id: str | None
    refusal: Refusal


class Outcome(Struct, frozen=True):
    """What became of a batch. `position` is the highest position of its events, those there already included; 0 for none."""

    recorded: int
    already: int
    refused: list[RefusedLine]
    position: int = 0


class Batch:
    """A staged batch and what becomes of it. `stands`: nothing was refused, or what was refused may be left out."""

    def __init__(
        self, stage: Stage, keys: Keys, mapper: Mapper, keep_going: bool = False, restore: bool = False, signed_in: str = ""
    ) -> None:
        self.stage = stage
        self.restore = restore
        self._signed_in = signed_in
        self._keys = keys
        self._mapper = mapper
        self._keep_going = keep_going
        self._refused: dict[tuple[str, int], tuple[Line, str | None, Refusal]] = {}
        self._left_out: set[str] = set()
        self._targets: dict[str, Event] = {}
        self._people: list[tuple[str, str, str]] = []
        self.erased: list[Event] = []
        """The erasures that a restore brings."""
        self._joined: list[tuple[str, str]] = []
        self._alone = False
        self._state: Any = None
        self._already = 0
        self._recorded = 0
        self._position = 0
        self.failure: Exception | None = None
        """What broke while it was judged, where others share its transaction."""

    def renamed(self, fresh: FreshIds) -> None:
        """Go on under the fresh ids of the streams that have a refused line."""
        self._left_out = {fresh.stream(stream) for stream in self._left_out}

    @property
    def stands(self) -> bool:
        return self._keep_going or not self._refused

    def refuse(self, place: Line, id: str | None, refusal: Refusal, stream: str | None) -> None:
        """Take note of a refused line; the first thing wrong with it is what is told."""
        self._refused.setdefault((place.file, place.number), (place, id, refusal))
        if stream is not None:
            self._left_out.add(stream)

    def _refuse_event(self, line: int, event: Event, refusal: Refusal) -> None:
        self.refuse(self.stage.place(line), event.id, refusal, event.stream)

    def outcome(self) -> Outcome:
        lines = [RefusedLine(place, id, refusal) for place, id, refusal in self._refused.values()]
        if not self.stands:
            return Outcome(0, 0, lines)
        return Outcome(self._recorded, self._already, lines, self._position)

    def settle(self, ground: Ground, now: int, progress: Progress) -> None:
        """Judge the batch and append it if it stands."""
        world = self._weighed(ground, now, progress)
        if world is not None and self.stands:
            self._add_people(world)
            self._append(ground.ring(), now, progress)

    def try_out(self, ground: Ground, now: int, progress: Progress) -> None:
        """Judge the batch, and append nothing: its outcome says what would be recorded."""
        self._weighed(ground, now, progress)
        self._recorded = sum(1 for _ in self.stage.in_order())

    def _weighed(self, ground: Ground, now: int, progress: Progress) -> StoreWorld | None:
        """What the batch was judged in; nothing where it is refused unjudged."""
        self._ground = ground
        if self.restore and ground.head:
            for first in islice(self.stage.in_order(), 1):
                self.refuse(first.place, first.event.id, bad("restore_empty").refusal, first.event.stream)
            return None
        if self.restore:
            self._refuse_repeats()
        else:
            self._set_aside_repeats(ground.ring())
        return self._judged(now, progress)

    def _judged(self, now: int, progress: Progress) -> StoreWorld:
        """Judge everything. What is left out takes others with it, so that without it the rest is judged anew, until all stands."""
        while True:
            self._targets, self._people, self._joined = {}, [], []
            world = StoreWorld(self._ground, self.stage, now, self.restore)
            world.left_out = left_out = set(self._left_out)
            self._judge(world, progress)
            if not self._keep_going:
                return world
            self._drop_left_out()
            if self._left_out == left_out:
                return world

    # Repeats

    def _set_aside_repeats(self, ring: Ring) -> None:
        """The same id with the same content changes nothing; with other content it is a conflict."""
        for numbers in self.stage.repeated():
            (_, first), *others = self.stage.events(numbers)
            target = self._pointed_at(first, ring)
            for line, event in others:
                self._repeat(line, event, event == first or self._mapper.alike(event, first, target), None)
            self.stage.drop(numbers[1:])
        if self._ground.head == 0:
            return
        repeats: list[int] = []
        for lines in self.stage.lines_by_id():
            for id, state in self._ground.states(list(lines)).items():
                event = self.stage.event(lines[id])
                target = self._recorded_event(target_id(event), ring)
                same = self._mapper.repeats(event, state, ring, target, self._signed_in)
                self._repeat(lines[id], event, same, _stored.decode(state).position)
                repeats.append(lines[id])
        self.stage.drop(repeats)

    def _refuse_repeats(self) -> None:
        """An export holds no id twice."""
        for lines in self.stage.repeated():
            for line, event in self.stage.events(lines[1:]):
                self._repeat(line, event, False, None)

    def _repeat(self, line: int, event: Event, same: bool, position: int | None) -> None:
        if same:
            self._already += 1
            self._position = max(self._position, position or 0)
        else:
            self._refuse_event(line, event, Refusal("CONFLICT", "id_conflict", "id", {"id": event.id}))

    def _pointed_at(self, event: Event, ring: Ring) -> Event | None:
        """The event that an amendment points at, in the batch or in the store."""
        if (pointed := target_id(event)) is None:
            return None
        return next((staged for staged in self.stage.with_id(pointed)), None) or self._recorded_event(pointed, ring)

    def _recorded_event(self, id: str | None, ring: Ring) -> Event | None:
        kept = self._ground.kept(id) if id is not None else None
        return self._mapper.event(kept, ring) if kept is not None else None

    # Judging

    def _judge(self, world: StoreWorld, progress: Progress) -> None:
        done = 0
        streams = self.stage.streams(world.head)
        while some := list(islice(streams, AHEAD)):
            self._alone = done == 0 and len(some) == 1
            world.expect([stream for stream, _ in some if stream not in world.left_out])
            for stream, new in some:
                done += len(new)
                if stream not in world.left_out:
                    self._judge_stream(stream, new, world)
                progress("judge", done)

    def _judge_stream(self, stream: str, new: list[Event], world: StoreWorld) -> None:
        judged = self._ground.judged(stream) if self._alone else None
        gone_on = go_on(judged, new, world) if judged is not None else None
        old: list[Event] = []
        if gone_on is not None:
            state, found = gone_on
        else:
            try:
                old = world.recorded(stream)
            except Unreadable:
                # What is damaged of somebody must not keep it from being said that they are erased.
                if any(event.kind.name != "participant_erased" for event in new):
                    raise
            state, found = self._judged_whole(stream, old, new, world)
        for event, refusal in found:
            self._refuse_event(event.position - world.head, event, refusal)
        if not found:
            self._state = state
            world.learn(stream, state)
            self._accept(stream, old, new)

    def _judged_whole(self, stream: str, old: list[Event], new: list[Event], world: StoreWorld) -> tuple[Any, Refusals]:
        late = [event for event in new if event.kind.name != "participant_erased"]
        if late and stream.startswith("participant/") and world.gone(stream):
            return None, [(event, broken("after_erasure", "subject").refusal) for event in late]
        state, found = judge(stream, old + new, world)
        if not found and old:
            found = self._fallen_elsewhere(stream, old, new, state, world)
        return state, found

    def _accept(self, stream: str, old: list[Event], new: list[Event]) -> None:
        for event in new:
            if event.kind.name not in REMEMBERED:
                continue
            if event.kind.corrects and (pointed := target_id(event)) is not None:
                self._targets[event.id] = next(e for e in old + new if e.id == pointed)
            if (other := joined_with(event, self._targets.get(event.id))) is not None:
                self._joined.append((stream, f"participant/{other}"))
            elif event.kind.name == "participant_registered" and not self._came_erased(stream, new):
                self._people.append((stream, "", stream))
            elif stream.startswith("relationship/"):
                self._people.extend((stream, handle, f"participant/{person}") for handle, person in identities(event))

    def _came_erased(self, stream: str, new: list[Event]) -> bool:
        """Whether a restore, which was broken off before, brings somebody who was erased on the platform that the export is from."""
        return self.restore and any(event.kind.name == "participant_erased" for event in new) and self._keys.state(stream) == "erased"

    def _fallen_elsewhere(self, stream: str, old: list[Event], new: list[Event], state: Any, world: StoreWorld) -> Refusals:
        """What would fall in other streams: they are judged anew where a change here may take away what they rest on."""
        narrowing = [e for e in new if e.kind.corrects or e.kind.name == "initiative_closed"]
        if not narrowing:
            return []
        because = broken("still_used", None, stream=stream).refusal
        fallen: Refusals = []
        if stream.startswith("initiative/"):
            world.learn(stream, state)
            for user in world.hanging_on(stream):
                fallen += [pair for pair in fold_relationship(user, world.whole(user), world)[1] if pair[0].position <= world.head]
            if fallen:
                world.forget(stream)
        elif not any(s.event.kind.opens for s in resolve(old + new).standing):
            users = world.hanging_on(stream)
            if stream.startswith("participant/"):
                users += [user for user, _ in self._keys.streams_of(stream)]
            for user in dict.fromkeys(users):
                fallen += [(s.event, because) for s in resolve(world.whole(user)).standing if _rests_on(s.event, stream)]
        if not fallen:
            return []
        return [(narrowing[0], broken("would_fall", None, events=[event.id for event, _ in fallen], because=fallen[0][1]).refusal)]

    # Leaving out

    def _drop_left_out(self) -> None:
        """Take out of the batch every stream with a refused line."""
        for stream in sorted(self._left_out):
            lines = self.stage.lines_of(stream)
            for line, event in self.stage.events(lines):
                refusal = Refusal("RULE_BROKEN", "refused_with", "subject", {"stream": stream})
                self.refuse(self.stage.place(line), event.id, refusal, None)
            self.stage.drop(lines)

    # Appending

    def _add_people(self, world: StoreWorld) -> None:
        """Make the keys and aliases before the first event that needs them. An alias that disagrees with what was judged
        belongs to a batch that never came to be, and gives way."""
        if not (people := [row for row in self._people if row[0] not in self._left_out]):
            return
        self._keys.create([owner for stream, handle, owner in people if not handle])
        aliases = [row for row in people if row[1]]
        try:
            self._keys.add_aliases(aliases)
        except HandleTaken:
            given = {stream: {handle for event in world.recorded(stream) for handle, _ in identities(event)} for stream, _, _ in aliases}
            self._keys.release([(stream, handle) for stream, handle, _ in aliases if handle not in given[stream]])
            self._keys.add_aliases(aliases)
            self._ground.renew()

    def _append(self, ring: Ring, now: int, progress: Progress) -> None:
        ground = self._ground
        moment = max(now, ground.recorded + 1)
        staged = self.stage.in_order()
        hangs = [pair for pair in self._joined if pair[0] not in self._left_out]
        for first in staged:
            page = chain((first,), islice(staged, PAGE - 1))
            ground.append(self._rows(page, ring, moment, hangs, progress), hangs)
            hangs = []
        if self._recorded:
            self._position = max(self._position, ground.head)
            if self._alone:
                ground.learn(first.event.stream, self._state)

    def _rows(self, staged: Iterator[Staged], ring: Ring, moment: int, hangs: list[tuple[str, str]], progress: Progress) -> Iterator[Row]:
        """The rows of staged events, each formed when it is taken. What relationships among them hang on is added to `hangs`."""
        mapper, recorded, head = self._mapper, rfc3339(moment), self._ground.head
        placed = enumerate(staged, head + 1)
        in_turn = strewn(placed) if self._ground.takes_in_meanwhile and self.stage.size is not None else placed
        while chunk := list(islice(in_turn, CHUNK)):
            if sealed := {one.event.stream for _, one in chunk if one.clear is None}:
                ring.prefetch_streams([stream for stream in sealed if stream.startswith("relationship/")])
                ring.prefetch([stream for stream in sealed if stream.startswith("participant/")])
            for position, one in chunk:
                event, data = one.event, one.clear
                if data is None:
                    target = self._targets.get(event.id)
                    data = mapper.sealed(event, ring, target)
                    hangs += hanging(event, target)
                state = mapper.state(event, data, position, rfc3339(event.recorded) if self.restore else recorded)
                if self.restore and event.kind.name == "participant_erased":
                    self.erased.append(event)
                yield position, event.stream, event.kind.topic, state, event.id, leaf(state), event.at, event.until
            head += len(chunk)
            self._recorded += len(chunk)
            progress("record", self._recorded)
        self._ground.head, self._ground.recorded = head, moment


def hanging(event: Event, target: Event | None) -> list[tuple[str, str]]:
    """What a relationship names as it opens, or as its opening is amended: pairs of its stream and the stream it hangs on."""
    data = event.data
    if target is not None and target.kind.opens:
        event, data = target, amended(data, target.kind)
    if not event.kind.opens or not event.stream.startswith("relationship/"):
        return []
    named = [f"initiative/{data.initiative}"]
    if data.grew_from is not None:
        named.append(f"relationship/{data.grew_from}")
    return [(event.stream, target) for target in named]


def joined_with(event: Event, target: Event | None = None) -> str | None:
    """The other registration that a participant is joined with, also by an amendment of the `target`."""
    if target is not None and target.kind.name == "participants_joined":
        return str(event.data.data["participant"])
    return str(event.data.participant) if event.kind.name == "participants_joined" else None


def _rests_on(event: Event, stream: str) -> bool:
    """Whether an event names a participant as a member or as another registration, or a relationship as what it grew from."""
    named = {f"participant/{person}" for _, person in identities(event)}
    if (other := joined_with(event)) is not None:
        named.add(f"participant/{other}")
    if (before := getattr(event.data, "grew_from", None)) is not None:
        named.add(f"relationship/{before}")
    return stream in named
