"""What judging a stream asks of the other streams: answered from the store and from the batch being judged.

Participants and initiatives are judged before relationships, and what they come to is told here, so that a relationship sees
the batch as a whole whatever the order of its lines.
"""

from collections.abc import Sequence
from typing import Any

from domain.model import participant
from domain.model.event import Event
from domain.model.history import resolve
from domain.model.initiative import Initiative
from domain.model.judgement import fold_initiative, fold_participant
from domain.model.participant import Participant
from domain.store.ground import Ground
from domain.store.keys import Erased, Frozen, Missing
from domain.store.staging import Stage


class StoreWorld:
    """The world as one batch finds it; see `domain.model.judgement.World`.

    `trusting`: consents are taken as given (a restore brings back what was consented to when it was recorded).
    """

    def __init__(self, ground: Ground, stage: Stage, now: int, trusting: bool) -> None:
        self.now = now
        self.head = ground.head
        self._ground = ground
        self._ring = ground.ring()
        self._stage = stage
        self.trusting = trusting
        self._initiatives: dict[str, Initiative] = {}
        self._participants: dict[str, participant.Standing] = {}
        self._relationships: dict[str, bool] = {}
        self.left_out: set[str] = set()
        self._keyless: set[str] = set()

    def expect(self, streams: Sequence[str]) -> None:
        """Ask at once for what will be asked of these streams next."""
        if people := [stream for stream in streams if stream.startswith("participant/")]:
            self._ring.prefetch(people)
        self._keyless = {stream for stream in people if not self._ring.holds(stream)}
        self._ground.expect(streams)

    def recorded(self, stream: str) -> list[Event]:
        """The events of a stream that are in the store, opened as far as their keys allow."""
        return self._ground.stream(stream)

    def whole(self, stream: str) -> list[Event]:
        """The events of a stream, those of the batch included."""
        staged = [] if stream in self.left_out else self._stage.of_stream(stream, self.head)
        return self.recorded(stream) + staged

    def learn(self, stream: str, state: Any) -> None:
        """Take note of what a participant's or initiative's stream comes to, judged and found good with the batch in it."""
        if isinstance(state, Participant):
            self._participants[stream.partition("/")[2]] = self._standing(stream, state)
        elif isinstance(state, Initiative):
            self._initiatives[stream.partition("/")[2]] = state

    def forget(self, stream: str) -> None:
        """Take back what was learned of an initiative's stream."""
        self._initiatives.pop(stream.partition("/")[2], None)

    def gone(self, stream: str) -> bool:
        """Whether a recorded participant's key is frozen or destroyed: then nothing more is recorded about them."""
        if stream in self._keyless:
            return False
        try:
            self._ring.key(stream)
        except (Erased, Frozen):
            return True
        except Missing:
            return False
        return False

    def _standing(self, stream: str, state: Participant) -> participant.Standing:
        if self.gone(stream):
            return "erased"
        return "consenting" if self.trusting and state.registered else state.standing

    def initiative(self, id: str) -> Initiative | None:
        found = self._initiatives.get(id) or self._ground.memory.initiatives.get(id)
        if found is None:
            stream = f"initiative/{id}"
            found = self._ground.memory.initiatives[id] = fold_initiative(stream, self.recorded(stream), self)[0]
        return found if found.registered else None

    def other_participant(self, id: str) -> participant.Standing:
        stream = f"participant/{id}"
        return self._standing(stream, participant.after(id, [standing.event for standing in resolve(self.whole(stream)).standing]))

    def participant(self, id: str) -> participant.Standing:
        found = self._participants.get(id) or self._ground.memory.standings.get(id)
        if found is None:
            stream = f"participant/{id}"
            found = self._ground.memory.standings[id] = self._standing(stream, fold_participant(stream, self.recorded(stream), self)[0])
        return found

    def relationship_exists(self, id: str) -> bool:
        if id not in self._relationships:
            stream = f"relationship/{id}"
            self._relationships[id] = any(s.event.kind.opens for s in resolve(self.whole(stream)).standing)
        return self._relationships[id]

    def hanging_on(self, stream: str) -> list[str]:
        """The recorded relationships and participants that name this stream."""
        return self._ground.hanging_on(stream)
