"""The codebook of an organisation, among its settings. Every change stands in the access log before it is made."""

import msgspec

from domain.model.codebook import Codebook
from domain.store.accesses import AccessLog, Viewer
from domain.store.database import SETTINGS, Database, Put, ReadConnection

_NAME = "codebook"
_codebook = msgspec.json.Decoder(Codebook)


def replace_codebook(database: Database, accesses: AccessLog, book: Codebook, who: Viewer) -> None:
    accesses.change(who, f"setting/{_NAME}", "codebook_changed")
    with database.writing("settings") as connection:
        connection.write([Put(SETTINGS, [(_NAME, msgspec.json.encode(book).decode())])])


def codebook_of(connection: ReadConnection, settings: str) -> Codebook:
    """The codebook, from the table that SQL calls `settings`; without any code where none was set."""
    row = connection.execute(f"SELECT value FROM {settings} s WHERE name = ?", (_NAME,)).fetchone()
    return Codebook() if row is None else _codebook.decode(row[0])
