"""The ledger of erasures, and what an erasure does in the stores: the key frozen, what is sealed under it counted, the key destroyed.

Every step may be repeated, and goes on from wherever it was broken off. The ledger stands with the events and the destroyed key with the
keys, so that one of the two put back from an old copy is found out by the other: see `replay`.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from eventsourcing.persistence import OperationalError
from msgspec import Struct

from domain.model.errors import missing
from domain.model.time import iso_day
from domain.store.database import ERASURES, EVENTS, Connection, Insert, Row, Update
from domain.store.erasure_file import ErasureFile
from domain.store.keys import Ring
from domain.store.mapper import Unreadable
from domain.store.persons import registrations
from domain.store.recording import erased_elsewhere
from domain.store.store import EventStore

logger = logging.getLogger(__name__)


class Unfinished(OperationalError):
    """An erasure could not be finished yet. Nothing of it opens any more; asked for again, it goes on."""


Handles = Sequence[tuple[str, str]]
"""Relationships' streams, and the handle that a participant has there."""


class Erasure(Struct, frozen=True):
    """An erasure in the ledger. `counted`: what there was before the key was destroyed. `position`: of the event that says it is done."""

    participant: str
    requested: str
    event: str
    counted: dict[str, int] | None
    certificate: dict[str, Any] | None
    position: int | None

    @property
    def owner(self) -> str:
        return f"participant/{self.participant}"


class Erasures:
    """The erasures of one organisation."""

    def __init__(self, store: EventStore, file: ErasureFile | None = None) -> None:
        self._store = store
        self.file = file

    def request(self, participant: str) -> list[Erasure]:
        """Take down that somebody is to be erased, under all ids that were joined, each once: theirs first. Raises `Refused` where nobody
        is registered by that id.

        Nothing is recorded meanwhile, so that nobody is joined between the look and the request."""
        with self._store.database.writing("events") as connection:
            if _of(connection, participant) is None and not _registered(connection, participant):
                raise missing("participant_unknown", "participant", participant=participant)
            day = iso_day(self._store.clock())
            people = registrations(self._store, connection, participant)
            return [_of(connection, id) or self._recorded(connection, id) or self._take_down(connection, id, day) for id in people]

    def person(self, participant: str) -> list[str]:
        """All ids under which somebody would be erased: theirs first."""
        with self._store.reading() as connection:
            return registrations(self._store, connection, participant)

    def is_known(self, participant: str) -> bool:
        """Whether somebody is or was registered by that id."""
        with self._store.reading() as connection:
            return _registered(connection, participant)

    def all(self) -> list[Erasure]:
        """The whole ledger, by participant."""
        with self._store.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM {connection.table(ERASURES)} e ORDER BY participant").fetchall()
        return [_read(row) for row in rows]

    def of(self, participant: str) -> Erasure | None:
        with self._store.reading() as connection:
            return _of(connection, participant)

    def unfinished(self) -> list[Erasure]:
        """Those that were begun and are not done, by participant."""
        with self._store.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM {connection.table(ERASURES)} e WHERE position IS NULL ORDER BY participant")
            return [_read(row) for row in rows.fetchall()]

    def state(self, erasure: Erasure) -> str:
        """How far it is: `requested`, `frozen`, `destroyed` (the key, so that nothing opens any more) or `erased`."""
        if erasure.position is not None:
            return "erased"
        return _STATES[self._store.keys.state(erasure.owner)]

    def freeze(self, erasure: Erasure) -> None:
        """From here on nobody opens anything of theirs, and nobody is joined with them."""
        self._store.keys.freeze(erasure.owner)

    def count(self, erasure: Erasure) -> tuple[Erasure, Handles]:
        """Count what there is of somebody whose key is frozen, once; with the handles that tell of it, as long as they do."""
        handles = self._store.keys.streams_of(erasure.owner)
        if erasure.counted is None:
            with self._store.reading() as connection:
                sealed, unreadable = self._about(connection, erasure, handles)
            keys = int(self._store.keys.state(erasure.owner) is not None)
            counted = {"keys": keys, "handles": len(handles), "sealed": sealed}
            erasure = self._counted(erasure, {**counted, "unreadable": unreadable} if unreadable else counted)
        return erasure, handles

    def _counted(self, erasure: Erasure, counted: dict[str, int]) -> Erasure:
        """Whoever counts first is believed: another may be doing the same, and have destroyed meanwhile what is counted here."""
        with self._store.database.writing("events") as connection:
            known = _of(connection, erasure.participant)
            if known is not None and known.counted is not None:
                return known
            text = msgspec.json.encode(counted).decode()
            connection.write([Update(ERASURES, ("counted",), ("participant",), [(text, erasure.participant)])])
        return msgspec.structs.replace(erasure, counted=counted)

    def destroy(self, erasure: Erasure) -> str:
        """Destroy the key, and what the handles tell. Gives the ISO day on which that was done."""
        if self.file is not None:
            self.file.keep(erasure.participant, erasure.requested)
        return self._store.keys.erase(erasure.owner)

    def left(self, erasure: Erasure, handles: Handles) -> dict[str, int]:
        """What can still be had of them: keys, handles that tell of them, and seals that open."""
        keys = self._store.keys
        with self._store.reading() as connection:
            opened, _ = self._about(connection, erasure, handles, keys.ring())
        kept = keys.state(erasure.owner) != "erased"
        return {"keys": int(kept), "handles": len(keys.streams_of(erasure.owner)), "sealed": opened}

    def finish(self, erasure: Erasure, certificate: dict[str, Any], day: str) -> Erasure:
        """Record that it is done."""
        data = {"requested_on": erasure.requested, "certificate": certificate}
        line = {
            "specversion": "1.0", "id": erasure.event, "source": "urn:tussenruimte:erasure", "type": "tussenruimte.participant_erased.v1",
            "subject": erasure.owner, "occurred": day, "method": "system", "data": data,
        }  # fmt: skip
        outcome = self._store.recording.record_own(msgspec.json.encode(line), "system/erasure")
        for refused in outcome.refused:
            raise Unfinished(f"The key is destroyed; that this was done cannot be recorded yet: {refused.refusal.text()}")
        return self._done(erasure, certificate, outcome.position)

    def _done(self, erasure: Erasure, certificate: dict[str, Any], position: int) -> Erasure:
        done = (msgspec.json.encode(certificate).decode(), position, erasure.participant)
        with self._store.database.writing("events") as connection:
            connection.write([Update(ERASURES, ("certificate", "position"), ("participant",), [done])])
        return msgspec.structs.replace(erasure, certificate=certificate, position=position)

    def take_down(self, connection: Connection, told: Mapping[str, str]) -> int:
        """Take down all who are registered here and not in the ledger, within the caller's transaction; how many those were."""
        missing = [id for id in sorted(told) if _of(connection, id) is None and _registered(connection, id)]
        for id in missing:
            self._take_down(connection, id, told[id])
        return len(missing)

    def replay(self) -> int:
        """Bring ledger, file and keys together where one of them came back from an old copy, before anything is opened; how many erasures
        were missing.

        A key that is there again is destroyed again; what the ledger does not know is taken down there, to be done and recorded again,
        and opens nothing from here on. Raises what the stores raise: then nothing may be opened."""
        keys, again = self._store.keys, 0
        if self.file is not None and self.file.required:
            with self._store.reading() as connection:
                self.file.check(begun=self._store.head(connection) > 0)
        ledger = {one.participant: one for one in self.all()}
        erased = keys.erased()
        known = self.file.read() if self.file is not None else {}
        for id, one in ledger.items():
            if one.position is not None and id not in erased:
                keys.freeze(one.owner)
                keys.erase(one.owner)
                again += 1
            if one.position is not None and self.file is not None and id not in known:
                self.file.keep(id, one.requested)
        if missed := {id: requested for id, requested in {**known, **erased}.items() if id not in ledger}:
            with self._store.database.writing("events") as connection:
                again += self.take_down(connection, missed)
            with keys.place.writing() as db:
                keys.hold(db, [f"participant/{id}" for id in missed])
        if again:
            logger.warning("%s erasures, of which the file or the keys tell, were missing here and are replayed", again)
        return again

    def _take_down(self, connection: Connection, participant: str, requested: str) -> Erasure:
        made = Erasure(participant, requested, f"erasure-{secrets.token_hex(16)}", None, None, None)
        connection.write([Insert(ERASURES, [(made.participant, made.requested, made.event, None, None, None)])])
        return made

    def _recorded(self, connection: Connection, participant: str) -> Erasure | None:
        """An erasure that came with an export of another platform, and is not in the ledger."""
        for kept in self._store.recorder.stream(connection, f"participant/{participant}"):
            with suppress(Unreadable):
                event = self._store.mapper.event(kept, None)
                if event.kind.name == "participant_erased":
                    row = erased_elsewhere(event)
                    connection.write([Insert(ERASURES, [row])])
                    return _read(row)
        return None

    def _about(self, connection: Connection, erasure: Erasure, handles: Handles, ring: Ring | None = None) -> tuple[int, int]:
        """How many seals there are about them, and how many stored events cannot be read, of which nothing opens either."""
        found = unreadable = 0
        for state, handle in self._told(connection, erasure, handles):
            try:
                found += self._store.mapper.about(state, handle, ring)
            except Unreadable:
                unreadable += 1
        return found, unreadable

    def _told(self, connection: Connection, erasure: Erasure, handles: Handles) -> Iterator[tuple[bytes, str | None]]:
        """The stored events of their own stream, and those of their relationships with the handle they have there."""
        stream = self._store.recorder.stream
        for state, _, _ in stream(connection, erasure.owner):
            yield state, None
        for name, handle in handles:
            for state, _, _ in stream(connection, name):
                yield state, handle


_COLUMNS = ", ".join(ERASURES.columns)
_STATES = {None: "requested", "active": "requested", "frozen": "frozen", "erased": "destroyed"}


def _of(connection: Connection, participant: str) -> Erasure | None:
    query = f"SELECT {_COLUMNS} FROM {connection.table(ERASURES)} e WHERE participant = ?"
    row = connection.execute(query, (participant,)).fetchone()
    return _read(row) if row is not None else None


def _registered(connection: Connection, participant: str) -> bool:
    query = f"SELECT 1 FROM {connection.table(EVENTS)} e WHERE originator_id = ? LIMIT 1"
    return connection.execute(query, (f"participant/{participant}",)).fetchone() is not None


def _read(row: Row) -> Erasure:
    participant, requested, event, counted, certificate, position = row
    decode: Callable[[str], Any] = msgspec.json.decode
    return Erasure(
        participant, requested, event, decode(counted) if counted else None, decode(certificate) if certificate else None, position
    )
