"""An erasure from its request to its certificate: whatever names a participant or tells about them is destroyed, in every place.

The steps are whole by themselves and may be repeated: whoever was killed between two of them has the next one go on. From when their key
is frozen nothing of theirs is opened and the views take in nothing of it; from when it is destroyed nothing can be.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from domain.model.errors import Refused
from domain.store.database import ANNOUNCED, CENSUS_TOLD, ROSTER, TOKENS, Connection, InUse
from domain.store.erasure_file import LedgerLost
from domain.store.erasures import Erasure, Erasures, Handles, Unfinished
from domain.store.keys import KeyStoreError
from domain.store.mapper import Unreadable
from domain.store.roster import Roster
from domain.store.store import EventStore
from projections.census.releases import forget_told
from projections.runner import Runner
from projections.views.announcements import forget_undone
from projections.views.histories import MEMBERS
from projections.views.trajectories import MOVES, TRAJECTORIES

logger = logging.getLogger(__name__)

PLACES = (MEMBERS, TRAJECTORIES, MOVES, ANNOUNCED, CENSUS_TOLD, ROSTER, TOKENS)
"""The tables in which something may have told of somebody."""


class Erasing:
    """Erases the participants of one organisation."""

    def __init__(self, ledger: Erasures, store: EventStore, runner: Runner, roster: Roster) -> None:
        self.ledger = ledger
        self._roster = roster
        self._store = store
        self._runner = runner

    def erase(self, participant: str) -> Erasure:
        """Erase somebody, under all ids that were joined, each with a certificate of its own; that of the id that was given comes back.
        Once that is done, nothing happens. Raises `Refused` where nobody is registered by that id."""
        own, *others = self._asked(participant)
        done = self._done(own)
        for other in others:
            self._done(other)
        return done

    def _asked(self, participant: str) -> list[Erasure]:
        """The erasures of a person, taken down before anything is done about the first. Whoever was joined with them until their keys
        were frozen is asked for as well; with a frozen one nobody is joined any more."""
        known: list[Erasure] = []
        while len(asked := self.ledger.request(participant)) > len(known):
            known = asked
            for one in known:
                if one.position is None:
                    self.ledger.freeze(one)
        return known

    def go_on(self) -> int:
        """Finish what was broken off, or is to be done again after a restore; how many that were. What cannot be finished yet stands over,
        and opens nothing meanwhile."""
        for erasure in self.ledger.unfinished():
            with _standing_over():
                self._asked(erasure.participant)
        done = 0
        for erasure in self.ledger.unfinished():
            with _standing_over():
                self._done(erasure)
                done += 1
        return done

    def _done(self, erasure: Erasure) -> Erasure:
        self._roster.forget(erasure.participant)
        if erasure.position is not None:
            return erasure
        erasure, handles = self.ledger.count(erasure)
        # Before the key is destroyed: where that cannot be done yet, the views tell nothing of them all the same.
        self._runner.catch_up()
        self._runner.forget([erasure.participant], [stream for stream, _ in handles], _forget_beside)
        self._roster.forget(erasure.participant)
        day = self.ledger.destroy(erasure)
        self._wipe()
        left = self._left(erasure, handles)
        if any(left.values()):
            raise Unfinished(
                f"The key is destroyed, but something is left: {left}. `tussenruimte doctor` says more; erase again after that."
            )
        certificate: dict[str, Any] = {"destroyed": erasure.counted, "destroyed_on": day, "left": left}
        erasure = self.ledger.finish(erasure, certificate, day)
        self._runner.catch_up()
        logger.info("a participant was erased")
        return erasure

    def _wipe(self) -> None:
        """See that no trace stays of what the views said of them before."""
        try:
            self._store.database.wipe_traces(PLACES)
        except InUse as error:
            raise Unfinished(f"The key is destroyed, but {error}. Erase again in a moment: it goes on.") from error

    def _left(self, erasure: Erasure, handles: Handles) -> dict[str, int]:
        with self._store.reading() as connection:
            named = self._runner.named(connection, [erasure.participant])
        return {**self.ledger.left(erasure, handles), "views": named, "members": self._roster.knows(erasure.participant)}


def _forget_beside(connection: Connection, generation: int, streams: Sequence[str]) -> None:
    forget_undone(connection, generation, streams)
    forget_told(connection, streams)


@contextmanager
def _standing_over() -> Iterator[None]:
    """What is damaged keeps one erasure from its end, and neither the others nor whoever opens the organisation."""
    try:
        yield
    except (Unfinished, Unreadable, KeyStoreError, LedgerLost, Refused) as error:
        logger.warning("an erasure cannot be finished yet: %s", error)
