"""Makes the golden store of version 1: a file of events and one of keys as this version writes them, and what they hold.

One participant in it is erased. Run once, when the stored form was settled; it never writes over what it made. A later form gets
a fixture of its own beside this one, and this one goes on being opened. Run it in the folder of the tests: `python -m golden.make_v1`.
"""

import json
from pathlib import Path
from typing import Any

from sent_lines import opened, record
from whole_catalogue import whole_catalogue

from domain.model.time import SECOND, rfc3339
from domain.store.root import make_root
from domain.store.store import EventStore

HERE = Path(__file__).parent
ORGANISATION = "gouden-buurt"
GONE = "participant/dirk"
FIRST = 1_650_000_000 * SECOND


def sent() -> list[dict[str, Any]]:
    """The whole catalogue as an export writes it: with position and instant of recording, a few events a batch."""
    events = whole_catalogue(lambda place: f"{place}: ze lachten om de regen ☂ 🌧")
    erased = {"requested_on": "2022-02-01", "certificate": {"counts": {"events": 1, "keys": 1}}}
    last = {**events[0], "id": "gone", "type": "tussenruimte.participant_erased.v1", "subject": GONE, "occurred": "2022-02-02"}
    told = [*events, {**last, "data": erased}]
    return [{**event, "position": number, "recorded": rfc3339(FIRST + number // 7 * 1_500_001)} for number, event in enumerate(told, 1)]


def held(store: EventStore) -> list[dict[str, Any]]:
    """What a store holds: each envelope with its data opened, and its leaf."""
    ring = store.keys.ring()
    with store.reading() as connection:
        rows = connection.execute("SELECT state, leaf FROM events ORDER BY position").fetchall()
    return [{**json.loads(state), "data": store.mapper.plain(state, ring)[1], "leaf": leaf.hex()} for state, leaf in rows]


def main() -> None:
    root = make_root(HERE / "v1.root")
    store = opened(HERE / "v1.sqlite", ORGANISATION, root)
    outcome = record(store, [json.dumps(event).encode() for event in sent()], restore=True)
    assert not outcome.refused, outcome.refused
    store.keys.freeze(GONE)
    store.keys.erase(GONE)
    lines = [json.dumps(event, ensure_ascii=False, sort_keys=True) for event in held(store)]
    (HERE / "v1.jsonl").write_text("\n".join(lines) + "\n")
    store.close()


if __name__ == "__main__":
    main()
