"""The whole record as CloudEvents, one JSON object a line: what `import --restore` brings back into an empty platform.

Sealed content leaves opened, as it was sent, so an export is as confidential as the people in it. What cannot be opened says why.
"""

from collections.abc import Iterator, Sequence

import msgspec

from domain.store.accesses import ALL_KINDS, ORGANISATION, Access, viewer
from domain.store.mapper import Kept, Noted, Opens
from domain.store.store import PAGE, EventStore

SPECVERSION = "1.0"
_encode = msgspec.json.Encoder().encode


def lines(store: EventStore, since: int = 0) -> Iterator[bytes]:
    """The events recorded after a position up to now, in the order of recording, one JSON object a line."""
    for page in pages(store, since):
        yield from page.splitlines(keepends=True)


def pages(store: EventStore, since: int = 0) -> Iterator[bytes]:
    """The same, some lines at a time. Between two pages no snapshot is held, so that who reads slowly keeps nothing from being cleared.

    The access log has one entry of it, written before the first page."""
    with store.reading() as connection:
        head = store.head(connection)
    if since < head:
        store.accesses.write(viewer(), [Access(ORGANISATION, ALL_KINDS, "export", since, head)])
    while since < head:
        with store.reading() as connection:
            rows = store.since(connection, since, min(PAGE, head - since))
        yield b"".join(written(store, rows))
        since = rows[-1][0]


def written(
    store: EventStore, rows: Sequence[tuple[int, str, Kept]], noted: Noted | None = None, only: Opens | None = None
) -> Iterator[bytes]:
    """Each stored event as a line; `noted` hears of what is opened, which is `only` that, where not all of it is to be."""
    ring = store.keys.ring()
    ring.prefetch_streams({stream for _, stream, _ in rows if stream.startswith("relationship/")})
    ring.prefetch({stream for _, stream, _ in rows if stream.startswith("participant/")})
    for _, _, kept in rows:
        stored, data = store.mapper.plain(kept[0], ring, only, noted)
        envelope = {
            "specversion": SPECVERSION,
            **{name: value for name in stored.__struct_fields__ if (value := getattr(stored, name)) is not None and name != "data"},
            "organisation": store.organisation,
            "data": data,
        }
        yield _encode(envelope) + b"\n"
