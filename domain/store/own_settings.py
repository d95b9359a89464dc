"""What an organisation sets for itself: when something asks for a look, what of it is put aside, and where its days begin.

What was never set holds as `domain.model.attention` has it. Every change stands in the access log before it is made.
"""

import msgspec

from domain.model.attention import ATTENTION_KINDS, PRESETS, AttentionKind, Choices, Preset, check_time_zone, chosen_preset
from domain.store.accesses import AccessLog, Viewer
from domain.store.database import SETTINGS, Database, Delete, Put, ReadConnection, marks, setting_of

TIME_ZONE = "time_zone"
ASIDE = "'aside/' || relationship || '/' || kind || '/' || event"
"""SQL for the name under which it stands until which day something is put aside: that one, resting on that event, and nothing else."""
_NAMES = {f"preset.{kind}": kind for kind in ATTENTION_KINDS}
_preset = msgspec.json.Decoder(Preset)


class OwnSettings:
    """The settings of one organisation."""

    def __init__(self, database: Database, accesses: AccessLog) -> None:
        self._database = database
        self._accesses = accesses

    def choices(self) -> Choices:
        with self._database.reading() as connection:
            return choices_of(connection, connection.table(SETTINGS))

    def choose_preset(self, kind: AttentionKind, on: bool, number: int | None, who: Viewer) -> None:
        """Have a kind ask or not, with a number or that from before. Raises `Refused`."""
        chosen = chosen_preset(kind, self.choices().presets[kind], on, number)
        self._accesses.change(who, f"setting/{kind}", "preset_changed")
        self._put(f"preset.{kind}", msgspec.json.encode(chosen).decode())

    def choose_time_zone(self, name: str, who: Viewer) -> None:
        """Raises `Refused` where there is no time zone of that name."""
        check_time_zone(name)
        self._accesses.change(who, f"setting/{TIME_ZONE}", "time_zone_changed")
        self._put(TIME_ZONE, name)

    def put_aside(self, relationship: str, kind: AttentionKind, event: str, until: str, who: Viewer) -> None:
        """Have something not ask, for nobody, before a day; `event` is what it rests on, empty where that is only the start."""
        self._accesses.change(who, "setting/aside", "put_aside")
        self._put(_aside(relationship, kind, event), until)

    def ask_again(self, relationship: str, kind: AttentionKind, event: str, who: Viewer) -> bool:
        """Whether it was put aside until now."""
        name = _aside(relationship, kind, event)
        with self._database.reading() as connection:
            if setting_of(connection, name) is None:
                return False
        self._accesses.change(who, "setting/aside", "asked_again")
        with self._database.writing("settings") as connection:
            connection.write([Delete(SETTINGS, ("name",), [(name,)])])
        return True

    def _put(self, name: str, value: str) -> None:
        with self._database.writing("settings") as connection:
            connection.write([Put(SETTINGS, [(name, value)])])


def _aside(relationship: str, kind: AttentionKind, event: str) -> str:
    return f"aside/{relationship}/{kind}/{event}"


def choices_of(connection: ReadConnection, settings: str) -> Choices:
    """What was chosen, from the table that SQL calls `settings`."""
    names = (TIME_ZONE, *_NAMES)
    found: dict[str, str] = dict(connection.execute(f"SELECT name, value FROM {settings} s WHERE name IN {marks(names)}", names).fetchall())
    presets = {kind: _preset.decode(found[name]) if name in found else PRESETS[kind] for name, kind in _NAMES.items()}
    return Choices(found.get(TIME_ZONE, Choices().time_zone), presets)
