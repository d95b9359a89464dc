"""A log of an organisation: the tree over what was recorded, as far as it is kept, and what was signed of it.

It is written over any table with a position, from 1 without gaps, and a leaf. Whoever extends or signs holds the lock of the logs, so that
of several one goes first and the others find it done; each transaction is whole by itself, and may be broken off anywhere.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from domain.model.errors import Refusal, Refused, Words
from domain.model.time import SECOND
from domain.proofs.checkpoint import add_cosignatures, open_checkpoint, sign_checkpoint
from domain.proofs.errors import Unproven
from domain.proofs.note import PLAIN, Signer, Verifier
from domain.proofs.tiles import WIDTH, Tile, completed, tile_root, tree_root
from domain.store.database import CHECKPOINTS, EVENTS, TILES, Connection, Database, Insert, Table, Update, head_of
from domain.store.keys import Keys, KeyStoreError, Missing
from domain.store.ledger import leaf
from domain.store.ring import LOG

ORIGIN = "tussenruimte"
"""What the names of logs begin with where nothing else is set."""
BATCH = 64
"""Full tiles of leaves that one transaction takes in."""
EVERY = 1_000
"""Leaves after which a new checkpoint is due at once; after a second one is due in any case."""
LOOK = 8
"""Full tiles of leaves of which it is looked, at each signing, whether they still are what is kept of them."""


class Rewritten(Refused):
    """What is stored is not what was signed: nothing more is signed."""

    def __init__(self, english: str, dutch: str) -> None:
        super().__init__(Refusal("CONFLICT", "log_rewritten", None, {"where": Words(english, dutch)}))


class Signed(Struct, frozen=True):
    """A checkpoint as it is kept; `at` in microseconds."""

    size: int
    root: bytes
    note: bytes
    at: int


class Tiles:
    """The tiles of a log, as one transaction sees them; see `domain.proofs.tiles.TileReader`."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._table = table

    def read(self, tiles: Sequence[Tile]) -> list[bytes]:
        return [b"".join(self._hashes(tile)) for tile in tiles]

    def _hashes(self, tile: Tile) -> Iterator[bytes]:
        first = tile.index * WIDTH
        if tile.level == 0:
            asked = f"SELECT leaf FROM {self._connection.table(self._table)} l WHERE position > ? AND position <= ? ORDER BY position"
            rows = self._connection.execute(asked, (first, first + tile.width))
        else:
            asked = f"SELECT hash FROM {self._connection.table(TILES)} t WHERE log = ? AND level = ? AND number >= ? AND number < ?"
            rows = self._connection.execute(f"{asked} ORDER BY number", (self._table.name, tile.level, first, first + tile.width))
        # Whoever changes a row by hand may leave a text where bytes were; then the tile is not whole.
        return (found for (found,) in rows if isinstance(found, bytes))


class Log:
    """One log. `origin` is its name, for ever; `clock` gives UTC microseconds."""

    def __init__(self, database: Database, keys: Keys, clock: Callable[[], int], origin: str, table: Table = EVENTS) -> None:
        self.origin = origin
        self.table = table
        self.database = database
        self._keys = keys
        self._clock = clock
        self._looked = 0

    # Signing

    def due(self) -> bool:
        """Whether enough is recorded, or enough time has passed, for another checkpoint."""
        with self.database.reading() as connection:
            last, head = self.checkpoint(connection), self.head(connection)
        if last is None:
            return head > 0
        return head != last.size and (head - last.size >= EVERY or not 0 <= self._clock() - last.at < SECOND)

    def sign(self, whole: bool = False) -> Signed | None:
        """Sign the log as it stands; what is signed already is given again, and None where nothing is recorded.

        What was signed last has to lead to it, else `Rewritten` is raised. `whole`: all that was recorded is hashed anew for that, and not
        only the leaves after the last full tile and a few more. Raises `Refused` where it was signed under another name."""
        while True:
            with self.database.writing("log") as connection:
                if self._extend(connection) == self.head(connection):
                    break
        self.look(whole)
        if whole:
            self._rehash()
        with self.database.writing("log") as connection:
            return self._signed(connection, self._extend(connection))

    def look(self, whole: bool) -> None:
        """See that the tree still is the one that was signed last, and that the leaves still are those it was made of: all, or at each time
        some others. Raises `Rewritten`."""
        with self.database.reading() as connection:
            self.check(connection)
            kept = self._kept(connection)
            first = 0 if whole or self._looked >= kept else self._looked
            last = kept if whole else min(first + LOOK, kept)
            self._compare(connection, first, last)
        self._looked = last

    def check(self, connection: Connection) -> None:
        """That the tree, as far as it is kept, still is the one that was signed last. Raises `Rewritten`, or `Refused` for another name."""
        if (last := self.checkpoint(connection)) is None:
            return
        said = last.note.partition(b"\n")[0].decode(errors="replace")
        if said != self.origin:
            raise Refused(Refusal("CONFLICT", "log_origin", None, {"signed": said, "origin": self.origin}))
        try:
            found, _ = open_checkpoint(last.note, self.verifier(connection))
        except Unproven as why:
            raise Rewritten(f"its last checkpoint does not hold ({why})", f"het laatste checkpoint klopt niet ({why})") from None
        if (found.size, found.root) != (last.size, last.root):
            raise Rewritten("the last checkpoint is not the one that was signed", "het laatste checkpoint is niet wat ondertekend is")
        if last.size > (head := self.head(connection)):
            raise Rewritten(f"{last.size} were signed, and {head} are there", f"{last.size} zijn ondertekend, en er zijn er {head}")
        if self._root(connection, last.size) != last.root:
            raise Rewritten(f"the first {last.size} have another root", f"de eerste {last.size} hebben een andere wortel")

    def _signed(self, connection: Connection, size: int) -> Signed | None:
        """Sign this size, unless it is."""
        self.check(connection)
        last = self.checkpoint(connection)
        if size == 0 or (last is not None and last.size == size):
            return last
        root = self._root(connection, size)
        signed = Signed(size, root, sign_checkpoint(size, root, self._signer(connection)), self._clock())
        connection.write([Insert(CHECKPOINTS, [(self.table.name, signed.size, signed.root, signed.note, signed.at)])])
        return signed

    def _extend(self, connection: Connection) -> int:
        """Keep the roots of some tiles that became full; how many leaves can be proven then."""
        kept = self._kept(connection) * WIDTH
        size = min(self.head(connection), kept + BATCH * WIDTH)
        tiles = Tiles(connection, self.table)
        for tile in completed(kept, size):
            [hashes] = tiles.read([tile])
            connection.write([Insert(TILES, [(self.table.name, tile.level + 1, tile.index, _rooted(tile, hashes))])])
        return size

    def _rehash(self) -> None:
        """See that every leaf is that of what stands beside it."""
        content = "state" if self.table is EVENTS else "entry"
        with self.database.reading() as connection:
            rows = connection.stream(f"SELECT position, {content}, leaf FROM {connection.table(self.table)} l ORDER BY position")
            for position, held, hashed in rows:
                if not isinstance(held, bytes) or leaf(held) != hashed:
                    raise Rewritten(
                        f"what stands at position {position} is not what was recorded there",
                        f"wat op positie {position} staat, is niet wat daar is vastgelegd",
                    )

    def _compare(self, connection: Connection, first: int, last: int) -> None:
        """Hash the leaves of full tiles anew, and see that the roots are those that are kept."""
        tiles = Tiles(connection, self.table)
        for number in range(first, last):
            tile = Tile(0, number, WIDTH)
            asked = f"SELECT hash FROM {connection.table(TILES)} t WHERE log = ? AND level = 1 AND number = ?"
            [hashes], row = tiles.read([tile]), connection.execute(asked, (self.table.name, number)).fetchone()
            if row != (_rooted(tile, hashes),):
                raise _changed(tile)

    def _root(self, connection: Connection, size: int) -> bytes:
        try:
            return tree_root(Tiles(connection, self.table), size)
        except Unproven:
            raise Rewritten(f"not all of the first {size} are there", f"niet alle van de eerste {size} zijn er") from None

    # What there is

    def head(self, connection: Connection) -> int:
        """The highest position; 0 where nothing is recorded."""
        return head_of(connection, self.table)

    def _kept(self, connection: Connection) -> int:
        """How many full tiles of leaves there is a root of."""
        asked = f"SELECT max(number) FROM {connection.table(TILES)} t WHERE log = ? AND level = 1"
        row = connection.execute(asked, (self.table.name,)).fetchone()
        return 0 if row is None or row[0] is None else row[0] + 1

    def checkpoint(self, connection: Connection, size: int | None = None) -> Signed | None:
        """The newest checkpoint, or the one of a size."""
        asked = f"SELECT size, root, note, signed FROM {connection.table(CHECKPOINTS)} c WHERE log = ?"
        if size is None:
            row = connection.execute(f"{asked} ORDER BY size DESC LIMIT 1", (self.table.name,)).fetchone()
        else:
            row = connection.execute(f"{asked} AND size = ?", (self.table.name, size)).fetchone()
        return None if row is None else Signed(*row)

    def signed_by(self, connection: Connection, at: int, position: int) -> Signed | None:
        """The newest checkpoint that there was at an instant, of what was recorded up to a position at the most."""
        asked = f"SELECT size, root, note, signed FROM {connection.table(CHECKPOINTS)} c WHERE log = ? AND signed <= ? AND size <= ?"
        row = connection.execute(f"{asked} ORDER BY size DESC LIMIT 1", (self.table.name, at, position)).fetchone()
        return None if row is None else Signed(*row)

    # Keys

    def verifier(self, connection: Connection) -> Verifier:
        """The key that its checkpoints are checked with."""
        return self._signer(connection).verifier(PLAIN)

    def _signer(self, connection: Connection) -> Signer:
        """The key is made before the first checkpoint and never again."""
        owner = LOG + self.table.name
        try:
            return Signer(self.origin, self._keys.ring().key(owner).secret)
        except Missing:
            if self.checkpoint(connection) is not None:
                raise KeyStoreError("the key store lacks the key that the log is signed with: restore it from its backup") from None
        self._keys.create([owner])
        return Signer(self.origin, self._keys.ring().key(owner).secret)

    # Witnesses

    def witnessed(self, raw: bytes, witnesses: Sequence[Verifier]) -> tuple[Signed, dict[Verifier, int]]:
        """Keep what witnesses put under a checkpoint: it as it is kept then, and which of the witnesses saw it when, in seconds since 1970.

        Raises `Refused` where it is none of this log, another one than was signed here, or no witness's."""
        with self.database.writing("log") as connection:
            key = self.verifier(connection)
            kept = self._own(connection, raw, key, witnesses)
            note, seen = add_cosignatures(kept.note, raw, key, witnesses)
            if not seen:
                raise Refused(Refusal("BAD_INPUT", "no_witness"))
            connection.write([Update(CHECKPOINTS, ("note",), ("log", "size"), [(note, self.table.name, kept.size)])])
        return replace(kept, note=note), seen

    def own(self, connection: Connection, raw: bytes) -> Signed:
        """A checkpoint that somebody kept, as it was signed here. Raises `Refused` where it is none of this log, or another one."""
        return self._own(connection, raw, self.verifier(connection))

    def _own(self, connection: Connection, raw: bytes, key: Verifier, witnesses: Sequence[Verifier] = ()) -> Signed:
        try:
            found, _ = open_checkpoint(raw, key, witnesses)
        except Unproven as why:
            raise Refused(Refusal("BAD_INPUT", "not_of_this_log", None, {"origin": self.origin, "detail": str(why)})) from None
        kept = self.checkpoint(connection, found.size)
        if kept is None or kept.root != found.root:
            raise Refused(Refusal("CONFLICT", "another_history", None, {"size": found.size}))
        return kept


def _rooted(tile: Tile, hashes: bytes) -> bytes:
    try:
        return tile_root(hashes)
    except Unproven:
        raise _changed(tile) from None


def _changed(tile: Tile) -> Rewritten:
    span = WIDTH ** (tile.level + 1)
    first, last = tile.index * span + 1, (tile.index + 1) * span
    return Rewritten(f"those at positions {first} to {last} are others", f"die op posities {first} tot en met {last} zijn andere")
