"""What judging a stream asks of the other streams: answered from the store and from the batch being judged.

Participants and initiatives are judged before relationships, and what they come to is told here, so that a relationship sees
the batch as a whole whatever the order of its lines.
"""

from domain.model import participant
from domain.model.event import Event
from domain.model.history import resolve
from domain.model.initiative import Initiative
from domain.model.judgement import fold_initiative, fold_participant
from domain.model.participant import Participant
from domain.store.database import HANGS, Connection
from domain.store.keys import Erased, Frozen, Missing, Ring
from domain.store.mapper import Mapper
from domain.store.recorder import EventRecorder
from domain.store.staging import Stage


class StoreWorld:
    """The world as one batch finds it; see `domain.model.judgement.World`.

    `trusting`: consents are taken as given (a restore brings back what was consented to when it was recorded).
    """

    def __init__(
        self,
        connection: Connection,
        recorder: EventRecorder,
        mapper: Mapper,
        ring: Ring,
        stage: Stage,
        now: int,
        head: int,
        trusting: bool,
    ) -> None:
        self.now = now
        self.head = head
        self._connection = connection
        self._recorder = recorder
        self._mapper = mapper
        self._ring = ring
        self._stage = stage
        self.trusting = trusting
        self._initiatives: dict[str, Initiative] = {}
        self._participants: dict[str, participant.Standing] = {}
        self._relationships: dict[str, bool] = {}
        self.left_out: set[str] = set()

    def recorded(self, stream: str) -> list[Event]:
        """The events of a stream that are in the store, opened as far as their keys allow."""
        if self.head == 0:
            return []
        rows = self._recorder.stream(self._connection, stream)
        return [self._mapper.event((state, at, until), self._ring) for state, at, until in rows]

    def whole(self, stream: str) -> list[Event]:
        """The events of a stream, those of the batch included."""
        staged = [] if stream in self.left_out else self._stage.of_stream(stream, self.head)
        return self.recorded(stream) + staged

    def learn(self, stream: str, events: list[Event]) -> None:
        """Take note of a participant's or initiative's stream, judged and found good with the batch in it."""
        if stream.startswith("participant/"):
            self._participants[stream.partition("/")[2]] = self._standing(stream, events)
        elif stream.startswith("initiative/"):
            self._initiatives[stream.partition("/")[2]] = fold_initiative(stream, events, self)[0]

    def forget(self, stream: str) -> None:
        """Take back what was learned of an initiative's stream."""
        self._initiatives.pop(stream.partition("/")[2], None)

    def gone(self, stream: str) -> bool:
        """Whether a recorded participant's key is frozen or destroyed: then nothing more is recorded about them."""
        try:
            self._ring.key(stream)
        except (Erased, Frozen):
            return True
        except Missing:
            return False
        return False

    def _standing(self, stream: str, events: list[Event]) -> participant.Standing:
        if self.gone(stream):
            return "erased"
        folded: Participant = fold_participant(stream, events, self)[0]
        return "consenting" if self.trusting and folded.registered else folded.standing

    def initiative(self, id: str) -> Initiative | None:
        if id not in self._initiatives:
            stream = f"initiative/{id}"
            self._initiatives[id] = fold_initiative(stream, self.recorded(stream), self)[0]
        found = self._initiatives[id]
        return found if found.registered else None

    def participant(self, id: str) -> participant.Standing:
        if id not in self._participants:
            stream = f"participant/{id}"
            self._participants[id] = self._standing(stream, self.recorded(stream))
        return self._participants[id]

    def relationship_exists(self, id: str) -> bool:
        if id not in self._relationships:
            stream = f"relationship/{id}"
            self._relationships[id] = any(s.event.kind.opens for s in resolve(self.whole(stream)).standing)
        return self._relationships[id]

    def hanging_on(self, stream: str) -> list[str]:
        """The recorded relationships that name this stream."""
        hangs = self._connection.table(HANGS)
        return [row[0] for row in self._connection.execute(f"SELECT stream FROM {hangs} h WHERE target = ? ORDER BY stream", (stream,))]
