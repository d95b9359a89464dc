"""What the tests of bundles are about: a log with an erasure in it, and bundles of it."""

import json

from sent_lines import line, pair, record
from signed_log import access_log_of, log_of

from domain.proofs import evidence
from domain.proofs.note import COSIGNATURE, Signer
from domain.store.store import EventStore
from projections.export.bundle import Asked, bundle

WITNESS = Signer("witness.example/one", b"w" * 32)
ALL = Asked()
GONE = line("gone", "participant_erased", "participant/r-bram", {"requested_on": "2021-05-01", "certificate": {"counts": {"keys": 1}}})


def made(store: EventStore, since: bytes | None = None, asked: Asked = ALL) -> bytes:
    return bundle(log_of(store), access_log_of(store), [WITNESS.verifier(COSIGNATURE)], since, asked)


def note(store: EventStore, size: int) -> bytes:
    with store.reading() as connection:
        found = log_of(store).checkpoint(connection, size)
    assert found is not None
    return found.note


def proven(raw: bytes) -> evidence.Proven:
    return evidence.verify(raw)["events"]


def restored(lines: list[bytes]) -> list[bytes]:
    """As an export has them; only so an erasure comes in that no verb carried out."""
    places = [{"position": number, "recorded": "2022-01-01T00:00:00Z"} for number in range(1, len(lines) + 1)]
    return [json.dumps({**json.loads(one), **place}).encode() for one, place in zip(lines, places, strict=True)]


def erased(store: EventStore) -> None:
    """Seven events, the last an erasure, signed."""
    assert record(store, restored([*pair(), GONE]), restore=True).recorded == 7
    assert log_of(store).sign() is not None
