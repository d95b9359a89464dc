"""What a member is reminded of, each of what they look after and nobody of anything else: the counts of a mail, and the days of a calendar.

Both are asked within the member's own scope, by the same narrowing as every other question.
"""

from collections.abc import Sequence
from hashlib import sha256
from hmac import digest as keyed

from domain.model.roles import Reach
from domain.store.accesses import CALENDAR, Access, Viewer
from domain.store.ring import ORGANISATION
from domain.store.seals import framed
from domain.store.store import EventStore
from projections.views import answers as a
from projections.views.attention_pages import attention_counts
from projections.views.dated import dated
from projections.views.questions import Questions
from projections.views.scope import Scope

_UID = "tussenruimte/calendar/1"


class Reminding:
    """The questions of one organisation that a mail and a calendar ask."""

    def __init__(self, store: EventStore, questions: Questions) -> None:
        self._store = store
        self._questions = questions

    def counts(self, coordinator: str) -> list[a.Asking]:
        """What asks for a look today. No name is opened for it, and no id told."""
        with self._within(coordinator).newest() as snapshot:
            return attention_counts(snapshot)

    def days(self, coordinator: str) -> list[a.Dated]:
        """What is of a day; see `projections.views.dated`."""
        with self._within(coordinator).snapshot() as snapshot:
            return dated(snapshot)

    def note(self, who: Viewer, days: Sequence[a.Dated]) -> None:
        """Write that they are told these, before they are."""
        places = sorted({f"initiative/{one.initiative}" for one in days})
        self._store.accesses.write(who, [Access(place, (CALENDAR,)) for place in places])

    def uid(self, one: a.Dated) -> str:
        """What an entry is called in every calendar, as long as what it rests on stands: nobody without the key finds an id in it."""
        secret = self._store.keys.ring().key(ORGANISATION).secret
        return keyed(secret, framed(_UID, one.kind, one.relationship, one.event), sha256).hex()[:32]

    def _within(self, coordinator: str) -> Questions:
        reach = Reach(coordinator=coordinator)
        return self._questions.within(Scope(self._store.organisation, "coordinator", reach, f"coordinator/{coordinator}"))
