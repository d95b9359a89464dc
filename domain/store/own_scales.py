"""The scales that an organisation published: a version, once published, is never changed. They stand among its settings.

Each is written into the access log before it is published.
"""

import msgspec
from msgspec import Struct

from domain.model.errors import Refusal, Refused
from domain.model.scale import Scale
from domain.store.accesses import AccessLog, Viewer
from domain.store.database import SETTINGS, Database, Put, ReadConnection

_BEFORE, _AFTER = "scale.", "scale/"
"""Between these lie the names of settings that are scales."""


class _Kept(Struct, frozen=True):
    """A scale as it stands among the settings; `number` is in which order it was published."""

    number: int
    scale: Scale


_kept = msgspec.json.Decoder(_Kept)


class OwnScales:
    """The scales of one organisation."""

    def __init__(self, database: Database, accesses: AccessLog) -> None:
        self._database = database
        self._accesses = accesses

    def publish(self, scale: Scale, who: Viewer) -> bool:
        """Whether it was published now; not where the same was before. Raises `Refused` where that version is another.

        Where two publish that version at the same moment, the access log says of both that they did, also of whom is refused: it is written
        before anything is done."""
        with self._database.reading() as connection:
            if _stands(connection, scale):
                return False
        self._accesses.change(who, f"setting/{_BEFORE}{scale.name}", "scale_published")
        with self._database.writing("settings") as connection:
            if _stands(connection, scale):
                return False
            number = len(scales_of(connection, connection.table(SETTINGS))) + 1
            value = msgspec.json.encode(_Kept(number, scale)).decode()
            connection.write([Put(SETTINGS, [(f"{_BEFORE}{scale.name}@{scale.version}", value)])])
            return True


def _stands(connection: ReadConnection, scale: Scale) -> bool:
    found = [one for one in scales_of(connection, connection.table(SETTINGS)) if (one.name, one.version) == (scale.name, scale.version)]
    if found and found != [scale]:
        raise Refused(Refusal("RULE_BROKEN", "scale_version", "version", {"version": scale.version}))
    return bool(found)


def scales_of(connection: ReadConnection, settings: str) -> list[Scale]:
    """What was published, in that order, from the table that SQL calls `settings`."""
    rows = connection.execute(f"SELECT value FROM {settings} s WHERE name >= ? AND name < ?", (_BEFORE, _AFTER)).fetchall()
    return [one.scale for one in sorted((_kept.decode(value) for (value,) in rows), key=lambda one: one.number)]
