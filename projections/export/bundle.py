"""The bundle of evidence that an auditor takes home: what was recorded, as it is stored, with all that proves it and a program that checks.

The same state gives the same bytes. It goes up to the newest checkpoint, and is checked before it is given away.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from domain.model.catalogue import BY_TYPE
from domain.model.errors import Refusal, Refused, missing
from domain.proofs import evidence, standalone
from domain.proofs.errors import Unproven
from domain.proofs.note import Verifier
from domain.proofs.tiles import consistency_proof, inclusion_proof, tree_peaks
from domain.store.accesses import entry_of
from domain.store.database import ACCESSES, EVENTS, Connection, Row
from domain.store.log import Log, Rewritten, Signed, Tiles
from projections.views.accesses import of_relationships
from projections.views.proofs import all_encoded

OTHER_PART = re.compile(r"^from domain\.proofs\.standalone import \(.*?^\)\n", re.M | re.S)


class Asked(Struct, frozen=True):
    """Of which relationships, and which events by their ids; all there is where neither is named."""

    relationships: Sequence[str] = ()
    events: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.relationships or self.events)


def bundle(log: Log, accesses: Log, witnesses: Sequence[Verifier], since: bytes | None, asked: Asked) -> bytes:
    """The zip. `since`: a checkpoint of the log of events that the auditor kept. Of that of accesses there is all that is signed, or what
    was looked at of the relationships that are asked for. Raises `Refused`; `Rewritten` where what is stored fails."""
    with log.database.reading() as connection:
        newest = log.checkpoint(connection)
        if newest is None:
            raise Refused(Refusal("UNAVAILABLE", "nothing_signed"))
        log.check(connection)
        kept = log.own(connection, since) if since is not None else None
        try:
            rows = _asked(connection, asked, newest.size, kept.size if kept else 0) if asked else _all(connection, newest, kept)
            files = {f"events/{name}": content for name, content in _files(log, connection, newest, kept, witnesses, asked, rows)}
            looked = accesses.checkpoint(connection)
            if looked is not None and (seen := _looks(connection, asked, looked.size)):
                files |= {f"access/{name}": held for name, held in _files(accesses, connection, looked, None, witnesses, asked, seen)}
        except Unproven as why:
            raise Rewritten(str(why), str(why)) from None
    said = {"events": sorted(set(asked.events)), "relationships": sorted(set(asked.relationships))} if asked else None
    made = evidence.bundled({evidence.PROGRAM: program(), **files}, said)
    try:
        evidence.verify(made)
    except standalone.Unproven as why:
        raise Rewritten(str(why), str(why)) from None
    return made


def program() -> bytes:
    """The verifier, in one file."""
    proofs, rest = (Path(part.__file__ or "").read_text("utf-8") for part in (standalone, evidence))
    return f"{proofs}\n\n{OTHER_PART.sub('', rest)}".encode()


def _files(
    log: Log,
    connection: Connection,
    newest: Signed,
    kept: Signed | None,
    witnesses: Sequence[Verifier],
    asked: Asked,
    rows: Sequence[Row],
) -> Iterable[tuple[str, bytes]]:
    tiles, size, since = Tiles(connection, log.table), newest.size, kept.size if kept is not None else 0
    proofs: dict[str, Any] = {"consistency": all_encoded(consistency_proof(tiles, since, size)) if since else []}
    if asked:
        proofs["inclusion"] = [all_encoded(inclusion_proof(tiles, position - 1, size)) for position, _ in rows]
    else:
        proofs["peaks"] = all_encoded(tree_peaks(tiles, since))
    # A verifier refuses a key that stands there twice.
    yield "keys", "".join(f"{key.text}\n" for key in dict.fromkeys((log.verifier(connection), *witnesses))).encode()
    yield "checkpoint", newest.note
    if kept is not None:
        yield "since", kept.note
    yield "entries.jsonl", b"".join(state + b"\n" for _, state in rows)
    yield "proofs.json", evidence.written(proofs)


def _all(connection: Connection, newest: Signed, kept: Signed | None) -> list[Row]:
    query = f"SELECT position, state FROM {connection.table(EVENTS)} e WHERE position > ? AND position <= ? ORDER BY position"
    return connection.execute(query, (kept.size if kept is not None else 0, newest.size)).fetchall()


def _looks(connection: Connection, asked: Asked, size: int) -> list[Row]:
    """Who looked: at everything there is, or at the relationships that were asked for, as `access_page` tells it of them."""
    query = f"SELECT position, entry FROM {connection.table(ACCESSES)} a WHERE position <= ?"
    if not asked:
        return connection.execute(f"{query} ORDER BY position", (size,)).fetchall()
    if not asked.relationships:
        return []
    looked_at = of_relationships(connection, asked.relationships)
    one_of_them, value = connection.among("place", looked_at.places)
    rows = connection.execute(f"{query} AND {one_of_them} ORDER BY position", (size, value)).fetchall()
    # What is no entry any more goes along, for the verifier to refuse.
    return [row for row in rows if (entry := entry_of(row[1])) is None or looked_at.meets(entry)]


def _asked(connection: Connection, asked: Asked, size: int, since: int) -> list[Row]:
    """What was asked for, whenever it was recorded, and who was erased since the last visit."""
    events = connection.table(EVENTS)
    found: dict[int, bytes] = {}
    streams, ids = [f"relationship/{one}" for one in asked.relationships], asked.events
    for column, names, rule in (("originator_id", streams, "unknown_relationship"), ("id", ids, "unknown_event")):
        condition, value = connection.among(column, names)
        rows = connection.execute(f"SELECT position, state, {column} FROM {events} e WHERE {condition}", (value,)).fetchall()
        for name in names:
            positions = [position for position, _, held in rows if held == name]
            if not positions:
                raise missing(rule, None, id=name.removeprefix("relationship/"))
            if min(positions) > size:
                raise Refused(Refusal("UNAVAILABLE", "not_signed_yet", None, {"position": min(positions), "size": size}))
        found |= {position: state for position, state, _ in rows if position <= size}
    topic = BY_TYPE[evidence.ERASED].topic
    query = f"SELECT position, state FROM {events} e WHERE topic = ? AND position > ? AND position <= ?"
    found |= dict(connection.execute(query, (topic, since, size)))
    return sorted(found.items())
