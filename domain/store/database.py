"""What a store asks of a database: tables, told once for all of them, and transactions in which rows are read and written.

SQL for reading is written once, with `?` for values, in what SQLite and PostgreSQL have in common; it names a table by what `table` gives
for it, which holds the organisation's rows and nobody else's. What is written is told as rows, for each database to take in its own way.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, NamedTuple, Protocol

from eventsourcing.persistence import OperationalError
from msgspec import Struct

STORE_VERSION = 1
"""The version of the stored form; `migrate` brings an older store up to it."""
Row = tuple[Any, ...]
Lock = Literal["events", "views", "tokens", "keys", "settings", "log", "accesses"]
"""Who writes the same waits; each organisation has locks of its own."""


class Table(Struct, frozen=True):
    """A table of one organisation's rows. Columns are `text`, `integer` (64 bits) or `bytes`; with `?` behind where they may be null.

    A view's table has a `version`, that of its form, and holds rows by generation; 0: one of the store's own, which are there once.
    """

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    version: int = 0
    check: str = "true"
    later: Mapping[str, str] = {}
    """Columns that tables made by an older version lack, and what `migrate` gives them there."""


class Insert(NamedTuple):
    """New rows, whole, in the order of the table's columns. Those of an iterator are taken one by one while they are written; nothing else
    may be asked of the transaction meanwhile."""

    table: Table
    rows: Iterable[Row]


class Add(NamedTuple):
    """Rows, whole; one whose key is there already changes nothing."""

    table: Table
    rows: Sequence[Row]


class Put(NamedTuple):
    """Rows, whole, no key twice; each takes the place of the one with its key."""

    table: Table
    rows: Sequence[Row]


class Delete(NamedTuple):
    """The rows that have these values in the columns `by`."""

    table: Table
    by: tuple[str, ...]
    rows: Sequence[Row]


class Update(NamedTuple):
    """New values of `columns` where the columns `by` have theirs; each row holds first the former, then the latter."""

    table: Table
    columns: tuple[str, ...]
    by: tuple[str, ...]
    rows: Sequence[Row]


Change = Insert | Add | Put | Delete | Update


class JsonForms(NamedTuple):
    """How SQL writes JSON by hand, as forms to be filled in: a text as JSON has it (`null` for null); what is written of `each` of some
    rows, in an order, with commas between."""

    text: str
    joined: str


class Cursor(Protocol):
    """The rows that a statement found."""

    def __iter__(self) -> Iterator[Row]: ...

    def fetchone(self) -> Row | None: ...

    def fetchall(self) -> list[Row]: ...


class ReadConnection(Protocol):
    """A transaction of one organisation in which is read. A reading one sees one snapshot."""

    json: JsonForms

    def table(self, table: Table, generation: int = 0) -> str:
        """How SQL names a table; to be followed by an alias."""
        ...

    def among(self, column: str, texts: Sequence[str]) -> tuple[str, Any]:
        """A condition that a column holds one of these texts, and the value it takes: however many there are, the statement is the same."""
        ...

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor: ...

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterable[Row]:
        """The rows of a statement of which there may be more than fit in memory."""
        ...


class Connection(ReadConnection, Protocol):
    """A transaction of one organisation in which may be written too."""

    takes_in_meanwhile: bool
    """Whether it takes in new rows while the next are formed."""

    def write(self, changes: Iterable[Change], generation: int = 0) -> None: ...

    def attempt(self) -> AbstractContextManager[None]:
        """What is raised within undoes what was written within, and nothing that was written before."""
        ...

    # Generations of views

    def make(self, tables: Iterable[Table], generation: int) -> None:
        """Make room for a generation; what is left there of one that was broken off goes."""
        ...

    def index(self, tables: Iterable[Table], generation: int) -> None:
        """Make the indexes, for a rebuild only when all rows are there: then each is sorted once."""
        ...

    def drop(self, tables: Iterable[Table], generation: int) -> None: ...

    def drop_other_forms(self, tables: Iterable[Table]) -> None:
        """Take away what these views held in another form, which nobody reads any more."""
        ...


class Lead(Protocol):
    """Being the one of several processes that does something. Nothing rests on it but that work is not done twice for nothing: for a
    moment two may lead, and what they write is written in transactions that find out."""

    def holds(self) -> bool:
        """Whether this process leads: takes the lead where nobody has it. Raises where it cannot be told any more: then it is lost."""
        ...


class OutOfRoom(OperationalError):
    """The disk is full. Nothing of what was to be written is kept; sent again once there is room, it may go well."""


class InUse(OperationalError):
    """What was overwritten is still being read somewhere, and cannot be wiped yet. Tried again in a moment, it may go well."""


class Database(Protocol):
    """The connections to where an organisation's events and views are kept. For several threads."""

    def reading(self) -> AbstractContextManager[Connection]: ...

    def asking(self) -> AbstractContextManager[Connection]:
        """Without a transaction: each statement sees what is committed by then. For a question that is one statement."""
        ...

    def writing(self, lock: Lock, brief: bool = False) -> AbstractContextManager[Connection]:
        """Whatever is raised undoes all that was written. `brief`: few rows; what is written is sent with the next question."""
        ...

    def wipe_traces(self, tables: Iterable[Table]) -> None:
        """See that nothing of what was overwritten in these tables is left, as far as the database lets itself be told to. Raises `InUse`
        where somebody still reads it."""
        ...

    def lead(self, name: str) -> AbstractContextManager[Lead]:
        """Stand for the lead of something of this organisation. It is given back at the end, and when the process dies."""
        ...

    def close(self) -> None: ...


EVENTS = Table(
    "events",
    {
        "position": "integer", "originator_id": "text", "topic": "text", "state": "bytes", "id": "text", "leaf": "bytes", "at": "integer",
        "until": "integer?",
    },
    key=("position",),
    unique=(("id",),),
    indexes=(("originator_id", "position"),),
)  # fmt: skip
"""An event: position, stream, topic, the stored envelope, its id and leaf, and the span of its date (instant, end)."""
HANGS = Table("hangs", {"stream": "text", "target": "text"}, key=("target", "stream"))
TOKENS = Table(
    "tokens",
    {
        "id": "text", "hash": "bytes", "role": "text", "name": "text", "created": "integer", "expires": "integer", "revoked": "integer?",
        "use": "text", "member": "text?", "reach": "text",
    },
    key=("id",),
    unique=(("hash",),),
    later={"use": "'program'", "member": "NULL", "reach": "'{}'"},
)  # fmt: skip
ROSTER = Table(
    "roster",
    {
        "id": "text", "role": "text", "reach": "text", "invited": "integer", "invited_by": "text", "issuer": "text?", "subject": "text?",
        "joined": "integer?", "ended": "integer?",
    },
    key=("id",),
    indexes=(("issuer", "subject"),),
)  # fmt: skip
"""The members of the organisation, who look after contacts or look at them; see `domain.store.roster`."""
GRANTS = Table(
    "grants",
    {
        "id": "text", "auditor": "text", "reach": "text", "why": "text", "hours": "integer", "asked": "integer", "first": "text?",
        "second": "text?", "until": "integer?", "ended": "integer?",
    },
    key=("id",),
)  # fmt: skip
"""What auditors asked to open; see `domain.store.grants`."""
ERASURES = Table(
    "erasures",
    {"participant": "text", "requested": "text", "event": "text", "counted": "text?", "certificate": "text?", "position": "integer?"},
    key=("participant",),
)
"""Who is erased, or is to be: the day on which it was asked for, the id of the event that says it is done, what was counted before their
key was destroyed and what that came to (JSON), and where the event stands. A row is never taken away: with it every restore begins."""
SETTINGS = Table("settings", {"name": "text", "value": "text"}, key=("name",))
"""What an organisation set for itself."""
REMINDERS = Table(
    "reminders",
    {"member": "text", "weekday": "integer", "sealed": "text", "stop": "bytes", "done": "integer", "again": "integer"},
    key=("member",),
    unique=(("stop",),),
)
"""Who asked for mail about what asks for a look; see `domain.store.reminders`. A row is there only as long as somebody wants it."""
TRACKING = Table("tracking", {"application_name": "text", "notification_id": "integer"}, key=("application_name",))
GENERATIONS = Table("generations", {"name": "text", "generation": "integer", "version": "text", "building": "integer"}, key=("name",))
ANNOUNCED = Table(
    "announced",
    {"relationship": "text", "lens": "text", "holder": "text", "at": "integer", "number": "integer", "announced": "integer"},
    key=("relationship", "lens", "holder", "at"),
    unique=(("number",),),
)
"""A move that came about without an event, and when that was announced; numbers have no gaps. `holder` is empty for the pooled reading."""
DEAD_EPOCHS = Table("dead_epochs", {"epoch": "integer", "died": "integer"}, key=("epoch",))
"""The epochs whose keys were destroyed, and when: by it an old copy of the key store is known, which does not know that they were."""
TILES = Table("tiles", {"log": "text", "level": "integer", "number": "integer", "hash": "bytes"}, key=("log", "level", "number"))
"""Of a log, above its leaves: the root of each full tile of the level below. See `domain.proofs.tiles`."""
CHECKPOINTS = Table(
    "checkpoints", {"log": "text", "size": "integer", "root": "bytes", "note": "bytes", "signed": "integer"}, key=("log", "size")
)
"""What was signed of a log, and when; the note with the lines of witnesses that came in since."""
ACCESSES = Table(
    "accesses",
    {"position": "integer", "at": "integer", "place": "text", "entry": "bytes", "leaf": "bytes"},
    key=("position",),
    indexes=(("place", "position"),),
)
"""An entry of the access log: position, instant, place, the canonical entry and its leaf; see `domain.store.accesses`."""
PROJECTS = Table(
    "projects",
    {
        "id": "text", "purpose": "text", "initiatives": "text?", "since": "text?", "until": "text?", "made": "integer", "made_by": "text",
        "closed": "integer?", "people": "text?", "lenses": "text?",
    },
    key=("id",),
    later={"people": "NULL", "lenses": "NULL"},
)  # fmt: skip
"""The research projects; see `domain.store.projects`."""
RELEASES = Table(
    "releases",
    {
        "project": "text", "number": "integer", "made": "integer", "made_by": "text", "position": "integer", "lenses": "text",
        "step": "integer",
    },
    key=("project", "number"),
)  # fmt: skip
"""What a project is told as it was known at a position; never the readings themselves. See `domain.store.releases`."""
REVISIONS = Table(
    "revisions",
    {"project": "text", "release": "integer", "number": "integer", "since": "integer", "relationships": "integer", "sha256": "text"},
    key=("project", "release", "number"),
)
"""How a release came out, from the first that found it so: how many relationships there were in it, and what its bytes hash to."""
HANDED = Table(
    "handed",
    {
        "entry": "integer", "project": "text", "release": "integer", "revision": "integer", "format": "text", "at": "integer",
        "recipient": "text", "behalf": "text?",
    },
    key=("entry",),
    indexes=(("project", "entry"),),
)  # fmt: skip
"""To whom a revision of a release was given, and when."""
CENSUS_UNITS = Table(
    "census_units", {"census": "text", "initiative": "text", "month": "integer", "body": "bytes"}, key=("census", "initiative")
)
"""What an initiative adds to the census since it last went on, counted and without anybody in it, up to the start of a month; see
`projections.census`. `census` is its lens and the fewest persons of whom it tells."""
CENSUS_TOLD = Table(
    "census_told",
    {"census": "text", "relationship": "text", "initiative": "text", "body": "bytes"},
    key=("census", "relationship"),
    indexes=(("census", "initiative"),),
)
"""What a relationship added to it, to be compared with what it adds now."""
CENSUS_EDITIONS = Table("census_editions", {"census": "text", "quarter": "integer", "number": "integer", "body": "bytes"}, key=("census",))
"""Which initiatives are told together, and since which quarter; `number` grows whenever something of the census changes."""
OWN = (
    EVENTS, HANGS, TOKENS, ROSTER, GRANTS, TRACKING, GENERATIONS, ANNOUNCED, ERASURES, SETTINGS, REMINDERS, DEAD_EPOCHS, TILES, CHECKPOINTS,
    ACCESSES, PROJECTS, RELEASES, REVISIONS, HANDED, CENSUS_UNITS, CENSUS_TOLD, CENSUS_EDITIONS,
)  # fmt: skip


def setting_of(connection: ReadConnection, name: str) -> str | None:
    """What an organisation, or the platform for it, set under a name."""
    row = connection.execute(f"SELECT value FROM {connection.table(SETTINGS)} s WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row is not None else None


def head_of(connection: ReadConnection, table: Table) -> int:
    """The highest position of a table that has them; 0 where it holds nothing."""
    row = connection.execute(f"SELECT max(position) FROM {connection.table(table)} t").fetchone()
    return row[0] or 0 if row else 0


def in_pages(items: Sequence[Any], size: int = 1_000) -> Iterator[Sequence[Any]]:
    """Slices short enough to be named one by one in a statement."""
    return (items[start : start + size] for start in range(0, len(items), size))


def marks(items: Sequence[Any]) -> str:
    """A place for each item, in brackets."""
    return f"({','.join('?' * len(items))})"
