"""Whether a store is whole: every leaf is that of its event, nothing is missing or doubled, keys open what they should, views are up.

Nothing is mended here; what is found is told, so that somebody can decide what to restore.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from domain.model.errors import Refused
from domain.model.time import DAY, instant, iso_day
from domain.store.accesses import entry_of
from domain.store.database import ACCESSES, EVENTS, Connection
from domain.store.erasures import Erasures
from domain.store.isolation import breaches, owns, role_of
from domain.store.keys import Erased, Frozen, KeyStoreError, KeyStoreSilent, Missing, Ring
from domain.store.ledger import leaf
from domain.store.log import Log
from domain.store.mapper import Unreadable
from domain.store.postgres import connected
from domain.store.replica import Lost, Replica
from domain.store.store import PAGE, EventStore
from domain.store.tokens import Tokens
from domain.store.turning import Spans
from projections.retention import Retention
from projections.runner import Runner
from projections.set_aside import Aside

LATE = 2 * DAY
"""For how long, in microseconds, what is to be done daily may not have been done."""
LONG = 400 * DAY
"""Longer than a token should hold."""
SHOWN = 5
"""Streams, or tokens, that are named; of many that were set aside the cause is mostly the same."""


class Finding(Struct, frozen=True):
    """One thing that was looked at. `weak`: nothing is wrong, and it would better be otherwise."""

    name: str
    sound: bool
    detail: str
    weak: bool = False


class _Counted:
    """What was found wrong in one pass over the events."""

    def __init__(self) -> None:
        self.events = 0
        self.leaves = 0
        self.gaps = 0
        self.ids = 0
        self.damaged = 0


def examine(store: EventStore, runner: Runner, progress: Callable[[int, int], None]) -> list[Finding]:
    """Look at everything. `progress` hears events done and in all."""
    with store.reading() as connection:
        head, counted = store.head(connection), _Counted()
        for rows in _pages(connection):
            _look(store, rows, counted)
            progress(counted.events, head)
        doubled = counted.events - _distinct(connection)
        keyless = _keyless(store, connection)
        accesses = _accesses(connection)
    outdated = runner.outdated()
    # Views that are merely behind come up at the next question; they are not read from events that were changed.
    if not outdated and not counted.leaves:
        runner.catch_up()
    with store.reading() as connection:
        position, head = runner.position(connection), store.head(connection)
        aside = [] if outdated else runner.set_aside(connection)
    return [
        _found("leaves", counted.leaves, "leaves are not those of their events", f"{counted.events} fit their events"),
        _found("positions", counted.gaps, "positions are missing or in the wrong place", f"1 to {counted.events} without gaps"),
        _found("ids", counted.ids + doubled, "ids are doubled or not their event's", "each stands once"),
        _found("seals", counted.damaged, "events hold something damaged", "all open, or are erased"),
        _found("keys", keyless, "participants have no key", "every participant's is there, or was destroyed by an erasure"),
        accesses,
        Finding("views", position == head and not outdated, f"at position {position} of {head}{', of an older form' if outdated else ''}"),
        Finding("set aside", not aside, _told(aside) if aside else "nothing: the views take everything in"),
        _erasures(Erasures(store)),
        *([_replica(store.replica, runner, head)] if store.replica is not None else []),
    ]


def _erasures(ledger: Erasures) -> Finding:
    known, waiting = ledger.all(), len(ledger.unfinished())
    told = f"{waiting} were broken off, and open nothing: erase again, or run `tussenruimte work erase`"
    return Finding("erasures", not waiting, told if waiting else f"{len(known)} done")


def turned(store: EventStore, spans: Spans) -> Finding:
    """Whether somebody turns the organisation's key over."""
    epoch, begun = store.keys.epochs.newest(), store.keys.epochs.begun()
    if store.clock() - begun < 2 * spans.turn:
        return Finding("epochs", True, f"epoch {epoch} of the organisation's key began on {iso_day(begun)}")
    return Finding("epochs", False, f"the organisation's key of epoch {epoch} is long due to be turned over: let `work epochs` run")


def rooted(by_default: bool) -> Finding:
    """Where the root key is. `by_default`: nobody said where, so that it was made beside the database."""
    if not by_default:
        return Finding("root key", True, "is where it was set to be")
    return Finding(
        "root key", True, "lies beside the database: who copies the folder has both. Move it, and set TUSSENRUIMTE_ROOT_KEY_FILE", weak=True
    )


def apart(name: str, url: str) -> Finding:
    """Whether PostgreSQL keeps the organisations apart in a database. Raises `domain.store.postgres.Unreachable`."""
    with connected(url) as connection:
        found, role, owned = list(breaches(connection)), role_of(connection), owns(connection)
    if found:
        advice = "let the platform connect as a plain role, and run `tussenruimte migrate`"
        return Finding(name, False, f"not kept apart: {'; '.join(found)}: {advice}")
    advice = "; it owns the tables and could end that: let another role own them, and name it in TUSSENRUIMTE_OWNER" if owned else ""
    return Finding(name, True, f"kept apart by row-level security from the role {role}{advice}")


def kept(retention: Retention, runner: Runner) -> Finding:
    """Whether somebody erases who is kept no longer, as far as the views tell."""
    if retention.months() is None:
        return Finding("retention", True, "no rule is set")
    if runner.outdated():
        return Finding("retention", True, "a rule is set; the views of an older form do not tell who is due")
    if not (late := len(retention.due_since(LATE))):
        return Finding("retention", True, "nobody is long due")
    return Finding("retention", False, f"{late} are long due to be erased: let `work erase` run")


def ending(tokens: Tokens, now: int) -> Finding:
    """Whether what gives entry ends in good time."""
    # The address of a calendar is to stay until it is taken away, and opens nothing.
    given = (token for token in tokens.list() if token.use != "calendar")
    long = [token for token in given if token.holds(now) and token.expires - token.created > LONG]
    if not long:
        return Finding("tokens", True, f"none holds longer than {LONG // DAY} days")
    named = ", ".join(f"{token.name} ({token.id})" for token in long[:SHOWN]) + (", …" if len(long) > SHOWN else "")
    return Finding("tokens", True, f"{len(long)} hold longer than {LONG // DAY} days: {named}. Make others, and revoke these.", weak=True)


def signed(name: str, log: Log, store: EventStore) -> Finding:
    """Whether somebody signs what is added."""
    found = stands(name, log)
    if not found.sound:
        return found
    with log.database.reading() as connection:
        last = log.checkpoint(connection)
        since = _instant(store, log, connection, 1 if last is None else last.size + 1)
    if since is None or store.clock() - since < LATE:
        return found
    return Finding(name, False, f"what was added since {iso_day(since)} is not signed: let `work checkpoint` run")


def _instant(store: EventStore, log: Log, connection: Connection, position: int) -> int | None:
    """When what stands there in a log was added; None where nothing does, or nobody can tell."""
    column = "at" if log.table is ACCESSES else "state"
    row = connection.execute(f"SELECT {column} FROM {connection.table(log.table)} l WHERE position = ?", (position,)).fetchone()
    if row is None:
        return None
    if log.table is ACCESSES:
        return int(row[0])
    try:
        return instant(store.mapper.envelope(row[0]).recorded)[0]
    except Unreadable:
        return None


def stands(name: str, log: Log) -> Finding:
    """Whether the log stands on its last checkpoint: all leaves are hashed anew."""
    try:
        log.look(whole=True)
        with log.database.reading() as connection:
            last, head = log.checkpoint(connection), log.head(connection)
    except (Refused, KeyStoreError) as wrong:
        return Finding(name, False, str(wrong))
    return Finding(
        name, True, f"leads on from its last checkpoint, of size {last.size} of {head}" if last else "nothing of it is signed yet"
    )


def _replica(replica: Replica, runner: Runner, head: int) -> Finding:
    """Behind is what a replica always is, some; how far is told."""
    try:
        with replica.reading() as connection:
            return Finding("replica", True, f"answers, at position {runner.position(connection)} of {head}")
    except Lost:
        return Finding("replica", False, "does not answer: the primary answers in its place. See whether it runs and can be reached.")


def _told(aside: list[Aside]) -> str:
    """Which streams stand still in the views, the first of them, and what to do."""
    shown = "; ".join(f"{one.stream} at position {one.position} ({one.reason})" for one in aside[:SHOWN])
    more = f"; and {len(aside) - SHOWN} more" if len(aside) > SHOWN else ""
    return f"{sum(one.events for one in aside)} events of {len(aside)} streams: {shown}{more}. Put the events right, then `rebuild`."


def _found(name: str, count: int, wrong: str, right: str) -> Finding:
    return Finding(name, not count, f"{count} {wrong}" if count else right)


def _pages(connection: Connection) -> Iterator[list[tuple[int, str, str, bytes, bytes]]]:
    last = 0
    columns = "position, id, originator_id, state, leaf"
    query = f"SELECT {columns} FROM {connection.table(EVENTS)} e WHERE position > ? ORDER BY position LIMIT ?"
    while rows := connection.execute(query, (last, PAGE)).fetchall():
        yield [(position, id, stream, state, held) for position, id, stream, state, held in rows]
        last = rows[-1][0]


def _distinct(connection: Connection) -> int:
    row = connection.execute(f"SELECT count(DISTINCT id) FROM {connection.table(EVENTS)} e").fetchone()
    return row[0] if row else 0


def _look(store: EventStore, rows: list[tuple[int, str, str, bytes, bytes]], counted: _Counted) -> None:
    ring = store.keys.ring()
    ring.prefetch_streams({stream for _, _, stream, _, _ in rows if stream.startswith("relationship/")})
    for position, id, stream, state, held in rows:
        counted.events += 1
        # Whoever changes a row by hand may leave a text where bytes were.
        fits = isinstance(state, bytes) and leaf(state) == held
        counted.leaves += not fits
        counted.gaps += position != counted.events
        if fits:
            try:
                stored, data = store.mapper.plain(state, ring)
            except Unreadable:
                counted.damaged += 1
                continue
            counted.gaps += stored.position != position
            counted.ids += stored.id != id or stored.subject != stream
            counted.damaged += _damaged(data)


def _accesses(connection: Connection) -> Finding:
    """Whether the access log is as it was written."""
    done = wrong = missing = 0
    query = f"SELECT position, place, entry, leaf FROM {connection.table(ACCESSES)} a ORDER BY position"
    for done, (position, place, state, held) in enumerate(connection.stream(query), 1):
        missing += position != done
        entry = entry_of(state) if isinstance(state, bytes) and leaf(state) == held else None
        wrong += entry is None or (entry.position, entry.place) != (position, place)
    if wrong or missing:
        return Finding("access log", False, f"{wrong} entries are not those that were written; {missing} are missing or in the wrong place")
    return Finding("access log", True, f"{done} entries without gaps")


def _damaged(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_damaged, value))
    return isinstance(value, dict) and (value == {"damaged": True} or any(map(_damaged, value.values())))


def _keyless(store: EventStore, connection: Connection) -> int:
    """How many participants have no key that can be used, though they were not erased."""
    last, found = "participant/", 0
    among = f"{connection.table(EVENTS)} e WHERE originator_id > ? AND originator_id < 'participant0'"
    query = f"SELECT DISTINCT originator_id FROM {among} ORDER BY 1 LIMIT ?"
    while streams := [row[0] for row in connection.execute(query, (last, PAGE))]:
        ring = store.keys.ring()
        ring.prefetch(streams)
        found += sum(not _kept(ring, stream) for stream in streams)
        last = streams[-1]
    return found


def _kept(ring: Ring, owner: str) -> bool:
    try:
        ring.key(owner)
    except (Erased, Frozen):
        return True
    except KeyStoreSilent:
        raise
    except (Missing, KeyStoreError):
        return False
    return True
