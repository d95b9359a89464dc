"""The whole record as CloudEvents, one JSON object a line: what `import --restore` brings back into an empty platform.

Sealed content leaves opened, as it was sent, so an export is as confidential as the people in it. What cannot be opened says why.
"""

from collections.abc import Iterator

import msgspec

from domain.store.store import PAGE, EventStore

SPECVERSION = "1.0"


def lines(store: EventStore, since: int = 0) -> Iterator[bytes]:
    """The events recorded after a position, in the order of recording, of one snapshot and with flat memory."""
    encode = msgspec.json.Encoder().encode
    with store.reading() as connection:
        head = store.head(connection)
        while since < head:
            ring = store.keys.ring()
            rows = store.since(connection, since, PAGE)
            ring.prefetch_streams({stream for _, stream, _ in rows if stream.startswith("relationship/")})
            ring.prefetch({stream for _, stream, _ in rows if stream.startswith("participant/")})
            for _, _, kept in rows:
                stored, data = store.mapper.plain(kept[0], ring)
                envelope = {
                    "specversion": SPECVERSION,
                    **{name: value for name in stored.__struct_fields__ if (value := getattr(stored, name)) is not None and name != "data"},
                    "organisation": store.organisation,
                    "data": data,
                }
                yield encode(envelope) + b"\n"
            since = rows[-1][0]
