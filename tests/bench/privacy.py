"""What sealing and proving cost an event: the CPU that one sealed text of 200 bytes and the leaf add to it.

The same meetings are formed for the store with a text about one of them and the leaf, and without either; the difference is divided by
their number. One sealing by the cipher alone, of as many bytes, stands beside it.
"""

import os
import time
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sent_lines import meeting, note, pair

from bench.measures import Row, in_turns, row
from bench.stores import Place, imported, sqlite
from domain.model.envelope import read
from domain.model.event import Event
from domain.store.ledger import leaf
from domain.store.seals import padded

EVENTS = 20_000
TEXT = "They walked along the canal, and talked about his sister who moved away. He asked whether she would come again next week. " * 2
WHEN = "2026-11-28T12:00:00Z"


def cpu(work: Callable[[], None]) -> float:
    """Microseconds of this process an event."""
    began = time.process_time()
    work()
    return (time.process_time() - began) / EVENTS * 1e6


def works(place: Place) -> dict[str, Callable[[], float]]:
    store = place.store()
    imported(store, pair())
    mapper, ring = store.mapper, store.keys.ring()
    told = [read(meeting(f"m{number}", "r", **note(TEXT[:200], "a"))) for number in range(EVENTS)]
    silent = [read(meeting(f"m{number}", "r")) for number in range(EVENTS)]

    def formed(events: list[Event], proven: bool) -> None:
        for position, event in enumerate(events, 1):
            state = mapper.state(event, mapper.sealed(event, ring), position, WHEN)
            if proven:
                leaf(state)

    def enciphered() -> None:
        cipher, body = AESGCM(bytes(32)), padded(TEXT[:200].encode())
        for _ in range(EVENTS):
            cipher.encrypt(os.urandom(12), body, b"place")

    return {
        "sealed and proven": lambda: cpu(lambda: formed(told, True)),
        "neither": lambda: cpu(lambda: formed(silent, False)),
        "the cipher alone": lambda: cpu(enciphered),
    }


def rows(rounds: int) -> list[Row]:
    with sqlite() as place:
        found = in_turns(rounds, works(place))
    added = found["sealed and proven"] - found["neither"]
    print("  privacy and audit: " + ", ".join(f"{name} {value:.1f} µs" for name, value in found.items()), flush=True)
    return [
        row("privacy and audit: µs of CPU added to an event by one sealed text of 200 bytes and its leaf", added, "< 25"),
        row("privacy and audit: the same, times the cipher alone", added / found["the cipher alone"]),
    ]
